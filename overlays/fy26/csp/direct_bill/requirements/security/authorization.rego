package csp.direct_bill.requirements.security

import data.csp.authorization.regions

# Who is authorized as both is asked what either is asked.

of_whom contains "of_indirect_resellers" if {
	not for_direct_bill
	count(regions.active.indirect_reseller) > 0
}

of_whom contains "of_distributors" if {
	not for_direct_bill
	count(regions.active.distributor) > 0
}

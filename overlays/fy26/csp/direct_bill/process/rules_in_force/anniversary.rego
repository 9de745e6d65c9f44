package csp.direct_bill.process.rules_in_force

import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.anniversary
import data.lib.fact

# The newer rules bind a current partner from its first anniversary month.

flags contains "will_bind_from_anniversary" if bound_by_anniversary

shown["binds_on"] := anniversary.binds_on if bound_by_anniversary

facts_used contains id if {
	bound_by_anniversary
	some id in fact.ids("csp_onboarding", "")
}

bound_by_anniversary if {
	rules.current_partner
	anniversary.not_bound_yet
}

package csp.direct_bill.review

import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.anniversary

# The page asks for the requirements in the anniversary month and names no day of it. What
# is not met can be put right until the month is over, unless Microsoft has given notice.
# While the month is not known, it might be this one.
breach_today := false if {
	rules.current_partner
	"anniversary" in rules.version.current_partners.standing
	anniversary.open
	not anniversary.notice_given
}

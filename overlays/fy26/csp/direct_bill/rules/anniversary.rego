package csp.direct_bill.rules

import data.csp.direct_bill.standing.anniversary
import data.lib.calendar

# Until its first anniversary month, a current partner is bound by the rules that were in
# force on the day before the new ones.
bound_by contains calendar.add_days(anniversary.since, -1) if {
	current_partner
	anniversary.not_bound_yet
}

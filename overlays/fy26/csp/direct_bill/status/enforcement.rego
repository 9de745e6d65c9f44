package csp.direct_bill.status

import data.csp.direct_bill.standing.restriction.values
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: >-
#   The day from which on Microsoft restricts the partner. Only ever the day of Microsoft's
#   own notice: nothing is concluded from the requirements, or from what others say.
t0_on := record.body.t0_on if {
	some record in notices
	calendar.is_day(record.body.t0_on)
}

# METADATA
# description: What Microsoft has given notice of, if it does not contradict itself.
notices contains record if {
	some record in input.facts.enforcement
	fact.stands(record)
	record.source == "microsoft"
}

# METADATA
# description: The first day of each state that Microsoft's notice leads to.
steps["restricted"] := t0_on

steps["suspended"] := calendar.add_days(t0_on, dated.at(values.suspended_after.dated, t0_on).value)

steps["revoked"] := calendar.add_days(t0_on, dated.at(values.revoked_after.dated, t0_on).value)

in_force contains name if {
	some name, day in steps
	day <= input.as_of
	not lifted
}

# Microsoft has said since that the partner is active: its later word counts.
lifted if {
	some record in input.facts.csp_status
	fact.stands(record)
	record.source == "microsoft"
	record.body.state == "active"
	record.valid_from > t0_on
}

disputed if count(contradicting) > 0

# Notices of Microsoft that name different days. What others say of a notice never counts.
contradicting contains record.id if {
	fact.disputed("enforcement", "")
	some record in input.facts.enforcement
	fact.leads(record)
	record.source == "microsoft"
}

facts_used contains record.id if some record in notices

facts_used contains id if some id in contradicting

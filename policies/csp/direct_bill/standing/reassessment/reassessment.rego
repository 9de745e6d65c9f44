# METADATA
# title: Annual reassessment
# description: >-
#   The assessment of the capabilities, repeated every year. What an assessment must be
#   is said by the requirement itself; here is only what differs for a current partner:
#   one that is overdue although Microsoft has been in touch about the next is for a
#   person to judge, because the partner cannot schedule it.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Annual reassessment of direct-bill partners
package csp.direct_bill.standing.reassessment

import data.csp.direct_bill.requirements.capabilities
import data.lib.calendar
import data.lib.fact

# METADATA
# description: The last assessment was passed in all areas, and the next is not due yet.
met := capabilities.met

overdue if capabilities.reason == "assessment_expired"

# Microsoft got in touch, or scheduled interviews, after the last assessment. Where what
# is said of it contradicts itself, it has come all the same: a person looks anyway.

contacts contains [day, record.id] if {
	some record in input.facts.assessment_contact
	fact.leads(record)
	some field in ["contacted_on", "scheduled_on"]
	day := record.body[field]
	later(day)
}

later(day) if {
	calendar.is_day(day)
	day > capabilities.assessed_on
	day <= input.as_of
}

# METADATA
# description: Why a person must look at it.
review contains code if some code in capabilities.review

review contains "reassessment_scheduled" if {
	overdue
	count(contacts) > 0
}

# METADATA
# description: What stands in the way.
reason := "reassessment_overdue" if overdue

reason := capabilities.reason if not overdue

# METADATA
# description: The values that explain it.
shown["required"] := capabilities.shown.required

shown["assessed_on"] := capabilities.shown.assessed_on

shown["valid_until"] := capabilities.shown.valid_until

shown["validity"] := capabilities.shown.validity

shown["claimed_on"] := capabilities.shown.claimed_on

shown["failed_areas"] := capabilities.shown.failed_areas

shown["conditional_areas"] := capabilities.shown.conditional_areas

shown["missing_areas"] := capabilities.shown.missing_areas

shown["since"] := capabilities.shown.since

shown["citation"] := capabilities.shown.citation

shown["contact_on"] := max({contact[0] | some contact in contacts}) if "reassessment_scheduled" in review

# The first day on which the next is overdue.
shown["next_on"] := calendar.add_days(capabilities.valid_until, 1) if met == true

facts_used contains id if some id in capabilities.facts_used

facts_used contains contact[1] if {
	"reassessment_scheduled" in review
	some contact in contacts
}

# METADATA
# description: What to send so that it can be determined.
missing contains request if some request in capabilities.missing

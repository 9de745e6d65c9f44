# METADATA
# title: Assessment interviews
# description: >-
#   Microsoft's side schedules the interviews only after Microsoft has confirmed the time
#   as an indirect reseller and the revenue. Interviews scheduled earlier break the order
#   of the page, which names no sanction, so they are for a person to judge.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Capabilities, interviews after tenure and revenue are confirmed
package csp.direct_bill.process.interviews

import data.csp.direct_bill.process.interviews.citation
import data.csp.direct_bill.requirements.capabilities
import data.csp.direct_bill.requirements.revenue_verification
import data.lib.fact

# METADATA
# description: >-
#   Due once interviews are scheduled, even if contradicting days are given, or have been
#   held, as an assessment by Microsoft's assessor shows.
default due := false

due if {
	some record in input.facts.assessment_contact
	fact.leads(record)
	fact.on_or_before(record.body.scheduled_on, input.as_of)
}

due if held_on

# METADATA
# description: Both confirmations were there when the interviews were scheduled.
met if {
	tenure_confirmed_on <= scheduled_on
	revenue_confirmed_on <= scheduled_on
}

# The day that is known; interviews that were held earlier were scheduled earlier.
scheduled_on := min(days)

days contains record.body.scheduled_on if {
	some record in input.facts.assessment_contact
	fact.stands(record)
	fact.on_or_before(record.body.scheduled_on, input.as_of)
}

days contains held_on

held_on := min({record.body.assessed_on | some record in capabilities.counting})

tenure_confirmed_on := record.body.confirmed_on if {
	some record in input.facts.reseller_tenure
	fact.stands(record)
	fact.on_or_before(record.body.confirmed_on, input.as_of)
}

# The first verification of months that count for this application: a later one takes
# nothing from interviews scheduled in between.
revenue_confirmed_on := min({record.body.on | some record in verified})

verified contains record if {
	some record in input.facts.revenue_verification
	fact.stands(record)
	record.key in revenue_verification.accepted_ends
	record.body.status == "verified"
	fact.on_or_before(record.body.on, input.as_of)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if count(disputed) > 0

review contains "scheduled_before_confirmation" if {
	scheduled_on
	not met
	count(disputed) == 0
}

disputed contains record.id if {
	due
	some kind in ["assessment_contact", "reseller_tenure"]
	some record in input.facts[kind]
	fact.leads(record)
	fact.disputed(kind, record.key)
}

disputed contains record.id if {
	due
	some record in input.facts.revenue_verification
	record.key in revenue_verification.accepted_ends
	fact.leads(record)
	fact.disputed("revenue_verification", record.key)
}

# METADATA
# description: Which confirmation came too late, or is not known; and who passed it on.
flags contains "tenure_confirmed_later" if {
	"scheduled_before_confirmation" in review
	tenure_confirmed_on > scheduled_on
}

flags contains "tenure_confirmation_not_known" if {
	"scheduled_before_confirmation" in review
	not tenure_confirmed_on
}

flags contains "revenue_confirmed_later" if {
	"scheduled_before_confirmation" in review
	revenue_confirmed_on > scheduled_on
}

flags contains "revenue_confirmation_not_known" if {
	"scheduled_before_confirmation" in review
	not revenue_confirmed_on
}

flags contains "relayed_by_the_partner" if {
	met == true
	some kind in ["reseller_tenure", "revenue_verification"]
	some record in input.facts[kind]
	record.id in facts_used
	record.source == "partner"
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["scheduled_on"] := scheduled_on

shown["tenure_confirmed_on"] := tenure_confirmed_on if due

shown["revenue_confirmed_on"] := revenue_confirmed_on if due

facts_used contains id if {
	due
	some kind in ["assessment_contact", "reseller_tenure"]
	some id in fact.ids(kind, "")
}

facts_used contains record.id if {
	due
	some record in verified
}

facts_used contains record.id if {
	held_on == scheduled_on
	some record in capabilities.counting
	record.body.assessed_on == held_on
}

facts_used contains id if some id in disputed

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "assessment_contact", "field": "scheduled_on"} if not due

missing contains {"kind": "reseller_tenure", "field": "confirmed_on"} if {
	"scheduled_before_confirmation" in review
	not tenure_confirmed_on
}

missing contains {"kind": "revenue_verification", "key": revenue_verification.latest, "field": "on"} if {
	"scheduled_before_confirmation" in review
	not revenue_confirmed_on
}

missing contains {"kind": "revenue_verification", "field": "on"} if {
	"scheduled_before_confirmation" in review
	not revenue_confirmed_on
	not revenue_verification.latest
}

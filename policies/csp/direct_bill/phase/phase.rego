# METADATA
# title: Phase of the process
# description: >-
#   How far an applicant has come, read from the facts. P1 self-check, P2 form
#   submitted, P3 Microsoft verifies revenue and tenure, P4 assessment interviews,
#   P5 business verification, P6 credit check, P7 credit passed and notice awaited,
#   P8 notice received, the support plan may be bought, P9 agreement accepted.
package csp.direct_bill.phase

import data.csp.direct_bill.rules
import data.lib.fact

# METADATA
# description: The number of the furthest phase reached.
number := max(reached)

# METADATA
# description: The phase as people name it, P1 to P9.
name := concat("", ["P", format_int(number, 10)])

reached contains 1

reached contains 2 if rules.submitted_on

# Where facts contradict one another, what they are about has come all the same: the
# step is due, and needs review.

reached contains 3 if {
	some record in input.facts.information_request
	fact.leads(record)
	fact.on_or_before(record.body.opened_on, input.as_of)
}

reached contains 3 if {
	some record in input.facts.revenue_verification
	fact.leads(record)
	record.body.status in {"under_review", "verified", "rejected"}
	fact.on_or_before(object.get(record.body, "on", ""), input.as_of)
}

reached contains 4 if {
	some record in input.facts.assessment_contact
	fact.leads(record)
	fact.on_or_before(record.body.contacted_on, input.as_of)
}

reached contains 4 if {
	some record in input.facts.assessment_contact
	fact.leads(record)
	fact.on_or_before(record.body.scheduled_on, input.as_of)
}

# An assessment by Microsoft's assessor counts, whoever did not mention the contact.
reached contains 4 if {
	some record in input.facts.capability_assessment
	fact.leads(record)
	record.body.assessor == "microsoft_third_party"
	fact.on_or_before(record.body.assessed_on, input.as_of)
}

reached contains 5 if {
	some record in input.facts.business_verification
	fact.leads(record)
	record.body.status in {"pending", "verified", "rejected"}
	fact.on_or_before(object.get(record.body, "on", ""), input.as_of)
}

reached contains 6 if {
	some credit in credits
	credit.status in {"pending", "failed"}
}

reached contains 7 if {
	some credit in credits
	credit.status == "passed"
}

reached contains 8 if {
	some credit in credits
	credit.status == "passed"
	fact.on_or_before(credit.notified_on, input.as_of)
}

reached contains 9 if {
	some record in input.facts.agreement
	fact.leads(record)
	record.body.model == "direct_bill"
	fact.on_or_before(record.body.accepted_on, input.as_of)
}

credits contains record.body if {
	some record in input.facts.credit_check
	fact.leads(record)
}

# METADATA
# title: Application form
# description: >-
#   The form is for partners who have verified that they meet the requirements. One
#   submitted earlier breaks the order of the page, which names no sanction, so it is
#   for a person to judge; the requirement that is not met counts by itself.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Start your enrollment, after verifying the minimum requirements
package csp.direct_bill.process.application

import data.csp.direct_bill.process.application.citation
import data.csp.direct_bill.rules
import data.csp.direct_bill.self_check
import data.lib.fact

# METADATA
# description: The form is submitted and complete.
met if {
	rules.submitted_on
	true in completed
}

# What was not met on the day of the application, judged by the facts that held on that
# day as far as they are still known. What cannot be told for that day is not held
# against the applicant.

failing := names if {
	then := {
		"as_of": rules.submitted_on,
		"facts": {kind: [record | some record in records; holds_then(record)] | some kind, records in held},
		"ended": {kind: [record | some record in records; over_then(record)] | some kind, records in ended},
	}
	names := self_check.failing with input as then
}

held[kind] := array.concat(object.get(input.facts, kind, []), object.get(ended, kind, [])) if {
	some kind in (object.keys(input.facts) | object.keys(ended))
}

ended := object.get(input, "ended", {})

holds_then(record) if {
	record.valid_from <= rules.submitted_on
	not over_then(record)
}

over_then(record) if fact.on_or_before(record.valid_to, rules.submitted_on)

completed := [value |
	some record in input.facts.application
	fact.stands(record)
	value := record.body.completed
]

# METADATA
# description: Why a person must look at it.
review contains "applied_before_eligible" if {
	count(failing) > 0
}

review contains "facts_in_conflict" if fact.disputed("application", "")

# METADATA
# description: Why there is no answer yet.
reason := "form_not_completed" if {
	rules.submitted_on
	false in completed
}

reason := "completion_not_stated" if {
	rules.submitted_on
	count(completed) == 0
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["submitted_on"] := rules.submitted_on

shown["failing"] := sort(failing) if "applied_before_eligible" in review

facts_used contains id if some id in fact.ids("application", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "application", "field": "submitted_on"} if {
	count(review) == 0
	not rules.submitted_on
}

missing contains {"kind": "application", "field": "completed"} if {
	count(review) == 0
	rules.submitted_on
	not true in completed
}

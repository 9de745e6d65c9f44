package csp.direct_bill.transition_test

import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition
import data.csp.direct_bill.transition.progress

on(day, body) := {"program": "csp.direct_bill.transition", "as_of": day, "ended": {}, "facts": {"transition": [{
	"id": "t", "kind": "transition", "key": "", "source": "partner", "valid_from": "2020-01-01", "body": body,
}]}}

# What the decision is made of. (A function that refers to the entrypoint itself cannot
# be compiled to Wasm.)
decided(request) := result if {
	result := {"outcome": transition.outcome, "findings": transition.collected} with input as request
		with partner_id.met as true
}

enrolled := {"ir_enrolled_on": "2024-09-02"}

partnered := object.union(enrolled, {"ir_agreement_on": "2024-09-03", "distributor_accepted_on": "2024-09-10"})

all_done := object.union(partnered, {"customers_moved": true, "customer_agreement": "accepted", "subscriptions_transferred": true})

test_the_decision_is_made_of_its_parts if {
	request := on("2024-09-20", all_done)
	decision := transition.decision with input as request
	decision.outcome == transition.outcome with input as request
	decision.rollup == decision.outcome
	decision.findings == transition.collected with input as request
}

test_outcomes if {
	decided(on("2024-09-20", {})).outcome == "not_started"
	decided(on("2024-09-01", enrolled)).outcome == "not_started"
	decided(on("2024-09-20", {"customer_agreement": "accepted"})).outcome == "not_started"
	decided(on("2024-09-02", enrolled)).outcome == "in_progress"
	decided(on("2024-09-20", all_done)).outcome == "completed"
	decided(on("2024-09-20", {"subscriptions_transferred": true})).outcome == "needs_review"
}

test_without_a_profile_nothing_is_completed if {
	result := transition.decision with input as on("2024-09-20", all_done)
	result.outcome == "in_progress"
	nothing := transition.decision with input as {"as_of": "2024-09-20", "facts": {}, "ended": {}}
	nothing.outcome == "not_started"
	[found.due | some found in nothing.findings] == [true, false, false, false, false, false, false]
}

test_done_open_and_blocked if {
	result := decided(on("2024-09-20", partnered))
	[[found.id, found.status, found.reason, found.due] | some found in result.findings; found.id != "partner_id"] == [
		["ir_enrollment", "met", "met", true],
		["ir_agreement", "met", "met", true],
		["distributor", "met", "met", true],
		["customers", "unknown", "unknown", true],
		["customer_agreements", "unknown", "blocked", false],
		["subscriptions", "unknown", "blocked", false],
	]
}

test_every_part_names_its_package if {
	transition.parts.partner_id == "csp.direct_bill.requirements.partner_id"
	transition.parts.customers == "csp.direct_bill.transition.steps.customers"
	count(transition.parts) == count(progress.order)
}

package csp.direct_bill.transition.steps.subscriptions_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.steps.subscriptions.citation

finding(body) := result if {
	result := findings.transition("subscriptions", true) with partner_id.met as true
		with input as {"as_of": "2024-09-20", "ended": {}, "facts": {"transition": [{
			"id": "t", "kind": "transition", "key": "", "source": "partner", "valid_from": "2024-09-01", "body": body,
		}]}}
}

# The steps before it are done.
ready(more) := finding(object.union(before, more))

before := {"ir_enrolled_on": "2024-09-02", "ir_agreement_on": "2024-09-03", "distributor_accepted_on": "2024-09-10", "customers_moved": true, "customer_agreement": "accepted"}

test_done if {
	result := ready({"subscriptions_transferred": true})
	result.status == "met"
	result.reason == "met"
	result.due == true
	result.facts == ["t"]
	result.missing == []
	result.shown.citation == citation
}

test_open_and_not_known if {
	every body in [{}, {"subscriptions_transferred": null}, {"subscriptions_transferred": 1}, {"subscriptions_transferred": "true"}] {
		result := ready(body)
		result.status == "unknown"
		result.reason == "unknown"
		result.due == true
		result.missing == [{"kind": "transition", "field": "subscriptions_transferred"}]
	}
}

test_said_not_to_be_done if {
	result := ready({"subscriptions_transferred": false})
	result.status == "not_met"
	result.reason == "open"
	result.due == true
	result.missing == []
}

test_blocked_by_an_earlier_step if {
	result := finding(object.remove(before, ["customer_agreement"]))
	result.due == false
	result.reason == "blocked"
	result.shown.waits_for == ["customer_agreements"]
	result.missing == []
}

test_done_without_an_earlier_step_is_for_a_person if {
	result := finding(object.union(object.remove(before, ["customer_agreement"]), {"subscriptions_transferred": true}))
	result.status == "needs_review"
	result.reason == "out_of_order"
	result.due == true
	result.shown.waits_for == ["customer_agreements"]
}

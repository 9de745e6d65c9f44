package csp.direct_bill.transition.steps.customer_agreements_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.steps.customer_agreements.citation

finding(body) := result if {
	result := findings.transition("customer_agreements", true) with partner_id.met as true
		with input as {"as_of": "2024-09-20", "ended": {}, "facts": {"transition": [{
			"id": "t", "kind": "transition", "key": "", "source": "partner", "valid_from": "2024-09-01", "body": body,
		}]}}
}

# The steps before it are done.
ready(more) := finding(object.union(before, more))

before := {"ir_enrolled_on": "2024-09-02", "ir_agreement_on": "2024-09-03", "distributor_accepted_on": "2024-09-10", "customers_moved": true}

test_done if {
	result := ready({"customer_agreement": "accepted"})
	result.status == "met"
	result.reason == "met"
	result.due == true
	result.facts == ["t"]
	result.missing == []
	result.shown.citation == citation
}

test_open_and_not_known if {
	every body in [{}, {"customer_agreement": null}, {"customer_agreement": true}, {"customer_agreement": "Accepted"}] {
		result := ready(body)
		result.status == "unknown"
		result.reason == "unknown"
		result.due == true
		result.missing == [{"kind": "transition", "field": "customer_agreement"}]
	}
}

test_an_acceptance_that_is_missing_or_not_kept if {
	every state, reason in {"none": "agreement_missing", "attested": "agreement_attested"} {
		result := ready({"customer_agreement": state})
		result.status == "not_met"
		result.reason == reason
		result.missing == []
		finding({"customer_agreement": state}).reason == "blocked"
	}
}

test_an_acceptance_may_be_older_than_the_move if {
	result := finding({"customer_agreement": "accepted"})
	result.status == "met"
	result.due == true
}

test_blocked_by_an_earlier_step if {
	result := finding(object.remove(before, ["customers_moved"]))
	result.due == false
	result.reason == "blocked"
	result.shown.waits_for == ["customers"]
	result.missing == []
}

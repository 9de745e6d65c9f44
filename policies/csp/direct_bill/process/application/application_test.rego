package csp.direct_bill.process.application_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.application.citation

# The self-check is tested by itself; here it says what the test needs.
finding(request, outcome, failing) := result if {
	result := findings.step("application", true) with input as request
		with data.csp.direct_bill.self_check.outcome as outcome
		with data.csp.direct_bill.self_check.failing as failing
}

eligible(request) := finding(request, "eligible", set())

form(body) := {"id": "form", "kind": "application", "key": "", "source": "partner", "valid_from": "2024-01-01", "body": body}

submitted(body) := {"as_of": "2024-06-16", "facts": {"application": [form(object.union({"submitted_on": "2024-06-16"}, body))]}}

test_met_when_submitted_after_the_self_check if {
	every body in [{}, {"completed": true}] {
		eligible(submitted(body)).status == "met"
	}
	eligible(submitted({})).due == true
	eligible(submitted({})).shown == {"submitted_on": "2024-06-16", "citation": citation}
	eligible(submitted({})).facts == ["form"]
	eligible(submitted({})).missing == []
}

test_not_due_before_it_is_submitted if {
	every request in [{"as_of": "2024-06-16", "facts": {}}, submitted({"submitted_on": "2024-06-17"})] {
		eligible(request).status == "unknown"
		eligible(request).reason == "unknown"
		eligible(request).due == false
		eligible(request).missing == [{"kind": "application", "field": "submitted_on"}]
	}
}

test_applied_before_eligible if {
	result := finding(submitted({}), "not_eligible", {"tenure", "revenue"})
	result.status == "needs_review"
	result.reason == "applied_before_eligible"
	result.shown.failing == ["revenue", "tenure"]
	finding(submitted({"submitted_on": "2024-06-17"}), "not_eligible", {"tenure"}).status == "unknown"
}

test_unknown_while_the_self_check_is_undecided if {
	every outcome in ["incomplete", "needs_review"] {
		finding(submitted({}), outcome, set()).status == "unknown"
		finding(submitted({}), outcome, set()).reason == "self_check_undecided"
	}
}

test_unknown_while_the_form_is_not_complete if {
	result := eligible(submitted({"completed": false}))
	result.status == "unknown"
	result.reason == "form_not_completed"
	result.missing == [{"kind": "application", "field": "completed"}]
	finding(submitted({"completed": false}), "incomplete", set()).reason == "form_not_completed"
}

test_what_cannot_be_read_decides_nothing if {
	every value in [null, "true", 1, []] {
		eligible(submitted({"completed": value})).status == "unknown"
		eligible(submitted({"completed": value})).reason == "unknown"
	}
	every day in [null, true, 20240616] {
		eligible(submitted({"submitted_on": day})).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	both := [form({"submitted_on": "2024-06-16"}), object.union(form({"submitted_on": "2024-06-15"}), {"id": "other"})]
	result := eligible({"as_of": "2024-06-16", "facts": {"application": both}})
	result.reason == "facts_in_conflict"
	result.facts == ["form", "other"]
}

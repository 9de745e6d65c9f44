package csp.direct_bill.gates.application_completed_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.application_completed.citation

on(day, facts) := result if {
	result := findings.gate("application_completed", true) with input as {"as_of": day, "facts": facts, "ended": {}}
}

record(kind, body) := {"id": kind, "kind": kind, "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

applied(body) := {"application": [record("application", body)]}

complete := applied({"submitted_on": "2024-06-16", "completed": true})

in_state(state) := {"csp_status": [record("csp_status", {"state": state})]}

test_open_from_the_day_of_the_application_on if {
	result := on("2024-06-16", complete)
	result.status == "met"
	result.shown == {"submitted_on": "2024-06-16", "citation": citation}
	result.facts == ["application"]
	result.missing == []
}

test_closed_the_day_before if {
	result := on("2024-06-15", complete)
	result.status == "not_met"
	result.reason == "application_to_come"
	result.shown.next_on == "2024-06-16"
}

test_closed_while_parts_are_missing if {
	result := on("2024-06-16", applied({"submitted_on": "2024-06-16", "completed": false}))
	result.status == "not_met"
	result.reason == "form_not_completed"
}

test_not_known_without_the_facts if {
	on("2024-06-16", {}).status == "unknown"
	on("2024-06-16", {}).missing == [{"kind": "application", "field": "completed"}, {"kind": "application", "field": "submitted_on"}]
	on("2024-06-16", applied({"submitted_on": "2024-06-16"})).status == "unknown"
	on("2024-06-16", applied({"submitted_on": "2024-06-16"})).missing == [{"kind": "application", "field": "completed"}]
}

test_what_cannot_be_read_opens_nothing if {
	every value in [null, "true", 1, ["true"]] {
		on("2024-06-16", applied({"submitted_on": "2024-06-16", "completed": value})).status == "unknown"
	}
	every day in [null, true, 20240616, ["2024-06-16"], "2024-06-31"] {
		result := on("2024-07-16", applied({"submitted_on": day, "completed": true}))
		result.status == "unknown"
		result.missing == [{"kind": "application", "field": "submitted_on"}]
	}
}

test_a_current_partner_has_applied_once if {
	every state in ["active", "restricted"] {
		result := on("2024-06-16", in_state(state))
		result.status == "met"
		result.reason == "current_partner"
		result.facts == ["csp_status"]
		on("2024-06-16", object.union(in_state(state), applied({"submitted_on": "2024-06-17", "completed": false}))).status == "met"
	}
	every state in ["suspended", "revoked"] {
		on("2024-06-16", in_state(state)).status == "unknown"
		on("2024-06-16", object.union(in_state(state), complete)).status == "met"
	}
}

test_contradictions_are_for_a_person if {
	both := {"application": array.concat(complete.application, [object.union(complete.application[0], {"id": "other", "body": {"completed": false}})])}
	result := on("2024-06-16", both)
	result.reason == "facts_in_conflict"
	result.facts == ["application", "other"]
	result.missing == []
	on("2024-06-16", object.union(both, in_state("active"))).status == "met"
}

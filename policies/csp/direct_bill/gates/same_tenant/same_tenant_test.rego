package csp.direct_bill.gates.same_tenant_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.same_tenant.citation

page(title) := {"title": title, "url": "https://example.com"}

values := {"enrollment": {"dated": [
	{"since": "2020-01-01", "value": "allowed", "citation": page("one")},
	{"since": "2024-10-01", "value": "after_restriction", "citation": page("two")},
]}}

on(day, states) := result if {
	result := findings.gate("same_tenant", true) with input as {"as_of": day, "ended": {}, "facts": {"csp_status": [status(state) | some state in states]}}
		with data.csp.direct_bill.gates.same_tenant.values as values
}

status(state) := {
	"id": concat(":", ["s", state]), "kind": "csp_status", "key": "", "source": "microsoft",
	"valid_from": "2020-01-01", "body": {"state": state},
}

test_allowed_in_any_state if {
	every states in [[], ["active"], ["restricted"], ["active", "restricted"]] {
		result := on("2024-09-30", states)
		result.status == "met"
		result.reason == "met"
		result.shown == {"since": "2020-01-01", "citation": page("one")}
		result.facts == []
	}
}

test_only_after_the_restriction if {
	open := on("2024-10-01", ["restricted"])
	open.status == "met"
	open.reason == "restricted"
	open.shown.since == "2024-10-01"
	open.facts == ["s:restricted"]
	every state in ["active", "suspended", "revoked"] {
		on("2024-10-01", [state]).status == "not_met"
		on("2024-10-01", [state]).reason == "not_restricted"
	}
}

test_not_known_where_the_state_matters if {
	every states in [[], ["Restricted"]] {
		on("2024-10-01", states).status == "unknown"
		on("2024-10-01", states).missing == [{"kind": "csp_status", "field": "state"}]
	}
	both := on("2024-10-01", ["active", "restricted"])
	both.status == "needs_review"
	both.reason == "facts_in_conflict"
	both.missing == []
}

test_not_known_before_the_rules if {
	on("2019-12-31", ["restricted"]).status == "unknown"
	on("2019-12-31", ["restricted"]).reason == "no_rules_yet"
	on("2019-12-31", []).shown == {"citation": citation}
}

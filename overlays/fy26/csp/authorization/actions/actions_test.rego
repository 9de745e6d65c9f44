package csp.authorization.actions_test

import data.csp.authorization.actions

stub(name, due) := {"id": name, "status": status, "due": due} if {
	status := object.get(data.statuses_given, name, "met")
}

named := {"leave": {"gates": ["one", "two"]}, "stay": {"gates": []}}

# What the decision is made of. (A function that refers to the entrypoint itself cannot
# be compiled to Wasm.)
parts := {"outcome": actions.outcome, "rollup": actions.rolled_up, "findings": actions.gates}

asked(action, given) := result if {
	result := parts with input as {"program": "csp.authorization.actions", "as_of": "2026-01-31", "action": action, "facts": {}}
		with data.csp.authorization.actions.actions as named
		with data.csp.authorization.findings.gate as stub
		with data.statuses_given as given
}

test_the_decision_is_made_of_its_parts if {
	request := {"program": "csp.authorization.actions", "as_of": "2026-01-31", "action": "reenroll_as_indirect_reseller", "facts": {}, "ended": {}}
	decision := actions.decision with input as request
	parts == decision with input as request
	decision.outcome == "deny"
}

test_allowed_when_all_gates_are_open if {
	result := asked("leave", {})
	result.outcome == "allow"
	result.rollup == "allow"
	[gate.id | some gate in result.findings] == ["one", "two"]
}

test_only_what_is_certain_allows if {
	every status, rollup in {"not_met": "deny", "needs_review": "needs_review", "unknown": "incomplete"} {
		asked("leave", {"two": status}).outcome == "deny"
		asked("leave", {"two": status}).rollup == rollup
	}
	asked("leave", {"one": "not_met", "two": "needs_review"}).rollup == "deny"
}

test_an_action_without_gates_is_not_allowed if {
	asked("stay", {}).outcome == "deny"
	asked("fly", {}).rollup == "incomplete"
}

test_every_part_names_its_package if {
	every gate, name in actions.parts {
		name == concat(".", ["csp.authorization.gates", gate])
		is_string(data.csp.authorization.gates[gate].ref)
	}
}

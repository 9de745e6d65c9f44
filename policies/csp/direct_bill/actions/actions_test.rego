package csp.direct_bill.actions_test

import data.csp.direct_bill.actions

table := {
	"go": {"gates": ["one", "two", "infrastructure"]},
	"stay": {"gates": ["three"]},
}

# Stands in for the findings: they are tested where they are made.
# data.statuses_given is given by the test.
stub(name, due) := {"id": name, "status": status, "due": due} if {
	status := object.get(data.statuses_given, name, "met")
}

versions := [{
	"id": "V-1", "since": "2020-01-01",
	"requirements": {"P1": ["first"]}, "process": {"P2": ["second"]}, "advisory": [],
}]

# What the decision is made of. (A function that refers to the entrypoint itself cannot be
# compiled to Wasm.)
made_of := {
	"outcome": actions.outcome,
	"rollup": actions.rolled_up,
	"version": actions.version,
	"findings": actions.gates,
}

asked(action, given) := result if {
	result := made_of with input as {"as_of": "2024-06-15", "action": action, "facts": {}, "ended": {}}
		with data.csp.direct_bill.actions.actions as table
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.findings.requirement as stub
		with data.csp.direct_bill.findings.gate as stub
		with data.statuses_given as given
}

test_allowed_when_all_gates_are_open if {
	result := asked("go", {"three": "not_met"})
	result.outcome == "allow"
	result.rollup == "allow"
	result.version == "V-1"
	[gate.id | some gate in result.findings] == ["one", "two", "infrastructure"]
	every gate in result.findings {
		gate.due == true
	}
}

test_each_gate_can_deny if {
	every name in ["one", "two", "infrastructure"] {
		every status, rollup in {"not_met": "deny", "needs_review": "needs_review", "unknown": "incomplete"} {
			asked("go", {name: status}).outcome == "deny"
			asked("go", {name: status}).rollup == rollup
		}
	}
}

test_the_worst_counts if {
	asked("go", {"one": "unknown", "two": "needs_review"}).rollup == "needs_review"
	asked("go", {"one": "unknown", "two": "not_met", "infrastructure": "needs_review"}).rollup == "deny"
	asked("stay", {"one": "not_met"}).rollup == "allow"
}

test_what_nobody_knows_is_not_allowed if {
	every action in ["unheard_of", "", null] {
		asked(action, {}).outcome == "deny"
		asked(action, {}).rollup == "incomplete"
		asked(action, {}).findings == []
	}
	actions.outcome == "deny" with input as {"as_of": "2024-06-15", "facts": {}, "ended": {}}
}

test_the_decision_is_made_of_its_parts if {
	request := {"as_of": "2024-06-15", "action": "stay", "facts": {}, "ended": {}}
	decision := actions.decision with input as request with data.csp.direct_bill.actions.actions as table
	made_of == object.remove(decision, ["phase"]) with input as request with data.csp.direct_bill.actions.actions as table
	decision.phase == "P1"
	decision.outcome == "deny"
}

test_before_the_first_version if {
	result := actions.decision with input as {"as_of": "2017-12-31", "action": "submit_application", "facts": {}, "ended": {}}
	result.version == ""
	result.outcome == "deny"
}

test_every_part_names_its_package if {
	result := actions.parts with data.csp.direct_bill.actions.actions as table with data.csp.direct_bill.rules.versions as versions
	result == {
		"one": "csp.direct_bill.gates.one",
		"two": "csp.direct_bill.gates.two",
		"three": "csp.direct_bill.gates.three",
		"infrastructure": "csp.direct_bill.requirements.infrastructure",
		"first": "csp.direct_bill.requirements.first",
		"second": "csp.direct_bill.process.second",
	}
}

test_what_stands_behind_a_gate_is_told_unless_it_is_met if {
	told := [{"id": "open", "due": true, "status": "met"}, {"id": "shut", "due": true, "status": "not_met"}, {"id": "later", "due": false, "status": "unknown"}]
	actions.behind == [told[1]] with input as {"as_of": "2024-06-15", "action": "sum", "facts": {}, "ended": {}}
		with data.csp.direct_bill.actions.actions as {"sum": {"gates": ["minimum_requirements"]}}
		with data.csp.direct_bill.gates.minimum_requirements.results as told
}

# What the table in data.yaml must always be, whatever it says.

test_nothing_is_allowed_without_facts if {
	every action in object.keys(actions.actions) {
		result := actions.decision with input as {"as_of": "2024-06-15", "action": action, "facts": {}, "ended": {}}
		result.outcome == "deny"
		every gate in actions.actions[action].gates {
			gate in [finding.id | some finding in result.findings]
		}
	}
}

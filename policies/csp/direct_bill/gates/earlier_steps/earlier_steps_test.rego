package csp.direct_bill.gates.earlier_steps_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.earlier_steps
import data.csp.direct_bill.gates.earlier_steps.citation

versions := [{
	"id": "V-1", "since": "2020-01-01", "advisory": ["advised"],
	"requirements": {"P1": ["first", "advised"], "P8": ["eighth"]},
	"process": {"P2": ["second"], "P4": ["interviews"], "P9": ["ninth"]},
}]

# Stands in for the findings: they are tested where they are made. data.statuses_given is
# given by the test.
stub(name, due) := {
	"id": name, "status": status, "due": due, "shown": {"next_on": "2024-07-01"},
	"facts": [name], "missing": [{"kind": name}],
} if {
	status := object.get(data.statuses_given, name, "met")
	status != "not_due"
}

stub(name, _) := {"id": name, "status": "unknown", "due": false, "shown": {}, "facts": [name], "missing": [{"kind": name}]} if {
	data.statuses_given[name] == "not_due"
}

# What the finding is made of, because the function that makes findings is replaced.
asked(day, given) := result if {
	result := {
		"met": [value | value := earlier_steps.met],
		"reason": [value | value := earlier_steps.reason],
		"review": earlier_steps.review,
		"flags": earlier_steps.flags,
		"shown": object.remove(earlier_steps.shown, ["citation"]),
		"facts": earlier_steps.facts_used,
		"missing": earlier_steps.missing,
	} with input as {"as_of": day, "facts": {}, "ended": {}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.findings.requirement as stub
		with data.csp.direct_bill.findings.step as stub
		with data.statuses_given as given
}

test_open_when_everything_before_is_met if {
	result := asked("2024-06-15", {})
	result.met == [true]
	result.facts == {"first", "eighth", "second", "interviews"}
	result.missing == set()
	result.flags == set()
	result.shown == {}
}

test_advice_and_what_comes_after_do_not_count if {
	asked("2024-06-15", {"advised": "not_met", "ninth": "not_met"}).met == [true]
}

test_steps_that_do_not_apply_are_left_out if {
	result := asked("2024-06-15", {"interviews": "not_due"})
	result.met == [true]
	result.facts == {"first", "eighth", "second"}
	result.missing == set()
}

test_each_of_them_counts if {
	every name in ["first", "eighth", "second", "interviews"] {
		asked("2024-06-15", {name: "not_met"}).met == [false]
		asked("2024-06-15", {name: "not_met"}).shown == {"failing": [name], "next_on": "2024-07-01"}
		asked("2024-06-15", {name: "not_met"}).flags == {"opens_on_a_day"}
		asked("2024-06-15", {name: "unknown"}).met == []
		asked("2024-06-15", {name: "unknown"}).missing == {{"kind": name}}
		asked("2024-06-15", {name: "needs_review"}).review == {"step_needs_review"}
	}
}

test_everything_in_the_way_is_named if {
	result := asked("2024-06-15", {"first": "unknown", "second": "needs_review", "eighth": "not_met"})
	result.met == [false]
	result.review == set()
	result.flags == {"others_to_review", "others_unknown"}
	result.shown == {"failing": ["eighth"], "to_review": ["second"], "unknown": ["first"]}
	result.facts == {"first", "second", "eighth"}
	asked("2024-06-15", {"first": "unknown", "second": "needs_review"}).flags == {"others_unknown"}
}

test_no_rules_yet if {
	result := asked("2019-12-31", {})
	result.met == []
	result.reason == ["no_rules_yet"]
}

test_closed_without_facts if {
	result := findings.gate("earlier_steps", true) with input as {"as_of": "2024-06-15", "facts": {}, "ended": {}}
	result.status in {"unknown", "not_met"}
	result.shown.citation == citation
}

package csp.direct_bill.enrollment_test

import data.csp.direct_bill.enrollment
import data.csp.direct_bill.rules

versions := [{
	"id": "V-1",
	"since": "2020-01-01",
	"requirements": {"P1": ["first", "advised"], "P4": ["fourth"]},
	"process": {"P1": ["rules_in_force"], "P9": ["microsoft_decision"]},
	"advisory": ["advised"],
}]

# Stands in for the findings: they are tested where they are made.
# data.statuses_given is given by the test.
stub(name, due) := {"id": name, "status": status, "due": due} if {
	status := object.get(data.statuses_given, name, "met")
}

# What the decision is made of. (A function that refers to the entrypoint itself cannot
# be compiled to Wasm.)
parts := {
	"outcome": enrollment.outcome,
	"rollup": enrollment.rolled_up,
	"version": enrollment.version,
	"findings": array.concat(enrollment.requirements, enrollment.steps),
}

decided(day, phase, given) := result if {
	result := parts with input as {"as_of": day, "facts": {}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.phase.number as phase
		with data.csp.direct_bill.findings.requirement as stub
		with data.csp.direct_bill.findings.step as stub
		with data.statuses_given as given
}

by_microsoft(met, given) := result if {
	result := parts with input as {"as_of": "2024-06-15", "facts": {}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.process.microsoft_decision.met as met
		with data.csp.direct_bill.findings.requirement as stub
		with data.csp.direct_bill.findings.step as stub
		with data.statuses_given as given
}

due(decision) := {finding.id | some finding in decision.findings; finding.due == true}

test_the_decision_is_made_of_its_parts if {
	request := microsoft_says("pending")
	decision := enrollment.decision with input as request
	parts == object.remove(decision, ["phase"]) with input as request
	decision.phase == "P1"
}

test_eligible_when_all_that_is_due_is_met if {
	result := decided("2024-06-15", 1, {})
	result.outcome == "eligible"
	result.rollup == "eligible"
	result.version == "V-1"
	[finding.id | some finding in result.findings] == ["first", "advised", "fourth", "rules_in_force", "microsoft_decision"]
}

test_the_worst_status_that_is_due_counts if {
	decided("2024-06-15", 1, {"first": "unknown"}).outcome == "incomplete"
	decided("2024-06-15", 1, {"first": "unknown", "rules_in_force": "needs_review"}).outcome == "needs_review"
	decided("2024-06-15", 1, {"first": "not_met", "rules_in_force": "needs_review"}).outcome == "not_eligible"
}

test_due_from_its_phase_on if {
	due(decided("2024-06-15", 3, {})) == {"first", "rules_in_force", "microsoft_decision"}
	due(decided("2024-06-15", 4, {})) == {"first", "fourth", "rules_in_force", "microsoft_decision"}
	decided("2024-06-15", 3, {"fourth": "not_met"}).outcome == "eligible"
	decided("2024-06-15", 4, {"fourth": "not_met"}).outcome == "not_eligible"
}

test_advice_is_shown_and_never_counts if {
	result := decided("2024-06-15", 9, {"advised": "not_met"})
	result.outcome == "eligible"
	not "advised" in due(result)
}

test_microsofts_decision_overrides_in_both_directions if {
	result := by_microsoft(false, {})
	result.outcome == "not_eligible"
	result.rollup == "eligible"
	every status in ["not_met", "needs_review", "unknown"] {
		by_microsoft(true, {"first": status}).outcome == "eligible"
		by_microsoft(true, {"first": status}).rollup != "eligible"
		by_microsoft(false, {"first": status}).outcome == "not_eligible"
	}
}

test_what_overrides_is_no_part_of_the_roll_up if {
	result := by_microsoft(false, {"microsoft_decision": "not_met"})
	result.outcome == "not_eligible"
	result.rollup == "eligible"
}

test_before_the_first_version_nothing_overrides if {
	every met in [true, false] {
		result := parts with input as {"as_of": "2019-12-31", "facts": {}, "ended": {}}
			with data.csp.direct_bill.rules.versions as versions
			with data.csp.direct_bill.process.microsoft_decision.met as met
		result.outcome == "incomplete"
	}
}

test_contradicting_decisions_count_like_any_finding if {
	said := microsoft_says("approved").facts.microsoft_decision[0]
	other := object.union(said, {"id": "e", "body": {"value": "declined"}})
	result := parts with input as {"as_of": "2024-06-15", "ended": {}, "facts": {"microsoft_decision": [said, other]}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.findings.requirement as stub
	result.outcome == "needs_review"
	result.rollup == "needs_review"
}

test_a_relayed_decision_counts_like_any_finding if {
	said := object.union(microsoft_says("declined").facts.microsoft_decision[0], {"source": "partner"})
	result := parts with input as {"as_of": "2024-06-15", "ended": {}, "facts": {"microsoft_decision": [said]}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.findings.requirement as stub
	result.outcome == "needs_review"
	result.rollup == "needs_review"
}

microsoft_says(value) := {"as_of": "2024-06-15", "ended": {}, "facts": {"microsoft_decision": [{
	"id": "d", "kind": "microsoft_decision", "key": "", "source": "microsoft",
	"valid_from": "2024-06-01", "body": {"value": value},
}]}}

test_microsofts_decision_counts_in_any_phase if {
	every value in ["approved", "declined"] {
		result := enrollment.decision with input as microsoft_says(value)
		"microsoft_decision" in due(result)
		result.phase == "P1"
	}
}

test_before_the_first_version_it_stays_incomplete if {
	result := enrollment.decision with input as {"as_of": "2019-12-31", "facts": {}, "ended": {}}
		with data.csp.direct_bill.rules.versions as versions
	result.outcome == "incomplete"
	result.version == ""
	[[finding.id, finding.reason, finding.due] | some finding in result.findings] == [["rules_in_force", "no_rules_yet", true]]
}

test_nobody_is_eligible_without_facts if {
	every version in rules.versions {
		result := enrollment.decision with input as {"as_of": version.since, "facts": {}, "ended": {}}
		result.outcome != "eligible"
		result.version == version.id
	}
}

test_every_part_names_its_package if {
	result := enrollment.parts with data.csp.direct_bill.rules.versions as versions
	result.first == "csp.direct_bill.requirements.first"
	result.rules_in_force == "csp.direct_bill.process.rules_in_force"
	count(result) == 5
}

package csp.direct_bill.retention_test

import data.csp.direct_bill.retention
import data.csp.direct_bill.review
import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.revenue_deadline

versions := [
	{
		"id": "V-1",
		"since": "2020-01-01",
		"current_partners": {
			"requirements": ["first", "advised", "revenue", "revenue_verification"],
			"process": ["rules_in_force"],
			"standing": ["revenue_deadline", "restriction"],
		},
		"advisory": ["advised"],
	},
	{
		"id": "V-2",
		"since": "2023-01-01",
		"current_partners": {
			"requirements": ["first", "revenue", "revenue_verification"],
			"process": ["rules_in_force"],
			"standing": ["restriction"],
		},
		"advisory": [],
	},
]

# Stands in for the findings: they are tested where they are made.
# data.statuses_given is given by the test.
stub(name, due) := {"id": name, "status": status, "due": due} if {
	status := object.get(data.statuses_given, name, "met")
}

# What the decision is made of. (A function that refers to the entrypoint itself cannot
# be compiled to Wasm.)
parts := {
	"outcome": retention.outcome,
	"rollup": retention.outcome,
	"version": retention.version,
	"findings": retention.collected,
}

decided(day, binding, given) := result if {
	result := parts with input as {"program": "csp.direct_bill.retention", "as_of": day, "facts": {}}
		with data.csp.direct_bill.rules.versions as versions
		with revenue_deadline.binding as binding
		with data.csp.direct_bill.findings.requirement as stub
		with data.csp.direct_bill.findings.step as stub
		with data.csp.direct_bill.findings.standing as stub
		with data.statuses_given as given
}

due(decision) := {finding.id | some finding in decision.findings; finding.due == true}

test_the_decision_is_made_of_its_parts if {
	request := {"program": "csp.direct_bill.retention", "as_of": "2024-06-15", "facts": {}, "ended": {}}
	decision := retention.decision with input as request
	parts == decision with input as request
}

test_compliant_when_all_that_is_due_is_met if {
	result := decided("2024-06-15", false, {})
	result.outcome == "compliant"
	result.version == "V-2"
	[finding.id | some finding in result.findings] == ["first", "revenue", "revenue_verification", "rules_in_force", "restriction"]
	due(result) == {"first", "revenue", "rules_in_force", "restriction"}
}

test_the_worst_status_that_is_due_counts if {
	every status, outcome in {"unknown": "incomplete", "needs_review": "needs_review", "not_met": "non_compliant"} {
		decided("2024-06-15", false, {"first": status}).outcome == outcome
	}
	decided("2024-06-15", false, {"first": "not_met", "revenue": "needs_review"}).outcome == "non_compliant"
}

test_before_its_review_a_shortfall_is_a_risk if {
	result := decided("2024-06-15", false, {"first": "not_met"}) with review.breach_today as false
	result.outcome == "at_risk"
	result.rollup == "at_risk"
}

test_a_restriction_by_microsoft_is_no_mere_risk if {
	result := decided("2024-06-15", false, {"restriction": "not_met"}) with review.breach_today as false
	result.outcome == "non_compliant"
}

test_a_verification_counts_only_when_something_came_of_it if {
	every status in ["met", "unknown"] {
		not "revenue_verification" in due(decided("2024-06-15", false, {"revenue_verification": status}))
	}
	every status in ["needs_review", "not_met"] {
		"revenue_verification" in due(decided("2024-06-15", false, {"revenue_verification": status}))
	}
}

test_before_the_minimum_binds_a_shortfall_is_no_breach if {
	given := {"revenue": "not_met", "revenue_verification": "not_met"}
	decided("2021-06-15", false, given).outcome == "compliant"
	due(decided("2021-06-15", false, given)) == {"first", "rules_in_force", "revenue_deadline", "restriction"}
	decided("2021-06-15", true, given).outcome == "non_compliant"
	count(due(decided("2021-06-15", true, given))) == 6
}

test_advice_is_shown_and_never_counts if {
	result := decided("2021-06-15", true, {"advised": "not_met"})
	result.outcome == "compliant"
	not "advised" in due(result)
}

test_before_the_first_version_it_stays_incomplete if {
	result := retention.decision with input as {"program": "csp.direct_bill.retention", "as_of": "2019-12-31", "facts": {}, "ended": {}}
		with data.csp.direct_bill.rules.versions as versions
	result.outcome == "incomplete"
	result.version == ""
	[[finding.id, finding.reason, finding.due] | some finding in result.findings] == [["rules_in_force", "no_rules_yet", true]]
}

test_nobody_is_compliant_without_facts if {
	every version in rules.versions {
		result := retention.decision with input as {"program": "csp.direct_bill.retention", "as_of": version.since, "facts": {}, "ended": {}}
		result.outcome != "compliant"
		result.version == version.id
	}
}

test_every_part_names_its_package if {
	result := retention.parts with data.csp.direct_bill.rules.versions as versions
	result.first == "csp.direct_bill.requirements.first"
	result.rules_in_force == "csp.direct_bill.process.rules_in_force"
	result.restriction == "csp.direct_bill.standing.restriction"
	count(result) == 7
}

package csp.direct_bill.standing.reassessment_test

import data.csp.direct_bill.findings

page := {"title": "Page", "url": "https://example.com"}

# The tests bring their own values, so that editing data.yaml never breaks them.
values := {
	"areas": {"dated": [{"since": "2020-01-01", "value": ["billing", "security"], "citation": page}]},
	"validity": {"dated": [{"since": "2020-01-01", "value": 12, "citation": page}]},
	"assessors": {"dated": [{"since": "2020-01-01", "value": ["microsoft_third_party"], "citation": page}]},
}

finding(request) := result if {
	result := findings.standing("reassessment", true) with input as request
		with data.csp.direct_bill.requirements.capabilities.values as values
}

assessed(results) := {
	"id": "a", "kind": "capability_assessment", "key": "A", "source": "assessor", "valid_from": "2024-08-01",
	"body": {"assessor": "microsoft_third_party", "assessed_on": "2024-08-01", "results": results},
}

passed := assessed({"billing": "pass", "security": "pass"})

contact(id, body) := {"id": id, "kind": "assessment_contact", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

on(day, assessments, contacts) := {"as_of": day, "facts": {"capability_assessment": assessments, "assessment_contact": contacts}}

test_met_up_to_the_last_day_of_the_year if {
	result := finding(on("2025-08-01", [passed], []))
	result.status == "met"
	result.reason == "met"
	result.shown.valid_until == "2025-08-01"
	result.shown.next_on == "2025-08-02"
	result.shown.validity == {"months": 12}
	result.shown.required == ["billing", "security"]
	result.shown.since == "2020-01-01"
	result.shown.citation == page
	result.facts == ["a"]
}

test_overdue_from_the_day_after if {
	result := finding(on("2025-08-02", [passed], []))
	result.status == "not_met"
	result.reason == "reassessment_overdue"
	result.shown.assessed_on == "2024-08-01"
	not result.shown.next_on
}

test_late_through_no_fault_is_for_a_person if {
	every body in [
		{"contacted_on": "2025-07-10"},
		{"scheduled_on": "2025-07-10"},
		{"contacted_on": "2024-07-01", "scheduled_on": "2025-07-10"},
		{"contacted_on": "2025-07-10", "scheduled_on": "2025-08-20"},
	] {
		result := finding(on("2025-08-02", [passed], [contact("c", body)]))
		result.status == "needs_review"
		result.reason == "reassessment_scheduled"
		result.shown.contact_on == "2025-07-10"
		result.facts == ["a", "c"]
	}
	finding(on("2025-08-01", [passed], [contact("c", {"contacted_on": "2025-07-10"})])).status == "met"
	finding(on("2025-08-01", [passed], [contact("c", {"contacted_on": "2025-07-10"})])).facts == ["a"]
}

test_a_contact_counts_only_between_the_last_assessment_and_today if {
	every day, status in {"2024-08-01": "not_met", "2024-08-02": "needs_review", "2025-08-02": "needs_review", "2025-08-03": "not_met"} {
		finding(on("2025-08-02", [passed], [contact("c", {"contacted_on": day})])).status == status
	}
	every day in [null, true, 20250710, "soon", ["2025-07-10"]] {
		finding(on("2025-08-02", [passed], [contact("c", {"scheduled_on": day})])).status == "not_met"
	}
}

test_contacts_that_contradict_each_other if {
	both := [contact("c", {"contacted_on": "2025-07-10"}), contact("d", {"contacted_on": "2025-07-11"})]
	result := finding(on("2025-08-02", [passed], both))
	result.reason == "reassessment_scheduled"
	result.shown.contact_on == "2025-07-11"
}

test_a_contact_does_not_undo_a_failure if {
	failed := assessed({"billing": "pass", "security": "fail"})
	result := finding(on("2024-09-01", [failed], [contact("c", {"contacted_on": "2024-08-20"})]))
	result.status == "not_met"
	result.reason == "area_failed"
	result.shown.failed_areas == ["security"]
}

test_what_a_person_must_judge_anyway if {
	conditional := finding(on("2024-09-01", [assessed({"billing": "conditional", "security": "pass"})], []))
	conditional.reason == "conditional_pass"
	conditional.shown.conditional_areas == ["billing"]
	claimed := finding(on("2024-09-01", [object.union(passed, {"source": "partner"})], []))
	claimed.reason == "appointment_claimed"
	claimed.shown.claimed_on == "2024-08-01"
}

test_unknown_without_an_assessment_or_a_result if {
	nothing := finding(on("2024-09-01", [], [contact("c", {"contacted_on": "2024-08-20"})]))
	nothing.status == "unknown"
	nothing.reason == "unknown"
	nothing.missing == [{"kind": "capability_assessment"}]
	gap := finding(on("2024-09-01", [assessed({"billing": "pass"})], []))
	gap.reason == "areas_missing"
	gap.shown.missing_areas == ["security"]
	count(gap.missing) == 1
}

package csp.direct_bill.requirements.capabilities_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.capabilities.citation

page(title) := {"title": title, "url": "https://example.com"}

values := {
	"areas": {"dated": [
		{"since": "2020-01-01", "value": ["billing", "security"], "citation": page("areas")},
		{"since": "2026-01-01", "value": ["billing", "security", "compliance"], "citation": page("areas")},
	]},
	"validity": {"dated": [{"since": "2020-01-01", "value": 12, "citation": page("validity")}]},
	"assessors": {"dated": [{"since": "2020-01-01", "value": ["microsoft_third_party"], "citation": page("assessors")}]},
}

finding(request) := result if {
	result := findings.requirement("capabilities", true) with input as request
		with data.csp.direct_bill.requirements.capabilities.values as values
}

assessment(id, assessor, day, results) := {
	"id": id, "kind": "capability_assessment", "key": id, "source": "assessor", "valid_from": "2024-01-01",
	"body": {"assessor": assessor, "assessed_on": day, "results": results},
}

third_party(id, day, results) := assessment(id, "microsoft_third_party", day, results)

on(day, records) := {"as_of": day, "facts": {"capability_assessment": records}}

all_passed := {"billing": "pass", "security": "pass"}

test_met_when_all_areas_are_passed if {
	result := finding(on("2024-08-01", [third_party("a", "2024-08-01", all_passed)]))
	result.status == "met"
	result.shown.required == ["billing", "security"]
	result.shown.passed_areas == ["billing", "security"]
	not "missing_areas" in object.keys(result.shown)
	result.shown.since == "2020-01-01"
	result.shown.citation == page("areas")
	result.facts == ["a"]
}

test_it_counts_up_to_the_same_day if {
	records := [third_party("a", "2024-08-01", all_passed)]
	finding(on("2025-08-01", records)).status == "met"
	finding(on("2025-08-02", records)).status == "not_met"
	finding(on("2025-08-02", records)).reason == "assessment_expired"
	finding(on("2025-08-02", records)).shown.valid_until == "2025-08-01"
	finding(on("2025-08-02", records)).shown.validity == {"months": 12}
	finding(on("2025-08-02", records)).shown.citation == page("validity")
	leap := [third_party("a", "2024-02-29", all_passed)]
	finding(on("2025-02-28", leap)).status == "met"
	finding(on("2025-03-01", leap)).status == "not_met"
}

test_an_assessment_to_come_does_not_count if {
	finding(on("2024-07-31", [third_party("a", "2024-08-01", all_passed)])).status == "unknown"
}

test_an_area_that_failed if {
	result := finding(on("2024-09-01", [third_party("a", "2024-08-01", {"billing": "conditional", "security": "fail"})]))
	result.status == "not_met"
	result.reason == "area_failed"
	result.shown.failed_areas == ["security"]
	finding(on("2026-09-01", [third_party("a", "2024-08-01", {"security": "fail"})])).reason == "area_failed"
}

test_a_conditional_pass_is_for_a_person if {
	conditional := {"billing": "pass", "security": "conditional"}
	result := finding(on("2024-09-01", [third_party("a", "2024-08-01", conditional)]))
	result.status == "needs_review"
	result.reason == "conditional_pass"
	result.shown.conditional_areas == ["security"]
	finding(on("2025-09-01", [third_party("a", "2024-08-01", conditional)])).reason == "assessment_expired"
}

test_areas_without_a_result if {
	every results in [{"billing": "pass"}, {"billing": "pass", "security": true}, {"billing": "pass", "security": "Pass"}, {"billing": "pass", "security": null}] {
		result := finding(on("2024-09-01", [third_party("a", "2024-08-01", results)]))
		result.status == "unknown"
		result.reason == "areas_missing"
		result.shown.missing_areas == ["security"]
		result.missing == [{"kind": "capability_assessment", "key": "a", "field": "results.security"}]
	}
	finding(on("2024-09-01", [third_party("a", "2024-08-01", "pass")])).reason == "areas_missing"
}

test_areas_that_are_not_required_do_not_count if {
	finding(on("2024-09-01", [third_party("a", "2024-08-01", object.union(all_passed, {"compliance": "fail"}))])).status == "met"
}

test_a_new_area_is_required_from_its_day if {
	records := [third_party("a", "2025-08-01", all_passed)]
	finding(on("2025-12-31", records)).status == "met"
	finding(on("2026-01-01", records)).reason == "areas_missing"
	applied := {"as_of": "2026-01-01", "facts": {"capability_assessment": records, "application": [{
		"id": "f", "kind": "application", "key": "", "source": "partner", "valid_from": "2025-01-01",
		"body": {"submitted_on": "2025-12-31"},
	}]}}
	finding(applied).reason == "rules_changed_since_application"
	finding(on("2019-12-31", [third_party("a", "2019-12-31", all_passed)])).status == "unknown"
	finding(on("2019-12-31", [third_party("a", "2019-12-31", all_passed)])).shown == {"citation": citation}
}

# One value after the other changes between the application and the day asked about.
test_a_look_if_any_value_changed_since_the_application if {
	request := {"as_of": "2024-09-02", "facts": {"capability_assessment": [third_party("a", "2024-09-02", all_passed)], "application": [{
		"id": "f", "kind": "application", "key": "", "source": "partner", "valid_from": "2024-01-01",
		"body": {"submitted_on": "2024-09-01"},
	}]}}
	finding(request).status == "met"
	every name, value in {"areas": ["billing"], "validity": 24, "assessors": ["auditor", "microsoft_third_party"]} {
		dated := array.concat(values[name].dated, [{"since": "2024-09-02", "value": value, "citation": page(name)}])
		result := findings.requirement("capabilities", true) with input as request
			with data.csp.direct_bill.requirements.capabilities.values as object.union(values, {name: {"dated": dated}})
		result.reason == "rules_changed_since_application"
	}
}

# Of two assessments of one day the one that lacks fewer areas counts, whatever it says of them.
test_any_result_of_an_area_says_something_of_it if {
	every said in ["fail", "conditional"] {
		fuller := third_party("b", "2024-08-01", {"billing": "pass", "security": said})
		result := finding(on("2024-09-01", [third_party("a", "2024-08-01", {"billing": "pass"}), fuller]))
		not "missing_areas" in object.keys(result.shown)
	}
}

test_only_microsofts_assessor_counts if {
	records := [assessment("a", "auditor", "2024-08-01", all_passed), assessment("b", "partner", "2024-08-02", all_passed)]
	result := finding(on("2024-09-01", records))
	result.status == "not_met"
	result.reason == "not_by_microsofts_assessor"
	result.shown.assessors == ["auditor", "partner"]
	result.shown.accepted == {"any_of": ["microsoft_third_party"]}
	result.shown.citation == page("assessors")
	result.facts == ["a", "b"]
	finding(on("2024-09-01", array.concat(records, [third_party("c", "2024-07-01", all_passed)]))).status == "met"
}

claim(id, day, results) := object.union(third_party(id, day, results), {"source": "partner"})

test_an_appointment_that_is_only_claimed_is_for_a_person if {
	every source in ["partner", "registry"] {
		record := object.union(third_party("a", "2024-08-01", all_passed), {"source": source})
		result := finding(on("2024-09-01", [record, assessment("b", "auditor", "2024-08-01", all_passed)]))
		result.status == "needs_review"
		result.reason == "appointment_claimed"
		result.shown.claimed_on == "2024-08-01"
		result.shown.claimed == {"any_of": ["microsoft_third_party"]}
		result.shown.citation == page("assessors")
		result.facts == ["a"]
		result.missing == []
	}
	finding(on("2024-09-01", [object.union(third_party("a", "2024-08-01", all_passed), {"source": "microsoft"})])).status == "met"
	finding(on("2024-07-31", [claim("a", "2024-08-01", all_passed)])).status == "unknown"
}

test_a_claim_matters_only_while_nothing_better_decides if {
	passed := third_party("a", "2024-08-01", all_passed)
	failed := third_party("a", "2024-08-01", {"billing": "fail", "security": "pass"})
	incomplete := third_party("a", "2024-08-01", {"billing": "pass"})
	later := claim("b", "2024-08-20", all_passed)
	earlier := claim("b", "2024-07-20", all_passed)
	finding(on("2024-09-01", [passed, later])).status == "met"
	finding(on("2024-09-01", [failed, later])).status == "not_met"
	finding(on("2024-09-01", [failed, later])).facts == ["a"]
	finding(on("2024-09-01", [incomplete, later])).reason == "appointment_claimed"
	finding(on("2025-08-10", [passed, later])).reason == "appointment_claimed"
	finding(on("2025-08-10", [passed, later])).shown.citation == page("assessors")
	finding(on("2025-08-10", [passed, earlier])).reason == "assessment_expired"

	# One of the same day is not newer.
	finding(on("2025-08-10", [passed, claim("b", "2024-08-01", all_passed)])).reason == "assessment_expired"

	# Of several claims, the newest counts.
	finding(on("2025-08-10", [passed, later, claim("c", "2024-07-20", all_passed)])).reason == "appointment_claimed"
}

test_time_does_not_run_past_the_year_9999 if {
	result := finding(on("9999-12-30", [third_party("a", "9999-12-30", {"billing": "pass", "security": "pass", "compliance": "pass"})]))
	result.status == "met"
	result.shown.valid_until == "9999-12-31"
}

test_the_latest_decides if {
	records := [third_party("a", "2024-08-01", {"billing": "fail", "security": "pass"}), third_party("b", "2024-08-20", all_passed)]
	finding(on("2024-08-19", records)).status == "not_met"
	finding(on("2024-08-20", records)).status == "met"
	finding(on("2024-08-20", records)).facts == ["b"]
}

test_unknown_without_an_assessment if {
	result := finding({"as_of": "2024-09-01", "facts": {}})
	result.status == "unknown"
	result.reason == "unknown"
	result.missing == [{"kind": "capability_assessment"}]
}

test_what_cannot_be_read_decides_nothing if {
	every assessor in [null, true, 1, ["microsoft_third_party"]] {
		result := finding(on("2024-09-01", [assessment("a", assessor, "2024-08-01", all_passed), assessment("b", "partner", "2024-08-01", all_passed)]))
		result.status == "unknown"
		result.missing == [{"kind": "capability_assessment", "key": "a", "field": "assessor"}]
	}
	every day in [null, true, 20240801] {
		result := finding(on("2024-09-01", [third_party("a", day, all_passed), third_party("b", "2024-08-01", all_passed)]))
		result.status == "unknown"
		result.missing == [{"kind": "capability_assessment", "key": "a", "field": "assessed_on"}]
	}
	finding(on("2024-09-01", [third_party("a", "2024", all_passed)])).status == "unknown"
	finding(on("2024-09-01", [third_party("a", "2024", all_passed)])).reason == "unknown"
	finding(on("2024-09-01", [third_party("a", "2024", all_passed)])).missing == [{"kind": "capability_assessment", "key": "a", "field": "assessed_on"}]
}

test_contradictions_are_for_a_person if {
	of_one := [third_party("a", "2024-08-01", all_passed), object.union(assessment("a", "auditor", "2024-08-01", {"billing": "fail"}), {"id": "b"})]
	finding(on("2024-09-01", of_one)).reason == "facts_in_conflict"
}

test_assessments_of_one_day_do_not_complete_each_other if {
	records := [third_party("a", "2024-08-01", {"billing": "pass"}), third_party("b", "2024-08-01", {"security": "pass"})]
	result := finding(on("2024-09-01", records))
	result.status == "unknown"
	result.reason == "areas_missing"
	result.shown.passed_areas == ["billing"]
	result.shown.missing_areas == ["security"]
	result.missing == [{"kind": "capability_assessment", "key": "a", "field": "results.security"}]
	result.facts == ["a", "b"]
}

test_of_one_day_a_full_pass_counts_unless_another_says_less if {
	partial := third_party("a", "2024-08-01", {"billing": "pass"})
	full := third_party("b", "2024-08-01", all_passed)
	failed := third_party("c", "2024-08-01", {"security": "fail"})
	conditional := third_party("d", "2024-08-01", {"security": "conditional"})
	finding(on("2024-09-01", [partial, full])).status == "met"
	finding(on("2024-09-01", [partial, full])).shown.passed_areas == ["billing", "security"]
	finding(on("2024-09-01", [full, failed])).status == "not_met"
	finding(on("2024-09-01", [full, failed])).reason == "area_failed"
	finding(on("2024-09-01", [full, failed])).facts == ["b", "c"]
	finding(on("2024-09-01", [full, conditional])).reason == "conditional_pass"
	finding(on("2024-09-01", [full, conditional, failed])).reason == "area_failed"
}

test_an_earlier_assessment_does_not_complete_the_latest if {
	records := [third_party("a", "2024-08-01", all_passed), third_party("b", "2024-08-02", {"billing": "pass"})]
	finding(on("2024-09-01", records)).reason == "areas_missing"
	finding(on("2024-08-01", records)).status == "met"
}

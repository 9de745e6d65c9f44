package csp.direct_bill.requirements.new_region_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.new_region.citation

regions := {"north": ["AA"], "far_south": ["CC", "DD"]}

asked(facts) := result if {
	result := findings.requirement("new_region", true) with input as {"as_of": "2026-01-15", "facts": facts}
		with data.csp.regions as regions
}

target(country) := {
	"id": "t", "kind": "sales_target", "key": "", "source": "partner",
	"valid_from": "2025-01-01", "body": {"country": country},
}

agreement(region, body) := {"id": region, "kind": "agreement", "key": region, "source": "microsoft", "valid_from": "2025-01-01", "body": body}

direct(day) := {"model": "direct_bill", "accepted_on": day}

elsewhere := {"sales_target": [target("CC")], "agreement": [agreement("north", direct("2020-05-01"))]}

enrolling(key, body) := asked(object.union(elsewhere, {"regional_enrollment": [{
	"id": "e", "kind": "regional_enrollment", "key": key, "source": "microsoft",
	"valid_from": "2025-01-01", "body": body,
}]}))

done := {
	"application_submitted_on": "2025-11-01",
	"assessed_on": "2025-12-01",
	"business_verified_on": "2025-12-15",
	"credit_notified_on": "2026-01-15",
	"registered_in": "DD",
}

in_order := ["application_submitted_on", "assessed_on", "business_verified_on", "credit_notified_on", "registered_in"]

test_a_first_enrollment_repeats_nothing if {
	every facts in [
		{},
		{"sales_target": [target("CC")]},
		{"agreement": [agreement("north", {"model": "indirect_reseller", "accepted_on": "2020-05-01"})]},
		{"agreement": [agreement("north", direct("2026-01-16"))]},
	] {
		result := asked(facts)
		result.status == "met"
		result.reason == "nothing_to_repeat"
		result.missing == []
	}
}

test_nothing_is_repeated_with_an_agreement_for_the_region if {
	both := [agreement("north", direct("2020-05-01")), agreement("Far South", direct("2026-01-15"))]
	result := asked({"sales_target": [target("CC")], "agreement": both})
	result.status == "met"
	result.reason == "agreement_accepted"
	result.shown.region == "far_south"
}

test_elsewhere_every_step_is_to_be_done if {
	result := asked(elsewhere)
	result.status == "unknown"
	result.reason == "steps_open"
	result.shown == {"region": "far_south", "regions": ["north"], "steps": in_order, "citation": citation}
	result.facts == ["north", "t"]
	result.missing == sort([{"kind": "regional_enrollment", "key": "far_south", "field": step} | some step in in_order])
}

test_met_when_all_are_done if {
	every key in ["far_south", "Far South"] {
		result := enrolling(key, done)
		result.status == "met"
		result.reason == "met"
		result.shown.registered_in == ["DD"]
		result.facts == ["e", "north", "t"]
	}
	enrolling("north", done).reason == "steps_open"
}

test_each_step_counts_from_its_day if {
	every step in ["application_submitted_on", "assessed_on", "business_verified_on", "credit_notified_on"] {
		enrolling("far_south", object.union(done, {step: "2026-01-15"})).status == "met"
		every value in ["2026-01-16", null, 20260115, true] {
			result := enrolling("far_south", object.union(done, {step: value}))
			result.status == "unknown"
			result.shown.steps == [step]
			result.missing == [{"kind": "regional_enrollment", "key": "far_south", "field": step}]
		}
	}
}

test_registered_in_a_country_of_the_region if {
	result := enrolling("far_south", object.union(done, {"registered_in": "AA"}))
	result.status == "not_met"
	result.reason == "registered_elsewhere"
	result.shown.registered_in == ["AA"]
	result.missing == []
	enrolling("far_south", object.union(done, {"registered_in": null})).shown.steps == ["registered_in"]
	enrolling("far_south", object.remove(done, ["registered_in"])).shown.steps == ["registered_in"]
}

test_the_country_of_sale_decides if {
	untold := asked({"agreement": [agreement("north", direct("2020-05-01"))]})
	untold.status == "unknown"
	untold.missing == [{"kind": "sales_target", "field": "country"}]
	asked({"sales_target": [target("EE")], "agreement": elsewhere.agreement}).reason == "region_unknown"
}

test_contradictions_are_for_a_person if {
	two_targets := asked({"sales_target": [target("CC"), object.union(target("AA"), {"id": "u"})], "agreement": elsewhere.agreement})
	two_targets.reason == "facts_in_conflict"
	two_targets.facts == ["north", "t", "u"]
	other := object.union(agreement("north", {"model": "indirect_reseller", "accepted_on": "2020-05-01"}), {"id": "other"})
	two_agreements := asked({"sales_target": [target("CC")], "agreement": [elsewhere.agreement[0], other]})
	two_agreements.reason == "facts_in_conflict"
	two_agreements.facts == ["north", "other"]
	two_agreements.missing == []
}

package csp.direct_bill.requirements.agreement_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.agreement.citation

regions := {"north": ["AA"], "far_south": ["CC"]}

asked(facts) := result if {
	result := findings.requirement("agreement", true) with input as {"as_of": "2026-01-15", "facts": facts}
		with data.csp.regions as regions
}

target(country) := {
	"id": "t", "kind": "sales_target", "key": "", "source": "partner",
	"valid_from": "2025-01-01", "body": {"country": country},
}

agreement(region, body) := {"id": region, "kind": "agreement", "key": region, "source": "microsoft", "valid_from": "2025-01-01", "body": body}

finding(agreements) := asked({"sales_target": [target("CC")], "agreement": [agreement(region, body) | some region, body in agreements]})

direct(day) := {"model": "direct_bill", "accepted_on": day}

indirect := {"model": "indirect_reseller", "accepted_on": "2024-01-01"}

test_met_from_the_day_it_was_accepted if {
	every key in ["far_south", "Far South"] {
		result := finding({key: direct("2026-01-15"), "north": indirect})
		result.status == "met"
		result.shown == {"region": "far_south", "accepted_on": "2026-01-15", "citation": citation}
		result.facts == [key, "t"]
		result.missing == []
	}
}

test_not_met_the_day_before if {
	result := finding({"far_south": direct("2026-01-16")})
	result.status == "not_met"
	result.reason == "accepted_later"
	result.shown.next_on == "2026-01-16"
}

test_not_met_with_another_model if {
	result := finding({"far_south": indirect})
	result.status == "not_met"
	result.reason == "for_another_model"
	result.facts == ["far_south", "t"]
}

test_another_regions_agreement_does_not_help if {
	result := finding({"north": direct("2020-01-01")})
	result.status == "unknown"
	result.reason == "not_stated"
	result.missing == [{"kind": "agreement", "key": "far_south"}]
}

test_unknown_without_a_word if {
	asked({}).status == "unknown"
	asked({}).missing == [{"kind": "sales_target", "field": "country"}]
}

test_a_country_of_no_known_region_is_for_a_person if {
	asked({"sales_target": [target("DD")]}).reason == "region_unknown"
}

test_what_cannot_be_read_decides_nothing if {
	every model in [null, true, "direct", ["direct_bill"]] {
		result := finding({"far_south": {"model": model, "accepted_on": "2024-01-01"}})
		result.status == "unknown"
		result.missing == [{"kind": "agreement", "key": "far_south", "field": "model"}]
	}
	every day in [null, true, 20240101, ["2024-01-01"]] {
		result := finding({"far_south": direct(day)})
		result.status == "unknown"
		result.missing == [{"kind": "agreement", "key": "far_south", "field": "accepted_on"}]
	}
}

test_contradictions_are_for_a_person if {
	contradicting := [agreement("far_south", indirect), object.union(agreement("far_south", direct("2024-01-01")), {"id": "other"})]
	agreements := asked({"sales_target": [target("CC")], "agreement": contradicting})
	agreements.reason == "facts_in_conflict"
	agreements.facts == ["far_south", "other", "t"]
	targets := asked({"sales_target": [target("CC"), object.union(target("AA"), {"id": "u"})], "agreement": []})
	targets.reason == "facts_in_conflict"
	targets.facts == ["t", "u"]
}

package csp.direct_bill.requirements.infrastructure_test

import data.csp.direct_bill.findings

finding(records) := result if {
	result := findings.requirement("infrastructure", true) with input as {"as_of": "2024-06-15", "facts": {"infrastructure": records}}
}

stated(body) := {
	"id": "stated", "kind": "infrastructure", "key": "", "source": "partner", "valid_from": "2024-01-01",
	"body": body,
}

test_met_with_both_in_use if {
	result := finding([stated({"billing": "in_use", "provisioning": "in_use"})])
	result.status == "met"
	result.facts == ["stated"]
	result.missing == []
	object.keys(result.shown) == {"actual", "citation"}
	result.shown.actual == {"billing": "in_use", "provisioning": "in_use"}
	result.shown.citation.url
}

test_planned_or_none_is_not_in_use if {
	every value in ["planned", "none"] {
		one := finding([stated({"billing": "in_use", "provisioning": value})])
		one.status == "not_met"
		one.reason == "not_met"
		one.shown.not_in_use == ["provisioning"]
		other := finding([stated({"billing": value, "provisioning": "in_use"})])
		other.status == "not_met"
		other.shown.not_in_use == ["billing"]
		both := finding([stated({"billing": value, "provisioning": "planned"})])
		both.shown.not_in_use == ["billing", "provisioning"]
	}
}

test_one_missing_is_unknown_unless_the_other_fails if {
	every known, missing in {"billing": "provisioning", "provisioning": "billing"} {
		in_use := finding([stated({known: "in_use"})])
		in_use.status == "unknown"
		in_use.missing == [{"kind": "infrastructure", "field": missing}]
		in_use.shown.actual == {known: "in_use"}
		in_use.shown.not_known == [missing]
		planned := finding([stated({known: "planned"})])
		planned.status == "not_met"
		planned.shown.not_in_use == [known]
		planned.missing == []
	}
}

test_unknown_without_a_word if {
	result := finding([])
	result.status == "unknown"
	result.missing == [{"kind": "infrastructure", "field": "billing"}, {"kind": "infrastructure", "field": "provisioning"}]
	object.keys(result.shown) == {"citation", "not_known"}
	result.shown.not_known == ["billing", "provisioning"]
}

test_nothing_but_in_use_is_in_use if {
	every value in ["In use", "", 1, true, false, null, [], {}] {
		finding([stated({"billing": "in_use", "provisioning": value})]).status == "unknown"
		finding([stated({"billing": value, "provisioning": "in_use"})]).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	other := object.union(stated({"billing": "planned"}), {"id": "other"})
	result := finding([stated({"billing": "in_use", "provisioning": "in_use"}), other])
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["other", "stated"]
	result.missing == []
}

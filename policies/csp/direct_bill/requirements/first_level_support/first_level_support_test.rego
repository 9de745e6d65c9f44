package csp.direct_bill.requirements.first_level_support_test

import data.csp.direct_bill.findings

finding(records) := result if {
	result := findings.requirement("first_level_support", true) with input as {"as_of": "2024-06-15", "facts": {"first_level_support": records}}
}

support(body) := {
	"id": "support", "kind": "first_level_support", "key": "", "source": "partner", "valid_from": "2024-01-01",
	"body": body,
}

test_met_by_own_staff if {
	result := finding([support({"provided": true, "mode": "own"})])
	result.status == "met"
	result.flags == []
	result.facts == ["support"]
	result.missing == []
	result.shown.provided == true
	result.shown.mode == "own"
	result.shown.citation.url
}

test_met_when_it_is_not_said_whose_staff if {
	result := finding([support({"provided": true})])
	result.status == "met"
	result.flags == ["mode_not_stated"]
}

test_support_by_a_third_party_is_for_a_person if {
	result := finding([support({"provided": true, "mode": "outsourced"})])
	result.status == "needs_review"
	result.reason == "support_outsourced"
	result.flags == []
}

test_not_met_when_denied if {
	every body in [{"provided": false}, {"provided": false, "mode": "own"}, {"provided": false, "mode": "outsourced"}] {
		finding([support(body)]).status == "not_met"
		finding([support(body)]).reason == "not_met"
		finding([support(body)]).flags == []
	}
}

test_unknown_without_a_word if {
	finding([]).status == "unknown"
	finding([]).missing == [{"kind": "first_level_support", "field": "provided"}]
}

test_nothing_but_true_is_a_yes if {
	every provided in ["true", "", 1, 0, null, [], {}] {
		result := finding([support({"provided": provided, "mode": "own"})])
		result.status == "unknown"
		result.missing == [{"kind": "first_level_support", "field": "provided"}]
	}
}

test_a_mode_that_cannot_be_read_is_asked_for_again if {
	every mode in ["Own", "", 1, true, null, [], {}] {
		result := finding([support({"provided": true, "mode": mode})])
		result.status == "unknown"
		result.missing == [{"kind": "first_level_support", "field": "mode"}]
	}
}

test_contradictions_are_for_a_person if {
	other := object.union(support({"provided": false}), {"id": "other"})
	result := finding([support({"provided": true, "mode": "own"}), other])
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["other", "support"]
	result.missing == []
}

test_the_higher_rank_counts if {
	assessor := {
		"id": "assessor", "kind": "first_level_support", "key": "", "source": "assessor", "valid_from": "2024-01-01",
		"body": {"provided": false},
	}
	finding([support({"provided": true, "mode": "own"}), assessor]).status == "not_met"
	finding([support({"provided": true, "mode": "own"}), assessor]).facts == ["assessor"]
}

package csp.direct_bill.requirements.endorsement_test

import data.csp.direct_bill.findings

finding(signatories) := result if {
	result := findings.requirement("endorsement", true) with input as {"as_of": "2024-06-15", "facts": {"signatory": signatories}}
}

finding_after(signatories, ended) := result if {
	result := findings.requirement("endorsement", true) with input as {
		"as_of": "2024-06-15",
		"facts": {"signatory": signatories},
		"ended": {"signatory": ended},
	}
}

signatory(name, authority) := {
	"id": name, "kind": "signatory", "key": name, "source": "partner", "valid_from": "2023-01-01",
	"body": {"authority": authority},
}

ended(name, authority, day) := object.union(signatory(name, authority), {"valid_to": day})

test_met_by_one_with_full_authority if {
	result := finding([signatory("Ada", "full"), signatory("Bob", "none"), signatory("Cleo", "limited"), signatory("Dan", 1)])
	result.status == "met"
	result.facts == ["Ada"]
	result.shown.signatories == ["Ada"]
	result.flags == []
	result.missing == []
	result.shown.citation.url
}

test_limited_authority_is_for_a_person if {
	result := finding([signatory("Bob", "none"), signatory("Cleo", "limited")])
	result.status == "needs_review"
	result.reason == "authority_limited"
	result.shown.signatories == ["Cleo"]
	result.facts == ["Bob", "Cleo"]
}

test_not_met_without_authority if {
	result := finding([signatory("Bob", "none"), signatory("Eve", "none")])
	result.status == "not_met"
	result.reason == "not_met"
	result.shown.signatories == ["Bob", "Eve"]
	result.facts == ["Bob", "Eve"]
}

test_unknown_without_anybody if {
	finding([]).status == "unknown"
	finding([]).reason == "unknown"
	finding([]).missing == [{"kind": "signatory", "field": "authority"}]
}

test_nothing_but_a_known_authority_counts if {
	every authority in ["Full", "", 1, true, null, [], {}] {
		finding([signatory("Ada", authority)]).status == "unknown"
		finding([signatory("Ada", authority), signatory("Bob", "none")]).status == "unknown"
		finding([signatory("Ada", authority), signatory("Bob", "none")]).missing == [{"kind": "signatory", "key": "Ada", "field": "authority"}]
	}
}

test_contradictions_are_for_a_person if {
	adas := [signatory("Ada", "full"), object.union(signatory("Ada", "none"), {"id": "other"})]
	result := finding(adas)
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.shown.in_conflict == ["Ada"]
	result.facts == ["Ada", "other"]
	result.missing == []
	finding(array.concat(adas, [signatory("Cleo", "limited")])).flags == ["facts_in_conflict"]

	# Somebody else with full authority settles it.
	finding(array.concat(adas, [signatory("Bob", "full")])).status == "met"
}

test_the_higher_rank_counts if {
	register := object.union(signatory("Ada", "none"), {"id": "register", "source": "registry"})
	finding([signatory("Ada", "full"), register]).status == "not_met"
}

test_authority_that_ended_today if {
	result := finding_after([], [ended("Ada", "full", "2024-06-15"), ended("Bob", "full", "2020-01-01")])
	result.status == "not_met"
	result.reason == "authority_ended"
	result.shown.ended_on == "2024-06-15"
	result.shown.signatories == ["Ada"]
	result.facts == ["Ada"]
	result.missing == []
}

test_what_ended_proves_nothing_more if {
	every record in [ended("Ada", "full", "2024-06-16"), ended("Ada", "limited", "2024-06-01"), ended("Ada", "full", 20240601)] {
		finding_after([], [record]).status == "unknown"
	}
	finding_after([signatory("Bob", "full")], [ended("Ada", "full", "2024-06-15")]).status == "met"
	finding_after([signatory("Bob", "none")], [ended("Ada", "full", "2024-06-15")]).reason == "not_met"
}

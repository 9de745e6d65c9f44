package csp.authorization.gates.reenrollment_wait_test

import data.csp.authorization.findings
import data.csp.authorization.gates.reenrollment_wait.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"months": {"dated": [{"since": "2024-04-01", "value": 12, "citation": page}]}}

on(day, records) := result if {
	result := findings.gate("reenrollment_wait", true) with input as {"as_of": day, "facts": {"authorization": records}}
		with data.csp.authorization.gates.reenrollment_wait.values as values
}

withdrawn(key, day) := {
	"id": key, "kind": "authorization", "key": key, "source": "microsoft", "valid_from": "2020-01-01",
	"body": {"tier": "indirect_reseller", "state": "deauthorized", "deauthorized_on": day},
}

changed(changes) := object.union(withdrawn("north", "2024-05-10"), {"body": changes})

test_open_from_the_same_day_a_year_later if {
	open := on("2025-05-10", [withdrawn("North", "2024-05-10")])
	open.status == "met"
	open.shown == {
		"required": {"months": 12}, "since": "2024-04-01", "citation": page, "regions": ["north"],
		"withdrawn_on": "2024-05-10", "first_day": "2025-05-10",
	}
	open.facts == ["North"]
	closed := on("2025-05-09", [withdrawn("North", "2024-05-10")])
	closed.status == "not_met"
	closed.shown.next_on == "2025-05-10"
}

test_the_last_withdrawal_counts if {
	on("2025-05-10", [withdrawn("north", "2024-05-10"), withdrawn("south", "2024-06-10")]).shown.next_on == "2025-06-10"
}

test_unknown_without_the_day if {
	every day in [null, true, 20240510, "2024-02-30"] {
		result := on("2025-05-10", [withdrawn("north", day)])
		result.status == "unknown"
		result.missing == [{"kind": "authorization", "key": "north", "field": "deauthorized_on"}]
		on("2025-05-10", [withdrawn("north", day), withdrawn("south", "2024-06-10")]).missing == []
		on("2025-06-10", [withdrawn("north", day), withdrawn("south", "2024-06-10")]).status == "unknown"
	}
	on("2025-05-10", []).status == "unknown"
	on("2025-05-10", []).missing == [{"kind": "authorization"}]
	on("2024-03-31", [withdrawn("north", "2024-03-01")]).shown.citation == citation
}

test_nobody_enrolls_again_who_was_not_withdrawn if {
	every changes in [{"state": "active"}, {"tier": "distributor"}, {"deauthorized_on": "2025-05-11"}] {
		result := on("2025-05-10", [changed(changes)])
		result.status == "needs_review"
		result.reason == "nothing_withdrawn"
	}
}

test_contradictions_are_for_a_person if {
	both := [withdrawn("north", "2024-05-10"), object.union(withdrawn("north", "2023-05-10"), {"id": "other"})]
	on("2025-05-10", both).reason == "facts_in_conflict"
	on("2025-05-10", both).facts == ["north", "other"]
	on("2025-05-10", array.concat(both, [withdrawn("south", "2024-06-10")])).status == "not_met"
}

package csp.authorization.requirements.authorized_test

import data.csp.authorization.findings
import data.csp.authorization.requirements.authorized.citation

values := {
	"minimum": {"dated": [{"since": "2024-04-01", "value": 100}]},
	"exempt_months": {"dated": [{"since": "2024-04-01", "value": 12}]},
}

on(day, records) := result if {
	result := findings.requirement("authorized", true) with input as {"as_of": day, "facts": {"authorization": records}}
		with data.csp.authorization.requirements.indirect_reseller_revenue.values as values
}

finding(records) := on("2026-01-31", records)

authorization(key, body) := {"id": key, "kind": "authorization", "key": key, "source": "microsoft", "valid_from": "2020-01-01", "body": body}

active(tier) := {"tier": tier, "state": "active"}

withdrawn := {"tier": "indirect_reseller", "state": "deauthorized", "deauthorized_on": "2024-05-10"}

test_met_when_authorized_somewhere if {
	result := finding([authorization("North", active("distributor")), authorization("south", withdrawn)])
	result.status == "met"
	result.due == true
	result.shown == {"tiers": ["distributor"], "regions": ["north"], "citation": citation}
	result.facts == ["North", "south"]
	result.missing == []
}

test_nothing_is_asked_after_a_withdrawal if {
	result := finding([authorization("north", withdrawn)])
	result.status == "not_met"
	result.due == false
	result.reason == "withdrawn"
	result.shown.withdrawn == ["north"]
}

test_unknown_without_a_word if {
	finding([]).status == "unknown"
	finding([]).due == true
	finding([]).missing == [{"kind": "authorization"}]
}

test_what_cannot_be_read_decides_nothing if {
	every state in [null, true, "Active", ["active"]] {
		unreadable := authorization("north", {"tier": "distributor", "state": state})
		result := finding([unreadable, authorization("south", withdrawn)])
		result.status == "unknown"
		result.missing == [{"kind": "authorization", "key": "north", "field": "state"}]
		finding([unreadable, authorization("south", active("distributor"))]).status == "met"
	}
}

test_contradictions_are_for_a_person if {
	both := [authorization("north", withdrawn), object.union(authorization("north", active("distributor")), {"id": "other"})]
	result := finding(both)
	result.reason == "facts_in_conflict"
	result.due == true
	result.facts == ["north", "other"]
	result.missing == []
}

since(key, day) := authorization(key, {"tier": "indirect_reseller", "state": "active", "onboarded_on": day})

test_it_says_from_when_the_revenue_counts if {
	every day, expected in {"2022-01-01": "2024-04-01", "2023-04-01": "2024-04-01", "2023-04-15": "2024-04-15"} {
		result := on("2024-03-20", [since("north", day)])
		result.flags == ["revenue_counts_later"]
		result.shown.next_on == expected
		result.shown.since == "2024-04-01"
		result.shown.months == {"months": 12}
	}
	on("2024-04-14", [since("north", "2023-04-15")]).flags == ["revenue_counts_later"]
	on("2024-04-15", [since("north", "2023-04-15")]).flags == []
	on("2024-04-14", [since("north", "2023-04-15"), since("south", "2020-01-01")]).flags == []
}

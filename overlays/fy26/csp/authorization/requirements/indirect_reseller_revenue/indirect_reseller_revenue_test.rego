package csp.authorization.requirements.indirect_reseller_revenue_test

import data.csp.authorization.findings
import data.csp.authorization.requirements.indirect_reseller_revenue.citation
import data.csp.direct_bill.requirements.revenue

page := {"title": "Page", "url": "https://example.com"}

values := {
	"minimum": {"dated": [{"since": "2024-04-01", "value": 100000, "citation": page}]},
	"exempt_months": {"dated": [{"since": "2024-04-01", "value": 12, "citation": page}]},
}

schedule := {
	"months": {"dated": [{"since": "2020-01-01", "value": 12}]},
	"published_on": {"dated": [{"since": "2020-01-01", "value": 8}]},
}

authorization(key, body) := {
	"id": key, "kind": "authorization", "key": key, "source": "microsoft", "valid_from": "2020-01-01",
	"body": object.union({"tier": "indirect_reseller", "state": "active"}, body),
}

since(key, day) := authorization(key, {"onboarded_on": day})

sold(key, usd_cents) := {
	"id": concat(":", ["r", key]), "kind": "authorization_revenue", "key": key, "source": "microsoft",
	"valid_from": "2020-01-01", "body": {"window_start": "2023-04", "window_end": "2024-03", "usd_cents": usd_cents},
}

asked(day, authorizations, revenues) := result if {
	result := findings.requirement("indirect_reseller_revenue", true) with input as {
		"as_of": day,
		"facts": {"authorization": authorizations, "authorization_revenue": revenues},
	}
		with data.csp.authorization.requirements.indirect_reseller_revenue.values as values
		with revenue.values as schedule
}

old := since("north", "2020-01-01")

test_the_minimum_itself_is_enough if {
	result := asked("2024-04-20", [old], [sold("north", 100000)])
	result.status == "met"
	result.due == true
	result.shown.actual == {"north": {"usd_cents": 100000}}
	result.shown.citation == page
	result.shown.window == {"from": "2023-04", "to": "2024-03"}
	result.facts == ["north", "r:north"]
	short := asked("2024-04-20", [old], [sold("north", 99999)])
	short.status == "not_met"
	short.reason == "not_met"
	short.shown.gap == {"north": {"usd_cents": 1}}
	short.shown.short == ["north"]
	short.missing == []
}

test_some_regions_and_not_others if {
	result := asked("2024-04-20", [old, since("south", "2020-01-01")], [sold("north", 99999), sold("south", 100000)])
	result.status == "not_met"
	result.reason == "mixed"
	result.shown.reached == ["south"]
}

test_new_tenants_are_exempt if {
	every day, due in {"2024-04-19": false, "2024-04-20": true} {
		result := asked(day, [since("north", "2023-04-20")], [sold("north", 99999)])
		result.due == due
	}
	exempt := asked("2024-04-19", [since("north", "2023-04-20")], [sold("north", 99999)])
	exempt.reason == "new_tenants"
	exempt.shown.exempt == ["north"]
	exempt.shown.next_on == "2024-04-20"
	exempt.shown.months == {"months": 12}
	exempt.missing == []
	asked("2024-04-19", [since("north", "2023-04-20"), since("south", "2020-01-01")], [sold("south", 100000)]).status == "met"
}

test_without_the_first_day_only_enough_is_certain if {
	undated := authorization("north", {})
	asked("2024-04-20", [undated], [sold("north", 100000)]).status == "met"
	result := asked("2024-04-20", [undated], [sold("north", 99999)])
	result.status == "unknown"
	result.reason == "onboarding_unknown"
	result.missing == [{"kind": "authorization", "key": "north", "field": "onboarded_on"}]
	result.shown.not_known == ["north"]
}

test_unknown_without_a_figure if {
	result := asked("2024-04-20", [old], [])
	result.status == "unknown"
	result.due == true
	result.reason == "unknown"
	result.missing == [{"kind": "authorization_revenue", "key": "north"}]
}

test_nothing_was_asked_before_its_day if {
	before := asked("2024-03-31", [old], [])
	before.due == false
	before.reason == "not_in_force"
	before.shown.citation == citation
	before.facts == []
	asked("2024-04-01", [old], []).due == true
}

test_others_are_not_asked if {
	result := asked("2024-04-20", [authorization("north", {"tier": "distributor"})], [])
	result.due == false
	result.reason == "another_tier"
	asked("2024-04-20", [], []).due == false
	asked("2024-04-20", [], []).reason == "another_tier"
}

test_contradictions_are_for_a_person if {
	result := asked("2024-04-20", [old], [sold("north", 99999), object.union(sold("north", 100000), {"id": "other"})])
	result.reason == "facts_in_conflict"
	result.facts == ["north", "other", "r:north"]
	result.missing == []
}

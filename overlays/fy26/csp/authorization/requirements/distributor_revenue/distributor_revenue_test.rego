package csp.authorization.requirements.distributor_revenue_test

import data.csp.authorization.findings
import data.csp.authorization.requirements.distributor_revenue.citation
import data.csp.direct_bill.requirements.revenue

page := {"title": "Page", "url": "https://example.com"}

values := {"minimum": {"dated": [{"since": "2025-10-01", "value": 3000000000, "citation": page}]}}

schedule := {
	"months": {"dated": [{"since": "2020-01-01", "value": 12}]},
	"published_on": {"dated": [{"since": "2020-01-01", "value": 8}]},
}

authorization(key, tier) := {
	"id": key, "kind": "authorization", "key": key, "source": "microsoft", "valid_from": "2020-01-01",
	"body": {"tier": tier, "state": "active"},
}

sold(key, usd_cents) := {
	"id": concat(":", ["r", key]), "kind": "authorization_revenue", "key": key, "source": "microsoft",
	"valid_from": "2020-01-01", "body": {"window_start": "2025-01", "window_end": "2025-12", "usd_cents": usd_cents},
}

asked(day, authorizations, revenues) := result if {
	result := findings.requirement("distributor_revenue", true) with input as {
		"as_of": day,
		"facts": {"authorization": authorizations, "authorization_revenue": revenues},
	}
		with data.csp.authorization.requirements.distributor_revenue.values as values
		with revenue.values as schedule
}

north := authorization("north", "distributor")

south := authorization("South", "distributor")

test_met_when_every_region_reaches_it if {
	result := asked("2026-01-31", [north, south], [sold("north", 3000000000), sold("south", 3000000001)])
	result.status == "met"
	result.due == true
	result.shown.reached == ["north", "south"]
	result.shown.citation == page
	result.facts == ["South", "north", "r:north", "r:south"]
	result.missing == []
}

test_regions_are_not_added_up if {
	result := asked("2026-01-31", [north, south], [sold("north", 3100000000), sold("south", 2999999999)])
	result.status == "not_met"
	result.reason == "mixed"
	result.shown.reached == ["north"]
	result.shown.short == ["south"]
	result.shown.gap == {"south": {"usd_cents": 1}}
	result.shown.actual == {"north": {"usd_cents": 3100000000}, "south": {"usd_cents": 2999999999}}
	asked("2026-01-31", [north], [sold("north", 2999999999)]).reason == "not_met"
}

test_unknown_without_a_figure if {
	result := asked("2026-01-31", [north, south], [sold("north", 3000000000)])
	result.status == "unknown"
	result.shown.not_known == ["south"]
	result.missing == [{"kind": "authorization_revenue", "key": "south"}]
	short := asked("2026-01-31", [north, south], [sold("north", 2999999999)])
	short.status == "not_met"
	short.missing == []
}

test_nothing_was_asked_before_its_day if {
	before := asked("2025-09-30", [north], [])
	before.due == false
	before.reason == "not_in_force"
	before.shown.day == "2025-09-30"
	before.shown.citation == citation
	asked("2025-10-01", [north], []).due == true
	asked("2025-10-01", [north], []).shown.since == "2025-10-01"
	asked("2025-10-01", [north], []).shown.required == {"usd_cents": 3000000000}
	asked("2025-10-01", [north], []).shown.window == {"from": "2024-09", "to": "2025-08"}
}

test_others_are_not_asked if {
	result := asked("2026-01-31", [authorization("north", "indirect_reseller")], [])
	result.due == false
	result.reason == "another_tier"
}

test_contradictions_are_for_a_person if {
	result := asked("2026-01-31", [north], [sold("north", 1), object.union(sold("north", 2), {"id": "other"})])
	result.reason == "facts_in_conflict"
	result.missing == []
}

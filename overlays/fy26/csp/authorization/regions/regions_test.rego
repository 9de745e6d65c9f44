package csp.authorization.regions_test

import data.csp.authorization.regions
import data.csp.direct_bill.requirements.revenue

schedule := {
	"months": {"dated": [{"since": "2020-01-01", "value": 12}]},
	"published_on": {"dated": [{"since": "2020-01-01", "value": 8}]},
}

authorization(key, body) := {"id": key, "kind": "authorization", "key": key, "source": "microsoft", "valid_from": "2020-01-01", "body": body}

sold(key, usd_cents) := {
	"id": concat(":", ["r", key]), "kind": "authorization_revenue", "key": key, "source": "microsoft",
	"valid_from": "2020-01-01", "body": {"window_start": "2025-01", "window_end": "2025-12", "usd_cents": usd_cents},
}

reseller(since) := {"tier": "indirect_reseller", "state": "active", "onboarded_on": since}

request(authorizations, revenues) := {"as_of": "2026-01-31", "facts": {"authorization": authorizations, "authorization_revenue": revenues}}

comparison(authorizations, revenues, months) := result if {
	result := regions.compared("indirect_reseller", 100, months) with input as request(authorizations, revenues)
		with revenue.values as schedule
}

nobody := {"exempt": set(), "reached": set(), "short": set(), "undated": set(), "without_revenue": set()}

test_active_until_the_day_of_the_withdrawal if {
	every day, expected in {"2026-02-01": {"north"}, "2026-01-31": set(), "2026-01-30": set()} {
		withdrawn := authorization("North", {"tier": "distributor", "state": "deauthorized", "deauthorized_on": day})
		active := object.get(regions.active, "distributor", set()) with input as request([withdrawn], [])
		active == expected
	}
	undated := request([authorization("north", {"tier": "distributor", "state": "deauthorized"})], [])
	regions.withdrawn == {"north"} with input as undated
}

test_what_cannot_be_read_is_not_known if {
	every body in [{}, {"tier": "distributor"}, {"tier": "reseller", "state": "active"}, {"tier": "distributor", "state": true}] {
		known := regions.known with input as request([authorization("north", body)], [])
		known == set()
	}
}

test_each_region_is_compared_alone if {
	authorizations := [authorization(key, reseller("2020-01-01")) | some key in ["North", "east", "west"]]
	result := comparison(authorizations, [sold("north", 100), sold("east", 99), sold("south", 500)], 12)
	result == object.union(nobody, {"reached": {"north"}, "short": {"east"}, "without_revenue": {"west"}})
}

test_tenants_are_exempt_until_their_anniversary if {
	every since, expected in {"2025-02-01": "exempt", "2025-01-31": "short"} {
		result := comparison([authorization("north", reseller(since))], [sold("north", 99)], 12)
		result == object.union(nobody, {expected: {"north"}})
	}
	comparison([authorization("north", reseller("2026-01-31"))], [sold("north", 99)], 0).short == {"north"}
}

test_without_the_first_day_only_enough_is_certain if {
	every since in [null, true, 20200101, "2020-02-30"] {
		some_day := [authorization("north", reseller(since))]
		comparison(some_day, [sold("north", 99)], 12) == object.union(nobody, {"undated": {"north"}})
		comparison(some_day, [sold("north", 100)], 12) == object.union(nobody, {"reached": {"north"}})
		comparison(some_day, [sold("north", 99)], 0) == object.union(nobody, {"short": {"north"}})
	}
}

changed(changes) := object.union(sold("north", 100), {"body": changes})

test_only_published_figures_of_these_months_count if {
	north := [authorization("north", reseller("2020-01-01"))]
	every changes in [
		{"window_start": "2025-02"},
		{"window_end": "2026-01"},
		{"published_on": "2026-02-01"},
		{"published_on": 20260101},
		{"usd_cents": "100"},
		{"usd_cents": null},
		{"usd_cents": -1},
	] {
		comparison(north, [changed(changes)], 12) == object.union(nobody, {"without_revenue": {"north"}})
	}
	comparison(north, [changed({"published_on": "2026-01-31"})], 12).reached == {"north"}
}

test_of_two_spellings_the_smaller_figure_counts if {
	both := [sold("north", 99), sold("North", 100)]
	comparison([authorization("north", reseller("2020-01-01"))], both, 12).short == {"north"}
	amounts := regions.amounts({"north", "east"}) with input as request([], both) with revenue.values as schedule
	amounts == {"north": {"usd_cents": 99}}
}

test_contradictions_and_facts_of_a_region if {
	both := request([], [sold("north", 99), object.union(sold("north", 100), {"id": "other"})])
	regions.disputed("authorization_revenue") with input as both
	not regions.disputed("authorization") with input as both
	regions.ids("north") == {"other", "r:north"} with input as both
}

package csp.direct_bill.requirements.revenue_verification_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.revenue_verification.citation

page := {"title": "Page", "url": "https://example.com"}

values := {
	"minimum": {"dated": [
		{"since": "2020-01-01", "value": 1000, "citation": page},
		{"since": "2024-07-10", "value": 1200, "citation": page},
	]},
	"months": {"dated": [{"since": "2020-01-01", "value": 3, "citation": page}]},
	"published_on": {"dated": [{"since": "2020-01-01", "value": 8, "citation": page}]},
}

finding(request) := result if {
	result := findings.requirement("revenue_verification", true) with input as request
		with data.csp.direct_bill.requirements.revenue.values as values
}

verification(end, body) := {
	"id": end, "kind": "revenue_verification", "key": end, "source": "microsoft",
	"valid_from": "2024-01-01", "body": body,
}

on(day, verifications, others) := {"as_of": day, "facts": object.union({"revenue_verification": verifications}, others)}

on_body(body) := on("2024-06-15", [verification("2024-05", body)], {})

request_of(id, body) := {
	"id": id, "kind": "information_request", "key": id, "source": "microsoft",
	"valid_from": "2024-01-01", "body": body,
}

with_requests(body, requests) := on("2024-06-15", [verification("2024-05", body)], {"information_request": requests})

applied(day) := {"application": [{
	"id": "application", "kind": "application", "key": "", "source": "partner",
	"valid_from": "2024-01-01", "body": {"submitted_on": day},
}]}

verified := {"status": "verified"}

test_met_when_verified if {
	finding(on_body(verified)).status == "met"
	finding(on_body(verified)).reason == "met"
	finding(on_body(verified)).shown.window == {"from": "2024-03", "to": "2024-05"}
	finding(on_body(verified)).shown.citation == citation
	finding(on_body(verified)).facts == ["2024-05"]
}

test_what_the_partner_relays_is_said_to_be_so if {
	every status, flags in {"verified": ["relayed_by_the_partner"], "rejected": ["relayed_by_the_partner"], "under_review": []} {
		relayed := object.union(verification("2024-05", {"status": status}), {"source": "partner"})
		finding(on("2024-06-15", [relayed], {})).flags == flags
		finding(on_body({"status": status})).flags == []
	}
}

test_met_exactly_at_the_minimum if {
	result := finding(on_body({"status": "verified", "verified_usd_cents": 1000}))
	result.status == "met"
	result.reason == "met_with_amount"
	not "gap" in object.keys(result.shown)
	not "open_requests" in object.keys(result.shown)
	result.shown.since == "2020-01-01"
	result.shown.citation == page
}

test_not_met_one_cent_below if {
	result := finding(on_body({"status": "verified", "verified_usd_cents": 999}))
	result.status == "not_met"
	result.reason == "verified_amount_below_minimum"
	result.shown.gap == {"usd_cents": 1}
	result.shown.actual == {"usd_cents": 999}
	result.shown.required == {"usd_cents": 1000}
}

test_the_minimum_changes_on_its_day if {
	body := {"status": "verified", "verified_usd_cents": 1000}
	finding(on("2024-07-09", [verification("2024-06", body)], {})).status == "met"
	finding(on("2024-07-10", [verification("2024-06", body)], {})).status == "not_met"
}

test_the_minimum_changed_since_the_application if {
	amount := {"status": "verified", "verified_usd_cents": 1000}
	result := finding(on("2024-07-10", [verification("2024-06", amount)], applied("2024-07-09")))
	result.reason == "rules_changed_since_application"
	result.shown.required == {"usd_cents": 1000}

	# Where Microsoft names no amount the minimum decides nothing.
	finding(on("2024-07-10", [verification("2024-06", verified)], applied("2024-07-09"))).status == "met"
}

test_rejected if {
	finding(on_body({"status": "rejected"})).status == "not_met"
	finding(on_body({"status": "rejected", "verified_usd_cents": 5000})).reason == "rejected"
}

test_under_review if {
	finding(on_body({"status": "under_review"})).status == "needs_review"
	finding(on_body({"status": "under_review"})).reason == "under_review"
}

test_unverified if {
	finding(on_body({"status": "unverified"})).status == "unknown"
	finding(on_body({"status": "unverified"})).reason == "unverified"
	finding(on_body({"status": "unverified"})).missing == [{"kind": "revenue_verification", "key": "2024-05", "field": "status"}]
}

test_unknown_without_facts if {
	result := finding({"as_of": "2024-06-15", "facts": {}})
	result.status == "unknown"
	result.reason == "unknown"
	result.shown.window == {"from": "2024-03", "to": "2024-05"}
	result.missing == [{"kind": "revenue_verification", "key": "2024-05", "field": "status"}]
}

test_an_unreadable_status_decides_nothing if {
	every status in [null, true, 1, "Verified", "", ["verified"]] {
		finding(on_body({"status": status})).status == "unknown"
	}
	finding(on_body({})).status == "unknown"
}

test_an_unreadable_amount_decides_nothing if {
	every cents in ["5000", null, true, false, -1, 1.5, [5000]] {
		result := finding(on_body({"status": "verified", "verified_usd_cents": cents}))
		result.status == "unknown"
		result.missing == [{"kind": "revenue_verification", "key": "2024-05", "field": "verified_usd_cents"}]
	}
}

test_a_status_counts_from_its_day if {
	finding(on_body({"status": "verified", "on": "2024-06-15"})).status == "met"
	finding(on_body({"status": "verified", "on": "2024-06-16"})).status == "unknown"
	finding(on_body({"status": "verified", "on": 20240615})).status == "unknown"
}

test_only_the_months_since_the_application_count if {
	earlier := [verification("2024-04", verified)]
	finding(on("2024-06-15", earlier, {})).reason == "verification_of_other_months"
	finding(on("2024-06-15", earlier, {})).shown.other_windows == [{"from": "2024-02", "to": "2024-04"}]
	finding(on("2024-06-15", earlier, applied("2024-06-08"))).status == "unknown"
	finding(on("2024-06-15", earlier, applied("2024-06-07"))).status == "met"
	finding(on("2024-06-15", earlier, applied("2024-06-07"))).shown.window == {"from": "2024-02", "to": "2024-04"}
	finding(on("2024-06-15", [verification("2024-06", verified)], {})).status == "unknown"
}

test_the_latest_decides if {
	both := [verification("2024-04", verified), verification("2024-05", {"status": "rejected"})]
	finding(on("2024-06-15", both, applied("2024-06-01"))).reason == "rejected"
	finding(on("2024-06-15", both, applied("2024-06-01"))).facts == ["2024-05"]
	finding(on("2024-06-07", both, applied("2024-06-01"))).status == "met"
}

test_one_that_has_not_begun_takes_nothing_back if {
	unverified := verification("2024-05", {"status": "unverified"})
	every status, outcome in {"verified": "met", "rejected": "not_met", "under_review": "needs_review"} {
		result := finding(on("2024-06-15", [verification("2024-04", {"status": status}), unverified], applied("2024-06-01")))
		result.status == outcome
		result.shown.window == {"from": "2024-02", "to": "2024-04"}
		result.facts == ["2024-04"]
	}
	none := finding(on("2024-06-15", [verification("2024-04", {"status": "unverified"}), unverified], applied("2024-06-01")))
	none.reason == "unverified"
	none.facts == ["2024-05"]

	# One of months that do not count does not stand in for it.
	finding(on("2024-06-15", [verification("2024-04", verified), unverified], {})).reason == "unverified"
}

test_an_open_request_waits_for_its_answer if {
	open := request_of("R-1", {"opened_on": "2024-06-15"})
	every status in ["verified", "unverified", "under_review"] {
		finding(with_requests({"status": status}, [open])).reason == "information_request_open"
	}
	result := finding(with_requests(verified, [open, request_of("R-0", {"opened_on": "2024-06-01", "answered_on": "2024-06-16"})]))
	result.shown.open_requests == ["R-0", "R-1"]
	result.shown.asked_on == "2024-06-01"
	result.facts == ["2024-05", "R-0", "R-1"]
	finding(with_requests({"status": "rejected"}, [open])).status == "not_met"
}

test_a_request_is_open_from_its_day_to_its_answer if {
	finding(with_requests(verified, [request_of("R", {"opened_on": "2024-06-16"})])).status == "met"
	finding(with_requests(verified, [request_of("R", {"opened_on": "2024-06-01", "answered_on": "2024-06-15"})])).status == "met"
}

test_an_unreadable_request_may_be_open if {
	every body in [{}, {"opened_on": 20240601}, {"opened_on": null}, {"opened_on": "2024-06-16", "answered_on": 1}] {
		finding(with_requests(verified, [request_of("R", body)])).status == "unknown"
		finding(with_requests({"status": "verified", "verified_usd_cents": 1000}, [request_of("R", body)])).status == "unknown"
	}
	finding(with_requests(verified, [request_of("R", {})])).missing == [{"kind": "information_request", "key": "R", "field": "opened_on"}]
	finding(with_requests({"status": "rejected"}, [request_of("R", {})])).status == "not_met"
}

test_contradictions_are_for_a_person if {
	twice := [verification("2024-05", verified), object.union(verification("2024-05", {"status": "rejected"}), {"id": "other"})]
	finding(on("2024-06-15", twice, {})).reason == "facts_in_conflict"
	finding(on("2024-06-15", twice, {})).facts == ["2024-05", "other"]

	requests := [request_of("R", {"opened_on": "2024-06-01"}), object.union(request_of("R", {"opened_on": "2024-06-01", "answered_on": "2024-06-02"}), {"id": "S"})]
	finding(with_requests(verified, requests)).reason == "facts_in_conflict"
	finding(with_requests(verified, requests)).facts == ["2024-05", "R", "S"]
	finding(with_requests({"status": "rejected"}, requests)).status == "not_met"
}

test_the_same_said_twice_is_no_contradiction if {
	twice := [verification("2024-05", verified), object.union(verification("2024-05", verified), {"id": "other"})]
	finding(on("2024-06-15", twice, {})).status == "met"
}

about_partners(request) := result if {
	result := finding(object.union(request, {"program": "about.partners"})) with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_a_current_partner_is_told_nothing_of_applying if {
	short := {"status": "verified", "verified_usd_cents": 999}
	about_partners(on_body(short)).status == "not_met"
	about_partners(on_body(short)).reason == "verified_amount_below_minimum_current_partner"
	finding(on_body(short)).reason == "verified_amount_below_minimum"
	about_partners(on_body({"status": "unverified"})).reason == "unverified_current_partner"
	finding(on_body({"status": "unverified"})).reason == "unverified"
}

test_of_a_current_partner_only_the_months_of_today_count if {
	earlier := on("2024-06-15", [verification("2024-04", {"status": "rejected"})], applied("2024-06-01"))
	finding(earlier).status == "not_met"
	about_partners(earlier).reason == "verification_of_other_months"

	# Older rules may bind a current partner; older months do not.
	result := about_partners(earlier) with data.csp.direct_bill.rules.bound_by as {"2024-06-01", "2024-06-15"}
	result.reason == "verification_of_other_months"
}

package csp.direct_bill.gates.revenue_confirmation_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.revenue_confirmation.citation

page := {"title": "Page", "url": "https://example.com"}

dated(value) := {"dated": [{"since": "2020-01-01", "value": value, "citation": page}]}

values := {
	"minimum": dated(30000000), "months": dated(12), "published_on": dated(8), "perpetual": dated("included"),
	"influence": dated("excluded"), "level": dated("global"),
}

asked(records, more) := result if {
	result := findings.gate("revenue_confirmation", true) with input as {
		"as_of": "2024-06-27", "ended": {},
		"facts": object.union({"revenue_verification": records}, more),
	}
		with data.csp.direct_bill.requirements.revenue.values as values
}

record(kind, key, body) := {"id": kind, "kind": kind, "key": key, "source": "microsoft", "valid_from": "2024-06-01", "body": body}

verification(body) := record("revenue_verification", "2024-05", body)

finding(body) := asked([verification(body)], {})

question := {"information_request": [record("information_request", "Q-1", {"opened_on": "2024-06-20"})]}

test_open_from_the_day_of_the_verification_on if {
	result := finding({"status": "verified", "verified_usd_cents": 30000000, "on": "2024-06-27"})
	result.status == "met"
	result.shown.window == {"from": "2023-06", "to": "2024-05"}
	result.facts == ["revenue_verification"]
	result.missing == []
	finding({"status": "verified"}).status == "met"
}

test_closed_while_microsoft_is_at_it if {
	every status in ["unverified", "under_review"] {
		result := finding({"status": status})
		result.status == "not_met"
		result.reason == "revenue_unconfirmed"
		asked([verification({"status": status})], question).reason == "revenue_unconfirmed"
	}
}

test_closed_when_rejected_or_too_low if {
	finding({"status": "rejected"}).status == "not_met"
	finding({"status": "rejected"}).reason == "revenue_rejected"
	low := finding({"status": "verified", "verified_usd_cents": 29999999})
	low.status == "not_met"
	low.reason == "verified_amount_below_minimum"
	low.shown.actual == {"usd_cents": 29999999}
	low.shown.required == {"usd_cents": 30000000}
}

test_not_known_without_a_verification if {
	every records in [[], [verification({"status": "verified", "on": "2024-06-28"})]] {
		result := asked(records, {})
		result.status == "unknown"
		result.reason == "revenue_unconfirmed"
		result.missing == [{"kind": "revenue_verification", "key": "2024-05", "field": "status"}]
	}
}

test_no_rules_yet if {
	result := findings.gate("revenue_confirmation", true) with input as {"as_of": "2019-12-31", "facts": {}, "ended": {}}
		with data.csp.direct_bill.requirements.revenue.values as values
	result.status == "unknown"
	result.reason == "no_rules_yet"
}

test_what_cannot_be_read_opens_nothing if {
	every body in [
		{"status": true}, {"status": "Verified"}, {"status": "verified", "on": 20240601},
		{"status": "verified", "verified_usd_cents": "30000000"},
	] {
		finding(body).status == "unknown"
	}
}

test_an_open_question_is_for_a_person if {
	result := asked([verification({"status": "verified"})], question)
	result.status == "needs_review"
	result.reason == "information_request_open"
	result.shown.asked_on == "2024-06-20"
}

test_contradictions_are_for_a_person if {
	other := object.union(verification({"status": "rejected"}), {"id": "other"})
	asked([verification({"status": "verified"}), other], {}).reason == "facts_in_conflict"
}

test_only_microsofts_own_word_opens_it if {
	every source in ["assessor", "registry", "partner"] {
		result := asked([object.union(verification({"status": "verified"}), {"source": source})], {})
		result.status == "needs_review"
		result.reason == "confirmation_relayed"
	}
}

test_the_page_is_named if asked([], {}).shown.citation == citation

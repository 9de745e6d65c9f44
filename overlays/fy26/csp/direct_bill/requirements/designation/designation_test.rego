package csp.direct_bill.requirements.designation_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.designation.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"minimum": {"dated": [
	{"since": "2025-10-01", "value": 1, "citation": page},
	{"since": "2027-01-01", "value": 2, "citation": page},
]}}

finding(request) := result if {
	result := findings.requirement("designation", true) with input as request
		with data.csp.direct_bill.requirements.designation.values as values
}

held(area, body) := {"id": area, "kind": "designation", "key": area, "source": "partner", "valid_from": "2025-01-01", "body": body}

on(day, bodies) := {"as_of": day, "facts": {"designation": [held(area, body) | some area, body in bodies]}}

test_met_with_one_of_any_area if {
	result := finding(on("2025-10-01", {"modern_work": {"state": "active"}, "security": {"state": "expired"}}))
	result.status == "met"
	result.reason == "met"
	result.shown == {"required": {"count": 1}, "active": ["modern_work"], "expired": ["security"], "since": "2025-10-01", "citation": page}
	result.facts == ["modern_work"]
	result.missing == []
}

test_met_until_the_day_before_it_expires if {
	bodies := {"modern_work": {"state": "active", "expires_on": "2026-11-30"}}
	last_day := finding(on("2026-11-29", bodies))
	last_day.status == "met"
	last_day.reason == "met_until"
	last_day.shown.next_on == "2026-11-30"
	first_day := finding(on("2026-11-30", bodies))
	first_day.status == "not_met"
	first_day.reason == "expired"
	first_day.shown.expired == ["modern_work"]
	first_day.facts == ["modern_work"]
}

test_with_more_than_enough_no_expiry_decides if {
	bodies := {"modern_work": {"state": "active", "expires_on": "2026-11-30"}, "security": {"state": "active"}}
	finding(on("2026-11-29", bodies)).reason == "met"
	finding(on("2026-11-30", bodies)).reason == "met"
}

test_not_met_when_there_is_none if {
	result := finding(on("2025-10-01", {"all": {"state": "none"}}))
	result.status == "not_met"
	result.reason == "not_met"
	result.facts == ["all"]
}

test_one_whose_record_ended_has_expired if {
	ended := object.union(held("modern_work", {"state": "active"}), {"valid_to": "2025-12-01"})
	result := finding({"as_of": "2026-01-01", "facts": {}, "ended": {"designation": [ended]}})
	result.status == "not_met"
	result.reason == "expired"
	result.facts == ["modern_work"]
	again := held("modern_work", {"state": "active"})
	finding({"as_of": "2026-01-01", "facts": {"designation": [again]}, "ended": {"designation": [ended]}}).status == "met"
}

test_only_qualified_is_for_a_person if {
	result := finding(on("2025-10-01", {"modern_work": {"state": "qualified"}, "security": {"state": "expired"}}))
	result.status == "needs_review"
	result.reason == "qualified_not_enrolled"
	result.shown.qualified == ["modern_work"]
	finding(on("2025-10-01", {"modern_work": {"state": "qualified"}, "security": {"state": "active"}})).status == "met"
}

test_unknown_without_a_word if {
	result := finding({"as_of": "2025-10-01", "facts": {}})
	result.status == "unknown"
	result.missing == [{"kind": "designation"}]
}

test_the_number_is_a_dated_one if {
	bodies := {"modern_work": {"state": "active"}}
	finding(on("2026-12-31", bodies)).status == "met"
	finding(on("2027-01-01", bodies)).status == "not_met"
	finding(on("2027-01-01", object.union(bodies, {"security": {"state": "active", "expires_on": "2028-01-01"}}))).shown.next_on == "2028-01-01"
	finding(on("2027-01-01", object.union(bodies, {"security": {"state": "qualified"}}))).reason == "qualified_not_enrolled"
	finding(on("2025-09-30", bodies)).status == "unknown"
	finding(on("2025-09-30", bodies)).shown.citation == citation
	applied := [{
		"id": "f", "kind": "application", "key": "", "source": "partner", "valid_from": "2026-01-01",
		"body": {"submitted_on": "2026-12-31"},
	}]
	finding({"as_of": "2027-01-01", "facts": object.union({"application": applied}, on("", bodies).facts)}).reason == "rules_changed_since_application"
}

test_what_cannot_be_read_decides_nothing if {
	every body in [{}, {"state": null}, {"state": "Active"}, {"state": ["active"]}, {"state": true}] {
		result := finding(on("2025-10-01", {"modern_work": body, "security": {"state": "expired"}}))
		result.status == "unknown"
		result.missing == [{"kind": "designation", "key": "modern_work", "field": "state"}]
		finding(on("2025-10-01", {"modern_work": body, "security": {"state": "active"}})).status == "met"
	}
	every day in [null, 20271130, true] {
		result := finding(on("2025-10-01", {"modern_work": {"state": "active", "expires_on": day}}))
		result.status == "unknown"
		result.missing == [{"kind": "designation", "key": "modern_work", "field": "expires_on"}]
	}
}

test_contradictions_are_for_a_person if {
	other := object.union(held("modern_work", {"state": "expired"}), {"id": "other"})
	records := [held("modern_work", {"state": "active"}), other]
	result := finding({"as_of": "2025-10-01", "facts": {"designation": records}})
	result.reason == "facts_in_conflict"
	result.facts == ["modern_work", "other"]
	finding({"as_of": "2025-10-01", "facts": {"designation": array.concat(records, [held("security", {"state": "active"})])}}).status == "met"
}

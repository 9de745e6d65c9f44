package csp.direct_bill.requirements.security_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.security.citation

page := {"title": "Page", "url": "https://example.com"}

entry(since, value) := {"since": since, "value": value, "citation": page}

all_items := ["mfa_all_admins", "security_contact", "alerts_answered"]

values := {
	"of_direct_bill_partners": {"dated": [entry("2025-10-01", all_items), entry("2027-01-01", ["security_contact"])]},
	"alert_response": {"dated": [entry("2025-10-01", 24)]},
}

asked(day, facts) := result if {
	result := findings.requirement("security", true) with input as {"as_of": day, "facts": facts}
		with data.csp.direct_bill.requirements.security.values as values
}

stated(body) := {"id": "s", "kind": "security", "key": "", "source": "microsoft", "valid_from": "2025-01-01", "body": body}

finding(body) := asked("2025-10-01", {"security": [stated(body)]})

good := {"mfa_all_admins": true, "security_contact": true, "average_alert_response_hours": 6}

test_met_with_all_of_them if {
	result := finding(good)
	result.status == "met"
	result.shown == {
		"asked": all_items, "actual": {"hours": 6}, "required": {"hours": 24},
		"since": "2025-10-01", "citation": page,
	}
	result.flags == ["answered_in_time"]
	result.facts == ["s"]
	result.missing == []
}

test_the_longest_time_itself_is_in_time if {
	finding(object.union(good, {"average_alert_response_hours": 24})).status == "met"
	late := finding(object.union(good, {"average_alert_response_hours": 24.01}))
	late.status == "not_met"
	late.shown.failing == ["alerts_answered"]
	late.flags == ["answered_late"]
	late.missing == []
}

test_without_alerts_there_is_nothing_to_answer if {
	every body in [{"alerts": 0}, {"alerts": 0, "average_alert_response_hours": 30}] {
		result := finding(object.union(object.remove(good, ["average_alert_response_hours"]), body))
		result.status == "met"
		result.flags == ["no_alerts"]
	}
}

test_neither_score_nor_customers_count if {
	finding(object.union(good, {"score": 20, "customer_mfa_share": 0.1})).status == "met"
	finding({"score": 100, "customer_mfa_share": 1}).status == "unknown"
}

test_not_met_when_one_is_said_to_lack if {
	every item in ["mfa_all_admins", "security_contact"] {
		result := finding(object.union(good, {item: false}))
		result.status == "not_met"
		result.shown.failing == [item]
		result.missing == []
	}
	finding({"mfa_all_admins": false}).status == "not_met"
}

test_what_is_not_stated_is_unknown if {
	every field in ["mfa_all_admins", "security_contact", "average_alert_response_hours"] {
		every body in [object.remove(good, [field]), object.union(good, {field: null}), object.union(good, {field: "6"})] {
			result := finding(body)
			result.status == "unknown"
			result.missing == [{"kind": "security", "field": field}]
			count(result.shown.not_known) == 1
		}
	}
	finding(object.union(good, {"average_alert_response_hours": -1})).status == "unknown"
	finding(object.union(good, {"alerts": false, "average_alert_response_hours": null})).status == "unknown"
	count(asked("2025-10-01", {}).missing) == 3
}

test_nothing_is_asked_before_its_day if {
	result := asked("2025-09-30", {"security": [stated(good)]})
	result.status == "unknown"
	result.reason == "not_required_yet"
	result.shown == {"day": "2025-09-30", "citation": citation}
	result.facts == []
}

test_what_is_asked_is_dated if {
	only_contact := [stated({"security_contact": true})]
	asked("2026-12-31", {"security": only_contact}).status == "unknown"
	asked("2027-01-01", {"security": only_contact}).status == "met"
	asked("2027-01-01", {"security": [stated(object.union(good, {"average_alert_response_hours": 30}))]}).status == "met"
	asked("2027-01-01", {"security": [stated(object.union(good, {"alerts": 0}))]}).flags == []
	applied := [{
		"id": "f", "kind": "application", "key": "", "source": "partner", "valid_from": "2026-01-01",
		"body": {"submitted_on": "2026-12-31"},
	}]
	asked("2027-01-01", {"security": only_contact, "application": applied}).reason == "rules_changed_since_application"
}

test_other_programs_ask_of_others if {
	applied := {
		"id": "f", "kind": "application", "key": "", "source": "partner", "valid_from": "2025-01-01",
		"body": {"submitted_on": "2025-09-30"},
	}
	request := {
		"program": "csp.authorization", "as_of": "2025-10-01",
		"facts": {"security": [stated({"security_contact": true})], "application": [applied]},
	}
	for_others := {"of_others": {"dated": [entry("2025-10-01", ["security_contact"])]}}
	nobody := findings.requirement("security", true) with input as request
		with data.csp.direct_bill.requirements.security.values as for_others
	nobody.status == "unknown"
	nobody.reason == "of_nobody_known"
	others := findings.requirement("security", true) with input as request
		with data.csp.direct_bill.requirements.security.values as for_others
		with data.csp.direct_bill.requirements.security.of_whom as {"of_others"}
	others.status == "met"
	others.flags == []
}

test_contradictions_are_for_a_person if {
	other := object.union(stated({"mfa_all_admins": false}), {"id": "other"})
	result := asked("2025-10-01", {"security": [stated(good), other]})
	result.reason == "facts_in_conflict"
	result.facts == ["other", "s"]
	result.missing == []
}

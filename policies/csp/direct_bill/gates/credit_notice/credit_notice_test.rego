package csp.direct_bill.gates.credit_notice_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.credit_notice.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"purchase": {"dated": [
	{"since": "2020-01-01", "value": "any_time", "citation": page},
	{"since": "2023-01-01", "value": "after_credit_notice", "citation": page},
]}}

types := {"types": {"dated": [{"since": "2020-01-01", "value": ["A"], "citation": page}]}}

on(day, facts) := result if {
	result := findings.gate("credit_notice", true) with input as {"as_of": day, "facts": facts, "ended": {}}
		with data.csp.direct_bill.process.plan_purchase.values as values
		with data.csp.direct_bill.requirements.support_plan.values as types
}

record(kind, body) := {"id": kind, "kind": kind, "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

checked(body) := {"credit_check": [record("credit_check", body)]}

in_state(state) := {"csp_status": [record("csp_status", {"state": state})]}

passed := {"status": "passed", "started_on": "2024-07-01", "passed_on": "2024-07-08", "notified_on": "2024-07-09"}

test_open_from_the_day_of_the_notice_on if {
	result := on("2024-07-09", checked(passed))
	result.status == "met"
	result.shown == {"started_on": "2024-07-01", "notified_on": "2024-07-09", "since": "2023-01-01", "citation": page}
	result.facts == ["credit_check"]
	result.flags == []
	result.missing == []
}

test_closed_on_every_day_from_the_start_of_the_check_to_the_notice if {
	expected := {"2024-07-01": "credit_check_pending", "2024-07-07": "credit_check_pending", "2024-07-08": "not_notified"}
	every day, reason in expected {
		result := on(day, checked(passed))
		result.status == "not_met"
		result.reason == reason
		result.shown.next_on == "2024-07-09"
		result.flags == ["notified_later"]
	}
}

test_closed_for_what_the_check_says if {
	expected := {
		"not_started": "credit_check_not_started", "pending": "credit_check_pending",
		"failed": "credit_check_failed", "passed": "not_notified",
	}
	every status, reason in expected {
		result := on("2024-07-09", checked({"status": status}))
		result.status == "not_met"
		result.reason == reason
		result.flags == []
		result.missing == []
	}
}

test_not_known_without_a_check if {
	on("2024-07-09", {}).status == "unknown"
	on("2024-07-09", {}).reason == "unknown"
	on("2024-07-09", {}).missing == [{"kind": "credit_check", "field": "status"}]
}

test_what_cannot_be_read_opens_nothing if {
	every day in [null, true, 20240709, ["2024-07-09"]] {
		on("2024-07-09", checked(object.union(passed, {"notified_on": day}))).status == "unknown"
		on("2024-07-09", checked(object.union(passed, {"passed_on": day}))).status == "unknown"
		late := on("2024-07-07", checked(object.union(passed, {"notified_on": day})))
		late.status == "not_met"
		late.flags == []
	}
	every status in [null, true, "Passed", 1] {
		on("2024-07-09", checked(object.union(passed, {"status": status}))).status == "unknown"
	}
}

test_before_the_rules_spoke_of_it if {
	on("2022-12-31", {}).status == "met"
	on("2022-12-31", {}).reason == "not_asked_for"
	on("2022-12-31", checked({"status": "pending"})).status == "met"
	on("2023-01-01", checked({"status": "pending"})).status == "not_met"
	on("2019-12-31", checked(passed)).status == "unknown"
	on("2019-12-31", checked(passed)).shown.citation == citation
}

test_a_current_partner_has_passed_it if {
	every state in ["active", "restricted"] {
		result := on("2024-07-09", in_state(state))
		result.status == "met"
		result.reason == "current_partner"
		result.facts == ["csp_status"]
		on("2024-07-09", object.union(in_state(state), checked({"status": "passed"}))).reason == "not_notified"
		on("2024-07-09", object.union(in_state(state), checked({"status": "not_started"}))).reason == "credit_check_not_started"
		on("2024-07-09", object.union(in_state(state), checked({"status": "pending"}))).reason == "credit_check_pending"
		on("2024-07-09", object.union(in_state(state), checked({"status": "failed"}))).reason == "credit_check_failed"
	}
	on("2024-07-09", in_state("Active")).status == "unknown"
}

test_a_suspended_one_is_for_a_person if {
	every state in ["suspended", "revoked"] {
		result := on("2024-07-09", object.union(in_state(state), checked(passed)))
		result.status == "needs_review"
		result.reason == "partner_suspended_or_revoked"
		result.facts == ["credit_check", "csp_status"]
	}
}

test_a_plan_that_is_active_already_is_said if {
	plan := object.union(record("support_plan", {"type": "A", "purchased_on": "2022-01-10"}), {"key": "p"})
	result := on("2024-07-09", object.union(checked(passed), {"support_plan": [plan]}))
	result.status == "met"
	result.flags == ["plan_already_held"]
	result.shown.plans == ["A"]
	result.facts == ["credit_check", "support_plan"]
}

test_what_the_partner_relays_is_said_to_be_so if {
	check := on("2024-07-09", {"credit_check": [object.union(record("credit_check", passed), {"source": "partner"})]})
	check.status == "met"
	check.flags == ["relayed_by_the_partner"]
	state := on("2024-07-09", {"csp_status": [object.union(record("csp_status", {"state": "active"}), {"source": "partner"})]})
	state.status == "unknown"
}

test_contradictions_are_for_a_person if {
	both := {"credit_check": [record("credit_check", passed), object.union(record("credit_check", {"status": "pending"}), {"id": "other"})]}
	on("2024-07-09", both).status == "needs_review"
	on("2024-07-09", both).reason == "facts_in_conflict"
	on("2024-07-09", object.union(both, in_state("active"))).status == "needs_review"
	odd := on("2024-07-09", checked({"status": "pending", "notified_on": "2024-07-09"}))
	odd.status == "needs_review"
	odd.reason == "notice_contradicts_record"
}

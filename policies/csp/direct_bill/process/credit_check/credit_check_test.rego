package csp.direct_bill.process.credit_check_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.credit_check.citation

on(day, records) := result if {
	result := findings.step("credit_check", true) with input as {"as_of": day, "facts": {"credit_check": records}}
}

check(body) := {"id": "c", "kind": "credit_check", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

finding(body) := on("2024-07-09", [check(body)])

test_met_from_the_day_of_the_notice if {
	body := {"status": "passed", "started_on": "2024-07-01", "passed_on": "2024-07-08", "notified_on": "2024-07-09"}
	result := finding(body)
	result.status == "met"
	result.shown == {"started_on": "2024-07-01", "notified_on": "2024-07-09", "citation": citation}
	result.facts == ["c"]
	result.missing == []
	on("2024-07-08", [check(body)]).status == "unknown"
	on("2024-07-08", [check(body)]).reason == "notice_awaited"
}

test_passed_without_a_notice if {
	finding({"status": "passed", "passed_on": "2024-07-01"}).status == "unknown"
	finding({"status": "passed"}).reason == "notice_awaited"
	finding({"status": "passed"}).missing == [{"kind": "credit_check", "field": "notified_on"}]
}

test_not_met_when_failed if {
	finding({"status": "failed"}).status == "not_met"
	finding({"status": "failed", "notified_on": "2024-07-10"}).status == "not_met"
	finding({"status": "failed"}).missing == []
}

test_a_notice_that_contradicts_the_record_is_for_a_person if {
	every body in [
		{"status": "not_started", "notified_on": "2024-07-09"},
		{"status": "pending", "notified_on": "2024-07-09"},
		{"status": "failed", "notified_on": "2024-07-09"},
		{"status": "passed", "passed_on": "2024-07-10", "notified_on": "2024-07-09"},
	] {
		result := finding(body)
		result.status == "needs_review"
		result.reason == "notice_contradicts_record"
		result.shown.notified_on == "2024-07-09"
		result.missing == []
		on("2024-07-10", [check(body)]).reason == "notice_contradicts_record"
		on("2024-07-08", [check(body)]).status in {"unknown", "not_met"}
	}
	finding({"status": "passed", "passed_on": "2024-07-09", "notified_on": "2024-07-09"}).status == "met"
}

test_pending_until_the_day_of_the_pass if {
	body := {"status": "passed", "passed_on": "2024-07-09"}
	on("2024-07-08", [check(body)]).status == "unknown"
	on("2024-07-08", [check(body)]).reason == "pending"
	on("2024-07-08", [check(body)]).missing == [{"kind": "credit_check", "field": "status"}]
	finding(body).reason == "notice_awaited"
}

test_what_the_partner_relays_is_said_to_be_so if {
	relayed := {day: on(day, [object.union(check({"status": "passed", "notified_on": "2024-07-09"}), {"source": "partner"})]) | some day in ["2024-07-08", "2024-07-09"]}
	relayed["2024-07-09"].status == "met"
	relayed["2024-07-09"].flags == ["relayed_by_the_partner"]
	relayed["2024-07-08"].flags == []
	on("2024-07-09", [object.union(check({"status": "failed"}), {"source": "partner"})]).flags == ["relayed_by_the_partner"]
	finding({"status": "failed"}).flags == []
}

test_pending_stays_open_however_long_it_takes if {
	body := {"status": "pending", "started_on": "2024-07-01"}
	every day in ["2024-07-01", "2024-08-20", "2034-07-01"] {
		on(day, [check(body)]).status == "unknown"
		on(day, [check(body)]).reason == "pending"
		on(day, [check(body)]).shown.started_on == "2024-07-01"
	}
	finding({"status": "pending"}).reason == "pending"
}

test_not_begun_or_not_known if {
	finding({"status": "not_started"}).status == "unknown"
	finding({"status": "not_started"}).reason == "not_started"
	on("2024-07-09", []).status == "unknown"
	on("2024-07-09", []).reason == "unknown"
	on("2024-07-09", []).missing == [{"kind": "credit_check", "field": "status"}]
}

test_what_cannot_be_read_decides_nothing if {
	every day in [null, true, 20240709, ["2024-07-09"]] {
		finding({"status": "passed", "notified_on": day}).status == "unknown"
		finding({"status": "passed", "notified_on": day}).reason == "unknown"
		finding({"status": "passed", "notified_on": day}).missing == [{"kind": "credit_check", "field": "notified_on"}]
	}
	every day in [null, true, 20240709, ["2024-07-09"]] {
		result := finding({"status": "passed", "passed_on": day, "notified_on": "2024-07-09"})
		result.status == "unknown"
		result.reason == "unknown"
		result.missing == [{"kind": "credit_check", "field": "passed_on"}]
	}
	every status in [null, true, "Passed", 1] {
		finding({"status": status, "notified_on": "2024-07-01"}).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	result := on("2024-07-09", [check({"status": "failed"}), object.union(check({"status": "pending"}), {"id": "d"})])
	result.reason == "facts_in_conflict"
	result.facts == ["c", "d"]
}

package csp.direct_bill.standing.anniversary_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.standing.anniversary
import data.csp.direct_bill.standing.anniversary.citation

versions := [
	{"id": "V-1", "since": "2020-01-01", "current_partners": {"standing": []}},
	{"id": "V-2", "since": "2025-10-01", "current_partners": {"standing": ["anniversary"]}},
	{"id": "V-3", "since": "2027-10-01", "current_partners": {"standing": ["anniversary"]}},
]

asked(day, facts) := result if {
	request := {"as_of": day, "facts": facts}
	finding := findings.standing("anniversary", true) with input as request
		with data.csp.direct_bill.rules.versions as versions
	waits := [1 | anniversary.not_bound_yet] with input as request
		with data.csp.direct_bill.rules.versions as versions
	open := [1 | anniversary.open] with input as request
		with data.csp.direct_bill.rules.versions as versions
	result := object.union(finding, {"not_bound_yet": count(waits) > 0, "open": count(open) > 0})
}

onboarding(day) := {
	"id": "o", "kind": "csp_onboarding", "key": "", "source": "microsoft",
	"valid_from": "2018-01-01", "body": {"onboarded_on": day},
}

onboarded(day, since) := asked(day, {"csp_onboarding": [onboarding(since)]})

test_bound_from_the_first_day_of_the_first_anniversary_month if {
	every since, first in {
		"2020-03-17": "2026-03-01",
		"2019-12-11": "2025-12-01",
		"2019-10-01": "2025-10-01",
		"2019-10-31": "2025-10-01",
		"2019-09-30": "2026-09-01",
		"2020-02-29": "2026-02-01",
		"2025-09-30": "2026-09-01",
	} {
		onboarded(first, since).status == "met"
		onboarded(first, since).shown.binds_on == first
		onboarded(first, since).not_bound_yet == false
		onboarded(first, since).open == true
	}
}

test_not_bound_the_day_before if {
	before := onboarded("2026-02-28", "2020-03-17")
	before.not_bound_yet == true
	before.open == false
	before.status == "unknown"
	before.missing == []
	onboarded("2025-09-30", "2020-03-17").not_bound_yet == false
}

test_inside_the_month_it_can_be_put_right if {
	every day in ["2026-03-01", "2026-03-31", "2027-03-15"] {
		result := onboarded(day, "2020-03-17")
		result.open == true
		result.reason == "review_month"
		result.shown.onboarded_on == "2020-03-17"
		result.facts == ["o"]
	}
	onboarded("2026-03-31", "2020-03-17").shown.next_on == "2026-04-01"
}

test_after_the_month_the_next_is_a_year_away if {
	result := onboarded("2026-04-01", "2020-03-17")
	result.open == false
	result.reason == "met"
	result.shown == {
		"since": "2025-10-01", "binds_on": "2026-03-01", "onboarded_on": "2020-03-17",
		"next_on": "2027-03-01", "citation": citation,
	}
	onboarded("2027-02-28", "2020-03-17").shown.next_on == "2027-03-01"
	onboarded("2026-12-31", "2019-12-11").shown.next_on == "2027-01-01"
	onboarded("2027-01-01", "2019-12-11").shown.next_on == "2027-12-01"
}

test_who_came_later_is_bound_at_once_and_reviewed_after_a_year if {
	every since in ["2025-10-01", "2025-12-05"] {
		result := onboarded("2025-12-20", since)
		result.status == "met"
		result.reason == "met"
		result.shown.binds_on == since
		result.open == false
	}
	onboarded("2025-12-20", "2025-12-05").shown.next_on == "2026-12-01"
	onboarded("2026-12-01", "2025-12-05").reason == "review_month"
}

test_unknown_without_the_day_of_onboarding if {
	result := asked("2026-08-31", {})
	result.status == "unknown"
	result.shown.next_on == "2026-09-01"
	result.missing == [{"kind": "csp_onboarding", "field": "onboarded_on"}]
	result.open == true
	result.not_bound_yet == false
	every day in [null, true, 20200317, "2020-02-30", "2026-09-01"] {
		onboarded("2026-08-31", day).missing == result.missing
	}
}

test_in_the_end_everybody_is_bound if {
	last_month := asked("2026-09-01", {})
	last_month.status == "met"
	last_month.reason == "month_not_known"
	last_month.missing == []
	last_month.shown.binds_on == "2026-09-01"
	last_month.open == true
	asked("2026-09-30", {}).open == true
	asked("2026-10-01", {}).open == false
}

test_a_notice_of_microsoft_is_said if {
	notice := {
		"id": "n", "kind": "enforcement", "key": "", "source": "microsoft",
		"valid_from": "2026-03-01", "body": {"t0_on": "2026-03-31"},
	}
	facts := {"csp_onboarding": [onboarding("2020-03-17")], "enforcement": [notice]}
	asked("2026-03-10", facts).flags == ["notice_given"]
	asked("2026-03-10", facts).facts == ["n", "o"]
	asked("2026-04-01", facts).flags == []
}

test_contradictions_are_for_a_person if {
	both := [onboarding("2020-03-17"), object.union(onboarding("2019-12-11"), {"id": "p"})]
	result := asked("2026-03-10", {"csp_onboarding": both})
	result.reason == "facts_in_conflict"
	result.facts == ["o", "p"]
	result.missing == []
	result.open == true
}

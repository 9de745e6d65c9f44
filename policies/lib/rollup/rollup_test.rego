package lib.rollup_test

import data.lib.rollup

outcome(statuses) := rollup.eligibility([{"status": status, "due": true} | some status in statuses])

test_the_worst_status_wins if {
	every case in [
		[["met", "met"], "eligible"],
		[["met", "unknown"], "incomplete"],
		[["met", "unknown", "needs_review"], "needs_review"],
		[["met", "unknown", "needs_review", "not_met"], "not_eligible"],
		[["not_met"], "not_eligible"],
		[["something_else"], "incomplete"],
	] {
		outcome(case[0]) == case[1]
	}
}

test_nothing_due_is_incomplete if {
	outcome([]) == "incomplete"
	rollup.eligibility([{"status": "met", "due": false}]) == "incomplete"
}

test_what_is_not_due_does_not_count if {
	rollup.eligibility([{"status": "met", "due": true}, {"status": "not_met", "due": false}]) == "eligible"
}

came_out := [
	{"id": "b", "status": "not_met", "due": true, "shown": {"next_on": "2024-07-01"}},
	{"id": "a", "status": "not_met", "due": true, "shown": {"next_on": "2024-08-01"}},
	{"id": "c", "status": "met", "due": true, "shown": {}},
	{"id": "d", "status": "unknown", "due": false, "shown": {}},
]

test_who_came_out_like_that if {
	rollup.with_status(came_out, "not_met") == ["a", "b"]
	rollup.with_status(came_out, "unknown") == []
}

test_the_day_on_which_all_can_have_changed if {
	rollup.next_on(came_out) == "2024-08-01"
	every other in [
		{"id": "e", "status": "not_met", "due": true, "shown": {}},
		{"id": "e", "status": "unknown", "due": true, "shown": {"next_on": "2024-07-01"}},
		{"id": "e", "status": "needs_review", "due": true, "shown": {"next_on": "2024-07-01"}},
	] {
		not rollup.next_on(array.concat(came_out, [other]))
	}
	not rollup.next_on([])
}

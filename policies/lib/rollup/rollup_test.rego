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

package lib.finding_test

import data.lib.finding

parts := {"met": [true], "due": [], "review": set(), "flags": set(), "reason": [], "shown": {}, "facts": set(), "missing": set()}

made(changes) := finding.make("revenue", true, object.union(parts, changes))

test_statuses if {
	made({}).status == "met"
	made({"met": [false]}).status == "not_met"
	made({"met": []}).status == "unknown"
	made({"met": ["yes"]}).status == "unknown"
	made({"review": {"gap"}}).status == "needs_review"
	made({"met": [false], "review": {"gap"}}).status == "needs_review"
}

test_the_reason_is_the_status_unless_told if {
	made({}).reason == "met"
	made({"met": [], "reason": ["stale_report"]}).reason == "stale_report"
}

test_review_codes_are_the_reason_and_further_flags if {
	result := made({"review": {"b", "a", "c"}, "flags": {"z"}, "reason": ["ignored"]})
	result.reason == "a"
	result.flags == ["b", "c", "z"]
}

test_due_needs_program_and_requirement if {
	made({}).due == true
	made({"due": [true]}).due == true
	made({"due": [false]}).due == false
	finding.make("revenue", false, parts).due == false
}

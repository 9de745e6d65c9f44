package csp.direct_bill.status_test

import data.csp.direct_bill.status

ladder := {
	"suspended_after": {"dated": [{"since": "2025-10-25", "value": 30}]},
	"revoked_after": {"dated": [{"since": "2025-10-25", "value": 60}]},
}

notice(id, source, day) := {
	"id": id, "kind": "enforcement", "key": "", "source": source,
	"valid_from": "2025-01-01", "body": {"t0_on": day},
}

after(day, notices) := {"as_of": day, "facts": {"csp_status": [said("active", "microsoft")], "enforcement": notices}}

state(day, t0) := result if {
	result := status.state with input as after(day, [notice("n", "microsoft", t0)])
		with data.csp.direct_bill.standing.restriction.values as ladder
}

test_the_steps_follow_the_day_of_the_notice if {
	every day, expected in {
		"2026-03-30": "active",
		"2026-03-31": "restricted",
		"2026-04-29": "restricted",
		"2026-04-30": "suspended",
		"2026-05-29": "suspended",
		"2026-05-30": "revoked",
		"2027-01-01": "revoked",
	} {
		state(day, "2026-03-31") == expected
	}
}

test_older_notices_have_no_further_steps if {
	state("2026-05-30", "2025-10-24") == "restricted"
	state("2026-05-30", "2025-10-25") == "revoked"
}

test_only_microsofts_own_notice_counts if {
	relayed := after("2026-05-30", [notice("n", "partner", "2026-03-31")])
	status.state == "active" with input as relayed
	status.facts_used == {"microsoft:active"} with input as relayed
	every day in [null, true, 20260331, "2026-02-30"] {
		state("2026-05-30", day) == "active"
	}
}

test_contradicting_notices_name_no_day if {
	both := after("2026-05-30", [notice("n", "microsoft", "2026-03-31"), notice("o", "microsoft", "2026-04-30")])
	status.state == "active" with input as both
	status.disputed with input as both
	status.facts_used == {"microsoft:active", "n", "o"} with input as both
}

test_what_others_say_of_a_notice_is_no_contradiction if {
	hearsay := after("2026-05-30", [notice("n", "partner", "2026-03-31"), notice("o", "partner", "2026-04-30")])
	status.state == "active" with input as hearsay
	not status.disputed with input as hearsay
}

spoken_since(from, source) := result if {
	record := object.union(said("active", source), {"valid_from": from})
	request := {"as_of": "2026-05-02", "facts": {"csp_status": [record], "enforcement": [notice("n", "microsoft", "2026-03-31")]}}
	result := status.state with input as request with data.csp.direct_bill.standing.restriction.values as ladder
}

test_microsofts_later_word_counts_more_than_its_notice if {
	spoken_since("2026-04-20", "microsoft") == "active"
	spoken_since("2026-03-31", "microsoft") == "suspended"
	spoken_since("2026-04-20", "partner") == "suspended"
}

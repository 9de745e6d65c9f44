package csp.direct_bill.transition.steps.ir_enrollment_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.steps.ir_enrollment.citation

page := {"title": "Page", "url": "https://example.com"}

# The tests bring their own values, so that editing data.yaml never breaks them.
values := {
	"incentives": {"dated": [{"since": "2020-01-01", "value": 30, "citation": page}]},
	"way_back": {"dated": [
		{"since": "2020-01-01", "value": "no_way_back", "citation": page},
		{"since": "2021-10-01", "value": "new_tenant", "citation": page},
	]},
}

record(id, body) := {"id": id, "kind": "transition", "key": "", "source": "partner", "valid_from": "2020-01-01", "body": body}

on(day, records) := {"program": "csp.direct_bill.transition", "as_of": day, "ended": {}, "facts": {"transition": records}}

with_profile(request, profile) := result if {
	result := findings.transition("ir_enrollment", true) with input as request
		with partner_id.met as profile
		with data.csp.direct_bill.transition.steps.ir_enrollment.values as values
}

finding(day, body) := with_profile(on(day, [record("t", body)]), true)

enrolled := {"ir_enrolled_on": "2024-09-02"}

test_done_from_its_day_on if {
	result := finding("2024-09-02", enrolled)
	result.status == "met"
	result.reason == "met"
	result.shown.done_on == "2024-09-02"
	result.shown.citation == citation
	result.facts == ["t"]
	before := finding("2024-09-01", enrolled)
	before.status == "not_met"
	before.reason == "planned"
	before.shown.planned_on == "2024-09-02"
	before.shown.next_on == "2024-09-02"
	before.missing == []
}

test_open_and_not_known if {
	every body in [{}, {"ir_enrolled_on": null}, {"ir_enrolled_on": true}, {"ir_enrolled_on": 20240902}, {"ir_enrolled_on": "soon"}] {
		result := finding("2024-09-20", body)
		result.status == "unknown"
		result.reason == "unknown"
		result.due == true
		result.missing == [{"kind": "transition", "field": "ir_enrolled_on"}]
	}
}

test_it_waits_for_the_profile if {
	result := with_profile(on("2024-09-20", []), false)
	result.due == false
	result.reason == "blocked"
	result.shown.waits_for == ["partner_id"]

	# Once it is done, the profile of today takes nothing back.
	with_profile(on("2024-09-20", [record("t", enrolled)]), false).status == "met"
}

test_what_to_know_before_enrolling if {
	finding("2021-09-30", {}).flags == ["no_way_back"]
	finding("2021-10-01", {}).flags == ["new_tenant"]
}

test_the_invitation_that_follows if {
	result := finding("2024-10-02", enrolled)
	result.flags == ["incentives_invitation"]
	result.shown.incentives_by == "2024-10-02"
	result.shown.incentives_within == {"days": 30}
	finding("2024-10-03", enrolled).flags == []
}

test_contradictions_are_for_a_person if {
	both := on("2024-09-20", [record("t", enrolled), record("u", {"customers_moved": true})])
	every profile in [true, false] {
		result := with_profile(both, profile)
		result.status == "needs_review"
		result.reason == "facts_in_conflict"
		result.due == true
		result.facts == ["t", "u"]
		result.missing == []
	}
}

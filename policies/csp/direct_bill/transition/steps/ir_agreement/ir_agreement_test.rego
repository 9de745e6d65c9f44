package csp.direct_bill.transition.steps.ir_agreement_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.steps.ir_agreement.citation

finding(body) := result if {
	result := findings.transition("ir_agreement", true) with partner_id.met as true
		with input as {"as_of": "2024-09-20", "ended": {}, "facts": {"transition": [{
			"id": "t", "kind": "transition", "key": "", "source": "partner", "valid_from": "2024-09-01", "body": body,
		}]}}
}

# The steps before it are done.
ready(more) := finding(object.union(before, more))

before := {"ir_enrolled_on": "2024-09-02"}

test_done if {
	result := ready({"ir_agreement_on": "2024-09-03"})
	result.status == "met"
	result.reason == "met"
	result.due == true
	result.facts == ["t"]
	result.missing == []
	result.shown.citation == citation
	result.shown.done_on == "2024-09-03"
	ready({"ir_agreement_on": "2024-09-20"}).status == "met"
}

test_open_and_not_known if {
	every body in [{}, {"ir_agreement_on": null}, {"ir_agreement_on": true}, {"ir_agreement_on": 20240903}, {"ir_agreement_on": "soon"}] {
		result := ready(body)
		result.status == "unknown"
		result.reason == "unknown"
		result.due == true
		result.missing == [{"kind": "transition", "field": "ir_agreement_on"}]
	}
}

test_a_day_to_come_is_not_done_yet if {
	result := ready({"ir_agreement_on": "2024-09-21"})
	result.status == "not_met"
	result.reason == "planned"
	result.shown.planned_on == "2024-09-21"
	result.shown.next_on == "2024-09-21"
	result.missing == []
}

test_done_before_an_earlier_step_is_for_a_person if {
	result := ready({"ir_agreement_on": "2024-09-01"})
	result.status == "needs_review"
	result.reason == "dated_too_early"
	result.shown.done_on == "2024-09-01"
	result.shown.earlier_on == "2024-09-02"
}

test_blocked_by_an_earlier_step if {
	result := finding(object.remove(before, ["ir_enrolled_on"]))
	result.due == false
	result.reason == "blocked"
	result.shown.waits_for == ["ir_enrollment"]
	result.missing == []
}

test_done_without_an_earlier_step_is_for_a_person if {
	result := finding(object.union(object.remove(before, ["ir_enrolled_on"]), {"ir_agreement_on": "2024-09-03"}))
	result.status == "needs_review"
	result.reason == "out_of_order"
	result.due == true
	result.shown.waits_for == ["ir_enrollment"]
}

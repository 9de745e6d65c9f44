package csp.direct_bill.transition.progress_test

import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.progress

record(id, body) := {"id": id, "kind": "transition", "key": "", "source": "partner", "valid_from": "2024-01-01", "body": body}

of(records) := result if {
	result := {
		"done": progress.done,
		"met": {step: value | some step, value in progress.met},
		"blocked": progress.blocked,
		"waits_for": progress.waits_for,
		"reason": {step: code | some step, code in progress.reason},
		"review": {step: codes | some step, codes in progress.review},
		"out_of_order": {step: earlier | some step, earlier in progress.out_of_order},
		"dated_too_early": {step: day | some step, day in progress.dated_too_early},
		"missing": {step: fields | some step, fields in progress.missing},
		"facts_used": progress.facts_used,
		"disputed": [1 | progress.disputed],
	} with input as {"as_of": "2024-09-20", "facts": {"transition": records}}
		with partner_id.met as true
		with partner_id.review as set()
}

told(body) := of([record("t", body)])

enrolled := {"ir_enrolled_on": "2024-09-02"}

agreed := object.union(enrolled, {"ir_agreement_on": "2024-09-03"})

partnered := object.union(agreed, {"distributor_accepted_on": "2024-09-10"})

moved := object.union(partnered, {"customers_moved": true})

kept := object.union(moved, {"customer_agreement": "accepted"})

all_done := object.union(kept, {"subscriptions_transferred": true})

# The one step that is neither done nor blocked.
next(result) := {step | some step in progress.order; not step in result.done; not step in result.blocked}

test_each_step_opens_the_next if {
	every step, body in {
		"ir_enrollment": {},
		"ir_agreement": enrolled,
		"distributor": agreed,
		"customers": partnered,
		"customer_agreements": moved,
		"subscriptions": kept,
	} {
		result := told(body)
		next(result) == {step}
		result.waits_for[step] == []
		object.keys(result.missing) == {step}
		result.review == {}
		not step in object.keys(result.met)
	}
	next(told(all_done)) == set()
	told(all_done).missing == {}
	told(all_done).review == {}
	told(all_done).facts_used == {"t"}
}

test_a_blocked_step_says_what_it_waits_for if {
	told(agreed).waits_for.customers == ["distributor"]
	told({}).waits_for.subscriptions == ["ir_enrollment", "ir_agreement", "distributor", "customers", "customer_agreements"]
	told({}).reason.subscriptions == "blocked"
}

test_the_profile_comes_first if {
	lacking := progress.blocked with input as {"as_of": "2024-09-20", "facts": {}} with partner_id.met as false
	"ir_enrollment" in lacking
	doubtful := progress.blocked with input as {"as_of": "2024-09-20", "facts": {}} with partner_id.met as true
		with partner_id.review as {"code"}
	"ir_enrollment" in doubtful

	# It is looked up today, so it calls nothing into question that is done.
	order := progress.out_of_order with input as {"as_of": "2024-09-20", "facts": {"transition": [record("t", all_done)]}}
		with partner_id.met as false
	order == {}
}

test_a_day_to_come_is_not_done_yet if {
	every day, done in {"2024-09-20": true, "2024-09-21": false} {
		told({"ir_enrolled_on": day}).met.ir_enrollment == done
	}
	told({"ir_enrolled_on": "2024-09-21"}).reason.ir_enrollment == "planned"
	told({"ir_enrolled_on": "2024-09-21"}).missing == {}
	told({"ir_agreement_on": "2024-09-21"}).reason.ir_agreement == "blocked"
}

test_said_not_to_be_done if {
	no := told(object.union(partnered, {"customers_moved": false}))
	no.met.customers == false
	no.reason.customers == "open"
	no.missing == {}
	told(object.union(agreed, {"customers_moved": false})).reason.customers == "blocked"
	every state in ["none", "attested"] {
		told(object.union(moved, {"customer_agreement": state})).met.customer_agreements == false
	}
}

test_a_later_step_done_first_is_for_a_person if {
	result := told(object.union(enrolled, {"distributor_accepted_on": "2024-09-10", "subscriptions_transferred": true}))
	result.review == {"distributor": {"out_of_order"}, "subscriptions": {"out_of_order"}}
	result.out_of_order.distributor == ["ir_agreement"]
	result.out_of_order.subscriptions == ["ir_agreement", "customers", "customer_agreements"]
	next(result) == {"ir_agreement"}
}

test_an_agreement_of_the_customers_may_be_old if {
	told({"customer_agreement": "accepted"}).review == {}
	told({"customer_agreement": "accepted"}).met.customer_agreements == true
}

test_days_must_follow_each_other if {
	result := told(object.union(agreed, {"distributor_accepted_on": "2024-09-02"}))
	result.review == {"distributor": {"dated_too_early"}}
	result.dated_too_early.distributor == "2024-09-03"
	told(object.union(agreed, {"distributor_accepted_on": "2024-09-03"})).review == {}
}

test_what_cannot_be_read_is_not_done if {
	every value in [null, true, 20240902, "soon", "2024-02-30", [], {}] {
		result := told({"ir_enrolled_on": value})
		next(result) == {"ir_enrollment"}
		not "ir_enrollment" in object.keys(result.met)
		result.missing.ir_enrollment == {{"kind": "transition", "field": "ir_enrolled_on"}}
	}
	every value in [null, "true", "accepted", 1, [], {}] {
		not "customers" in told(object.union(partnered, {"customers_moved": value})).done
		not "customers" in object.keys(told(object.union(partnered, {"customers_moved": value})).met)
	}
	every value in [null, true, "Accepted", 1] {
		told(object.union(moved, {"customer_agreement": value})).missing == {"customer_agreements": {{"kind": "transition", "field": "customer_agreement"}}}
	}
}

test_contradictions_leave_nothing_done if {
	result := of([record("t", all_done), record("u", enrolled)])
	result.disputed == [1]
	result.done == {"partner_id"}
	result.missing == {}
	result.facts_used == {"t", "u"}
	of([record("t", enrolled), object.union(record("m", all_done), {"source": "microsoft"})]).facts_used == {"m"}
	of([record("t", all_done), record("u", all_done)]).disputed == []
}

package csp.direct_bill.process.plan_purchase_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.plan_purchase.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"purchase": {"dated": [
	{"since": "2020-01-01", "value": "any_time", "citation": page},
	{"since": "2023-01-01", "value": "after_credit_notice", "citation": page},
]}}

types := {"types": {"dated": [{"since": "2020-01-01", "value": ["A", "B"], "citation": page}]}}

on(day, facts) := result if {
	result := findings.step("plan_purchase", true) with input as {"as_of": day, "facts": facts, "ended": {}}
		with data.csp.direct_bill.process.plan_purchase.values as values
		with data.csp.direct_bill.requirements.support_plan.values as types
}

finding(facts) := on("2024-07-10", facts)

keyless(kind, body) := {"id": kind, "kind": kind, "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

plan(body) := object.union(keyless("support_plan", body), {"id": "plan", "key": "p"})

passed := {"status": "passed", "started_on": "2024-07-01", "notified_on": "2024-07-09"}

# An applicant with a plan of these words, and the credit check given.
checked(body, credit) := {
	"application": [keyless("application", {"submitted_on": "2024-06-16"})],
	"credit_check": [keyless("credit_check", credit)],
	"support_plan": [plan(object.union({"type": "A"}, body))],
}

bought(day) := checked({"purchased_on": day}, passed)

test_bought_from_the_day_of_the_notice_on if {
	result := finding(bought("2024-07-09"))
	result.status == "met"
	result.due == true
	result.reason == "bought_after_notice"
	result.shown == {
		"bought_on": "2024-07-09", "submitted_on": "2024-06-16", "started_on": "2024-07-01",
		"notified_on": "2024-07-09", "since": "2023-01-01", "citation": page,
	}
	result.flags == []
	result.facts == ["application", "credit_check", "plan"]
	result.missing == []
}

test_bought_the_day_before_the_notice if {
	result := finding(bought("2024-07-08"))
	result.status == "needs_review"
	result.reason == "plan_bought_before_credit_notice"
	result.due == true
	result.shown.held_since == "2024-07-08"
	result.shown.barred_from == "2024-06-16"
	result.shown.began == "application"
	result.flags == ["notice_came_later"]

	# Of several, the first is shown.
	another := object.union(plan({"type": "A", "purchased_on": "2024-07-01"}), {"id": "other", "key": "q"})
	both := object.union(bought("2024-07-08"), {"support_plan": [plan({"type": "A", "purchased_on": "2024-07-08"}), another]})
	finding(both).shown.held_since == "2024-07-01"
	result.facts == ["application", "credit_check", "plan"]
}

test_bought_on_the_day_of_the_application_or_before if {
	finding(bought("2024-06-16")).reason == "plan_bought_before_credit_notice"
	earlier := finding(bought("2024-06-15"))
	earlier.status == "met"
	earlier.reason == "bought_before_application"
	earlier.shown.bought_on == "2024-06-15"
}

test_bought_without_a_notice if {
	every credit in [
		{}, {"status": "pending"}, {"status": "passed"}, {"status": "failed", "notified_on": "2024-07-01"},
		{"status": "passed", "notified_on": "2024-07-11"},
	] {
		result := finding(checked({"purchased_on": "2024-07-08"}, credit))
		result.reason == "plan_bought_before_credit_notice"
		result.flags == ["notice_not_known"]
	}
}

test_visible_as_soon_as_it_happens if {
	facts := object.remove(bought("2024-06-20"), ["credit_check"])
	on("2024-06-20", facts).reason == "plan_bought_before_credit_notice"
	on("2024-06-20", facts).due == true
	on("2024-06-19", facts).due == false
}

test_not_due_without_a_plan_or_without_a_credit_check if {
	without_plan := finding(object.remove(bought("2024-07-09"), ["support_plan"]))
	without_plan.status == "unknown"
	without_plan.due == false
	without_plan.missing == [{"kind": "support_plan", "field": "purchased_on"}]
	every body in [{"type": "C", "purchased_on": "2024-07-08"}, {"purchased_on": "2024-07-11"}, {"active_from": "2024-07-11"}] {
		finding(checked(body, passed)).due == false
	}
	before := finding(object.remove(bought("2022-01-10"), ["credit_check"]))
	before.status == "met"
	before.due == false
	before.missing == []
	alone := finding({"support_plan": [plan({"type": "A", "purchased_on": "2022-01-10"})]})
	alone.status == "unknown"
	alone.due == false
	alone.missing == [{"kind": "credit_check", "field": "status"}]
}

no_application(day, credit) := finding(object.remove(checked({"purchased_on": day}, credit), ["application"]))

test_of_no_known_application if {
	no_application("2024-07-01", passed).reason == "plan_bought_before_credit_notice"
	no_application("2024-07-01", passed).shown.barred_from == "2024-07-01"
	no_application("2024-07-01", passed).shown.began == "credit_check"
	no_application("2024-06-30", passed).reason == "bought_before_credit_check"
	no_application("2024-07-09", passed).reason == "bought_after_notice"
	no_application("2024-06-30", {"status": "passed"}).missing == [
		{"kind": "credit_check", "field": "notified_on"},
		{"kind": "credit_check", "field": "started_on"},
	]
	not_begun := no_application("2024-07-01", {"status": "not_started", "started_on": "2024-07-01"})
	not_begun.status == "unknown"
}

test_a_plan_whose_day_of_purchase_is_left_out if {
	finding(checked({"active_from": "2024-06-15"}, passed)).status == "met"
	finding(checked({}, passed)).status == "met"
	finding(checked({"active_from": "2024-07-08"}, passed)).reason == "plan_bought_before_credit_notice"
	late := finding(checked({"active_from": "2024-07-09"}, passed))
	late.status == "unknown"
	late.reason == "purchase_day_not_stated"
	late.due == true
	late.missing == [{"kind": "support_plan", "key": "p", "field": "purchased_on"}]
}

test_what_cannot_be_read_decides_nothing if {
	every day in [null, true, 20240709, ["2024-07-09"], "2024-07-32"] {
		every body in [{"purchased_on": day}, {"purchased_on": "2024-07-08", "active_from": day}] {
			result := finding(checked(body, passed))
			result.status == "unknown"
			result.due == true
			result.missing[0].kind == "support_plan"
		}
		every credit in [{"notified_on": day}, {"started_on": day}] {
			result := finding(checked({"purchased_on": "2024-07-08"}, object.union(passed, credit)))
			result.status == "unknown"
			result.due == true
			result.missing[0].kind == "credit_check"
		}
	}
	every type in [null, ["A"], "a"] {
		finding(checked({"type": type, "purchased_on": "2024-07-08"}, passed)).status == "unknown"
	}
}

both_bought(day, other) := object.union(bought(day), {"support_plan": [
	plan({"type": "A", "purchased_on": day}),
	object.union(plan({"type": "B", "purchased_on": other}), {"id": "second", "key": "q"}),
]})

test_all_plans_count if {
	finding(both_bought("2022-01-10", "2024-07-10")).reason == "bought_after_notice"
	finding(both_bought("2022-01-10", "2024-07-10")).shown.bought_on == "2024-07-10"
	finding(both_bought("2024-07-08", "2024-07-10")).reason == "plan_bought_before_credit_notice"
}

test_contradictions_are_for_a_person if {
	given := bought("2024-07-09")
	every kind, body in {"support_plan": {"type": "A", "purchased_on": "2024-07-08"}, "credit_check": {"status": "pending"}} {
		result := finding(object.union(given, {kind: [given[kind][0], object.union(given[kind][0], {"id": "other", "body": body})]}))
		result.reason == "facts_in_conflict"
		result.due == true
		"other" in result.facts
	}
	early := bought("2024-07-05")
	applied := array.concat(early.application, [object.union(early.application[0], {"id": "other", "body": {"submitted_on": "2024-06-01"}})])
	finding(object.union(early, {"application": applied})).reason == "facts_in_conflict"
	finding(object.union(given, {"application": applied})).status == "met"
	pending := array.concat(given.credit_check, [object.union(given.credit_check[0], {"id": "other", "body": {"status": "pending"}})])
	finding(object.union(bought("2022-01-10"), {"credit_check": pending})).status == "met"
}

applied_and_bought(day) := {
	"application": [keyless("application", {"submitted_on": day})],
	"credit_check": [keyless("credit_check", {"status": "pending"})],
	"support_plan": [plan({"type": "A", "purchased_on": day})],
}

test_a_check_under_way_bars_as_the_application_does if {
	every status in ["pending", "passed", "failed"] {
		credit := {"status": status, "started_on": "2024-06-16"}
		result := finding(object.remove(checked({"purchased_on": "2024-06-16"}, credit), ["application"]))
		result.reason == "plan_bought_before_credit_notice"
		result.shown.began == "credit_check"
	}
	unasked := finding(object.remove(checked({"purchased_on": "2024-06-16"}, {"status": "not_started", "started_on": "2024-06-16"}), ["application"]))
	unasked.status == "unknown"
}

test_once_a_plan_could_be_bought_at_any_time if {
	on("2022-12-31", applied_and_bought("2022-12-31")).due == false
	on("2022-12-31", applied_and_bought("2022-12-31")).status == "unknown"
	on("2023-06-01", applied_and_bought("2022-12-31")).reason == "rules_changed_since_application"
	on("2023-06-01", object.remove(applied_and_bought("2022-12-31"), ["support_plan"])).reason == "unknown"
	on("2023-06-01", applied_and_bought("2023-01-01")).reason == "plan_bought_before_credit_notice"
	on("2019-12-31", {}).shown == {"citation": citation}
}

test_without_a_plan_nothing_is_too_early if {
	none := finding({
		"application": [keyless("application", {"submitted_on": "2024-06-16"})],
		"credit_check": [keyless("credit_check", {"status": "pending"})],
	})
	none.status == "unknown"
	none.reason == "unknown"
	none.flags == []
}

test_a_contradiction_about_a_plan_matters_only_when_none_may_be_bought if {
	contradicting := {"support_plan": [plan({"type": "A", "purchased_on": "2024-07-01"}), object.union(plan({"type": "A", "purchased_on": "2024-07-02"}), {"id": "other"})]}
	finding(contradicting).reason == "unknown"
	finding(object.union(contradicting, {"application": [keyless("application", {"submitted_on": "2024-06-16"})]})).reason == "facts_in_conflict"
}

package csp.direct_bill.standing.revenue_deadline_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.revenue
import data.csp.direct_bill.standing.revenue_deadline
import data.csp.direct_bill.standing.revenue_deadline.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"binds": {"dated": [
	{"since": "2020-01-01", "value": "not_yet", "citation": page},
	{"since": "2021-01-01", "value": "from_renewal", "citation": page},
	{"since": "2022-01-01", "value": "always", "citation": page},
]}}

types := {"types": {"dated": [{"since": "2020-01-01", "value": ["A"], "citation": page}]}}

# What the part says, with whether the minimum binds.
said(request) := object.union(finding, {"binding": binding}) if {
	finding := findings.standing("revenue_deadline", true) with input as request
		with data.csp.direct_bill.standing.revenue_deadline.values as values
		with data.csp.direct_bill.requirements.support_plan.values as types
		with revenue.met as false
	binding := revenue_deadline.binding with input as request
		with data.csp.direct_bill.standing.revenue_deadline.values as values
		with data.csp.direct_bill.requirements.support_plan.values as types
}

said_with_revenue(request) := result if {
	result := findings.standing("revenue_deadline", true) with input as request
		with data.csp.direct_bill.standing.revenue_deadline.values as values
		with data.csp.direct_bill.requirements.support_plan.values as types
		with revenue.met as true
}

plan(key, body) := {
	"id": key, "kind": "support_plan", "key": key, "source": "partner", "valid_from": "2020-02-01",
	"body": object.union({"type": "A"}, body),
}

on(day, plans) := {"as_of": day, "facts": {"support_plan": plans}, "ended": {}}

after(day, plans) := {"as_of": day, "facts": {}, "ended": {"support_plan": plans}}

year(from, to) := plan(from, {"active_from": from, "active_to": to})

march := year("2020-03-15", "2021-03-15")

test_bound_from_the_day_of_the_renewal if {
	before := said(on("2021-03-14", [march]))
	before.status == "met"
	before.reason == "bound_later"
	before.binding == false
	before.shown.next_on == "2021-03-15"
	before.shown.since == "2021-01-01"
	before.shown.citation == page
	before.facts == ["2020-03-15"]
	on_the_day := said(on("2021-03-15", [march]))
	on_the_day.reason == "bound_by_renewal"
	on_the_day.binding == true
	on_the_day.shown.binding_from == "2021-03-15"
	on_the_day.shown.first_day == "2021-01-01"
	said(on("2021-03-16", [year("2021-03-15", "2022-03-15")])).shown.binding_from == "2021-03-15"

	# Of several renewals, the first bound.
	said(on("2021-06-15", [march, year("2021-06-01", "2022-06-01")])).shown.binding_from == "2021-03-15"
}

test_a_renewal_before_the_first_day_does_not_bind if {
	december := said(on("2021-03-16", [year("2020-12-20", "2021-12-20"), year("2019-12-20", "2020-12-20")]))
	december.binding == false
	december.shown.next_on == "2021-12-20"
	said(on("2021-01-01", [year("2020-12-31", "2021-12-31")])).binding == false
	said(on("2021-01-01", [year("2021-01-01", "2022-01-01")])).binding == true
}

ended(body, day) := object.union(plan("old", body), {"valid_to": day})

test_plans_that_ended_tell_of_the_renewal if {
	said(after("2021-06-01", [ended({}, "2021-02-01")])).shown.binding_from == "2021-02-01"
	said(after("2021-06-01", [ended({"active_to": "2021-01-15"}, "2021-02-01")])).shown.binding_from == "2021-01-15"
	said(after("2021-06-01", [ended({"active_from": "2020-02-01", "active_to": 7}, "2020-12-31")])).reason == "unknown"
	said(after("2021-06-01", [ended({"type": "B"}, "2021-02-01")])).binding == false
}

test_a_record_that_was_replaced_tells_of_no_end if {
	replaced := object.union(ended({}, "2021-02-01"), {"key": "2020-03-15"})
	request := object.union(on("2021-02-02", [march]), {"ended": {"support_plan": [replaced]}})
	said(request).binding == false
}

test_without_its_first_day_a_plan_began_when_bought_or_recorded if {
	said(on("2021-06-01", [plan("p", {"purchased_on": "2021-05-01"})])).shown.binding_from == "2021-05-01"
	recorded := object.union(plan("p", {}), {"valid_from": "2021-04-01"})
	said(on("2021-06-01", [recorded])).shown.binding_from == "2021-04-01"
}

test_a_plan_to_come_binds_from_its_day if {
	said(on("2021-02-01", [year("2021-05-01", "2022-05-01")])).shown.next_on == "2021-05-01"
}

test_before_the_first_day_nobody_is_bound if {
	known := said(on("2020-12-31", [march]))
	known.reason == "bound_later"
	known.shown.next_on == "2021-03-15"
	on_the_first_day := said(on("2020-11-15", [year("2020-01-01", "2021-01-01")]))
	on_the_first_day.reason == "bound_later"
	on_the_first_day.shown.next_on == "2021-01-01"
	every plans in [[], [year("2019-12-20", "2020-12-20")], [plan("p", {})]] {
		result := said(on("2020-11-15", plans))
		result.status == "met"
		result.reason == "bound_from_first_renewal"
		result.binding == false
		result.shown.next_on == "2021-01-01"
		result.missing == []
	}
}

test_a_year_later_everybody_is_bound if {
	every plans in [[], [march], [plan("p", {})]] {
		result := said(on("2022-01-01", plans))
		result.reason == "bound_for_all"
		result.binding == true
		result.shown.binding_from == "2022-01-01"
		result.facts == []
		said(on("2021-12-31", [])).binding == false
	}
}

test_unknown_where_a_renewal_may_have_come if {
	nothing := said(on("2021-06-01", []))
	nothing.status == "unknown"
	nothing.reason == "unknown"
	nothing.binding == false
	nothing.missing == [{"kind": "support_plan"}]
	every body in [{}, {"active_to": null}, {"active_to": "soon"}, {"active_to": 20211231}, {"active_from": true}] {
		result := said(on("2021-06-01", [plan("p", body), year("2020-12-01", "2021-12-01")]))
		result.status == "unknown"
		result.missing == [{"kind": "support_plan", "key": "p", "field": "active_to"}]
	}
	said(on("2021-06-01", [plan("p", {}), march])).binding == true
}

test_what_is_not_known_does_not_matter_to_who_reaches_the_minimum if {
	every plans in [[], [plan("p", {})]] {
		result := said_with_revenue(on("2021-06-01", plans))
		result.status == "met"
		result.reason == "minimum_reached"
		result.missing == []
	}
	said_with_revenue(on("2021-02-01", [march])).reason == "bound_later"
	doubtful := said_with_revenue(on("2021-06-01", [])) with revenue.review as {"facts_in_conflict"}
	doubtful.status == "unknown"
}

test_contradictions_are_for_a_person if {
	other := object.union(year("2020-03-15", "2021-05-15"), {"id": "other"})
	result := said(on("2021-04-01", [march, other]))
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["2020-03-15", "other"]
	result.missing == []
	said_with_revenue(on("2021-04-01", [march, other])).status == "met"
	said(on("2022-01-01", [march, other])).status == "met"
	said(on("2021-04-01", [march, other, year("2021-03-15", "2022-03-15")])).reason == "bound_by_renewal"
}

test_nothing_is_known_before_the_rules if {
	result := said(on("2019-12-31", [march]))
	result.status == "unknown"
	result.shown.citation == citation
}

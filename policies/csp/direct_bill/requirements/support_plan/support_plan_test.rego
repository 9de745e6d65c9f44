package csp.direct_bill.requirements.support_plan_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.requirements.support_plan.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"types": {"dated": [
	{"since": "2020-01-01", "value": ["A", "B"], "citation": page},
	{"since": "2025-01-01", "value": ["B"], "citation": page},
]}}

finding(request) := result if {
	result := findings.requirement("support_plan", true) with input as request
		with data.csp.direct_bill.requirements.support_plan.values as values
}

plan(id, body) := {"id": id, "kind": "support_plan", "key": id, "source": "partner", "valid_from": "2024-01-01", "body": body}

# Plans of a partner that has not applied.
on(day, bodies) := {"as_of": day, "facts": {"support_plan": [plan(format_int(i, 10), body) | some i, body in bodies]}}

# The same of an applicant.
applicant(day, bodies) := object.union(on(day, bodies), {"facts": {"application": [{
	"id": "application", "kind": "application", "key": "", "source": "partner",
	"valid_from": "2024-01-01", "body": {"submitted_on": "2024-06-16"},
}]}})

test_met_from_the_first_to_the_last_day if {
	body := {"type": "A", "active_from": "2024-06-15", "active_to": "2024-06-17"}
	finding(on("2024-06-15", [body])).status == "met"
	not "starts_on" in object.keys(finding(on("2024-06-15", [body])).shown)
	not "next_on" in object.keys(finding(on("2024-06-15", [body])).shown)
	finding(on("2024-06-16", [body])).status == "met"
	finding(on("2024-06-16", [body])).shown.actual == ["A"]
	finding(on("2024-06-16", [body])).shown.required == {"any_of": ["A", "B"]}
	finding(on("2024-06-16", [body])).shown.since == "2020-01-01"
	finding(on("2024-06-16", [body])).shown.citation == page
	finding(on("2024-06-16", [body])).facts == ["0"]
}

test_not_met_before_it_starts if {
	result := finding(on("2024-06-14", [{"type": "A", "active_from": "2024-06-15"}]))
	result.status == "not_met"
	result.reason == "plan_not_started"
	result.shown.starts_on == "2024-06-15"
	result.shown.next_on == "2024-06-15"
	not "actual" in object.keys(result.shown)

	# Of several, the first counts, and one to come does not matter beside one that is there.
	several := finding(on("2024-06-14", [{"type": "A", "active_from": "2024-06-20"}, {"type": "A", "active_from": "2024-06-15"}]))
	several.shown.starts_on == "2024-06-15"
	several.shown.next_on == "2024-06-15"
	both := finding(on("2024-06-14", [{"type": "A", "active_from": "2024-06-20"}, {"type": "A", "active_from": "2024-06-01"}]))
	both.status == "met"
	not "next_on" in object.keys(both.shown)
}

test_not_met_before_it_is_bought if {
	body := {"type": "A", "active_from": "2024-06-01", "purchased_on": "2024-06-15"}
	finding(on("2024-06-15", [body])).status == "met"
	result := finding(on("2024-06-14", [body]))
	result.status == "not_met"
	result.reason == "plan_not_started"
	result.shown.starts_on == "2024-06-15"
}

test_not_met_before_it_is_active_although_bought if {
	body := {"type": "A", "active_from": "2024-06-15", "purchased_on": "2024-06-01"}
	finding(on("2024-06-14", [body])).reason == "plan_not_started"
	finding(on("2024-06-15", [body])).status == "met"
}

test_a_plan_without_its_purchase_is_held_since_it_was_active if {
	finding(applicant("2024-06-20", [{"type": "A", "active_from": "2024-06-15"}])).flags == ["plan_predates_application"]
	finding(applicant("2024-06-20", [{"type": "A", "active_from": "2024-06-16"}])).flags == []
}

test_not_met_from_the_day_it_ends if {
	result := finding(on("2024-06-17", [{"type": "A", "active_from": "2024-06-15", "active_to": "2024-06-17"}]))
	result.status == "not_met"
	result.reason == "plan_ended"
	result.shown.ended_on == "2024-06-17"

	# Of several, the last.
	several := finding(on("2024-06-18", [
		{"type": "A", "active_from": "2024-06-15", "active_to": "2024-06-18"},
		{"type": "A", "active_from": "2024-06-15", "active_to": "2024-06-17"},
	]))
	several.shown.ended_on == "2024-06-18"
	result.facts == ["0"]
}

test_a_plan_without_its_first_day_is_active_from_its_purchase if {
	finding(on("2024-06-15", [{"type": "A", "purchased_on": "2024-06-15"}])).status == "met"
	finding(on("2024-06-14", [{"type": "A", "purchased_on": "2024-06-15"}])).reason == "plan_not_started"
}

test_a_plan_without_days_is_active_as_long_as_its_record_holds if {
	finding(on("2024-06-15", [{"type": "A"}])).status == "met"
}

test_a_plan_of_a_record_that_ended if {
	ended := object.union(plan("old", {"type": "A"}), {"valid_to": "2024-05-01"})
	with_end := object.union(plan("older", {"type": "A", "active_to": "2024-04-01"}), {"valid_to": "2024-05-01"})
	result := finding({"as_of": "2024-06-15", "facts": {}, "ended": {"support_plan": [ended]}})
	result.status == "not_met"
	result.reason == "plan_ended"
	result.shown.ended_on == "2024-05-01"
	result.facts == ["old"]
	finding({"as_of": "2024-06-15", "facts": {}, "ended": {"support_plan": [with_end]}}).shown.ended_on == "2024-04-01"
}

test_another_active_plan_makes_up_for_one_that_ended if {
	bodies := [{"type": "A", "active_to": "2024-03-01"}, {"type": "B", "active_from": "2024-03-01"}]
	finding(on("2024-06-15", bodies)).status == "met"
	finding(on("2024-06-15", bodies)).facts == ["1"]
}

test_unknown_without_plans if {
	finding({"as_of": "2024-06-15", "facts": {}, "ended": {}}).status == "unknown"
	finding({"as_of": "2024-06-15", "facts": {}, "ended": {}}).missing == [{"kind": "support_plan"}]
}

test_other_products_are_for_a_person if {
	every type in ["other", "a", "A ", ""] {
		result := finding(on("2024-06-15", [{"type": type}]))
		result.status == "needs_review"
		result.reason == "other_plan_offered"
		result.shown.actual == [type]
	}
	finding(on("2024-06-15", [{"type": "other"}, {"type": "A"}])).status == "met"
	finding(on("2024-06-15", [{"type": "other", "active_to": "2024-06-15"}])).reason == "plan_ended"
}

test_what_cannot_be_read_decides_nothing if {
	every body in [
		{},
		{"type": null},
		{"type": ["A"]},
		{"type": "A", "active_from": 20240101},
		{"type": "A", "active_to": null},
		{"type": "A", "active_from": "2024-01-01", "purchased_on": true},
	] {
		finding(on("2024-06-15", [body])).status == "unknown"
		count(finding(on("2024-06-15", [body])).missing) == 1
		finding(on("2024-06-15", [body, {"type": "A", "active_to": "2024-02-01"}])).status == "unknown"
		finding(on("2024-06-15", [body, {"type": "A"}])).status == "met"
	}
	finding(on("2024-06-15", [{"type": "A", "active_to": 1}])).missing == [{"kind": "support_plan", "key": "0", "field": "active_to"}]
}

test_the_accepted_plans_change_on_their_day if {
	finding(on("2024-12-31", [{"type": "A"}])).status == "met"
	finding(on("2025-01-01", [{"type": "A"}])).status == "needs_review"
	finding(applicant("2024-12-31", [{"type": "A", "purchased_on": "2024-07-09"}])).status == "met"
	finding(applicant("2025-01-01", [{"type": "A", "purchased_on": "2024-07-09"}])).reason == "rules_changed_since_application"
	finding(on("2019-12-31", [{"type": "A"}])).status == "unknown"
	finding(on("2019-12-31", [{"type": "A"}])).shown.citation == citation
	finding(on("2019-12-31", [{"type": "A", "active_to": "2019-01-01"}])).status == "unknown"
}

test_bought_before_the_application_or_after if {
	earlier := finding(applicant("2024-07-10", [{"type": "A", "purchased_on": "2024-06-15"}]))
	earlier.status == "met"
	earlier.flags == ["plan_predates_application"]
	finding(applicant("2024-07-10", [{"type": "A", "purchased_on": "2024-06-16"}])).status == "met"
	finding(applicant("2024-07-10", [{"type": "A", "purchased_on": "2024-06-16"}])).flags == []
}

test_a_current_partner_has_no_application if {
	request := object.union(on("2024-06-15", [{"type": "A", "purchased_on": "2022-01-01"}]), {"program": "about.partners"})
	result := finding(request) with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
	result.status == "met"
	result.flags == []
}

test_held_before_any_application if {
	finding(on("2024-06-15", [{"type": "A", "purchased_on": "2022-01-01"}])).flags == ["plan_predates_application"]
}

test_contradictions_that_decide_are_for_a_person if {
	plans := [plan("p", {"type": "A"}), object.union(plan("p", {"type": "other"}), {"id": "q"})]
	finding({"as_of": "2024-06-15", "facts": {"support_plan": plans}}).reason == "facts_in_conflict"
	finding({"as_of": "2024-06-15", "facts": {"support_plan": plans}}).facts == ["p", "q"]
	finding({"as_of": "2024-06-15", "facts": {"support_plan": array.concat(plans, [plan("r", {"type": "B"})])}}).status == "met"
}

about_partners(day, bodies) := result if {
	result := finding(object.union(on(day, bodies), {"program": "about.partners"}))
		with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_a_current_partner_is_told_nothing_of_applying if {
	about_partners("2024-06-15", [{"type": "A"}]).status == "met"
	about_partners("2024-06-15", [{"type": "A"}]).flags == []
	ended := about_partners("2024-06-15", [{"type": "A", "active_to": "2024-06-15"}])
	ended.status == "not_met"
	ended.reason == "plan_ended_current_partner"
	ended.shown.ended_on == "2024-06-15"
	to_come := about_partners("2024-06-15", [{"type": "A", "active_from": "2024-06-16"}])
	to_come.reason == "plan_not_started_current_partner"
	to_come.shown.starts_on == "2024-06-16"
	about_partners("2024-06-15", []).status == "unknown"
	about_partners("2024-06-15", []).reason == "unknown_current_partner"
}

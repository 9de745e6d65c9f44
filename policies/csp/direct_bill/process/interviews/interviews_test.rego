package csp.direct_bill.process.interviews_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.interviews.citation

# Which months count is tested where it is worked out.
on(day, facts) := result if {
	result := findings.step("interviews", true) with input as {"as_of": day, "facts": facts, "ended": {}}
		with data.csp.direct_bill.requirements.revenue_verification.accepted_ends as {"2024-05", "2024-06"}
}

record(kind, key, body) := {
	"id": concat("", [kind, key]), "kind": kind, "key": key, "source": "microsoft",
	"valid_from": "2024-01-01", "body": body,
}

facts(scheduled, tenure, revenue) := {
	"assessment_contact": [record("assessment_contact", "", scheduled)],
	"reseller_tenure": [record("reseller_tenure", "", tenure)],
	"revenue_verification": [record("revenue_verification", "2024-05", revenue)],
}

days(scheduled, tenure, revenue) := facts({"scheduled_on": scheduled}, {"confirmed_on": tenure}, {"status": "verified", "on": revenue})

finding(given) := on("2024-07-01", given)

test_met_when_both_confirmations_came_first if {
	result := finding(days("2024-06-27", "2024-06-20", "2024-06-25"))
	result.status == "met"
	result.due == true
	result.shown == {
		"scheduled_on": "2024-06-27", "tenure_confirmed_on": "2024-06-20",
		"revenue_confirmed_on": "2024-06-25", "citation": citation,
	}
	result.facts == ["assessment_contact", "reseller_tenure", "revenue_verification2024-05"]
	result.flags == []
	result.missing == []
}

test_the_same_day_is_early_enough if {
	finding(days("2024-06-27", "2024-06-27", "2024-06-27")).status == "met"
}

test_scheduled_the_day_before_a_confirmation if {
	tenure := finding(days("2024-06-27", "2024-06-28", "2024-06-25"))
	tenure.status == "needs_review"
	tenure.reason == "scheduled_before_confirmation"
	tenure.flags == ["tenure_confirmed_later"]
	tenure.shown.tenure_confirmed_on == "2024-06-28"
	finding(days("2024-06-27", "2024-06-20", "2024-06-28")).flags == ["revenue_confirmed_later"]
	both := finding(days("2024-06-27", "2024-06-28", "2024-06-29"))
	both.flags == ["revenue_confirmed_later", "tenure_confirmed_later"]
	both.missing == []
}

test_scheduled_without_a_confirmation if {
	none := finding(facts({"scheduled_on": "2024-06-27"}, {}, {"status": "under_review"}))
	none.status == "needs_review"
	none.due == true
	none.flags == ["revenue_confirmation_not_known", "tenure_confirmation_not_known"]
	none.missing == [
		{"kind": "reseller_tenure", "field": "confirmed_on"},
		{"kind": "revenue_verification", "key": "2024-05", "field": "on"},
	]
	alone := finding({"assessment_contact": [record("assessment_contact", "", {"scheduled_on": "2024-06-27"})]})
	alone.reason == "scheduled_before_confirmation"
	every tenure in [{}, {"confirmed_on": "2024-07-02"}, {"confirmed_on": null}, {"confirmed_on": 20240620}] {
		result := finding(facts({"scheduled_on": "2024-06-27"}, tenure, {"status": "verified", "on": "2024-06-25"}))
		result.flags == ["tenure_confirmation_not_known"]
	}
	every revenue in [
		{}, {"status": "verified"}, {"status": "verified", "on": 20240601}, {"status": "verified", "on": "2024-07-02"},
		{"status": "rejected", "on": "2024-06-25"}, {"status": true, "on": "2024-06-25"},
	] {
		result := finding(facts({"scheduled_on": "2024-06-27"}, {"confirmed_on": "2024-06-20"}, revenue))
		result.flags == ["revenue_confirmation_not_known"]
	}
}

test_a_verification_of_other_months_does_not_count if {
	other := object.union(days("2024-06-27", "2024-06-20", "2024-06-25"), {"revenue_verification": [record("revenue_verification", "2022-05", {"status": "verified", "on": "2024-06-25"})]})
	finding(other).flags == ["revenue_confirmation_not_known"]
	unknown := findings.step("interviews", true) with input as {"as_of": "2024-07-01", "facts": other, "ended": {}}
		with data.csp.direct_bill.requirements.revenue_verification.accepted_ends as set()
	unknown.missing == [{"kind": "revenue_verification", "field": "on"}]
}

test_a_later_verification_takes_nothing_back if {
	given := days("2024-06-27", "2024-06-20", "2024-06-25")
	again := record("revenue_verification", "2024-06", {"status": "verified", "on": "2024-06-30"})
	result := finding(object.union(given, {"revenue_verification": array.concat(given.revenue_verification, [again])}))
	result.status == "met"
	result.shown.revenue_confirmed_on == "2024-06-25"
}

test_not_due_until_they_are_scheduled if {
	every contact in [{}, {"contacted_on": "2024-06-27"}, {"scheduled_on": "2024-07-02"}, {"scheduled_on": null}, {"scheduled_on": 20240627}] {
		result := finding(facts(contact, {"confirmed_on": "2024-06-20"}, {"status": "verified", "on": "2024-06-25"}))
		result.status == "unknown"
		result.due == false
		result.shown == {"citation": citation}
		result.missing == [{"kind": "assessment_contact", "field": "scheduled_on"}]
	}
	on("2024-06-27", days("2024-06-27", "2024-06-20", "2024-06-25")).due == true
	on("2024-06-26", days("2024-06-27", "2024-06-20", "2024-06-25")).due == false
}

test_contradictions_are_for_a_person if {
	given := days("2024-06-27", "2024-06-20", "2024-06-25")
	every kind, body in {
		"assessment_contact": {"scheduled_on": "2024-06-01"},
		"reseller_tenure": {"confirmed_on": "2024-06-01"},
		"revenue_verification": {"status": "rejected"},
	} {
		other := object.union(given[kind][0], {"id": "other", "body": body})
		result := finding(object.union(given, {kind: [given[kind][0], other]}))
		result.status == "needs_review"
		result.reason == "facts_in_conflict"
		result.due == true
		result.flags == []
		"other" in result.facts
	}
}

test_what_the_partner_relays_is_said_to_be_so if {
	given := days("2024-06-27", "2024-06-20", "2024-06-25")
	every kind in ["reseller_tenure", "revenue_verification"] {
		result := finding(object.union(given, {kind: [object.union(given[kind][0], {"source": "partner"})]}))
		result.status == "met"
		result.flags == ["relayed_by_the_partner"]
	}
}

test_an_assessment_shows_that_interviews_were_held if {
	assessment := object.union(
		record("capability_assessment", "A", {"assessor": "microsoft_third_party", "assessed_on": "2024-06-26"}),
		{"source": "assessor"},
	)
	early := object.union(days("2024-06-30", "2024-06-27", "2024-06-25"), {"capability_assessment": [assessment]})
	result := finding(early)
	result.status == "needs_review"
	result.flags == ["tenure_confirmed_later"]
	result.shown.scheduled_on == "2024-06-26"
	"capability_assessmentA" in result.facts
	uncontacted := object.remove(early, ["assessment_contact"])
	finding(uncontacted).due == true
	finding(uncontacted).reason == "scheduled_before_confirmation"
	finding(object.union(days("2024-06-25", "2024-06-20", "2024-06-20"), {"capability_assessment": [assessment]})).status == "met"
}

test_of_several_assessments_the_first_shows_it if {
	assessments := [object.union(
		record("capability_assessment", day, {"assessor": "microsoft_third_party", "assessed_on": day}),
		{"source": "assessor"},
	) |
		some day in ["2024-06-28", "2024-06-26"]
	]
	result := finding({"capability_assessment": assessments})
	result.shown.scheduled_on == "2024-06-26"
	result.facts == ["capability_assessment2024-06-26"]
}

test_a_confirmation_of_the_same_day_is_not_named_as_late if {
	finding(days("2024-06-27", "2024-06-27", "2024-06-28")).flags == ["revenue_confirmed_later"]
	finding(days("2024-06-27", "2024-06-28", "2024-06-27")).flags == ["tenure_confirmed_later"]
}

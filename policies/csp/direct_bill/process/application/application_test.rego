package csp.direct_bill.process.application_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.application.citation

# The self-check is tested by itself; here it says what the test needs.
finding(request, failing) := result if {
	result := findings.step("application", true) with input as request
		with data.csp.direct_bill.self_check.failing as failing
}

eligible(request) := finding(request, set())

form(body) := {"id": "form", "kind": "application", "key": "", "source": "partner", "valid_from": "2024-01-01", "body": body}

submitted(body) := {"as_of": "2024-06-16", "facts": {"application": [form(object.union({"submitted_on": "2024-06-16", "completed": true}, body))]}}

test_met_when_submitted_after_the_self_check if {
	eligible(submitted({})).status == "met"
	eligible(submitted({})).shown == {"submitted_on": "2024-06-16", "citation": citation}
	eligible(submitted({})).facts == ["form"]
	eligible(submitted({})).missing == []
}

test_unknown_before_it_is_submitted if {
	every request in [{"as_of": "2024-06-16", "facts": {}}, submitted({"submitted_on": "2024-06-17"})] {
		eligible(request).status == "unknown"
		eligible(request).reason == "unknown"
		eligible(request).missing == [{"kind": "application", "field": "submitted_on"}]
	}
}

test_applied_before_eligible if {
	result := finding(submitted({}), {"tenure", "revenue"})
	result.status == "needs_review"
	result.reason == "applied_before_eligible"
	result.shown.failing == ["revenue", "tenure"]
	finding(submitted({"submitted_on": "2024-06-17"}), {"tenure"}).status == "unknown"
}

# Here the self-check is the real one, over a single requirement.
versions := [{"id": "V-1", "since": "2020-01-01", "requirements": {"P1": ["infrastructure"]}, "process": {}, "advisory": []}]

systems(from, to, state) := {
	"id": from, "kind": "infrastructure", "key": "", "source": "partner", "valid_from": from, "valid_to": to,
	"body": {"billing": state, "provisioning": "in_use"},
}

later(facts, ended) := result if {
	result := findings.step("application", true) with data.csp.direct_bill.rules.versions as versions
		with input as {
			"as_of": "2024-09-01",
			"facts": {"application": [form({"submitted_on": "2024-06-16", "completed": true})], "infrastructure": facts},
			"ended": {"infrastructure": ended},
		}
}

test_what_counts_is_the_day_of_the_application if {
	# Not in use on that day, but now.
	late := later([systems("2024-07-01", "9999-12-31", "in_use")], [systems("2024-01-01", "2024-07-01", "planned")])
	late.reason == "applied_before_eligible"
	late.shown.failing == ["infrastructure"]

	# In use on that day, but not now.
	later([systems("2024-07-01", "9999-12-31", "none")], [systems("2024-01-01", "2024-07-01", "in_use")]).status == "met"

	# In use from that very day on.
	later([systems("2024-06-16", "9999-12-31", "in_use")], []).status == "met"
	later([systems("2024-06-16", "9999-12-31", "planned")], []).reason == "applied_before_eligible"

	# The same all the time.
	later([systems("2024-01-01", "9999-12-31", "planned")], []).reason == "applied_before_eligible"
	later([systems("2024-01-01", "9999-12-31", "in_use")], []).status == "met"
}

test_what_cannot_be_told_of_that_day_is_not_held_against_the_applicant if {
	every ended in [[], [systems("2024-01-01", "2024-06-16", "planned")]] {
		later([systems("2024-06-17", "9999-12-31", "planned")], ended).status == "met"
	}
	later([], []).status == "met"
	contradicting := [systems("2024-01-01", "9999-12-31", "planned"), systems("2024-01-02", "9999-12-31", "in_use")]
	later(contradicting, []).status == "met"
}

test_unknown_while_the_form_is_not_complete if {
	result := eligible(submitted({"completed": false}))
	result.status == "unknown"
	result.reason == "form_not_completed"
	result.missing == [{"kind": "application", "field": "completed"}]
	finding(submitted({"completed": false}), set()).reason == "form_not_completed"
}

test_a_form_of_which_nothing_is_said_is_not_complete if {
	result := eligible({"as_of": "2024-06-16", "facts": {"application": [form({"submitted_on": "2024-06-16"})]}})
	result.status == "unknown"
	result.reason == "completion_not_stated"
	result.missing == [{"kind": "application", "field": "completed"}]
}

test_what_cannot_be_read_decides_nothing if {
	every value in [null, "true", 1, []] {
		eligible(submitted({"completed": value})).status == "unknown"
		eligible(submitted({"completed": value})).reason == "unknown"
	}
	every day in [null, true, 20240616] {
		eligible(submitted({"submitted_on": day})).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	both := [form({"submitted_on": "2024-06-16"}), object.union(form({"submitted_on": "2024-06-15"}), {"id": "other"})]
	result := eligible({"as_of": "2024-06-16", "facts": {"application": both}})
	result.reason == "facts_in_conflict"
	result.facts == ["form", "other"]
}

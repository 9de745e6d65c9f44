package csp.direct_bill.gates.first_application_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.first_application.citation

finding(facts) := result if {
	result := findings.gate("first_application", true) with input as {"as_of": "2024-06-15", "facts": facts}
		with data.csp.regions as {"north": ["IT"], "south": ["US"]}
}

said(kind, key, body) := {
	"id": concat(":", [kind, key]), "kind": kind, "key": key, "source": "microsoft",
	"valid_from": "2024-01-01", "body": body,
}

status(state) := {"csp_status": [said("csp_status", "", {"state": state})]}

applied(day) := {"application": [said("application", "", {"submitted_on": day})]}

decided(value) := {"microsoft_decision": [said("microsoft_decision", "", {"value": value, "decided_on": "2024-06-01"})]}

agreed(region, day) := {"agreement": [said("agreement", region, {"model": "direct_bill", "accepted_on": day})]}

selling(country) := {"sales_target": [said("sales_target", "", {"country": country})]}

test_open_when_nothing_is_known_of_one if {
	finding({}).status == "met"
	finding({}).reason == "met"
	finding({}).missing == []
}

test_closed_to_those_who_bill_directly if {
	every state in ["active", "restricted", "suspended"] {
		finding(status(state)).status == "not_met"
		finding(status(state)).reason == "enrolled"
		finding(status(state)).facts == ["csp_status:"]
	}
	finding(object.union(status("active"), applied("2024-06-15"))).reason == "enrolled"
}

test_closed_while_one_is_under_way if {
	result := finding(applied("2024-06-15"))
	result.status == "not_met"
	result.reason == "under_way"
	result.shown.submitted_on == "2024-06-15"
	result.facts == ["application:"]
	finding(object.union(applied("2024-05-01"), decided("pending"))).facts == ["application:", "microsoft_decision:"]
	finding(applied("2024-06-16")).status == "met"
	finding(object.union(applied("2024-05-01"), decided("pending"))).reason == "under_way"
}

test_a_person_judges_whether_one_may_try_again if {
	finding(object.union(applied("2024-05-01"), decided("declined"))).reason == "refused_before"
	finding(object.union(applied("2024-05-01"), decided("declined"))).shown.decided_on == "2024-06-01"
	finding(object.union(status("active"), decided("declined"))).status == "not_met"
	finding(status("revoked")).reason == "revoked_before"
	finding(object.union(applied("2024-05-01"), decided("approved"))).reason == "enrolled"
}

test_another_region_needs_its_own if {
	elsewhere := object.union(status("active"), agreed("North", "2024-06-15"))
	finding(object.union(elsewhere, selling("US"))).status == "met"
	finding(object.union(elsewhere, selling("US"))).reason == "for_another_region"
	finding(object.union(elsewhere, selling("IT"))).reason == "enrolled"
	finding(elsewhere).reason == "enrolled"
	finding(object.union(object.union(status("active"), agreed("North", "2024-06-16")), selling("US"))).reason == "enrolled"
	finding(object.union(object.union(applied("2024-05-01"), agreed("North", "2024-06-15")), selling("US"))).status == "met"
}

test_contradictions_are_for_a_person if {
	states := {"csp_status": [said("csp_status", "", {"state": "active"}), object.union(said("csp_status", "", {"state": "revoked"}), {"id": "other"})]}
	finding(states).reason == "facts_in_conflict"
	applications := {"application": [
		said("application", "", {"submitted_on": "2024-05-01"}),
		object.union(said("application", "", {"submitted_on": "2024-06-01"}), {"id": "other"}),
	]}
	finding(applications).reason == "facts_in_conflict"
}

test_what_cannot_be_read_is_no_application if {
	every day in [null, true, 20240501, "soon"] {
		finding(applied(day)).status == "met"
	}
	finding(status("Active")).status == "met"
}

test_the_page_is_named if finding({}).shown.citation == citation

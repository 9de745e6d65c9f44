package csp.direct_bill.gates.global_admin_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.global_admin.citation

page := {"title": "Page", "url": "https://example.com"}

values := {"roles": {"dated": [
	{"since": "2020-01-01", "value": ["chief"], "citation": page},
	{"since": "2024-06-15", "value": ["chief", "deputy"], "citation": page},
]}}

asked(request) := result if {
	result := findings.gate("global_admin", true) with input as object.union({"as_of": "2024-06-15", "facts": {}}, request)
		with data.csp.direct_bill.gates.global_admin.values as values
}

by(roles) := asked({"actor": {"id": "anna", "roles": roles}})

test_open_for_one_of_the_roles if {
	by(["reader", "chief"]).status == "met"
	by(["chief"]).shown.required == {"any_of": ["chief", "deputy"]}
	by(["chief"]).shown.code == {"any_of": ["\"chief\"", "\"deputy\""]}
	by(["deputy"]).status == "met"
}

test_the_roles_change_on_their_day if {
	asked({"as_of": "2024-06-14", "actor": {"id": "anna", "roles": ["deputy"]}}).status == "not_met"
	asked({"as_of": "2019-12-31", "actor": {"id": "anna", "roles": ["chief"]}}).reason == "no_rules_yet"
}

test_closed_for_anybody_else if {
	by([]).status == "not_met"
	by(["reader", "Chief", "chief "]).status == "not_met"
}

test_not_known_who_acts if {
	asked({}).status == "unknown"
	asked({}).missing == []
	asked({"actor": {"id": "anna"}}).status == "unknown"
}

test_what_cannot_be_read_opens_nothing if {
	every roles in [null, "chief", true, {"a": "chief"}] {
		by(roles).status == "unknown"
	}
	by([["chief"], null, 1]).status == "not_met"
}

test_the_page_is_named if asked({}).shown.citation == citation

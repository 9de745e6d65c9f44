package csp.direct_bill.standing.restriction_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.standing.restriction.citation
import data.csp.direct_bill.status

page := {"title": "Page", "url": "https://example.com"}

values := {"consequence": {"dated": [
	{"since": "2018-01-01", "value": "none", "citation": page},
	{"since": "2020-01-24", "value": "restriction", "citation": page},
]}}

finding(request) := result if {
	result := findings.standing("restriction", true) with input as request
		with data.csp.direct_bill.standing.restriction.values as values
}

said(state, source) := {
	"id": concat(":", [source, state]), "kind": "csp_status", "key": "", "source": source,
	"valid_from": "2024-01-01", "body": {"state": state},
}

on(day, records) := {"as_of": day, "facts": {"csp_status": records}}

told(records) := on("2024-06-15", records)

test_met_while_active if {
	result := finding(told([said("active", "microsoft")]))
	result.status == "met"
	result.reason == "met"
	result.due == true
	result.facts == ["microsoft:active"]
	result.missing == []
	result.shown == {"state": "active", "since": "2020-01-24", "citation": page}
}

test_every_other_state_is_named if {
	every state in ["restricted", "suspended", "revoked"] {
		result := finding(told([said(state, "microsoft")]))
		result.status == "not_met"
		result.reason == state
	}
}

test_unknown_when_nothing_was_said if {
	result := finding(told([]))
	result.status == "unknown"
	result.reason == "unknown"
	result.missing == [{"kind": "csp_status", "field": "state"}]
	every state in [null, true, 1, "Active", ["active"]] {
		record := object.union(said("x", "microsoft"), {"body": {"state": state}})
		finding(told([record])).status == "unknown"
		finding(told([record])).missing == result.missing
	}
}

test_a_contradiction_is_for_a_person if {
	result := finding(told([said("active", "microsoft"), said("restricted", "microsoft")]))
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.missing == []
	count(result.facts) == 2
}

test_a_contradiction_hides_no_notice if {
	both := told([said("active", "microsoft"), said("restricted", "microsoft")])
	finding(both).status == "not_met" with status.in_force as {"suspended"}
	finding(both).reason == "suspended" with status.in_force as {"suspended"}
}

test_what_the_partner_relays_is_said_to_be_so if {
	finding(told([said("active", "partner")])).flags == ["relayed_by_the_partner"]
	finding(told([said("active", "partner"), said("active", "microsoft")])).flags == []
	finding(told([said("Active", "partner")])).flags == []
}

test_nothing_is_asked_before_microsoft_restricted_anybody if {
	finding(on("2020-01-23", [])).due == false
	finding(on("2020-01-24", [])).due == true
	finding(on("2017-12-31", [])).shown.citation == citation
}

package csp.direct_bill.status_test

import data.csp.direct_bill.status

said(state, source) := {
	"id": concat(":", [source, state]), "kind": "csp_status", "key": "", "source": source,
	"valid_from": "2024-01-01", "body": {"state": state},
}

told(records) := {"as_of": "2024-06-15", "facts": {"csp_status": records}}

test_the_state_is_that_of_the_fact if {
	every state in ["active", "restricted", "suspended", "revoked"] {
		status.state == state with input as told([said(state, "microsoft")])
		status.facts_used == {concat(":", ["microsoft", state])} with input as told([said(state, "microsoft")])
	}
}

test_no_state_without_a_fact if not status.state with input as told([])

test_a_state_nobody_knows_is_none if not status.state with input as told([said("Active", "microsoft")])

test_microsoft_counts_more if status.state == "restricted" with input as told([said("active", "partner"), said("restricted", "microsoft")])

test_a_contradiction_is_no_state if {
	both := told([said("active", "microsoft"), said("restricted", "microsoft")])
	not status.state with input as both
	status.disputed with input as both
}

test_the_most_severe_counts if status.state == "suspended" with status.in_force as {"restricted", "suspended"}

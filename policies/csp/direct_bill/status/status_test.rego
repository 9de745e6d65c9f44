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

elsewhere(region, accepted_on, country) := {
	"agreement": [{
		"id": "agreement", "kind": "agreement", "key": region, "source": "microsoft", "valid_from": "2024-01-01",
		"body": {"model": "direct_bill", "accepted_on": accepted_on},
	}],
	"sales_target": [{
		"id": "target", "kind": "sales_target", "key": "", "source": "partner", "valid_from": "2024-01-01",
		"body": {"country": country},
	}],
}

current(state, source, facts) := [true |
	status.current with input as {"as_of": "2024-06-15", "facts": object.union({"csp_status": [said(state, source)]}, facts)}
		with data.csp.regions as {"north": ["IT"], "south": ["US"], "far_north": ["NO"]}
]

test_a_current_partner_is_one_on_microsofts_word if {
	current("active", "microsoft", {}) == [true]
	current("restricted", "microsoft", {}) == [true]
	every state in ["suspended", "revoked"] {
		current(state, "microsoft", {}) == []
	}
	every source in ["assessor", "registry", "partner"] {
		current("active", source, {}) == []
	}
}

test_a_partner_elsewhere_is_not_one_here if {
	current("active", "microsoft", elsewhere("North", "2024-06-15", "IT")) == [true]
	current("active", "microsoft", elsewhere("North", "2024-06-15", "US")) == []
	current("active", "microsoft", elsewhere("North", "2024-06-16", "US")) == [true]
	current("active", "microsoft", elsewhere("North", "2024-06-15", "FR")) == [true]
	current("active", "microsoft", elsewhere("Far North", "2024-06-15", "NO")) == [true]
}

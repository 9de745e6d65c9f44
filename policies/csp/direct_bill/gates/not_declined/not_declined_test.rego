package csp.direct_bill.gates.not_declined_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.not_declined.citation

of(records) := result if {
	result := findings.gate("not_declined", true) with input as {"as_of": "2024-10-01", "facts": {"microsoft_decision": records}, "ended": {}}
}

decision(body) := {"id": "d", "kind": "microsoft_decision", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

finding(body) := of([decision(body)])

test_open_as_long_as_microsoft_has_not_declined if {
	of([]).status == "met"
	of([]).shown == {"citation": citation}
	of([]).missing == []
	finding({"value": "pending"}).status == "met"
	finding({"value": "pending"}).reason == "met"
	finding({"value": "approved", "decided_on": "2024-10-01"}).reason == "approved"
	finding({"value": "approved", "decided_on": "2024-10-02"}).reason == "met"
}

test_closed_from_the_day_on_which_microsoft_declines if {
	finding({"value": "declined", "decided_on": "2024-10-02"}).status == "met"
	result := finding({"value": "declined", "decided_on": "2024-10-01"})
	result.status == "not_met"
	result.reason == "not_met"
	result.shown.decided_on == "2024-10-01"
	result.facts == ["d"]
	finding({"value": "declined"}).status == "not_met"
	finding({"value": "declined", "reason": "Why."}).reason == "declined_for_a_reason"
	finding({"value": "declined", "reason": "Why."}).shown.stated_reason == "Why."
}

test_what_cannot_be_read_opens_nothing if {
	every value in [null, true, "Approved", 1, ["approved"]] {
		finding({"value": value}).status == "unknown"
		finding({"value": value}).missing == [{"kind": "microsoft_decision", "field": "value"}]
	}
	every day in [null, true, 20241002, ["2024-10-02"]] {
		finding({"value": "declined", "decided_on": day}).status == "unknown"
	}
}

test_what_others_say_is_for_a_person if {
	every value in ["approved", "declined"] {
		result := of([object.union(decision({"value": value}), {"source": "partner"})])
		result.status == "needs_review"
		result.reason == "decision_relayed"
		result.missing == []
	}
	both := of([decision({"value": "approved"}), object.union(decision({"value": "declined"}), {"id": "e"})])
	both.reason == "facts_in_conflict"
}

test_a_partner_put_out_of_action_is_for_a_person if {
	every state, status in {"active": "met", "restricted": "met", "suspended": "needs_review", "revoked": "needs_review"} {
		said := {"id": "s", "kind": "csp_status", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": {"state": state}}
		result := findings.gate("not_declined", true) with input as {"as_of": "2024-10-01", "facts": {"csp_status": [said]}, "ended": {}}
		result.status == status
	}
}

package csp.direct_bill.process.microsoft_decision_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.microsoft_decision.citation

of(records) := result if {
	result := findings.step("microsoft_decision", true) with input as {"as_of": "2024-10-01", "facts": {"microsoft_decision": records}}
}

decision(body) := {"id": "d", "kind": "microsoft_decision", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

finding(body) := of([decision(body)])

test_accepted if {
	finding({"value": "approved"}).status == "met"
	finding({"value": "approved"}).reason == "met"
	finding({"value": "approved"}).due == true
	result := finding({"value": "approved", "decided_on": "2024-10-01"})
	result.reason == "accepted_on_a_day"
	result.shown == {"decided_on": "2024-10-01", "citation": citation}
	result.facts == ["d"]
}

test_declined if {
	finding({"value": "declined"}).status == "not_met"
	finding({"value": "declined"}).reason == "not_met"
	finding({"value": "declined"}).due == true
	finding({"value": "declined", "decided_on": "2024-10-01"}).reason == "declined_on_a_day"
	finding({"value": "declined", "reason": "Why."}).reason == "declined_for_a_reason"
	finding({"value": "declined", "decided_on": "2024-10-01", "reason": "Why."}).reason == "declined_on_a_day_for_a_reason"
	finding({"value": "declined", "reason": "Why."}).shown.stated_reason == "Why."
}

test_a_decision_counts_from_its_day if {
	result := finding({"value": "declined", "decided_on": "2024-10-02"})
	result.status == "unknown"
	result.due == false
	result.shown == {"citation": citation}
}

test_not_due_before_microsoft_decides if {
	finding({"value": "pending", "reason": "Waiting."}).status == "unknown"
	finding({"value": "pending", "reason": "Waiting."}).due == false
	finding({"value": "pending", "reason": "Waiting."}).shown == {"citation": citation}
	of([]).status == "unknown"
	of([]).due == false
	of([]).missing == [{"kind": "microsoft_decision", "field": "value"}]
}

test_what_cannot_be_read_decides_nothing if {
	every value in [null, true, "Approved", 1, ["approved"]] {
		finding({"value": value}).status == "unknown"
		finding({"value": value}).due == false
	}
	finding({"value": "approved", "decided_on": 20240101}).status == "unknown"
	finding({"value": "declined", "reason": 1}).reason == "not_met"
}

test_a_decision_that_others_relay_is_for_a_person if {
	every value in ["approved", "declined"] {
		result := of([object.union(decision({"value": value, "decided_on": "2024-10-01"}), {"source": "partner"})])
		result.status == "needs_review"
		result.reason == "decision_relayed"
		result.due == true
		result.shown == {"relayed": value, "citation": citation}
		result.facts == ["d"]
	}
	every body in [{"value": "pending"}, {"value": true}, {"value": "approved", "decided_on": "2024-10-02"}] {
		result := of([object.union(decision(body), {"source": "partner"})])
		result.status == "unknown"
		result.due == false
	}
}

test_microsofts_own_word_counts_before_what_others_relay if {
	relayed := object.union(decision({"value": "approved"}), {"id": "r", "source": "partner"})
	of([decision({"value": "declined"}), relayed]).status == "not_met"
	of([decision({"value": "pending"}), relayed]).status == "unknown"
}

test_contradictions_are_for_a_person if {
	result := of([decision({"value": "approved"}), object.union(decision({"value": "declined"}), {"id": "e"})])
	result.reason == "facts_in_conflict"
	result.due == true
	result.facts == ["d", "e"]
}

package csp.direct_bill.gates.indirect_reseller_enrollment_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.indirect_reseller_enrollment.citation

on(day, records) := result if {
	result := findings.gate("indirect_reseller_enrollment", true) with input as {"as_of": day, "facts": {"transition": records}, "ended": {}}
}

transition(body) := {"id": "t", "kind": "transition", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

enrolled := transition({"ir_enrolled_on": "2024-09-20"})

test_open_from_the_day_of_the_approval_on if {
	result := on("2024-09-20", [enrolled])
	result.status == "met"
	result.shown == {"enrolled_on": "2024-09-20", "citation": citation}
	result.facts == ["t"]
	result.missing == []
}

test_closed_the_day_before if {
	result := on("2024-09-19", [enrolled])
	result.status == "not_met"
	result.shown.next_on == "2024-09-20"
	result.missing == []
}

test_not_known_without_the_day if {
	every records in [[], [transition({"customers_moved": false})]] {
		result := on("2024-09-20", records)
		result.status == "unknown"
		result.missing == [{"kind": "transition", "field": "ir_enrolled_on"}]
	}
}

test_what_cannot_be_read_opens_nothing if {
	every day in [null, true, 20240920, ["2024-09-20"], "2024-09-31"] {
		on("2024-12-20", [transition({"ir_enrolled_on": day})]).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	result := on("2024-09-20", [enrolled, object.union(transition({"ir_enrolled_on": "2024-09-01"}), {"id": "other"})])
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["other", "t"]
	result.missing == []
}

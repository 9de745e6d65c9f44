package csp.direct_bill.gates.tenure_confirmation_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.tenure_confirmation.citation

on(day, records) := result if {
	result := findings.gate("tenure_confirmation", true) with input as {"as_of": day, "facts": {"reseller_tenure": records}, "ended": {}}
}

tenure(body) := {
	"id": "t", "kind": "reseller_tenure", "key": "", "source": "microsoft", "valid_from": "2023-01-01",
	"body": object.union({"first_transaction_on": "2023-03-06"}, body),
}

confirmed := tenure({"confirmed_on": "2024-06-20"})

test_open_from_the_day_of_the_confirmation_on if {
	result := on("2024-06-20", [confirmed])
	result.status == "met"
	result.shown == {"confirmed_on": "2024-06-20", "citation": citation}
	result.facts == ["t"]
	result.flags == []
	result.missing == []
}

test_closed_the_day_before if {
	result := on("2024-06-19", [confirmed])
	result.status == "not_met"
	result.reason == "tenure_unconfirmed"
	result.flags == ["confirmed_later"]
	result.shown.next_on == "2024-06-20"
	result.missing == []
}

test_closed_without_a_confirmation if {
	result := on("2024-06-20", [tenure({})])
	result.status == "not_met"
	result.reason == "tenure_unconfirmed"
	result.flags == []
	result.missing == [{"kind": "reseller_tenure", "field": "confirmed_on"}]
}

test_not_known_without_a_fact if {
	result := on("2024-06-20", [])
	result.status == "unknown"
	result.reason == "tenure_unconfirmed"
	result.missing == [{"kind": "reseller_tenure", "field": "confirmed_on"}]
}

test_what_cannot_be_read_opens_nothing if {
	every day in [null, true, 20240620, ["2024-06-20"], "2024-06-31", ""] {
		on("2024-06-20", [tenure({"confirmed_on": day})]).status == "unknown"
	}
}

test_only_microsofts_own_word_opens_it if {
	every source in ["assessor", "registry", "partner"] {
		result := on("2024-06-20", [object.union(confirmed, {"source": source})])
		result.status == "needs_review"
		result.reason == "confirmation_relayed"
	}
}

test_contradictions_are_for_a_person if {
	result := on("2024-06-20", [confirmed, object.union(tenure({}), {"id": "other"})])
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["other", "t"]
	result.missing == []
}

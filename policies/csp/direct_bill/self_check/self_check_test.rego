package csp.direct_bill.self_check_test

import data.csp.direct_bill.self_check

versions := [{
	"id": "V-1",
	"since": "2020-01-01",
	"requirements": {"P1": ["one", "two", "advised"], "P2": ["later"]},
	"process": {},
	"advisory": ["advised"],
}]

# Stands in for the findings of the requirements: they are tested where they are made.
# data.statuses_given is given by the test.
requirement(name, due) := {"id": name, "status": status, "due": due} if {
	status := object.get(data.statuses_given, name, "met")
	status != "not_due"
}

requirement(name, _) := {"id": name, "status": "not_met", "due": false} if data.statuses_given[name] == "not_due"

check(day, given) := result if {
	result := {"outcome": self_check.outcome, "failing": self_check.failing} with input as {"as_of": day, "facts": {}}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.findings.requirement as requirement
		with data.statuses_given as given
}

test_eligible_when_all_are_met if check("2024-06-15", {}) == {"outcome": "eligible", "failing": set()}

test_the_worst_counts if {
	check("2024-06-15", {"one": "unknown"}) == {"outcome": "incomplete", "failing": set()}
	check("2024-06-15", {"one": "unknown", "two": "needs_review"}) == {"outcome": "needs_review", "failing": set()}
	check("2024-06-15", {"one": "not_met", "two": "needs_review"}) == {"outcome": "not_eligible", "failing": {"one"}}
	check("2024-06-15", {"one": "not_met", "two": "not_met"}).failing == {"one", "two"}
}

test_advice_and_later_phases_do_not_count if {
	check("2024-06-15", {"advised": "not_met", "later": "not_met"}) == {"outcome": "eligible", "failing": set()}
}

test_what_is_not_due_does_not_count if {
	check("2024-06-15", {"one": "not_due"}) == {"outcome": "eligible", "failing": set()}
}

test_without_rules_nothing_is_settled if check("2019-12-31", {}) == {"outcome": "incomplete", "failing": set()}

test_nobody_passes_without_facts if {
	self_check.outcome == "incomplete" with input as {"as_of": "2024-06-15", "facts": {}, "ended": {}}
}

package csp.authorization_test

import data.csp.authorization
import data.csp.authorization.requirements.authorized

# Stands in for the findings: they are tested where they are made.
# data.given is given by the test: a status, or a status and a reason.
stub(name, _) := object.union({"id": name, "status": "met", "due": true, "reason": "met"}, object.get(data.given, name, {}))

# What the decision is made of. (A function that refers to the entrypoint itself cannot
# be compiled to Wasm.)
parts := {"outcome": authorization.outcome, "rollup": authorization.outcome, "findings": authorization.collected}

outcome(given) := result if {
	result := authorization.outcome with input as {"program": "csp.authorization", "as_of": "2026-01-31", "facts": {}}
		with data.csp.authorization.findings.requirement as stub
		with data.csp.direct_bill.findings.requirement as stub
		with data.given as given
}

test_the_decision_is_made_of_its_parts if {
	request := {"program": "csp.authorization", "as_of": "2026-01-31", "facts": {}, "ended": {}}
	decision := authorization.decision with input as request
	parts == decision with input as request
	[finding.id | some finding in decision.findings] == ["authorized", "indirect_reseller_revenue", "distributor_revenue", "security"]
}

test_the_worst_status_counts if {
	outcome({}) == "compliant"
	outcome({"security": {"status": "unknown"}}) == "incomplete"
	outcome({"security": {"status": "unknown"}, "authorized": {"status": "needs_review"}}) == "needs_review"
	outcome({"security": {"status": "not_met"}, "authorized": {"status": "needs_review"}}) == "non_compliant"
}

test_mixed_when_only_regions_differ if {
	some_regions := {"status": "not_met", "reason": "mixed"}
	outcome({"distributor_revenue": some_regions}) == "mixed"
	outcome({"distributor_revenue": some_regions, "security": {"status": "not_met"}}) == "non_compliant"
	outcome({"distributor_revenue": {"status": "not_met"}}) == "non_compliant"
}

nothing_due := {
	"indirect_reseller_revenue": {"due": false},
	"distributor_revenue": {"due": false},
	"security": {"due": false},
}

test_nothing_is_asked_of_everybody if {
	outcome(nothing_due) == "not_applicable"
	outcome(object.union(nothing_due, {"authorized": {"status": "unknown"}})) == "incomplete"
	outcome(object.union(nothing_due, {"authorized": {"status": "not_met", "due": false}})) == "incomplete"
	outcome(object.union(nothing_due, {"authorized": {"status": "not_met", "due": false}})) == "not_applicable" with authorized.nowhere as true
}

# Security is asked of each tier from its day on.

request(day, tier) := {"program": "csp.authorization", "as_of": day, "ended": {}, "facts": {"authorization": [{
	"id": "a", "kind": "authorization", "key": "north", "source": "microsoft", "valid_from": "2020-01-01",
	"body": {"tier": tier, "state": "active"},
}]}}

security_of(day, tier) := result if {
	items := [{"since": "2025-10-01", "value": ["security_contact"]}]
	more := [{"since": "2025-10-01", "value": ["security_contact", "alerts_answered"]}]
	collected := authorization.collected with input as request(day, tier)
		with data.csp.direct_bill.requirements.security.values as {
			"of_indirect_resellers": {"dated": items},
			"of_distributors": {"dated": more},
			"alert_response": {"dated": [{"since": "2025-10-01", "value": 24}]},
		}
	some result in collected
	result.id == "security"
}

test_security_is_asked_by_tier if {
	security_of("2025-09-30", "distributor").due == false
	security_of("2025-10-01", "distributor").due == true
	security_of("2025-10-01", "distributor").shown.asked == ["security_contact", "alerts_answered"]
	security_of("2025-10-01", "indirect_reseller").shown.asked == ["security_contact"]
	security_of("2025-10-01", "somebody").due == false
}

test_every_part_exists if {
	every name in object.keys(object.remove(authorization.parts, ["security"])) {
		is_string(data.csp.authorization.requirements[name].ref)
	}
	is_string(data.csp.direct_bill.requirements.security.ref)
}

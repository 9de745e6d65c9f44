package csp.direct_bill.phase_test

import data.csp.direct_bill.phase

record(kind, body) := {"id": kind, "kind": kind, "key": "k", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

reached(facts) := result if {
	result := phase.name with input as {"as_of": "2024-07-10", "facts": facts}
}

after(kind, body) := reached({kind: [record(kind, body)]})

test_contradictions_have_come_all_the_same if {
	passed := {"status": "passed", "notified_on": "2024-07-01"}
	both := [record("credit_check", passed), object.union(record("credit_check", {"status": "failed"}), {"id": "other"})]
	reached({"credit_check": both}) == "P8"
	rejected := [record("business_verification", {"status": "verified"}), object.union(record("business_verification", {"status": "rejected"}), {"id": "other"})]
	reached({"business_verification": rejected}) == "P5"
}

test_what_is_dated_later_has_not_come if {
	after("business_verification", {"status": "verified", "on": "2024-07-11"}) == "P1"
	after("business_verification", {"status": "verified", "on": "2024-07-10"}) == "P5"
	after("revenue_verification", {"status": "verified", "on": "2024-07-11"}) == "P1"
	after("revenue_verification", {"status": "verified", "on": 20240701}) == "P1"
}

test_interviews_and_assessments_tell_of_the_contact if {
	after("assessment_contact", {"scheduled_on": "2024-07-10"}) == "P4"
	after("assessment_contact", {"scheduled_on": "2024-07-11"}) == "P1"
	after("capability_assessment", {"assessor": "microsoft_third_party", "assessed_on": "2024-07-10"}) == "P4"
	after("capability_assessment", {"assessor": "microsoft_third_party", "assessed_on": "2024-07-11"}) == "P1"
	after("capability_assessment", {"assessor": "auditor", "assessed_on": "2024-07-10"}) == "P1"
}

test_the_self_check_comes_first if {
	reached({}) == "P1"
	after("membership", {"status": "active"}) == "P1"
}

test_the_form_is_submitted_from_its_day if {
	after("application", {"submitted_on": "2024-07-10"}) == "P2"
	after("application", {"submitted_on": "2024-07-11"}) == "P1"
}

test_microsoft_verifies_the_revenue if {
	after("information_request", {"opened_on": "2024-07-10"}) == "P3"
	after("information_request", {"opened_on": "2024-07-11"}) == "P1"
	after("revenue_verification", {"status": "unverified"}) == "P1"
	every status in ["under_review", "verified", "rejected"] {
		after("revenue_verification", {"status": status}) == "P3"
	}
}

test_microsoft_makes_contact if {
	after("assessment_contact", {"contacted_on": "2024-07-10"}) == "P4"
	after("assessment_contact", {"contacted_on": "2024-07-11"}) == "P1"
}

test_the_business_is_verified if {
	after("business_verification", {"status": "not_started"}) == "P1"
	every status in ["pending", "verified", "rejected"] {
		after("business_verification", {"status": status}) == "P5"
	}
}

test_the_credit_is_checked if {
	after("credit_check", {"status": "not_started"}) == "P1"
	after("credit_check", {"status": "pending"}) == "P6"
	after("credit_check", {"status": "failed", "notified_on": "2024-07-01"}) == "P6"
	after("credit_check", {"status": "passed"}) == "P7"
	after("credit_check", {"status": "passed", "notified_on": "2024-07-11"}) == "P7"
	after("credit_check", {"status": "passed", "notified_on": 20240701}) == "P7"
	after("credit_check", {"status": "passed", "notified_on": "2024-07-10"}) == "P8"
}

test_the_agreement_is_accepted if {
	after("agreement", {"model": "direct_bill", "accepted_on": "2024-07-10"}) == "P9"
	after("agreement", {"model": "direct_bill", "accepted_on": "2024-07-11"}) == "P1"
	after("agreement", {"model": "indirect_reseller", "accepted_on": "2024-07-10"}) == "P1"
}

test_the_furthest_phase_counts if {
	reached({
		"application": [record("application", {"submitted_on": "2024-07-01"})],
		"credit_check": [record("credit_check", {"status": "pending"})],
		"business_verification": [record("business_verification", {"status": "verified"})],
	}) == "P6"
}

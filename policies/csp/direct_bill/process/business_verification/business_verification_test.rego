package csp.direct_bill.process.business_verification_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.business_verification.citation

finding(records) := result if {
	result := findings.step("business_verification", true) with input as {"as_of": "2024-07-03", "facts": {"business_verification": records}}
}

verification(body) := {"id": "v", "kind": "business_verification", "key": "", "source": "microsoft", "valid_from": "2024-01-01", "body": body}

test_met_when_verified if {
	result := finding([verification({"status": "verified", "on": "2024-07-03"})])
	result.status == "met"
	result.shown == {"on": "2024-07-03", "citation": citation}
	result.facts == ["v"]
	result.missing == []
	finding([verification({"status": "verified"})]).status == "met"
}

test_not_met_when_rejected if {
	finding([verification({"status": "rejected"})]).status == "not_met"
	finding([verification({"status": "rejected"})]).missing == []
}

test_what_the_partner_relays_is_said_to_be_so if {
	every status, flags in {"verified": ["relayed_by_the_partner"], "rejected": ["relayed_by_the_partner"], "pending": []} {
		finding([object.union(verification({"status": status}), {"source": "partner"})]).flags == flags
		finding([verification({"status": status})]).flags == []
	}
}

test_a_status_counts_from_its_day if {
	finding([verification({"status": "verified", "on": "2024-07-04"})]).status == "unknown"
	finding([verification({"status": "verified", "on": "2024-07-04"})]).missing == [{"kind": "business_verification", "field": "status"}]
	finding([verification({"status": "rejected", "on": 20240703})]).status == "unknown"
}

test_not_known_yet if {
	every status in ["pending", "not_started"] {
		finding([verification({"status": status})]).status == "unknown"
		finding([verification({"status": status})]).reason == status
		finding([verification({"status": status})]).missing == [{"kind": "business_verification", "field": "status"}]
	}
	finding([]).status == "unknown"
	finding([]).reason == "unknown"
	finding([]).missing == [{"kind": "business_verification", "field": "status"}]
}

test_what_cannot_be_read_decides_nothing if {
	every body in [{}, {"status": null}, {"status": true}, {"status": "Verified"}, {"status": ["verified"]}] {
		finding([verification(body)]).status == "unknown"
		count(finding([verification(body)]).missing) == 1
	}
}

test_contradictions_are_for_a_person if {
	result := finding([verification({"status": "verified"}), object.union(verification({"status": "rejected"}), {"id": "w"})])
	result.reason == "facts_in_conflict"
	result.facts == ["v", "w"]
}

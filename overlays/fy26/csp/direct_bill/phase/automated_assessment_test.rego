package csp.direct_bill.phase_test

import data.csp.direct_bill.phase

automatically_assessed(assessor, day) := {"as_of": "2026-02-20", "facts": {"capability_assessment": [{
	"id": "a", "kind": "capability_assessment", "key": "a", "source": "microsoft",
	"valid_from": "2026-01-01", "body": {"assessor": assessor, "assessed_on": day, "results": {}},
}]}}

test_an_automated_assessment_reaches_its_phase if {
	phase.number == 4 with input as automatically_assessed("microsoft_automated", "2026-02-20")
	phase.number == 1 with input as automatically_assessed("microsoft_automated", "2026-02-21")
	phase.number == 1 with input as automatically_assessed("auditor", "2026-02-20")
}

package csp.direct_bill.gates.same_tenant_test

import data.csp.direct_bill.findings

uncertain := {"enrollment": {"dated": [
	{"since": "2020-01-01", "value": "allowed", "uncertain": true, "citation": {}},
	{"since": "2025-10-25", "value": "after_restriction", "uncertain": true, "citation": {}},
	{"since": "2027-01-01", "value": "after_restriction", "citation": {}},
]}}

test_an_uncertain_first_day_is_said if {
	every day, flags in {"2025-10-24": [], "2025-10-25": ["start_uncertain"], "2027-01-01": []} {
		result := findings.gate("same_tenant", true) with input as {"as_of": day, "facts": {}}
			with data.csp.direct_bill.gates.same_tenant.values as uncertain
		result.flags == flags
	}
}

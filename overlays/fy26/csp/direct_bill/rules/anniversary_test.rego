package csp.direct_bill.rules_test

import data.csp.direct_bill.rules

by_anniversary := [
	{"id": "V-1", "since": "2020-01-01", "current_partners": {"standing": []}},
	{"id": "V-2", "since": "2025-10-01", "current_partners": {"standing": ["anniversary"]}},
]

bound(program, day) := result if {
	result := rules.on with input as {
		"program": program, "as_of": day,
		"facts": {"csp_onboarding": [{
			"id": "o", "kind": "csp_onboarding", "key": "", "source": "microsoft",
			"valid_from": "2019-12-11", "body": {"onboarded_on": "2019-12-11"},
		}]},
	}
		with data.csp.direct_bill.rules.versions as by_anniversary
		with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_a_current_partner_is_bound_from_its_anniversary_month if {
	bound("about.partners", "2025-09-30") == "2025-09-30"
	bound("about.partners", "2025-10-01") == "2025-09-30"
	bound("about.partners", "2025-11-30") == "2025-09-30"
	bound("about.partners", "2025-12-01") == "2025-12-01"
	bound("about.applicants", "2025-10-01") == "2025-10-01"
}

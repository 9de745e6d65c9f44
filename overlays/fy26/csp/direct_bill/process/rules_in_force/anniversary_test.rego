package csp.direct_bill.process.rules_in_force_test

import data.csp.direct_bill.findings

by_anniversary := [
	{"id": "V-1", "since": "2020-01-01", "citation": page("one"), "current_partners": {"standing": []}},
	{"id": "V-2", "since": "2025-10-01", "citation": page("two"), "current_partners": {"standing": ["anniversary"]}},
]

reviewed(program, day) := result if {
	result := findings.step("rules_in_force", true) with input as {
		"program": program, "as_of": day,
		"facts": {"csp_onboarding": [keyless("csp_onboarding", {"onboarded_on": "2020-03-17"})]},
	}
		with data.csp.direct_bill.rules.versions as by_anniversary
		with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_newer_rules_bind_from_the_anniversary_month if {
	before := reviewed("about.partners", "2026-02-28")
	before.status == "met"
	before.reason == "newer_rules_bind_later"
	before.flags == ["will_bind_from_anniversary"]
	before.shown.version == "V-1"
	before.shown.binds_on == "2026-03-01"
	before.facts == ["csp_onboarding"]
	after := reviewed("about.partners", "2026-03-01")
	after.reason == "met"
	after.flags == []
	after.shown.version == "V-2"
	applicant := reviewed("about.applicants", "2026-02-28")
	applicant.shown.version == "V-2"
	applicant.flags == []
}

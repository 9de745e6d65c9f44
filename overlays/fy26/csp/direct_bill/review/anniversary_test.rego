package csp.direct_bill.review_test

import data.csp.direct_bill.review

versions := [
	{"id": "V-1", "since": "2020-01-01", "current_partners": {"standing": []}},
	{"id": "V-2", "since": "2025-10-01", "current_partners": {"standing": ["anniversary"]}},
]

keyless(kind, body) := [{
	"id": kind, "kind": kind, "key": "", "source": "microsoft",
	"valid_from": "2020-01-01", "body": body,
}]

onboarded := {"csp_onboarding": keyless("csp_onboarding", {"onboarded_on": "2020-03-17"})}

notice := {"enforcement": keyless("enforcement", {"t0_on": "2026-03-31"})}

breach(program, day, facts) := result if {
	result := review.breach_today with input as {"program": program, "as_of": day, "facts": facts}
		with data.csp.direct_bill.rules.versions as versions
		with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_no_breach_inside_the_anniversary_month if {
	breach("about.partners", "2026-02-28", onboarded) == true
	breach("about.partners", "2026-03-01", onboarded) == false
	breach("about.partners", "2026-03-31", onboarded) == false
	breach("about.partners", "2026-04-01", onboarded) == true
	breach("about.applicants", "2026-03-01", onboarded) == true
}

test_a_notice_ends_the_time_to_put_it_right if {
	breach("about.partners", "2026-03-10", object.union(onboarded, notice)) == true
	breach("about.partners", "2026-03-10", notice) == true
}

test_no_breach_is_certain_while_the_month_is_unknown if {
	breach("about.partners", "2025-09-30", {}) == true
	breach("about.partners", "2025-10-01", {}) == false
	breach("about.partners", "2026-09-30", {}) == false
	breach("about.partners", "2026-10-01", {}) == true
}

package csp.direct_bill.standing.restriction_test

import data.csp.direct_bill.findings

ladder := object.union(values, {
	"suspended_after": {"dated": [{"since": "2025-10-25", "value": 30}]},
	"revoked_after": {"dated": [{"since": "2025-10-25", "value": 60}]},
})

enforced(day) := result if {
	notice := {
		"id": "n", "kind": "enforcement", "key": "", "source": "microsoft",
		"valid_from": "2026-03-01", "body": {"t0_on": "2026-03-31"},
	}
	result := findings.standing("restriction", true) with input as {
		"as_of": day,
		"facts": {"csp_status": [said("active", "microsoft")], "enforcement": [notice]},
	}
		with data.csp.direct_bill.standing.restriction.values as ladder
}

test_what_the_notice_leads_to_next if {
	every day, expected in {
		"2026-03-30": ["met", "met", ["restriction_announced"], "2026-03-31"],
		"2026-03-31": ["not_met", "restricted", ["suspension_follows"], "2026-04-30"],
		"2026-04-30": ["not_met", "suspended", ["concluded_from_the_notice", "revocation_follows"], "2026-05-30"],
	} {
		result := enforced(day)
		[result.status, result.reason, result.flags, result.shown.next_on] == expected
		result.shown.t0_on == "2026-03-31"
		result.facts == ["microsoft:active", "n"]
	}
	revoked := enforced("2026-05-30")
	revoked.reason == "revoked"
	revoked.flags == ["concluded_from_the_notice"]
	not revoked.shown.next_on
}

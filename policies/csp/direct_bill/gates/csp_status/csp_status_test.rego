package csp.direct_bill.gates.csp_status_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.csp_status.citation

page(title) := {"title": title, "url": "https://example.com"}

table(since, names) := {"dated": [{"since": since, "value": names, "citation": page(since)}]}

values := {
	"open_when_restricted": table("2020-01-24", ["renew", "manage", "leave"]),
	"closed_when_restricted": table("2020-01-24", ["buy", "invite"]),
	"open_when_suspended": table("2019-01-01", ["manage"]),
	"closed_when_suspended": table("2019-01-01", ["buy"]),
}

asked(day, action, records) := result if {
	result := findings.gate("csp_status", true) with input as {"as_of": day, "action": action, "facts": {"csp_status": records}, "ended": {}}
		with data.csp.direct_bill.gates.csp_status.values as values
}

status(state) := {
	"id": concat(":", ["s", state]), "kind": "csp_status", "key": "", "source": "microsoft",
	"valid_from": "2019-01-01", "body": {"state": state},
}

in_state(state, action) := asked("2024-06-15", action, [status(state)])

test_an_active_partner_may_do_what_is_named if {
	every action in ["renew", "manage", "leave", "buy", "invite"] {
		in_state("active", action).status == "met"
		in_state("active", action).reason == "active"
		in_state("active", action).shown == {"state": "active", "citation": citation}
		in_state("active", action).facts == ["s:active"]
	}
}

test_a_restricted_one_keeps_what_it_has if {
	every action in ["renew", "manage", "leave"] {
		result := in_state("restricted", action)
		result.status == "met"
		result.reason == "open_when_restricted"
		result.shown.since == "2020-01-24"
		result.shown.citation == page("2020-01-24")
	}
	every action in ["buy", "invite"] {
		in_state("restricted", action).status == "not_met"
		in_state("restricted", action).reason == "closed_when_restricted"
		in_state("restricted", action).shown.since == "2020-01-24"
		in_state("restricted", action).shown.citation == page("2020-01-24")
	}
}

test_of_a_suspended_one_little_is_said if {
	in_state("suspended", "manage").status == "met"
	in_state("suspended", "manage").reason == "open_when_suspended"
	in_state("suspended", "buy").status == "not_met"
	in_state("suspended", "buy").reason == "closed_when_suspended"
	every action in ["renew", "leave", "invite"] {
		in_state("suspended", action).status == "needs_review"
		in_state("suspended", action).reason == "not_said_when_suspended"
	}
}

test_a_revoked_one_may_do_nothing if {
	every action in ["renew", "manage", "leave", "buy", "invite", "anything"] {
		in_state("revoked", action).status == "not_met"
		in_state("revoked", action).reason == "revoked"
	}
}

test_an_action_that_nobody_names_is_never_open if {
	every action in ["anything", "", "Renew"] {
		in_state("active", action).status == "unknown"
		in_state("active", action).reason == "action_not_named"
		in_state("restricted", action).reason == "not_said_when_restricted"
		in_state("suspended", action).reason == "not_said_when_suspended"
	}
}

test_the_tables_begin_on_their_day if {
	asked("2020-01-24", "renew", [status("restricted")]).status == "met"
	asked("2020-01-23", "renew", [status("restricted")]).reason == "not_said_when_restricted"
	asked("2020-01-24", "buy", [status("restricted")]).status == "not_met"
	asked("2020-01-23", "buy", [status("restricted")]).status == "needs_review"
}

test_not_known_without_a_status if {
	result := asked("2024-06-15", "renew", [])
	result.status == "unknown"
	result.missing == [{"kind": "csp_status", "field": "state"}]
	every state in ["Active", "qualified", ""] {
		in_state(state, "renew").status == "unknown"
	}
	every state in [null, true, 1, ["active"]] {
		asked("2024-06-15", "renew", [object.union(status("x"), {"body": {"state": state}})]).status == "unknown"
	}
}

test_contradictions_are_for_a_person if {
	result := asked("2024-06-15", "renew", [status("active"), status("restricted")])
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["s:active", "s:restricted"]
	result.missing == []
}

test_what_the_partner_says_is_said_to_be_so if {
	result := asked("2024-06-15", "renew", [object.union(status("active"), {"source": "partner"})])
	result.status == "met"
	result.flags == ["relayed_by_the_partner"]
}

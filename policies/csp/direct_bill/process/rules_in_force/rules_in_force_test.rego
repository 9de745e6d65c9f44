package csp.direct_bill.process.rules_in_force_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.process.rules_in_force.citation

page(title) := {"title": title, "url": "https://example.com"}

versions := [
	{"id": "V-1", "since": "2020-01-01", "citation": page("one")},
	{"id": "V-2", "since": "2024-06-10", "uncertain": true, "citation": page("two")},
]

finding(request) := result if {
	result := findings.step("rules_in_force", true) with input as request
		with data.csp.direct_bill.rules.versions as versions
}

on(day) := {"as_of": day, "facts": {}}

keyless(kind, body) := {"id": kind, "kind": kind, "key": "", "source": "microsoft", "valid_from": "2020-01-01", "body": body}

applied(day, facts) := {"as_of": "2024-06-10", "facts": object.union({"application": [keyless("application", {"submitted_on": day})]}, facts)}

test_met_with_the_version_of_the_day if {
	result := finding(on("2024-06-09"))
	result.status == "met"
	result.shown == {"version": "V-1", "since": "2020-01-01", "citation": page("one")}
	result.flags == []
}

test_a_version_begins_on_its_day if {
	result := finding(on("2024-06-10"))
	result.shown.version == "V-2"
	result.flags == ["start_uncertain"]
}

test_unknown_before_the_first_version if {
	result := finding(on("2019-12-31"))
	result.status == "unknown"
	result.reason == "no_rules_yet"
	result.shown == {"day": "2019-12-31", "first_day": "2020-01-01", "citation": citation}
}

test_an_application_from_before_the_rules_is_for_a_person if {
	result := finding(applied("2019-12-31", {}))
	result.reason == "application_predates_the_rules"
	result.shown.version == "V-2"
	result.shown.first_day == "2020-01-01"
	decided := {"microsoft_decision": [keyless("microsoft_decision", {"value": "declined"})]}
	finding(applied("2019-12-31", decided)).status == "met"
}

test_rules_of_the_application_still_in_force if {
	result := finding(applied("2024-06-10", {}))
	result.status == "met"
	result.shown.submitted_on == "2024-06-10"
	result.facts == ["application"]
}

test_rules_changed_since_the_application if {
	result := finding(applied("2024-06-09", {}))
	result.status == "needs_review"
	result.reason == "rules_changed_since_application"
	result.shown.version == "V-1"
	result.shown.changed_on == "2024-06-10"
	finding(applied("2024-06-09", {"microsoft_decision": [keyless("microsoft_decision", {"value": "pending"})]})).status == "needs_review"
}

test_the_rules_of_the_application_once_microsoft_decided if {
	every value in ["approved", "declined"] {
		result := finding(applied("2024-06-09", {"microsoft_decision": [keyless("microsoft_decision", {"value": value})]}))
		result.status == "met"
		result.shown.version == "V-1"
		result.facts == ["application", "microsoft_decision"]
	}
}

test_contradicting_applications_are_for_a_person if {
	both := [keyless("application", {"submitted_on": "2024-06-09"}), object.union(keyless("application", {"submitted_on": "2024-06-10"}), {"id": "other"})]
	result := finding({"as_of": "2024-06-10", "facts": {"application": both}})
	result.reason == "facts_in_conflict"
	result.facts == ["application", "other"]
}

test_an_unreadable_day_of_application_is_no_application if {
	every day in [null, true, 20200101, ["2020-01-01"]] {
		finding(applied(day, {})).shown.version == "V-2"
	}
}

test_newer_rules_that_do_not_bind_yet if {
	result := finding(on("2024-06-10")) with data.csp.direct_bill.rules.bound_by as {"2024-06-09", "2024-06-10"}
	result.status == "met"
	result.reason == "newer_rules_bind_later"
	result.shown.version == "V-1"
	result.shown.changed_on == "2024-06-10"
}

test_the_application_of_a_current_partner_says_nothing if {
	said := [keyless("application", {"submitted_on": "2024-06-09"}), object.union(keyless("application", {"submitted_on": "2024-06-08"}), {"id": "b"})]
	request := {"program": "about.partners", "as_of": "2024-06-10", "facts": {"application": said}}
	finding(request).reason == "facts_in_conflict" with data.csp.direct_bill.rules.for_current_partners as []
	finding(request).status == "met" with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
	decided := object.union(request, {"facts": {"microsoft_decision": [keyless("microsoft_decision", {"value": "approved"})]}})
	older := finding(decided) with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
		with data.csp.direct_bill.rules.bound_by as {"2024-06-09", "2024-06-10"}
	older.reason == "newer_rules_bind_later"
	older.facts == []
}

test_newer_rules_that_are_not_here if {
	result := finding(on("2024-06-10")) with data.csp.direct_bill.rules.superseded_from as "2024-06-11"
	not "newer_rules_not_here" in result.flags
	later := finding(on("2024-06-11")) with data.csp.direct_bill.rules.superseded_from as "2024-06-11"
	"newer_rules_not_here" in later.flags
	later.shown.superseded_on == "2024-06-11"
}

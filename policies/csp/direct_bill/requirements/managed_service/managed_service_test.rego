package csp.direct_bill.requirements.managed_service_test

import data.csp.direct_bill.findings

# The tests bring their own values, so that editing data.yaml never breaks them.
page := {"title": "Page", "url": "https://example.com"}

values := {
	"minimum": {"dated": [
		{"since": "2019-01-01", "value": 0, "citation": page},
		{"since": "2020-01-01", "value": 1, "citation": page},
		{"since": "2024-06-10", "value": 2, "citation": page},
	]},
	"kinds": {"dated": [{"since": "2019-01-01", "value": ["managed_service", "ip_service"], "citation": page}]},
	"standing": {"dated": [
		{"since": "2019-01-01", "value": "undisputed", "citation": page},
		{"since": "2023-04-24", "value": "disputed", "citation": page},
	]},
	"tell_tales": {"dated": [{"since": "2019-01-01", "value": ["pure resale", "ip address"], "citation": page}]},
}

versions := [
	{"id": "A", "since": "2018-01-01", "advisory": []},
	{"id": "B", "since": "2021-01-01", "advisory": ["managed_service"]},
	{"id": "C", "since": "2023-01-01", "advisory": []},
]

finding_on(day, facts) := result if {
	result := findings.requirement("managed_service", true) with input as {"as_of": day, "facts": facts}
		with data.csp.direct_bill.requirements.managed_service.values as values
		with data.csp.direct_bill.rules.versions as versions
}

# On this day one service is enough and nothing is in dispute.
finding(items) := finding_on("2020-06-15", {"value_added_services": [list(items)]})

list(items) := {
	"id": "list", "kind": "value_added_services", "key": "", "source": "partner", "valid_from": "2020-01-01",
	"body": {"items": items},
}

backup := {"name": "Backup", "kind": "managed_service"}

portal := {"name": "Portal", "kind": "ip_service", "description": "Our own portal."}

test_met_with_one_service if {
	result := finding([backup])
	result.status == "met"
	result.reason == "met"
	result.flags == []
	result.facts == ["list"]
	result.missing == []
	result.shown.actual == {"count": 1}
	result.shown.required == {"count": 1}
	result.shown.services == ["Backup"]
	result.shown.since == "2020-01-01"
	result.shown.citation == page
}

test_a_tell_tale_may_run_from_the_name_into_the_description if {
	finding([{"name": "Pure", "kind": "managed_service", "description": "Resale of licenses."}]).reason == "doubtful_kind"
}

test_a_look_if_the_kinds_changed_since_the_application if {
	application := {
		"id": "application", "kind": "application", "key": "", "source": "partner", "valid_from": "2020-01-01",
		"body": {"submitted_on": "2020-06-14"},
	}
	kinds := array.concat(values.kinds.dated, [{"since": "2020-06-15", "value": ["managed_service"], "citation": page}])
	changed := finding_on("2020-06-15", {"value_added_services": [list([backup])], "application": [application]}) with values as object.union(values, {"kinds": {"dated": kinds}})
	changed.reason == "rules_changed_since_application"
}

test_the_minimum_changes_on_its_day if {
	finding_on("2024-06-09", {"value_added_services": [list([backup])]}).status == "met"
	finding_on("2024-06-10", {"value_added_services": [list([backup])]}).status == "not_met"
	finding_on("2024-06-10", {"value_added_services": [list([backup])]}).reason == "not_met"
	finding_on("2024-06-10", {"value_added_services": [list([backup, portal])]}).status == "met"
}

test_nothing_may_be_required if {
	finding_on("2019-12-31", {"value_added_services": [list([])]}).status == "met"
	finding_on("2019-12-31", {"value_added_services": [list([])]}).reason == "none_required"
	finding_on("2019-12-31", {}).status == "unknown"
}

test_an_empty_list_is_not_met if {
	finding([]).status == "not_met"
	finding([]).reason == "none_listed"
	finding([]).shown.actual == {"count": 0}
}

test_unknown_without_a_list if {
	result := finding_on("2020-06-15", {})
	result.status == "unknown"
	result.missing == [{"kind": "value_added_services", "field": "items"}]
}

test_offered_from_its_first_day_to_the_day_before_its_end if {
	every from, status in {"2020-06-15": "met", "2020-06-16": "not_met"} {
		finding([object.union(backup, {"offered_from": from})]).status == status
	}
	every to, status in {"2020-06-16": "met", "2020-06-15": "not_met"} {
		finding([object.union(backup, {"offered_to": to})]).status == status
	}
	finding([object.union(backup, {"offered_to": "2020-06-15"})]).reason == "none_offered_now"
}

test_other_kinds_do_not_count if {
	result := finding([{"name": "Licences", "kind": "resale"}])
	result.status == "not_met"
	result.reason == "not_met"
}

test_wording_of_mere_resale_is_for_a_person if {
	every item in [
		{"name": "Pure Resale of licences", "kind": "managed_service"},
		{"name": "IP", "kind": "ip_service", "description": "Leasing of IP Addresses."},
	] {
		result := finding([item])
		result.status == "needs_review"
		result.reason == "doubtful_kind"
		result.shown.doubtful == [item.name]
		result.shown.actual == {"count": 0}

		# Another service settles it.
		finding([item, backup]).status == "met"
	}
}

test_a_list_of_the_wrong_type_is_unknown if {
	every items in ["Backup", "", 1, true, null, {}, {"0": backup}] {
		finding(items).status == "unknown"
	}
}

test_an_item_that_cannot_be_read_neither_meets_nor_fails if {
	every item in [
		"Backup", null, 1, {},
		{"name": "Backup"},
		{"kind": "managed_service"},
		{"name": 1, "kind": "managed_service"},
		{"name": "Backup", "kind": 1},
		{"name": "Backup", "kind": "managed_service", "description": 1},
		{"name": "Backup", "kind": "managed_service", "offered_from": 20200101},
		{"name": "Backup", "kind": "managed_service", "offered_from": "soon"},
		{"name": "Backup", "kind": "managed_service", "offered_to": null},
	] {
		finding([item]).status == "unknown"
		finding([item]).missing == [{"kind": "value_added_services", "field": "items"}]
		finding([item, backup]).status == "met"
	}
}

test_contradictions_are_for_a_person if {
	other := object.union(list([backup]), {"id": "other", "body": {"items": []}})
	result := finding_on("2020-06-15", {"value_added_services": [list([backup]), other]})
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["list", "other"]
	result.missing == []
}

test_flags_follow_the_day if {
	every day, flags in {
		"2020-12-31": [],
		"2021-01-01": ["advisory"],
		"2022-12-31": ["advisory"],
		"2023-01-01": [],
		"2023-04-23": [],
		"2023-04-24": ["disputed_requirement"],
	} {
		finding_on(day, {"value_added_services": [list([])]}).flags == flags
	}
}

test_a_dispute_matters_only_where_it_is_not_met if {
	finding_on("2023-04-24", {"value_added_services": [list([backup])]}).flags == []
	finding_on("2023-04-24", {}).flags == ["disputed_requirement"]
	other := object.union(list([backup]), {"id": "other", "body": {"items": []}})
	finding_on("2023-04-24", {"value_added_services": [list([backup]), other]}).flags == ["disputed_requirement"]
}

test_advisory_is_not_in_dispute if {
	advised := [{"id": "B", "since": "2018-01-01", "advisory": ["managed_service"]}]
	result := findings.requirement("managed_service", true) with input as {"as_of": "2024-01-01", "facts": {}}
		with data.csp.direct_bill.requirements.managed_service.values as values
		with data.csp.direct_bill.rules.versions as advised
	result.flags == ["advisory"]
}

test_the_minimum_of_the_application_and_a_look_if_it_changed if {
	application := {
		"id": "application", "kind": "application", "key": "", "source": "partner", "valid_from": "2024-01-01",
		"body": {"submitted_on": "2024-06-09"},
	}
	facts := {"value_added_services": [list([backup])], "application": [application]}
	finding_on("2024-06-09", facts).status == "met"
	changed := finding_on("2024-06-10", facts)
	changed.shown.required == {"count": 1}
	changed.reason == "rules_changed_since_application"
}

test_no_services_are_shown_where_there_are_none if {
	not "services" in object.keys(finding([]).shown)
}

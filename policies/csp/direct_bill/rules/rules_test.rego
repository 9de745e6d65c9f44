package csp.direct_bill.rules_test

import data.csp.direct_bill.rules

versions := [{"id": "V-1", "since": "2020-01-01"}, {"id": "V-2", "since": "2024-06-10"}]

applications(days) := [{
	"id": format_int(i, 10), "kind": "application", "key": "", "source": "partner",
	"valid_from": "2020-01-01", "body": {"submitted_on": day},
} |
	some i, day in days
]

asked(day, days) := result if {
	result := {
		"submitted_on": [value | value := rules.submitted_on],
		"on": rules.on,
		"version": [version.id | version := rules.version],
		"today": [version.id | version := rules.version_today],
		"changed": [1 | rules.changed(versions)],
	} with input as {"as_of": day, "facts": {"application": applications(days)}}
		with data.csp.direct_bill.rules.versions as versions
}

test_without_an_application_the_day_asked_about_counts if {
	asked("2024-06-10", []) == {"submitted_on": [], "on": "2024-06-10", "version": ["V-2"], "today": ["V-2"], "changed": []}
	asked("2024-06-09", []).version == ["V-1"]
}

test_an_applicant_is_bound_by_the_day_of_the_application if {
	asked("2024-06-10", ["2024-06-09"]) == {"submitted_on": ["2024-06-09"], "on": "2024-06-09", "version": ["V-1"], "today": ["V-2"], "changed": [1]}
	asked("2024-06-10", ["2024-06-10"]).changed == []
}

test_nothing_has_changed_once_microsoft_decided if {
	decision := {
		"id": "d", "kind": "microsoft_decision", "key": "", "source": "microsoft",
		"valid_from": "2020-01-01", "body": {"value": "approved", "decided_on": "2024-06-10"},
	}
	facts := {"application": applications(["2024-06-09"])}
	every body, expected in {"approved": [], "declined": [], "pending": [1]} {
		said := object.union(decision, {"body": {"value": body}})
		changed := [1 | rules.changed(versions)] with input as {"as_of": "2024-06-10", "facts": object.union(facts, {"microsoft_decision": [said]})}
		changed == expected
	}
	relayed := object.union(decision, {"source": "partner"})
	rules.changed(versions) with input as {"as_of": "2024-06-10", "facts": object.union(facts, {"microsoft_decision": [relayed]})}
}

test_an_application_to_come_does_not_count if {
	asked("2024-06-10", ["2024-06-11"]).submitted_on == []
	asked("2024-06-10", ["2024-06-11"]).on == "2024-06-10"
}

test_an_unreadable_day_is_no_day if {
	every day in [null, true, 20240609, ["2024-06-09"], "2024-02-30", "2024", ""] {
		asked("2024-06-10", [day]).on == "2024-06-10"
	}
}

test_contradicting_days_are_no_day if asked("2024-06-10", ["2024-06-09", "2024-06-08"]).submitted_on == []

test_the_same_day_said_twice if asked("2024-06-10", ["2024-06-09", "2024-06-09"]).submitted_on == ["2024-06-09"]

test_no_version_before_the_first if {
	asked("2019-12-31", []).version == []
}

test_an_application_from_before_the_rules_has_todays if {
	asked("2024-06-10", ["2019-12-31"]).on == "2024-06-10"
	asked("2024-06-10", ["2019-12-31"]).version == ["V-2"]
	asked("2024-06-10", ["2020-01-01"]).version == ["V-1"]
}

test_without_a_day_there_is_no_version if {
	rules.on == "" with input as {}
	[version | version := rules.version] == [] with input as {}
}

# What the history in data.yaml must always be, whatever it says.

test_versions_begin_in_order if {
	days := [version.since | some version in rules.versions]
	days == sort({day | some day in days})
}

test_versions_have_names_of_their_own if {
	count({version.id | some version in rules.versions}) == count(rules.versions)
}

test_every_requirement_and_step_of_a_version_exists if {
	every version in rules.versions {
		every names in version.requirements {
			every name in names {
				is_string(data.csp.direct_bill.requirements[name].ref)
			}
		}
		every names in version.process {
			every name in names {
				is_string(data.csp.direct_bill.process[name].ref)
			}
		}
	}
}

test_every_version_has_a_requirement_to_check_alone if {
	every version in rules.versions {
		count([name | some name in version.requirements.P1; not name in version.advisory]) > 0
	}
}

test_each_requirement_and_step_stands_in_one_phase if {
	every version in rules.versions {
		names := [name | some part in [version.requirements, version.process]; some in_phase in part; some name in in_phase]
		count(names) == count({name | some name in names})
		every name in version.advisory {
			name in names
		}
	}
}

test_phases_are_P1_to_P9 if {
	every version in rules.versions {
		every phase in object.keys(version.requirements) | object.keys(version.process) {
			phase in {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"}
		}
	}
}

test_a_current_partners_application_does_not_count if {
	request := {
		"program": "about.partners", "as_of": "2024-06-10",
		"facts": {"application": applications(["2024-06-09"])},
	}
	rules.on == "2024-06-10" with input as request with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
	rules.on == "2024-06-09" with input as request with data.csp.direct_bill.rules.for_current_partners as []
	not rules.changed(versions) with input as request with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_a_current_partner_bound_by_an_earlier_day if {
	rules.on == "2024-06-09" with input as {"as_of": "2024-06-10", "facts": {}} with rules.bound_by as {"2024-06-09", "2024-06-10"}
}

test_what_binds_a_current_partner_exists if {
	every version in rules.versions {
		every name in version.current_partners.requirements {
			is_string(data.csp.direct_bill.requirements[name].ref)
		}
		every name in version.current_partners.process {
			is_string(data.csp.direct_bill.process[name].ref)
		}
		every name in version.current_partners.standing {
			is_string(data.csp.direct_bill.standing[name].ref)
		}
		not "tenure" in version.current_partners.requirements
	}
}

superseded(day, known) := [on |
	on := rules.superseded_on with input as {"as_of": day, "facts": {}}
		with data.csp.direct_bill.rules.versions as known
		with data.csp.direct_bill.rules.superseded_from as "2025-10-01"
]

test_newer_rules_are_known_of if {
	superseded("2025-10-01", versions) == ["2025-10-01"]
	superseded("2025-09-30", versions) == []
	superseded("2025-10-01", array.concat(versions, [{"id": "V-3", "since": "2025-10-01"}])) == []
}

test_a_new_application_goes_by_todays_rules if {
	request := {"action": "apply", "as_of": "2024-06-10", "facts": {"application": applications(["2024-06-09"])}}
	rules.on == "2024-06-10" with input as request with data.csp.direct_bill.rules.for_new_applications as ["apply"]
	rules.on == "2024-06-09" with input as request with data.csp.direct_bill.rules.for_new_applications as []
	rules.application_on == "2024-06-09" with input as request with data.csp.direct_bill.rules.for_new_applications as ["apply"]
}

package csp.direct_bill.gates.minimum_requirements_test

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.minimum_requirements.citation

versions := [{
	"id": "V-1", "since": "2020-01-01", "advisory": [], "process": {},
	"requirements": {"P1": ["endorsement", "infrastructure", "first_level_support"], "P8": ["support_plan"]},
}]

# Three requirements that one fact each decides.
asked(day, signatory, systems, support) := result if {
	result := findings.gate("minimum_requirements", true) with data.csp.direct_bill.rules.versions as versions
		with input as {"as_of": day, "ended": {}, "facts": {
			"signatory": facts("signatory", "Anna", signatory),
			"infrastructure": facts("infrastructure", "", systems),
			"first_level_support": facts("first_level_support", "", support),
		}}
}

facts(kind, key, bodies) := [{
	"id": concat(":", [kind, format_int(i, 10)]), "kind": kind, "key": key, "source": "partner",
	"valid_from": "2020-01-01", "body": body,
} |
	some i, body in bodies
]

full := [{"authority": "full"}]

contradicting := [{"authority": "full"}, {"authority": "none"}]

in_use := [{"billing": "in_use", "provisioning": "in_use"}]

planned := [{"billing": "planned", "provisioning": "in_use"}]

own := [{"provided": true, "mode": "own"}]

test_open_when_all_are_met if {
	result := asked("2024-06-15", full, in_use, own)
	result.status == "met"
	result.shown == {"citation": citation}
	result.facts == ["first_level_support:0", "infrastructure:0", "signatory:0"]
	result.missing == []
	result.flags == []
}

test_closed_when_one_is_not_met if {
	result := asked("2024-06-15", full, planned, own)
	result.status == "not_met"
	result.shown.failing == ["infrastructure"]
	result.facts == ["infrastructure:0"]
	result.flags == []
}

test_everything_in_the_way_is_named if {
	result := asked("2024-06-15", contradicting, planned, [])
	result.status == "not_met"
	result.shown.failing == ["infrastructure"]
	result.shown.to_review == ["endorsement"]
	result.shown.unknown == ["first_level_support"]
	result.flags == ["others_to_review", "others_unknown"]
	{request.kind | some request in result.missing} == {"first_level_support"}
	result.facts == ["infrastructure:0", "signatory:0", "signatory:1"]
}

test_for_a_person_when_one_is if {
	result := asked("2024-06-15", contradicting, in_use, [])
	result.status == "needs_review"
	result.reason == "requirement_needs_review"
	result.flags == ["others_unknown"]
}

test_not_known_when_one_is_not if {
	result := asked("2024-06-15", full, in_use, [])
	result.status == "unknown"
	result.reason == "unknown"
	result.shown.unknown == ["first_level_support"]
	result.flags == []
}

test_the_day_on_which_it_can_open if {
	result := asked("2024-06-15", full, planned, own) with data.lib.rollup.next_on as tomorrow
	result.flags == ["opens_on_a_day"]
	result.shown.next_on == "2024-06-16"
}

tomorrow(_) := "2024-06-16"

test_no_rules_yet if {
	result := asked("2019-12-31", full, in_use, own)
	result.status == "unknown"
	result.reason == "no_rules_yet"
}

# Infrastructure stands for what is looked at later in the process.
later_versions(phase) := [{
	"id": "V-1", "since": "2020-01-01", "advisory": [], "process": {},
	"requirements": {"P1": ["endorsement"], phase: ["infrastructure"]},
}]

later(systems) := in_phase("P4", systems)

in_phase(phase, systems) := result if {
	result := findings.gate("minimum_requirements", true) with data.csp.direct_bill.rules.versions as later_versions(phase)
		with input as {"as_of": "2024-06-15", "ended": {}, "facts": {
			"signatory": facts("signatory", "Anna", full),
			"infrastructure": facts("infrastructure", "", systems),
		}}
}

test_what_is_looked_at_later_counts_if_it_is_known_to_fail if {
	later(planned).status == "not_met"
	later(planned).shown.failing == ["infrastructure"]
	later([{"billing": "in_use", "provisioning": "in_use"}, {"billing": "none", "provisioning": "in_use"}]).status == "needs_review"
	later(in_use).status == "met"
	later([]).status == "met"
	in_phase("P3", planned).status == "not_met"
	in_phase("P8", planned).status == "met"
}

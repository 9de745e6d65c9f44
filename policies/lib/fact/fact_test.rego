package lib.fact_test

import data.lib.fact

record(id, key, source, body) := {"id": id, "kind": "membership", "key": key, "source": source, "valid_from": "2024-01-01", "body": body}

active := {"status": "active"}

lapsed := {"status": "lapsed"}

test_a_single_record_stands if {
	r := record("1", "", "partner", active)
	fact.stands(r) with input.facts as {"membership": [r]}
}

test_the_higher_rank_stands if {
	strong := record("1", "", "microsoft", lapsed)
	weak := record("2", "", "partner", active)
	facts := {"membership": [weak, strong]}
	fact.stands(strong) with input.facts as facts
	not fact.stands(weak) with input.facts as facts
	fact.ids("membership", "") == {"1"} with input.facts as facts
}

test_equal_rank_in_conflict_stands_for_nothing if {
	a := record("1", "", "partner", active)
	b := record("2", "", "partner", lapsed)
	facts := {"membership": [a, b]}
	fact.disputed("membership", "") with input.facts as facts
	not fact.stands(a) with input.facts as facts
	fact.ids("membership", "") == {"1", "2"} with input.facts as facts
}

test_a_weaker_voice_is_no_conflict if {
	facts := {"membership": [record("1", "", "microsoft", active), record("2", "", "partner", lapsed)]}
	not fact.disputed("membership", "") with input.facts as facts
}

test_keys_are_apart if {
	facts := {"membership": [record("1", "a", "partner", active), record("2", "b", "partner", lapsed)]}
	not fact.disputed("membership", "a") with input.facts as facts
}

test_the_strongest_of_some_records if {
	strong := record("1", "a", "registry", active)
	peer := record("2", "b", "registry", lapsed)
	weak := record("3", "a", "partner", active)
	fact.strongest({weak, peer, strong}) == {strong, peer}
	fact.strongest({weak, record("4", "a", "hearsay", active)}) == {weak}
	fact.strongest(set()) == set()
	fact.contradicting({strong, peer})
	not fact.contradicting({strong, weak})
}

test_an_unknown_source_never_stands if {
	r := record("1", "", "hearsay", active)
	not fact.stands(r) with input.facts as {"membership": [r]}
}

test_amounts_are_whole_and_not_negative if {
	every value in [0, 1, 30000000] {
		fact.amount(value)
	}
	every value in ["412500", "", [], {}, null, true, -1, 0.5] {
		not fact.amount(value)
	}
}

test_only_text_is_a_day if {
	fact.on_or_before("2024-06-15", "2024-06-15")
	not fact.on_or_before("2024-06-16", "2024-06-15")
	not fact.on_or_before(20240615, "2024-06-15")
}

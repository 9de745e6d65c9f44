package {{.Package}}_test

import data.{{.Package}} as requirement

# The tests bring their own values, so that editing data.yaml never breaks them.
page := {"title": "Page", "url": "https://example.com"}

values := {"minimum": {"dated": [
	{"since": "2020-01-01", "value": 1, "citation": page},
	{"since": "2024-01-01", "value": 3, "citation": page},
]}}

stated(id, body) := {
	"id": id, "kind": "{{.Kind}}", "key": "", "source": "partner", "valid_from": "2020-01-01",
	"body": body,
}

# What the requirement says; a rule that is undefined is an empty list.
finding(day, records) := result if {
	result := {
		"met": [value | value := requirement.met],
		"review": requirement.review,
		"shown": requirement.shown,
		"facts": requirement.facts_used,
		"missing": requirement.missing,
	} with input as {"as_of": day, "facts": {"{{.Kind}}": records}}
		with data.{{.Package}}.values as values
}

test_met_at_the_minimum if {
	result := finding("2024-06-15", [stated("1", {"{{.Field}}": 3})])
	result.met == [true]
	result.review == set()
	result.missing == set()
	result.facts == {"1"}
	result.shown == {"actual": {"count": 3}, "required": {"count": 3}, "since": "2024-01-01", "citation": page}
}

test_met_above_it if finding("2024-06-15", [stated("1", {"{{.Field}}": 4})]).met == [true]

test_not_met_one_below if {
	result := finding("2024-06-15", [stated("1", {"{{.Field}}": 2})])
	result.met == [false]
	result.missing == set()
	result.shown.gap == {"count": 1}
}

test_the_minimum_of_the_day_counts if {
	finding("2023-12-31", [stated("1", {"{{.Field}}": 2})]).met == [true]
	finding("2024-01-01", [stated("1", {"{{.Field}}": 2})]).met == [false]
}

test_the_greatest_number_counts if {
	other := object.union(stated("2", {"{{.Field}}": 3}), {"key": "other"})
	finding("2024-06-15", [stated("1", {"{{.Field}}": 1}), other]).met == [true]
}

test_unknown_without_a_word if {
	result := finding("2024-06-15", [])
	result.met == []
	result.missing == {{"{{"}}"kind": "{{.Kind}}", "field": "{{.Field}}"{{"}}"}}
}

test_nothing_but_a_number_is_a_number if {
	every value in ["3", "", true, null, [3], {}, 3.5, -3] {
		finding("2024-06-15", [stated("1", {"{{.Field}}": value})]).met == []
	}
}

test_contradictions_are_for_a_person if {
	result := finding("2024-06-15", [stated("1", {"{{.Field}}": 3}), stated("2", {"{{.Field}}": 4})])
	result.met == []
	result.review == {"facts_in_conflict"}
	result.missing == set()
}

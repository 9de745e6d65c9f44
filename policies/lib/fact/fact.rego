# METADATA
# title: Facts
# description: >-
#   Which of the facts that hold on the day count when sources differ: the source of
#   the highest rank wins; what conflicts at equal rank stands for nothing.
# schemas:
#   - input: schema.request
package lib.fact

import data.lib.fact.ranks

# METADATA
# description: A record that its rank lets count and that no equal contradicts.
stands(record) if {
	leads(record)
	not disputed(record.kind, record.key)
}

# METADATA
# description: No record with the same kind and key comes from a source of higher rank.
leads(record) if ranks[record.source] == _best[record.kind][record.key]

# METADATA
# description: Records of equal and highest rank give different bodies.
disputed(kind, key) if count(_bodies[kind][key]) > 1

# METADATA
# description: Ids of the records that count or are in conflict, for a kind and key.
ids(kind, key) := {record.id | some record in input.facts[kind]; record.key == key; leads(record)}

# METADATA
# description: Whether the value is an amount, that is a whole, non-negative number of cents.
amount(value) if {
	is_number(value)
	value >= 0
	floor(value) == value
}

# METADATA
# description: >-
#   Whether the value is a day that has come by the other day. Text only, because in
#   Rego any number is less than any text.
on_or_before(value, day) if {
	is_string(value)
	value <= day
}

_best[kind][key] := min([ranks[record.source] | some record in records; record.key == key]) if {
	some kind, records in input.facts
	some key in {record.key | some record in records}
}

_bodies[kind][record.key] contains record.body if {
	some kind, records in input.facts
	some record in records
	leads(record)
}

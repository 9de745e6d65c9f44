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
# custom:
#   settles: rank_of_sources
leads(record) if {
	own := ranks[record.source]
	not _outranked([record.kind, record.key], own)
}

_outranked(name, own) if {
	some rank in ranks
	rank < own
	[name, rank] in _said
}

# METADATA
# description: Records of equal and highest rank give different bodies.
# custom:
#   settles: equal_rank
disputed(kind, key) if [kind, key] in _disputed

# METADATA
# description: >-
#   Of these records, the ones whose source ranks highest among them. For records that
#   compete although their keys differ, or of which only some compete.
default strongest(_) := set()

strongest(records) := {record | some record in records; ranks[record.source] == best} if {
	best := min({ranks[record.source] | some record in records})
}

# METADATA
# description: Whether these records give different bodies.
contradicting(records) if count({record.body | some record in records}) > 1

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

# METADATA
# description: >-
#   Of pairs of a name and a body, the names with more than one body: two bodies of one
#   name are neighbours in the sorted set.
conflicting(pairs) := {pair[0] |
	in_order := sort(pairs)
	some i, pair in in_order
	in_order[i + 1][0] == pair[0]
}

# What follows are whole values on purpose: looked up name by name, partial rules would go
# over all records again for every one.

_said := {[[kind, record.key], ranks[record.source]] |
	some kind, records in input.facts
	some record in records
}

_disputed := conflicting({[[kind, record.key], record.body] |
	some kind, records in input.facts
	some record in records
	leads(record)
})

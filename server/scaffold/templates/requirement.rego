# METADATA
# title: {{.Title}}
# description: >-
#   The number that the partner reports reaches the minimum. Say here what the rule asks
#   for, and what it leaves open.
package {{.Package}}

import data.{{.Package}}.values
import data.lib.dated
import data.lib.fact

# METADATA
# description: The number is at or over the minimum.
met := reported >= minimum.value

minimum := dated.at(values.minimum.dated, input.as_of)

# Of several records the greatest number counts.
reported := max(standing)

standing contains record.body.{{.Field}} if {
	some record in input.facts.{{.Kind}}
	fact.stands(record)
	fact.amount(record.body.{{.Field}})
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	some record in input.facts.{{.Kind}}
	fact.disputed(record.kind, record.key)
}

# METADATA
# description: The values that explain it.
shown["actual"] := {"count": reported}

shown["required"] := {"count": minimum.value}

shown["gap"] := {"count": minimum.value - reported} if met == false

shown["since"] := minimum.since

shown["citation"] := minimum.citation

facts_used contains record.id if {
	some record in input.facts.{{.Kind}}
	record.body.{{.Field}} in standing
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "{{.Kind}}", "field": "{{.Field}}"} if {
	count(standing) == 0
	count(review) == 0
}

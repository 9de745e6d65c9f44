# METADATA
# title: What leaves the log without names
# description: >-
#   Pointers to what is removed from a decision before it is exported or pushed as an event
#   of OPA's decision log: who signs, who acts, and what Microsoft wrote in its own words.
#   A stock OPA that serves these policies masks its own log the same way. The decision
#   log itself is not touched.
# related_resources:
#   - ref: https://www.openpolicyagent.org/docs/management-decision-logs
#     description: How OPA masks decision logs
package system.log

# METADATA
# description: A pointer for each value, because pointers know no wildcard.
mask contains sprintf("/input/%s/signatory/%d/key", [group, i]) if {
	some group in groups
	some i, _ in input.input[group].signatory
}

mask contains sprintf("/input/%s/microsoft_decision/%d/body/reason", [group, i]) if {
	some group in groups
	some i, record in input.input[group].microsoft_decision
	record.body.reason
}

mask contains "/input/actor/id" if input.input.actor.id

# What came out may show what went in. It is replaced, not removed: to remove an element of
# a list would move those after it, which other pointers mean.

mask contains {"op": "upsert", "path": pointer, "value": "(masked)"} if {
	walk(input.result, [path, value])
	value in personal
	pointer := concat("/", array.concat(["/result"], [sprintf("%v", [part]) | some part in path]))
}

# The texts that are removed from the input.

personal contains record.key if {
	some group in groups
	some record in input.input[group].signatory
}

personal contains record.body.reason if {
	some group in groups
	some record in input.input[group].microsoft_decision
}

personal contains input.input.actor.id if input.input.actor.id != ""

groups := {"facts", "ended"}

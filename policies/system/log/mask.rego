# METADATA
# title: What leaves the log without names
# description: >-
#   Pointers to what is replaced in a decision before it is exported or pushed as an event
#   of OPA's decision log: who signs, who acts, and what Microsoft wrote in its own words.
#   These policies give the masked result for the masked input.
#   A stock OPA that serves these policies masks its own log the same way. The decision
#   log itself is not touched.
# related_resources:
#   - ref: https://www.openpolicyagent.org/docs/management-decision-logs
#     description: How OPA masks decision logs
package system.log

# METADATA
# description: A pointer for each value, because pointers know no wildcard.
mask contains replaced(sprintf("/input/%s/signatory/%d/key", [group, i]), record.key) if {
	some group in groups
	some i, record in input.input[group].signatory
}

mask contains replaced(sprintf("/input/%s/microsoft_decision/%d/body/reason", [group, i]), record.body.reason) if {
	some group in groups
	some i, record in input.input[group].microsoft_decision
}

mask contains replaced("/input/actor/id", input.input.actor.id)

# What came out may show what went in.

mask contains replaced(pointer, value) if {
	walk(input.result, [path, value])
	pointer := concat("/", array.concat(["/result"], [sprintf("%v", [part]) | some part in path]))
}

# Nothing is removed: rules need a name to know one person from another, and pointers to
# what stands behind it in a list would move.
replaced(pointer, text) := {"op": "upsert", "path": pointer, "value": pseudonyms[text]}

# What stands for a text is the same wherever in the event the text is. Rules compare texts
# and sort them, so different texts have different ones, in the order of the texts.
pseudonyms[text] := sprintf("masked-%04d", [i + 1]) if some i, text in sort(personal)

# The texts that do not leave.

personal contains record.key if {
	some group in groups
	some record in input.input[group].signatory
	record.key != ""
}

personal contains record.body.reason if {
	some group in groups
	some record in input.input[group].microsoft_decision
	record.body.reason != ""
}

personal contains input.input.actor.id if input.input.actor.id != ""

groups := {"facts", "ended"}

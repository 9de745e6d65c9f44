# METADATA
# title: Solutions Partner designation
# description: >-
#   The partner holds an active Solutions Partner designation, of whatever solution area.
#   To qualify for one without having enrolled is for a person to judge.
# related_resources:
#   - ref: https://partner.microsoft.com/partnership/cloud-solution-provider-requirements
#     description: At least one Solutions Partner designation
package csp.direct_bill.requirements.designation

import data.csp.direct_bill.requirements.designation.citation
import data.csp.direct_bill.requirements.designation.values
import data.csp.direct_bill.rules
import data.lib.dated
import data.lib.fact

# METADATA
# description: Enough of them are active; or all that is known is that they are not.
met if count(active) >= minimum.value

met := false if {
	count(active) < minimum.value
	count(known) > 0
	count(unreadable) == 0
}

minimum := dated.at(values.minimum.dated, rules.on)

# The state of each solution area: a designation that has run out is an expired one, and so
# is one whose record has ended with nothing recorded since.

known[record.key] := state if {
	some record in input.facts.designation
	fact.stands(record)
	record.body.state in {"active", "qualified", "expired", "none"}
	is_string(expiry(record))
	state := state_of(record)
}

known[record.key] := "expired" if {
	some record in input.ended.designation
	record.body.state == "active"
	not held(record.key)
}

held(key) if {
	some record in input.facts.designation
	record.key == key
}

state_of(record) := "expired" if ran_out(record)

state_of(record) := record.body.state if not ran_out(record)

ran_out(record) if {
	record.body.state == "active"
	expiry(record) <= input.as_of
}

# A day later than any, where no end is known.
expiry(record) := object.get(record.body, "expires_on", "9999-12-31")

active contains key if known[key] == "active"

expired contains key if known[key] == "expired"

qualified contains key if known[key] == "qualified"

# With as few of them as are required, the first one to expire decides.
expires_on := min({day |
	some record in input.facts.designation
	record.key in active
	fact.stands(record)
	day := record.body.expires_on
}) if {
	count(active) == minimum.value
}

unreadable contains {"kind": "designation", "key": record.key, "field": field} if {
	some record in input.facts.designation
	fact.stands(record)
	some field in ["state", "expires_on"]
	not readable(record, field)
}

readable(record, "state") if record.body.state in {"active", "qualified", "expired", "none"}

readable(record, "expires_on") if is_string(expiry(record))

disputed contains record.key if {
	some record in input.facts.designation
	fact.disputed("designation", record.key)
}

# METADATA
# description: Why a person must look at it.
review contains "qualified_not_enrolled" if {
	count(active) < minimum.value
	count(active) + count(qualified) >= minimum.value
}

review contains "facts_in_conflict" if {
	count(active) < minimum.value
	count(disputed) > 0
}

review contains "rules_changed_since_application" if rules.changed(values.minimum.dated)

# METADATA
# description: What it is met by, or what there is instead.
reason := "met_until" if {
	met == true
	expires_on
}

reason := "expired" if {
	met == false
	count(expired) > 0
}

# METADATA
# description: The values that explain it.
shown["required"] := {"count": minimum.value}

shown["since"] := minimum.since

shown["citation"] := minimum.citation

shown["citation"] := citation if not minimum

shown["active"] := sort(active) if count(active) > 0

shown["expired"] := sort(expired) if count(expired) > 0

shown["qualified"] := sort(qualified) if count(qualified) > 0

shown["next_on"] := expires_on if reason == "met_until"

facts_used contains record.id if {
	some record in input.facts.designation
	fact.leads(record)
	considered(record.key)
}

facts_used contains record.id if {
	met == false
	some record in input.ended.designation
	record.key in expired
	not held(record.key)
}

considered(key) if key in active

considered(key) if {
	count(active) < minimum.value
	not key in active
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "designation"} if {
	undetermined
	count(known) == 0
	count(unreadable) == 0
}

missing contains field if {
	undetermined
	some field in unreadable
}

undetermined if {
	count(review) == 0
	count([value | value := met]) == 0
}

# METADATA
# title: Microsoft support plan
# description: >-
#   One of the accepted support plans is active. A plan from before the application is
#   accepted, with a remark. Whether it was bought in the right order is a step of the
#   process (plan_purchase).
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Support plan, one of Advanced or Premier Support for Partners
package csp.direct_bill.requirements.support_plan

import data.csp.direct_bill.requirements.support_plan.citation
import data.csp.direct_bill.requirements.support_plan.values
import data.csp.direct_bill.rules
import data.lib.dated
import data.lib.fact

# METADATA
# description: An accepted plan is active; or plans are known and none is active.
met if count(accepted) > 0

met := false if {
	types
	count(accepted) == 0
	count(unreadable) == 0
	count(not_started | ends) > 0
}

types := dated.at(values.types.dated, rules.on)

# The plans, with the days that were left out filled in: a plan is active from the day
# of its purchase, or else for as long as the record holds. It is held since it was
# bought, or else since it was active.

plans contains plan if {
	some record in input.facts.support_plan
	fact.stands(record)
	not record.key in unreadable_keys
	active_from := object.get(record.body, "active_from", record.valid_from)
	bought_on := object.get(record.body, "purchased_on", active_from)
	plan := {
		"key": record.key,
		"type": record.body.type,
		"active_from": object.get(record.body, "active_from", bought_on),
		"active_to": object.get(record.body, "active_to", forever),
		"held_since": bought_on,
	}
}

forever := "9999-12-31"

unreadable_keys := {field.key | some field in unreadable}

unreadable contains {"kind": "support_plan", "key": record.key, "field": field} if {
	some record in input.facts.support_plan
	fact.stands(record)
	some field, if_left_out in {"type": null, "purchased_on": "", "active_from": "", "active_to": ""}
	not is_string(object.get(record.body, field, if_left_out))
}

accepted contains plan if {
	some plan in plans
	plan.type in types.value
	plan.active_from <= input.as_of
	plan.held_since <= input.as_of
	input.as_of < plan.active_to
}

# A plan does not start before it is bought.
not_started contains starts_on if {
	some plan in plans
	plan.type in types.value
	starts_on := max([plan.active_from, plan.held_since])
	input.as_of < starts_on
}

# Other support products that are, or will be, active.
others contains plan if {
	some plan in plans
	not plan.type in types.value
	input.as_of < plan.active_to
}

# The first days without the plans that ended.

ends contains plan.active_to if {
	some plan in plans
	plan.active_to <= input.as_of
}

ends contains min(days) if {
	count(plans) == 0
	some record in input.ended.support_plan
	days := {day |
		some day in [record.valid_to, object.get(record.body, "active_to", record.valid_to)]
		fact.on_or_before(day, input.as_of)
	}
}

# METADATA
# description: Why a person must look at it.
review contains "other_plan_offered" if {
	count(accepted) == 0
	count(others) > 0
}

review contains "facts_in_conflict" if count(disputed_keys) > 0

review contains "rules_changed_since_application" if rules.changed(values.types.dated)

# Contradictions on one plan decide only if there is no other.
disputed_keys contains record.key if {
	count(accepted) == 0
	some record in input.facts.support_plan
	fact.disputed("support_plan", record.key)
}

# METADATA
# description: What a reader should know besides.
flags contains "plan_predates_application" if {
	not rules.current_partner
	some plan in accepted
	predates_application(plan)
}

predates_application(_) if {
	not rules.submitted_on
	not rules.current_partner
}

predates_application(plan) if plan.held_since < rules.submitted_on

# METADATA
# description: Why no plan is active, or why that is not known.
reason := concat("", ["plan_not_started", suffix]) if {
	met == false
	count(not_started) > 0
}

reason := concat("", ["plan_ended", suffix]) if plan_ended

reason := "unknown_current_partner" if {
	undetermined
	rules.current_partner
}

plan_ended if {
	met == false
	count(not_started) == 0
}

# A current partner passed the credit check long ago, and is told nothing of it.

default suffix := ""

suffix := "_current_partner" if rules.current_partner

# METADATA
# description: The values that explain it.
shown["actual"] := sort({plan.type | some plan in deciding}) if count(deciding) > 0

shown["required"] := {"any_of": sort(types.value)}

shown["since"] := types.since

shown["citation"] := types.citation

shown["citation"] := citation if not types

shown["starts_on"] := min(not_started) if met == false

shown["next_on"] := min(not_started) if met == false

shown["ended_on"] := max(ends) if plan_ended

deciding := accepted if count(accepted) > 0

deciding := others if count(accepted) == 0

facts_used contains record.id if {
	some record in input.facts.support_plan
	fact.leads(record)
	record.key in considered_keys
}

considered_keys := {plan.key | some plan in plans; considered(plan)}

considered(plan) if plan in deciding

considered(_) if count(deciding) == 0

facts_used contains record.id if {
	met == false
	count(plans) == 0
	some record in input.ended.support_plan
}

facts_used contains record.id if {
	some record in input.facts.support_plan
	fact.leads(record)
	record.key in disputed_keys
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "support_plan"} if {
	undetermined
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

# METADATA
# title: Start of the revenue minimum
# description: >-
#   When the minimum introduced in October 2020 for new partners began to bind partners
#   who billed directly already: with the first renewal of their support plan in 2021 or
#   later. The renewal is the day on which a plan ends and the next begins. Before it, a
#   shortfall is no breach.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/announcements/2020-october
#     description: The revenue minimum for existing direct-bill partners
package csp.direct_bill.standing.revenue_deadline

import data.csp.direct_bill.requirements.revenue
import data.csp.direct_bill.requirements.support_plan
import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.revenue_deadline.citation
import data.csp.direct_bill.standing.revenue_deadline.values
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: It is known whether the minimum binds the partner, or it does not matter.
met if reason != "unknown"

# METADATA
# description: Whether the minimum binds the partner today.
default binding := false

binding if binds.value == "always"

binding if count(turns) > 0

binds := dated.at(values.binds.dated, rules.on)

# The first day on which a renewal could bind.
first_day := min([entry.since | some entry in values.binds.dated; entry.value == "from_renewal"])

# The days on which a known plan began or ended. Without its first day, a plan began when
# it was bought, or else with its record.

days contains day if {
	some record in plans
	day := object.get(record.body, "active_from", object.get(record.body, "purchased_on", record.valid_from))
	calendar.is_day(day)
}

days contains record.body.active_to if {
	some record in held
	calendar.is_day(record.body.active_to)
}

days contains min(ends) if {
	some record in over
	ends := {day | some day in [record.valid_to, object.get(record.body, "active_to", record.valid_to)]; calendar.is_day(day)}
}

plans := held | over

held contains record if {
	some record in input.facts.support_plan
	fact.stands(record)
	record.body.type in types
}

# A record that another of the same plan has taken the place of tells of no end.
over contains record if {
	some record in input.ended.support_plan
	record.body.type in types
	not record.key in held_keys
}

held_keys := {record.key | some record in input.facts.support_plan}

types := dated.at(support_plan.values.types.dated, rules.on).value

# The days that have come and bind, and those still to come.

turns contains day if {
	some day in days
	binds.value == "from_renewal"
	day >= binds.since
	day <= input.as_of
}

renewals contains day if {
	some day in days
	day >= first_day
	day > input.as_of
}

# A plan whose last day is not known, or not readable, may have been renewed already.
endless contains record if {
	some record in held
	not calendar.is_day(object.get(record.body, "active_to", null))
}

disputed contains record if {
	some record in input.facts.support_plan
	fact.disputed("support_plan", record.key)
}

# What is not known matters only where a renewal may have come and the revenue is short.

renewal_open if {
	binds.value == "from_renewal"
	not binding
	not revenue_reached
}

revenue_reached if {
	revenue.met == true
	count(revenue.review) == 0
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	renewal_open
	count(disputed) > 0
}

# METADATA
# description: From when the minimum binds, or why that is not known.
default reason := "unknown"

reason := "bound_for_all" if binds.value == "always"

reason := "bound_by_renewal" if count(turns) > 0

reason := "bound_later" if renewal_known

reason := "bound_from_first_renewal" if {
	binds.value == "not_yet"
	not renewal_known
}

reason := "minimum_reached" if {
	binds.value == "from_renewal"
	not binding
	revenue_reached
	not renewal_known
}

renewal_known if {
	not binding
	count(renewals) > 0
	not renewal_in_doubt
}

renewal_in_doubt if {
	binds.value == "from_renewal"
	count(endless) > 0
}

# METADATA
# description: The values that explain it.
shown["first_day"] := first_day

shown["binding_from"] := min(turns)

shown["binding_from"] := binds.since if binds.value == "always"

shown["next_on"] := min(renewals) if reason == "bound_later"

shown["next_on"] := first_day if reason == "bound_from_first_renewal"

shown["since"] := binds.since

shown["citation"] := binds.citation

shown["citation"] := citation if not binds

facts_used contains record.id if {
	binds.value != "always"
	some record in plans
}

facts_used contains record.id if {
	"facts_in_conflict" in review
	some record in disputed
	fact.leads(record)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "support_plan", "key": record.key, "field": "active_to"} if {
	undetermined
	some record in endless
}

missing contains {"kind": "support_plan"} if {
	undetermined
	count(endless) == 0
}

undetermined if {
	reason == "unknown"
	count(review) == 0
}

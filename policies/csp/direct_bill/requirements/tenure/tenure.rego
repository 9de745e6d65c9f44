# METADATA
# title: Time as an indirect reseller
# description: >-
#   The partner has transacted as an indirect reseller for the months required. Time
#   starts with the first transaction, not with the enrollment, and the same day so many
#   months later is enough. Months without transactions start it anew; where the whole
#   time would be enough without them, a person looks, because the page does not say
#   that the period must be unbroken.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: CSP requirement, at least 12 months of transactions as indirect reseller
package csp.direct_bill.requirements.tenure

import data.csp.direct_bill.requirements.tenure.values
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: The months are reached on the day, counted without a gap.
met if first_day <= input.as_of

met := false if {
	whole_time_reached_on > input.as_of
	first_day > input.as_of
}

required := dated.at(values.months.dated, rules.on)

month_end := dated.at(values.month_end.dated, rules.on).value

self_reported := dated.at(values.self_reported.dated, rules.on).value

tenure := record.body if {
	some record in input.facts.reseller_tenure
	fact.stands(record)
}

first_transaction := tenure.first_transaction_on if calendar.is_day(tenure.first_transaction_on)

# Full months without a transaction between the first one and the day. What is said of
# the month under way, or of later ones, is not known yet.

gaps := sort({month |
	some month in months_without_transactions
	month > calendar.month(first_transaction)
	month < calendar.month(input.as_of)
}) if {
	months_without_transactions
}

months_without_transactions := [] if gaps_not_stated

gaps_not_stated if {
	tenure
	not "months_without_transactions" in object.keys(tenure)
}

months_without_transactions := tenure.months_without_transactions if {
	is_array(tenure.months_without_transactions)
	every month in tenure.months_without_transactions {
		calendar.is_month(month)
	}
}

# Where the time without a gap starts: with the first transaction, or with the month
# after the last gap.

start := first_transaction if count(gaps) == 0

start := concat("-", [calendar.month_of(calendar.number(gaps[count(gaps) - 1]) + 1), "01"]) if count(gaps) > 0

# METADATA
# description: The first day on which the months are reached without a gap.
first_day := later(month_end, start, required.value)

whole_time_reached_on := later(month_end, first_transaction, required.value)

# The day that many months later. Choices differ where that month is too short.

later("clamp", day, months) := calendar.add_months(day, months)

later("normalise", day, months) := calendar.add_months_normalised(day, months)

# Whole months from the start to the day.

completed := 0 if start > input.as_of

completed := months_apart if {
	start <= input.as_of
	later(month_end, start, months_apart) <= input.as_of
}

completed := months_apart - 1 if {
	start <= input.as_of
	later(month_end, start, months_apart) > input.as_of
}

months_apart := calendar.number(input.as_of) - calendar.number(start)

reported_by_partner if {
	some record in input.facts.reseller_tenure
	fact.stands(record)
	record.source == "partner"
	not confirmed
}

confirmed if fact.on_or_before(tenure.confirmed_on, input.as_of)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	some record in input.facts.reseller_tenure
	fact.disputed("reseller_tenure", record.key)
}

review contains "gap_in_transactions" if {
	count(gaps) > 0
	first_day > input.as_of
	whole_time_reached_on <= input.as_of
}

review contains "month_end_rule_decides" if {
	calendar.add_months(start, required.value) <= input.as_of
	calendar.add_months_normalised(start, required.value) > input.as_of
}

review contains "date_unconfirmed" if {
	self_reported == "needs_review"
	reported_by_partner
	met == true
}

review contains "rules_changed_since_application" if rules.changed(values.months.dated)

# METADATA
# description: What a reader should know besides.
flags contains "date_self_reported" if {
	self_reported == "accepted"
	reported_by_partner
	first_transaction
}

# Left out is not the same as none.
flags contains "gaps_not_stated" if {
	gaps_not_stated
	met == true
}

# METADATA
# description: Which lack it is, or what the time is known by.
reason := "met_if_without_a_gap" if {
	gaps_not_stated
	met == true
}

reason := "first_transaction_to_come" if {
	met == false
	first_transaction > input.as_of
}

reason := "not_met_after_a_gap" if {
	met == false
	count(gaps) > 0
}

# METADATA
# description: The values that explain it.
shown["actual"] := {"months": completed}

shown["required"] := {"months": required.value}

shown["gap"] := {"days": calendar.days_between(input.as_of, first_day)} if first_day > input.as_of

shown["since"] := required.since

shown["citation"] := required.citation

shown["first_transaction"] := first_transaction

shown["start"] := start

shown["first_day"] := first_day

shown["next_on"] := first_day if first_day > input.as_of

shown["gaps"] := gaps if count(gaps) > 0

shown["earlier"] := calendar.add_months(start, required.value) if "month_end_rule_decides" in review

shown["later"] := calendar.add_months_normalised(start, required.value) if "month_end_rule_decides" in review

facts_used contains record.id if {
	some record in input.facts.reseller_tenure
	fact.stands(record)
}

facts_used contains id if {
	"facts_in_conflict" in review
	some record in input.facts.reseller_tenure
	some id in fact.ids("reseller_tenure", record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "reseller_tenure", "field": "first_transaction_on"} if {
	not "facts_in_conflict" in review
	not first_transaction
}

missing contains {"kind": "reseller_tenure", "field": "months_without_transactions"} if {
	first_transaction
	not months_without_transactions
}

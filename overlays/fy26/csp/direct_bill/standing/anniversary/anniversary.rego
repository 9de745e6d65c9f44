# METADATA
# title: Yearly review in the anniversary month
# description: >-
#   The rules of October 2025 bind a current partner from the first anniversary month of
#   its onboarding, and it is reviewed in that month every year. Inside the month a
#   shortfall can still be put right. While the month is not known, it might be any, until
#   a year has passed and everybody has had one.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/security/security-requirements
#     description: In force since 1 October 2025, checked in the anniversary month
package csp.direct_bill.standing.anniversary

import data.csp.direct_bill.rules.versions
import data.csp.direct_bill.standing.anniversary.citation
import data.csp.direct_bill.status
import data.lib.calendar
import data.lib.fact

# METADATA
# description: It is known that the rules bind, whatever the month.
met if binds_on <= input.as_of

# METADATA
# description: The first day of the rules that bind from an anniversary month.
since := min({version.since |
	some version in versions
	"anniversary" in version.current_partners.standing
})

onboarded_on := record.body.onboarded_on if {
	some record in input.facts.csp_onboarding
	fact.stands(record)
	calendar.is_day(record.body.onboarded_on)
	record.body.onboarded_on <= input.as_of
}

# The first month that begins on or after the first day of the rules, and the one a year
# later.

first_month := calendar.number(calendar.add_days(since, -1)) + 1

everybody_had_one := concat("-", [calendar.month_of(first_month + 12), "01"])

# The months until the next anniversary month from one on; 0 if it is that month.
months_until(month) := (((calendar.number(onboarded_on) - month) % 12) + 12) % 12

# METADATA
# description: >-
#   The day from which the rules bind the partner: the first day of its first anniversary
#   month, or its first day in the program if that is later. While the month is not known,
#   the first day of the last month that can be the one.
binds_on := concat("-", [calendar.month_of(first_month + months_until(first_month)), "01"]) if onboarded_on < since

binds_on := onboarded_on if onboarded_on >= since

binds_on := concat("-", [calendar.month_of(first_month + 11), "01"]) if not onboarded_on

# METADATA
# description: Whether the rules are in force and known not to bind the partner yet.
not_bound_yet if {
	since <= input.as_of
	onboarded_on
	input.as_of < binds_on
}

# METADATA
# description: >-
#   Whether what is not met can still be put right: inside the anniversary month, or in
#   the first year while the month is not known.
open if in_review_month

open if {
	not onboarded_on
	input.as_of < everybody_had_one
}

today := calendar.number(input.as_of)

# The month of the onboarding itself is no anniversary.
in_review_month if {
	binds_on <= input.as_of
	months_until(today) == 0
	today > calendar.number(onboarded_on)
}

# METADATA
# description: Whether Microsoft has said that it enforces the requirements.
notice_given if status.t0_on

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("csp_onboarding", "")

# METADATA
# description: What a reader should know besides.
flags contains "notice_given" if {
	open
	notice_given
}

# METADATA
# description: Whether it is the month, or whether the month is known.
reason := "review_month" if in_review_month

reason := "month_not_known" if {
	met == true
	not onboarded_on
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["since"] := since

shown["onboarded_on"] := onboarded_on

shown["binds_on"] := binds_on

# The first day on which something changes: of the month after this one, or of the next
# anniversary month; while the month is not known, the first day on which the rules bind
# for certain.

shown["next_on"] := concat("-", [calendar.month_of(today + 1), "01"]) if in_review_month

shown["next_on"] := concat("-", [calendar.month_of((today + 1) + months_until(today + 1)), "01"]) if {
	onboarded_on
	not in_review_month
}

shown["next_on"] := binds_on if {
	not onboarded_on
	input.as_of < binds_on
}

facts_used contains id if some id in fact.ids("csp_onboarding", "")

facts_used contains id if {
	"notice_given" in flags
	some record in status.notices
	id := record.id
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "csp_onboarding", "field": "onboarded_on"} if {
	not met
	not onboarded_on
	count(review) == 0
}

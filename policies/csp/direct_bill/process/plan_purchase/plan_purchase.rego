# METADATA
# title: Purchase of the support plan
# description: >-
#   An applicant buys the support plan only once Microsoft has given notice that the
#   credit check was passed. The page forbids buying it earlier and names no sanction, so
#   an earlier purchase is for a person to judge. A plan from before the application is
#   not discussed by the page, and accepted.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Credit check, and the support plan that is bought after it
package csp.direct_bill.process.plan_purchase

import data.csp.direct_bill.process.plan_purchase.citation
import data.csp.direct_bill.process.plan_purchase.values
import data.csp.direct_bill.requirements.support_plan
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: >-
#   Due once a plan is held and the credit check known, and as soon as one was bought too
#   early.
default due := false

due if {
	order.value == "after_credit_notice"
	count(held) > 0
	count(credit_records) > 0
}

due if count(review) > 0

# METADATA
# description: Every plan was bought before the time in which none may be bought, or after it.
met if {
	order.value == "after_credit_notice"
	count(purchases) > 0
	count(unreadable) == 0
	every purchase in purchases {
		in_order(purchase)
	}
}

order := dated.at(values.purchase.dated, rules.on)

in_order(purchase) if purchase.by < barred_from

in_order(purchase) if {
	purchase.day_known
	purchase.by >= notified_on
}

# No plan may be bought from the application, or from the start of the credit check,
# until the notice that it was passed.

barred_from := min(starts)

starts contains rules.submitted_on

starts contains credit.started_on if {
	credit.status in {"pending", "passed", "failed"}
	fact.on_or_before(credit.started_on, input.as_of)
}

notified_on := credit.notified_on if {
	credit.status == "passed"
	fact.on_or_before(credit.notified_on, input.as_of)
}

credit := record.body if {
	some record in input.facts.credit_check
	fact.stands(record)
}

credit_records contains record if {
	some record in input.facts.credit_check
	fact.leads(record)
}

# The plans of the accepted types that are not yet to come. One whose day of purchase is
# left out was bought at the latest when it became active.

held contains record if {
	some record in input.facts.support_plan
	fact.leads(record)
	record.body.type in support_plan.types.value
	not to_come(bought_by(record))
}

to_come(day) if {
	calendar.is_day(day)
	day > input.as_of
}

bought_by(record) := object.get(record.body, "purchased_on", object.get(record.body, "active_from", record.valid_from))

purchases contains {"key": record.key, "by": bought_by(record), "day_known": day_known} if {
	some record in held
	fact.stands(record)
	calendar.is_day(bought_by(record))
	day_known := "purchased_on" in object.keys(record.body)
}

too_early contains purchase.by if {
	order.value == "after_credit_notice"
	count(unreadable | disputed) == 0
	some purchase in purchases
	purchase.by >= barred_from
	not bought_after_notice(purchase)
}

bought_after_notice(purchase) if purchase.by >= notified_on

# Days that cannot be read decide nothing.

unreadable contains {"kind": "support_plan", "key": record.key, "field": field} if {
	some record in held
	some field in ["purchased_on", "active_from"]
	field in object.keys(record.body)
	not calendar.is_day(record.body[field])
}

unreadable contains {"kind": "credit_check", "field": field} if {
	some field in ["started_on", "notified_on"]
	field in object.keys(credit)
	not calendar.is_day(credit[field])
}

# METADATA
# description: Why a person must look at it.
review contains "plan_bought_before_credit_notice" if count(too_early) > 0

review contains "facts_in_conflict" if {
	order.value == "after_credit_notice"
	count(disputed) > 0
}

review contains "rules_changed_since_application" if {
	count(held) > 0
	rules.changed(values.purchase.dated)
}

# Contradictions that decide: on a plan if none may be bought at times, on the application
# and the credit check if a plan was not bought before them.

disputed contains ["support_plan", record.key] if {
	count(starts | credit_records) > 0
	some record in held
	fact.disputed("support_plan", record.key)
}

disputed contains [kind, ""] if {
	some kind in ["application", "credit_check"]
	fact.disputed(kind, "")
	some purchase in purchases
	not in_order(purchase)
}

# METADATA
# description: Whether the notice has come since.
flags contains "notice_came_later" if {
	count(too_early) > 0
	notified_on
}

flags contains "notice_not_known" if {
	count(too_early) > 0
	not notified_on
}

# METADATA
# description: How it was bought in order, or why that is not known.
reason := "bought_after_notice" if {
	met
	count(after_notice) > 0
}

reason := "bought_before_application" if {
	met
	count(after_notice) == 0
	rules.submitted_on
}

reason := "bought_before_credit_check" if {
	met
	count(after_notice) == 0
	not rules.submitted_on
}

reason := "purchase_day_not_stated" if {
	undetermined
	count(without_day) > 0
}

after_notice contains purchase.by if {
	some purchase in purchases
	bought_after_notice(purchase)
}

without_day contains purchase.key if {
	some purchase in purchases
	not purchase.day_known
	not in_order(purchase)
}

undetermined if {
	not met
	count(review) == 0
}

# METADATA
# description: The values that explain it.
shown["citation"] := order.citation

shown["citation"] := citation if not order

shown["since"] := order.since

shown["bought_on"] := max({purchase.by | some purchase in purchases}) if met

shown["held_since"] := min(too_early)

shown["barred_from"] := barred_from if count(too_early) > 0

shown["began"] := began if count(too_early) > 0

default began := "credit_check"

began := "application" if rules.submitted_on == barred_from

shown["submitted_on"] := rules.submitted_on

shown["started_on"] := credit.started_on

shown["notified_on"] := notified_on

facts_used contains id if {
	due
	some kind in ["application", "credit_check"]
	some id in fact.ids(kind, "")
}

facts_used contains record.id if {
	due
	some record in held
}

# METADATA
# description: What to send so that it can be determined.
missing contains field if {
	undetermined
	some field in unreadable
}

missing contains {"kind": "support_plan", "key": key, "field": "purchased_on"} if {
	undetermined
	count(unreadable) == 0
	some key in without_day
}

missing contains {"kind": "credit_check", "field": field} if {
	undetermined
	count(unreadable) == 0
	count(without_day) == 0
	some field in ["started_on", "notified_on"]
	not field in object.keys(credit)
}

missing contains {"kind": "support_plan", "field": "purchased_on"} if {
	undetermined
	count(held) == 0
}

missing contains {"kind": "credit_check", "field": "status"} if {
	undetermined
	count(credit_records) == 0
}

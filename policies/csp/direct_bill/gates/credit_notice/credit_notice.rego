# METADATA
# title: Notice of the credit check
# description: >-
#   A support plan is bought only from the day on which Microsoft gives notice that the
#   credit check was passed. A current direct-bill partner has passed it, unless a check
#   is under way or has failed, as for another region.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Credit check, and no purchase of a support plan before the e-mail
package csp.direct_bill.gates.credit_notice

import data.csp.direct_bill.gates.credit_notice.citation
import data.csp.direct_bill.process.credit_check
import data.csp.direct_bill.process.plan_purchase.values
import data.csp.direct_bill.requirements.support_plan
import data.csp.direct_bill.status
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: The notice is there, or not needed; or it is known not to have come.
met if order.value == "any_time"

met if {
	order.value == "after_credit_notice"
	credit_check.met == true
}

met if passed_long_ago

met := false if {
	order.value == "after_credit_notice"
	not passed_long_ago
	waiting
}

# Who buys today is held to what is asked today.
order := dated.at(values.purchase.dated, input.as_of)

# Why a purchase must wait, in the words of the credit check.

waiting := "credit_check_failed" if credit_check.met == false

waiting := {
	"not_started": "credit_check_not_started",
	"pending": "credit_check_pending",
	"notice_awaited": "not_notified",
}[credit_check.reason]

passed_long_ago if {
	order.value == "after_credit_notice"
	status.current
	not waiting
	not credit_check.met
}

# METADATA
# description: Why a person must look at it.
review contains code if {
	order.value == "after_credit_notice"
	some code in credit_check.review
}

# What is known of the credit may be from before.
review contains "partner_suspended_or_revoked" if {
	order.value == "after_credit_notice"
	status.state in {"suspended", "revoked"}
}

# METADATA
# description: What a reader should know besides.
flags contains "plan_already_held" if count(support_plan.accepted) > 0

flags contains "notified_later" if next_on

flags contains "relayed_by_the_partner" if {
	not passed_long_ago
	order.value == "after_credit_notice"
	"relayed_by_the_partner" in credit_check.flags
}

# METADATA
# description: How it was passed, or why it is closed.
reason := "not_asked_for" if order.value == "any_time"

reason := "current_partner" if passed_long_ago

reason := waiting if met == false

# METADATA
# description: The values that explain it.
shown["citation"] := order.citation

shown["citation"] := citation if not order

shown["since"] := order.since

shown["started_on"] := credit_check.shown.started_on

shown["notified_on"] := credit_check.shown.notified_on

shown["plans"] := sort({plan.type | some plan in support_plan.accepted}) if count(support_plan.accepted) > 0

shown["next_on"] := next_on

# The notice is dated already, but not yet here.
next_on := credit_check.credit.notified_on if {
	met == false
	waiting in {"not_notified", "credit_check_pending"}
	credit_check.credit.status == "passed"
	calendar.is_day(credit_check.credit.notified_on)
	credit_check.credit.notified_on > input.as_of
}

facts_used contains id if some id in fact.ids("credit_check", "")

facts_used contains id if {
	status.state in {"active", "restricted", "suspended", "revoked"}
	some id in status.facts_used
}

facts_used contains record.id if {
	some plan in support_plan.accepted
	some record in input.facts.support_plan
	fact.leads(record)
	record.key == plan.key
}

# METADATA
# description: What to send so that it can be determined.
missing contains request if {
	undetermined
	some request in credit_check.missing
}

undetermined if count([value | value := met]) == 0

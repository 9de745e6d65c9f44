# METADATA
# title: Microsoft's verification of the revenue
# description: >-
#   Microsoft reviews and verifies the revenue and may ask for more information. What
#   counts is the latest verification of the months that the application was made with,
#   or of any that came out between then and today; for a current partner, of the months
#   that count today. One that has not begun takes nothing back.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Revenue, subject to Microsoft's review and verification
package csp.direct_bill.requirements.revenue_verification

import data.csp.direct_bill.requirements.revenue
import data.csp.direct_bill.requirements.revenue.values
import data.csp.direct_bill.requirements.revenue_verification.citation
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: Microsoft verified the revenue and, if it named an amount, one that reaches the minimum.
met if {
	verification.status == "verified"
	count(amounts) == 0
	count(unreadable_requests) == 0
}

met := amount >= revenue.minimum.value if count(unreadable_requests) == 0

met := false if verification.status == "rejected"

# The last months of the windows that count: from the one published on the day of the
# application to the one published today.

first_end := calendar.published_window(
	first_day,
	dated.at(values.months.dated, rules.on).value,
	dated.at(values.published_on.dated, rules.on).value,
).to

first_day := rules.on if not rules.current_partner

first_day := input.as_of if rules.current_partner

ends contains record.key if {
	some record in input.facts.revenue_verification
	fact.leads(record)
	reached(record.body)
}

accepted_ends contains end if {
	some end in ends
	end >= first_end
	end <= revenue.window.to
}

# Those of which more is said than that the verification has not begun.
begun contains record.key if {
	some record in input.facts.revenue_verification
	record.key in accepted_ends
	fact.leads(record)
	reached(record.body)
	not record.body.status == "unverified"
}

latest := max(begun)

latest := max(accepted_ends) if count(begun) == 0

verification := record.body if {
	some record in input.facts.revenue_verification
	record.key == latest
	fact.stands(record)
}

# A status counts from its day on; without a day, for as long as the record holds.

reached(body) if count([day | day := body.on]) == 0

reached(body) if fact.on_or_before(body.on, input.as_of)

amounts := [amount | amount := verification.verified_usd_cents]

# The amount that Microsoft verified, where it decides.
amount := amounts[0] if {
	verification.status == "verified"
	fact.amount(amounts[0])
}

# Requests for information. One whose days cannot be read may still be open.

open_requests[record.key] := record.body.opened_on if {
	some record in input.facts.information_request
	fact.stands(record)
	fact.on_or_before(record.body.opened_on, input.as_of)
	not answered(record.body)
}

answered(body) if fact.on_or_before(body.answered_on, input.as_of)

unreadable_requests contains {"kind": "information_request", "key": record.key, "field": field} if {
	some record in input.facts.information_request
	fact.stands(record)
	some field, if_left_out in {"opened_on": null, "answered_on": ""}
	not is_string(object.get(record.body, field, if_left_out))
}

# METADATA
# description: Why a person must look at it.
review contains "under_review" if verification.status == "under_review"

review contains "information_request_open" if {
	not rejected
	count(open_requests) > 0
}

review contains "facts_in_conflict" if fact.disputed("revenue_verification", latest)

review contains "facts_in_conflict" if {
	not rejected
	some record in input.facts.information_request
	fact.disputed("information_request", record.key)
}

review contains "rules_changed_since_application" if {
	amount
	rules.changed(values.minimum.dated)
}

rejected if verification.status == "rejected"

# METADATA
# description: What a reader should know besides.
flags contains "relayed_by_the_partner" if {
	met in {true, false}
	some record in input.facts.revenue_verification
	record.key == latest
	fact.stands(record)
	record.source == "partner"
}

# METADATA
# description: What was found out, or why nothing was.
reason := "met_with_amount" if {
	amount
	met == true
}

reason := "verified_amount_below_minimum" if {
	amount
	met == false
	not rules.current_partner
}

reason := "verified_amount_below_minimum_current_partner" if {
	amount
	met == false
	rules.current_partner
}

reason := "rejected" if rejected

reason := "unverified" if {
	verification.status == "unverified"
	not rules.current_partner
}

reason := "unverified_current_partner" if {
	verification.status == "unverified"
	rules.current_partner
}

reason := "verification_of_other_months" if {
	not latest
	count(ends) > 0
}

undetermined if {
	count(review) == 0
	count([value | value := met]) == 0
}

# METADATA
# description: The values that explain it.
shown["window"] := revenue.window if not latest

shown["window"] := window_to(latest)

shown["day"] := input.as_of

shown["required"] := {"usd_cents": revenue.minimum.value}

shown["actual"] := {"usd_cents": amount}

shown["gap"] := {"usd_cents": revenue.minimum.value - amount} if amount < revenue.minimum.value

shown["since"] := revenue.minimum.since if amount

shown["citation"] := revenue.minimum.citation if amount

shown["citation"] := citation if not amount

shown["asked_on"] := min([day | some day in open_requests])

shown["open_requests"] := sort(object.keys(open_requests)) if count(open_requests) > 0

shown["other_windows"] := [window_to(end) | some end in sort(ends)] if reason == "verification_of_other_months"

window_to(end) := {"from": calendar.month_of(calendar.number(end) - length), "to": end} if {
	length := calendar.number(revenue.window.to) - calendar.number(revenue.window.from)
}

facts_used contains id if some id in fact.ids("revenue_verification", latest)

facts_used contains record.id if {
	some record in input.facts.information_request
	fact.leads(record)
	record.key in open_keys
}

open_keys := object.keys(open_requests)

facts_used contains record.id if {
	some record in input.facts.information_request
	fact.leads(record)
	fact.disputed("information_request", record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "revenue_verification", "key": revenue.window.to, "field": "status"} if {
	undetermined
	not amounts_only
	not waits_for_requests
}

missing contains {"kind": "revenue_verification", "key": latest, "field": "verified_usd_cents"} if {
	undetermined
	amounts_only
}

missing contains request if {
	undetermined
	some request in unreadable_requests
}

# Only the amount, or only the request, cannot be read.

amounts_only if {
	verification.status == "verified"
	count(amounts) > 0
	not amount
}

waits_for_requests if {
	verification.status == "verified"
	count(unreadable_requests) > 0
}

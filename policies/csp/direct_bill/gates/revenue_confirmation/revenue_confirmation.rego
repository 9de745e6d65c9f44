# METADATA
# title: Microsoft's confirmation of the revenue
# description: >-
#   Interviews are scheduled only after Microsoft has confirmed the revenue. What counts
#   is its verification as the requirement revenue_verification has it; while Microsoft is
#   still at it, the gate is closed.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Capabilities, interviews after tenure and revenue are confirmed
package csp.direct_bill.gates.revenue_confirmation

import data.csp.direct_bill.gates.revenue_confirmation.citation
import data.csp.direct_bill.requirements.revenue_verification

# METADATA
# description: Microsoft verified the revenue; or it has not yet, or did not accept it.
met if revenue_verification.met == true

met := false if revenue_verification.met == false

met := false if under_way

under_way if status in {"unverified", "under_review"}

status := revenue_verification.verification.status

# METADATA
# description: Why a person must look at it. As long as Microsoft is at it, nobody needs to.
review contains code if {
	some code in revenue_verification.review
	not under_way
}

review contains "confirmation_relayed" if {
	met
	some record in input.facts.revenue_verification
	record.id in revenue_verification.facts_used
	record.source != "microsoft"
}

# METADATA
# description: Why it is closed.
reason := "revenue_rejected" if status == "rejected"

reason := "verified_amount_below_minimum" if revenue_verification.reason == "verified_amount_below_minimum"

reason := "revenue_unconfirmed" if under_way

reason := "revenue_unconfirmed" if {
	undetermined
	revenue_verification.shown.window
}

reason := "no_rules_yet" if {
	undetermined
	not revenue_verification.shown.window
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["window"] := revenue_verification.shown.window

shown["asked_on"] := revenue_verification.shown.asked_on

shown["actual"] := revenue_verification.shown.actual

shown["required"] := revenue_verification.shown.required if revenue_verification.shown.actual

facts_used contains id if some id in revenue_verification.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains request if {
	undetermined
	some request in revenue_verification.missing
}

undetermined if count([value | value := met]) == 0

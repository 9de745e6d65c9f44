# METADATA
# title: Move from direct-bill partner to indirect reseller
# description: >-
#   How far a partner has come that moves from direct-bill partner to indirect reseller,
#   by its own choice: what is done, what comes next, and what waits for it.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: Transition from direct-bill partner to indirect reseller
package csp.direct_bill.transition

import data.csp.direct_bill.findings
import data.csp.direct_bill.transition.progress

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": outcome,
	"findings": collected,
}

default outcome := "in_progress"

outcome := "needs_review" if to_review

outcome := "completed" if {
	not to_review
	every finding in collected {
		finding.status == "met"
	}
}

outcome := "not_started" if {
	not to_review
	count(begun) == 0
}

# What customers accepted long ago begins nothing.
begun contains step if {
	some step in moving
	step in progress.done
	not step in progress.in_any_order
}

to_review if {
	some finding in collected
	finding.due == true
	finding.status == "needs_review"
}

# The partner's profile is a requirement of the table; the move itself is all that follows.

collected := array.concat([findings.requirement("partner_id", true)], [findings.transition(step, true) | some step in moving])

moving := [step | some step in progress.order; step != "partner_id"]

# METADATA
# description: The steps, with the package that decides each.
parts["partner_id"] := "csp.direct_bill.requirements.partner_id"

parts[step] := concat(".", ["csp.direct_bill.transition.steps", step]) if some step in moving

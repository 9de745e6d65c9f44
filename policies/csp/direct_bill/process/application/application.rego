# METADATA
# title: Application form
# description: >-
#   The form is for partners who have verified that they meet the requirements. One
#   submitted earlier breaks the order of the page, which names no sanction, so it is
#   for a person to judge; the requirement that is not met counts by itself.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Start your enrollment, after verifying the minimum requirements
package csp.direct_bill.process.application

import data.csp.direct_bill.process.application.citation
import data.csp.direct_bill.rules
import data.csp.direct_bill.self_check
import data.lib.fact

# METADATA
# description: Due once the form is submitted; nobody has to apply.
default due := false

due if rules.submitted_on

# METADATA
# description: The form is submitted, nothing of it is known to be missing, and the self-check holds.
met if {
	rules.submitted_on
	not form_open
	self_check.outcome == "eligible"
}

completed := [value |
	some record in input.facts.application
	fact.stands(record)
	value := record.body.completed
]

# Anything but true or nothing leaves the form open.
form_open if {
	some value in completed
	value != true
}

# METADATA
# description: Why a person must look at it.
review contains "applied_before_eligible" if {
	rules.submitted_on
	count(self_check.failing) > 0
}

review contains "facts_in_conflict" if fact.disputed("application", "")

# METADATA
# description: Why there is no answer yet.
reason := "form_not_completed" if {
	rules.submitted_on
	false in completed
}

reason := "self_check_undecided" if {
	rules.submitted_on
	not form_open
	self_check.outcome in {"incomplete", "needs_review"}
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["submitted_on"] := rules.submitted_on

shown["failing"] := sort(self_check.failing) if "applied_before_eligible" in review

facts_used contains id if some id in fact.ids("application", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "application", "field": "submitted_on"} if {
	count(review) == 0
	not rules.submitted_on
}

missing contains {"kind": "application", "field": "completed"} if {
	count(review) == 0
	rules.submitted_on
	form_open
}

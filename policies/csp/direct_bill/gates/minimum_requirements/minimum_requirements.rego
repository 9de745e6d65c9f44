# METADATA
# title: Minimum requirements
# description: >-
#   The application form is for partners who have verified that they meet the
#   requirements. As long as one of them is not met, not known or for a person to judge,
#   the form is not submitted.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Verify that you meet the minimum requirements before you enroll
package csp.direct_bill.gates.minimum_requirements

import data.csp.direct_bill.gates.minimum_requirements.citation
import data.csp.direct_bill.rules
import data.csp.direct_bill.self_check
import data.lib.rollup

# METADATA
# description: All requirements that an applicant can check alone are met, or one is not.
met if self_check.outcome == "eligible"

met := false if self_check.outcome == "not_eligible"

# METADATA
# description: Why a person must look at it.
review contains "requirement_needs_review" if self_check.outcome == "needs_review"

# METADATA
# description: What stands in the way besides.
flags contains "others_to_review" if {
	self_check.outcome == "not_eligible"
	count(to_review) > 0
}

flags contains "others_unknown" if {
	self_check.outcome in {"not_eligible", "needs_review"}
	count(unknown) > 0
}

flags contains "opens_on_a_day" if rollup.next_on(self_check.results)

# METADATA
# description: Why there is no answer.
reason := "no_rules_yet" if not rules.version

failing := rollup.with_status(self_check.results, "not_met")

to_review := rollup.with_status(self_check.results, "needs_review")

unknown := rollup.with_status(self_check.results, "unknown")

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["failing"] := failing if count(failing) > 0

shown["to_review"] := to_review if count(to_review) > 0

shown["unknown"] := unknown if count(unknown) > 0

shown["next_on"] := rollup.next_on(self_check.results)

# METADATA
# description: What to send so that it can be determined.
missing contains request if {
	some finding in self_check.results
	finding.id in unknown
	some request in finding.missing
}

facts_used contains id if {
	some finding in self_check.results
	some id in finding.facts
}

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

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.minimum_requirements.citation
import data.csp.direct_bill.rules
import data.csp.direct_bill.self_check
import data.lib.rollup

# METADATA
# description: All requirements that an applicant can check alone are met, or one is not.
met if outcome == "eligible"

met := false if outcome == "not_eligible"

outcome := rollup.eligibility(results)

# What is looked at later in the process does not have to be done yet; what is known to
# stand in the way does so today.
results := array.concat(self_check.results, [finding |
	some phase, names in rules.version.requirements
	phase in {"P3", "P4"}
	some name in names
	finding := findings.requirement(name, true)
	finding.due == true
	finding.status in {"not_met", "needs_review"}
])

# METADATA
# description: Why a person must look at it.
review contains "requirement_needs_review" if outcome == "needs_review"

# METADATA
# description: What stands in the way besides.
flags contains "others_to_review" if {
	outcome == "not_eligible"
	count(to_review) > 0
}

flags contains "others_unknown" if {
	outcome in {"not_eligible", "needs_review"}
	count(unknown) > 0
}

flags contains "opens_on_a_day" if rollup.next_on(results)

# METADATA
# description: Why there is no answer.
reason := "no_rules_yet" if not rules.version

failing := rollup.with_status(results, "not_met")

to_review := rollup.with_status(results, "needs_review")

unknown := rollup.with_status(results, "unknown")

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["failing"] := failing if count(failing) > 0

shown["to_review"] := to_review if count(to_review) > 0

shown["unknown"] := unknown if count(unknown) > 0

shown["next_on"] := rollup.next_on(results)

# METADATA
# description: What to send so that it can be determined.
missing contains request if {
	some finding in results
	finding.id in unknown
	some request in finding.missing
}

# Of a closed gate, what stands in the way; of an open one, everything.
facts_used contains id if {
	some finding in results
	finding.due == true
	tells(finding)
	some id in finding.facts
}

tells(_) if met == true

tells(finding) if finding.status != "met"

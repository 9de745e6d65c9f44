# METADATA
# title: Earlier steps
# description: >-
#   The agreement is accepted last. Every requirement and every step before it is met,
#   whatever phase the application has reached; a step that says itself that it does not
#   apply is left out. Microsoft's decision opens nothing by itself.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: The support plan, last requirement before accepting the agreement
package csp.direct_bill.gates.earlier_steps

import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.earlier_steps.citation
import data.csp.direct_bill.rules
import data.lib.rollup

# METADATA
# description: All that comes before the agreement is met, or something is not.
met if outcome == "eligible"

met := false if outcome == "not_eligible"

outcome := rollup.eligibility(results)

results := array.concat(
	[findings.requirement(name, true) | some name in earlier.requirements],
	[findings.step(name, true) | some name in earlier.process],
)

# What the version in force asks for before phase P9, in which the agreement is accepted.
earlier[part] contains name if {
	some part in ["requirements", "process"]
	some phase, names in rules.version[part]
	phase != "P9"
	some name in names
	not name in rules.version.advisory
}

failing := rollup.with_status(results, "not_met")

to_review := rollup.with_status(results, "needs_review")

unknown := rollup.with_status(results, "unknown")

# METADATA
# description: Why a person must look at it.
review contains "step_needs_review" if outcome == "needs_review"

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

# METADATA
# description: The values that explain it.
shown.citation := citation

shown.failing := failing if count(failing) > 0

shown.to_review := to_review if count(to_review) > 0

shown.unknown := unknown if count(unknown) > 0

shown.next_on := rollup.next_on(results)

# Of a closed gate, what stands in the way; of an open one, everything.
facts_used contains id if {
	some finding in results
	finding.due == true
	tells(finding)
	some id in finding.facts
}

tells(_) if met == true

tells(finding) if finding.status != "met"

# METADATA
# description: What to send so that it can be determined.
missing contains request if {
	some finding in results
	finding.due == true
	finding.status == "unknown"
	some request in finding.missing
}

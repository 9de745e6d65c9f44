# METADATA
# title: Self-check
# description: >-
#   What the requirements that an applicant can check alone (phase P1) say. "Verify that
#   you meet the following before you enroll", as the page has it.
package csp.direct_bill.self_check

import data.csp.direct_bill.findings
import data.csp.direct_bill.rules
import data.lib.rollup

# METADATA
# description: Roll-up over the requirements of phase P1.
outcome := rollup.eligibility(results)

# METADATA
# description: The requirements that stand in the way.
failing := {name | some name in rollup.with_status(results, "not_met")}

# METADATA
# description: What each requirement says that counts.
results := [findings.requirement(name, true) | some name in counting]

counting contains name if {
	some name in rules.version.requirements.P1
	not name in rules.version.advisory
}

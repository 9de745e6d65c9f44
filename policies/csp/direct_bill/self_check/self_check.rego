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
outcome := rollup.eligibility([findings.requirement(name, true) | some name in counting])

# METADATA
# description: The requirements that stand in the way.
failing contains name if {
	some name in counting
	finding := findings.requirement(name, true)
	finding.due == true
	finding.status == "not_met"
}

counting contains name if {
	some name in rules.version.requirements.P1
	not name in rules.version.advisory
}

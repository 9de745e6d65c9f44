# METADATA
# title: Roll-up
# description: From findings to an outcome. The worst status wins; what is not due does not count.
package lib.rollup

# METADATA
# description: >-
#   Eligible only if something is due and all that is due is met: "every" over nothing
#   would be true, and an empty list must never make a partner eligible.
default eligibility(_) := "incomplete"

eligibility(findings) := "not_eligible" if "not_met" in _due(findings)

eligibility(findings) := "needs_review" if {
	"needs_review" in _due(findings)
	not "not_met" in _due(findings)
}

eligibility(findings) := "eligible" if _due(findings) == {"met"}

_due(findings) := {finding.status | some finding in findings; finding.due == true}

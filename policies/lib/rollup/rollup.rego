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

# METADATA
# description: The names of those that count and came out like that, in order.
with_status(findings, status) := sort({finding.id |
	some finding in findings
	finding.due == true
	finding.status == status
})

# METADATA
# description: >-
#   The first day on which all that stands in the way can have changed; undefined unless
#   a day is known for each.
next_on(findings) := max([day | some day in days]) if {
	in_the_way := {finding.id | some finding in findings; finding.due == true; finding.status != "met"}
	days := {finding.id: finding.shown.next_on |
		some finding in findings
		finding.id in in_the_way
		finding.status == "not_met"
	}
	count(in_the_way) > 0
	object.keys(days) == in_the_way
}

_due(findings) := {finding.status | some finding in findings; finding.due == true}

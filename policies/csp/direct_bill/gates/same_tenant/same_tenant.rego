# METADATA
# title: Same tenant
# description: >-
#   Whether the direct-bill tenant itself may be enrolled as an indirect reseller: at any
#   time, or only after Microsoft has restricted the direct-bill enrollment.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: Transition from direct to indirect
package csp.direct_bill.gates.same_tenant

import data.csp.direct_bill.gates.same_tenant.citation
import data.csp.direct_bill.gates.same_tenant.values
import data.csp.direct_bill.status
import data.lib.dated

# METADATA
# description: The tenant may be enrolled, in its state where that matters.
met if enrollment.value == "allowed"

met := status.state == "restricted" if enrollment.value == "after_restriction"

enrollment := dated.at(values.enrollment.dated, input.as_of)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	enrollment.value == "after_restriction"
	status.disputed
}

# METADATA
# description: Which state it is that opens it.
reason := "restricted" if {
	enrollment.value == "after_restriction"
	status.state == "restricted"
}

reason := "not_restricted" if met == false

reason := "no_rules_yet" if not enrollment

# METADATA
# description: The values that explain it.
shown["citation"] := enrollment.citation

shown["citation"] := citation if not enrollment

shown["since"] := enrollment.since

facts_used contains id if {
	enrollment.value == "after_restriction"
	some id in status.facts_used
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "csp_status", "field": "state"} if {
	enrollment.value == "after_restriction"
	not status.state
	not status.disputed
}

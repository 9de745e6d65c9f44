# METADATA
# title: Restriction by Microsoft
# description: >-
#   Whether Microsoft has restricted what the partner can do as a direct-bill partner.
#   Only Microsoft's own notice tells; what the requirements say is a forecast of it and
#   never enters here.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Restricted direct-bill capabilities
package csp.direct_bill.standing.restriction

import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.restriction.citation
import data.csp.direct_bill.standing.restriction.values
import data.csp.direct_bill.status
import data.lib.dated
import data.lib.fact

# METADATA
# description: Microsoft has not restricted anything.
met if status.state == "active"

met := false if status.state in {"restricted", "suspended", "revoked"}

# METADATA
# description: Before Microsoft restricted anybody, nothing is asked.
due := false if consequence.value == "none"

consequence := dated.at(values.consequence.dated, rules.on)

# METADATA
# description: Why a person must look at it. A state that is known for certain needs no one to.
review contains "facts_in_conflict" if {
	status.disputed
	not met == false
}

# METADATA
# description: What a reader should know besides.
flags contains "relayed_by_the_partner" if {
	status.state
	some record in input.facts.csp_status
	fact.stands(record)
	record.source == "partner"
}

# METADATA
# description: Which of the states it is.
reason := status.state if met == false

# METADATA
# description: The values that explain it.
shown["state"] := status.state

shown["since"] := consequence.since

shown["citation"] := consequence.citation

shown["citation"] := citation if not consequence

facts_used contains id if some id in status.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "csp_status", "field": "state"} if {
	not status.state
	not status.disputed
}

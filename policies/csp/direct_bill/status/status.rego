# METADATA
# title: Status in CSP
# description: >-
#   The state of a direct-bill partner. Microsoft sets it and tells the partner; it is
#   only ever taken from what Microsoft has said, never computed from the requirements.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Restricted direct-bill capabilities
package csp.direct_bill.status

import data.csp.direct_bill.status.states
import data.csp.regions
import data.lib.fact

# METADATA
# description: The state that counts, the most severe one of those in force.
state := max([[severity, name] | some severity, name in states; name in in_force])[1]

# METADATA
# description: The states in force. Notices of Microsoft that lead to others add them here.
in_force contains record.body.state if {
	some record in input.facts.csp_status
	fact.stands(record)
}

# METADATA
# description: Whether what is said of the state contradicts itself at equal rank.
disputed if fact.disputed("csp_status", "")

# METADATA
# description: >-
#   Whether the partner bills directly already in the region in which it sells, as
#   Microsoft itself says. What others say of it opens nothing.
current if {
	state in {"active", "restricted"}
	not elsewhere
	some record in input.facts.csp_status
	fact.stands(record)
	record.source == "microsoft"
}

# METADATA
# description: >-
#   The direct-bill agreements are all for other regions than the one to sell in, where
#   every step is taken anew.
elsewhere if {
	count(agreed) > 0
	count(wanted) > 0
	count(agreed & wanted) == 0
}

agreed contains lower(replace(record.key, " ", "_")) if {
	some record in input.facts.agreement
	fact.stands(record)
	record.body.model == "direct_bill"
	fact.on_or_before(record.body.accepted_on, input.as_of)
}

wanted contains region if {
	some record in input.facts.sales_target
	fact.stands(record)
	some region, countries in regions
	record.body.country in countries
}

# METADATA
# description: The facts that the state is known by.
facts_used contains id if some id in fact.ids("csp_status", "")

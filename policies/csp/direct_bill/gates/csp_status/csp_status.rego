# METADATA
# title: Status in CSP
# description: >-
#   What a direct-bill partner may do by the state Microsoft has put it in. An active
#   partner may do everything that is named here; for a restricted or suspended one,
#   tables say what is open and what is closed, and what they do not name is for a person
#   to judge; a revoked one may do nothing.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Restricted direct-bill capabilities
#   - ref: https://learn.microsoft.com/partner-center/account-settings/suspended-partner-center-account
#     description: Suspended account
package csp.direct_bill.gates.csp_status

import data.csp.direct_bill.gates.csp_status.citation
import data.csp.direct_bill.gates.csp_status.values
import data.csp.direct_bill.status
import data.lib.dated

# METADATA
# description: The action is open or closed in this state. What the tables do not name is neither.
met if {
	status.state == "active"
	named
}

met if input.action in open.value

met := false if input.action in closed.value

met := false if status.state == "revoked"

open := dated.at(values.open_when_restricted.dated, input.as_of) if status.state == "restricted"

open := dated.at(values.open_when_suspended.dated, input.as_of) if status.state == "suspended"

closed := dated.at(values.closed_when_restricted.dated, input.as_of) if status.state == "restricted"

closed := dated.at(values.closed_when_suspended.dated, input.as_of) if status.state == "suspended"

# The action is one that some table has, on whatever day.
named if {
	some table in values
	some entry in table.dated
	input.action in entry.value
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if status.disputed

review contains concat("_", ["not_said_when", status.state]) if {
	status.state in {"restricted", "suspended"}
	count([value | value := met]) == 0
}

# METADATA
# description: What a reader should know besides.
flags contains "relayed_by_the_partner" if {
	some record in input.facts.csp_status
	record.id in status.facts_used
	record.source == "partner"
}

# METADATA
# description: The state that decides, and how.
reason := "active" if {
	met
	status.state == "active"
}

reason := concat("_when_", ["open", status.state]) if input.action in open.value

reason := concat("_when_", ["closed", status.state]) if input.action in closed.value

reason := "revoked" if status.state == "revoked"

reason := "action_not_named" if {
	status.state == "active"
	not named
}

# METADATA
# description: The values that explain it.
shown["citation"] := deciding.citation

shown["citation"] := citation if not deciding

shown["since"] := deciding.since

shown["state"] := status.state

deciding := open if input.action in open.value

deciding := closed if input.action in closed.value

facts_used contains id if some id in status.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "csp_status", "field": "state"} if {
	not status.state
	not status.disputed
}

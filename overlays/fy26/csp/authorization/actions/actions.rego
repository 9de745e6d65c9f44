# METADATA
# title: Actions of indirect resellers
# description: >-
#   Whether a partner whose authorization Microsoft has withdrawn may enroll again now.
#   Where a fact is missing, or a person has to judge, the answer is no until that is
#   settled.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/new-indirect-reseller-requirement
#     description: Enrolling again after a year
package csp.authorization.actions

import data.csp.authorization.actions.actions
import data.csp.authorization.findings

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": rolled_up,
	"findings": gates,
}

# Only what is certain allows.
default outcome := "deny"

outcome := "allow" if rolled_up == "allow"

# An action without gates, such as one that nobody knows, is not allowed.
default rolled_up := "incomplete"

rolled_up := "deny" if "not_met" in statuses

rolled_up := "needs_review" if {
	"needs_review" in statuses
	not "not_met" in statuses
}

rolled_up := "allow" if statuses == {"met"}

statuses := {gate.status | some gate in gates}

gates := [findings.gate(name, true) | some name in actions[input.action].gates]

# METADATA
# description: The gates of all actions, with the package that decides each.
parts[name] := concat(".", ["csp.authorization.gates", name]) if {
	some action in actions
	some name in action.gates
}

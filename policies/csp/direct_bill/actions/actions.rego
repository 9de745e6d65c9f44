# METADATA
# title: Actions of CSP direct-bill partners
# description: >-
#   Whether a partner may do something now: apply, have interviews scheduled, buy the
#   support plan, accept the agreement, sell under its status in CSP, or become an indirect
#   reseller. Each action has its gates, and all of them must be open. Where a fact is
#   missing, or a person has to judge, the answer is no until that is settled.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Requirements to enroll as a CSP direct-bill partner
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Restricted direct-bill capabilities
package csp.direct_bill.actions

import data.csp.direct_bill.actions.actions
import data.csp.direct_bill.findings
import data.csp.direct_bill.gates.earlier_steps
import data.csp.direct_bill.gates.minimum_requirements
import data.csp.direct_bill.phase
import data.csp.direct_bill.rules

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": rolled_up,
	"version": version,
	"phase": phase.name,
	"findings": array.concat(gates, behind),
}

# Only what is certain allows.
default outcome := "deny"

outcome := "allow" if rolled_up == "allow"

# The worst status wins. An action without gates, such as one that nobody knows, is not
# allowed: "all gates are open" would be true of it.
default rolled_up := "incomplete"

rolled_up := "deny" if "not_met" in statuses

rolled_up := "needs_review" if {
	"needs_review" in statuses
	not "not_met" in statuses
}

rolled_up := "allow" if statuses == {"met"}

statuses := {gate.status | some gate in gates}

default version := ""

version := rules.version.id

gates := [gate_named(name) | some name in actions[input.action].gates]

# Some gates sum up requirements and steps: those that stand in the way are told as well.
behind := [finding |
	some name in actions[input.action].gates
	some finding in summed_up[name]
	finding.due == true
	finding.status != "met"
]

summed_up := {"minimum_requirements": minimum_requirements.results, "earlier_steps": earlier_steps.results}

# A gate may also be a requirement for enrollment.

gate_named(name) := findings.requirement(name, true) if name in requirements

gate_named(name) := findings.gate(name, true) if not name in requirements

requirements contains name if {
	some action in actions
	some name in action.gates
	is_string(data.csp.direct_bill.requirements[name].ref)
}

# METADATA
# description: >-
#   The gates, and the requirements and steps that some of them ask for all at once, with
#   the package that decides each.
parts[name] := concat(".", ["csp.direct_bill.gates", name]) if {
	some action in actions
	some name in action.gates
	not name in requirements
}

parts[name] := concat(".", ["csp.direct_bill.requirements", name]) if some name in requirements

parts[name] := concat(".", ["csp.direct_bill.requirements", name]) if {
	some version in rules.versions
	some names in version.requirements
	some name in names
}

parts[name] := concat(".", ["csp.direct_bill.process", name]) if {
	some version in rules.versions
	some names in version.process
	some name in names
}

# METADATA
# title: Standing as a CSP direct-bill partner
# description: >-
#   Whether a partner who bills directly still meets what Microsoft asks of current
#   partners. A requirement that is not met makes a forecast; the state changes only when
#   Microsoft says so.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Current direct-bill partners must meet the minimum requirements to remain
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Restricted direct-bill capabilities
package csp.direct_bill.retention

import data.csp.direct_bill.findings
import data.csp.direct_bill.review
import data.csp.direct_bill.rules
import data.csp.direct_bill.standing.revenue_deadline
import data.lib.rollup

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": outcome,
	"version": version,
	"findings": collected,
}

outcome := {
	"eligible": "compliant",
	"not_eligible": shortfall,
	"needs_review": "needs_review",
	"incomplete": "incomplete",
}[rollup.eligibility(collected)]

# What is not met can still be put right until the partner is reviewed, unless Microsoft
# has restricted the partner already.

default shortfall := "at_risk"

shortfall := "non_compliant" if review.breach_today

shortfall := "non_compliant" if {
	some finding in standing
	finding.id == "restriction"
	finding.due == true
	finding.status == "not_met"
}

default version := ""

version := rules.version.id

collected := array.concat(array.concat(requirements, steps), standing)

bound := rules.version.current_partners

requirements := [findings.requirement(name, due(name)) | some name in bound.requirements]

steps := [findings.step(name, due(name)) | some name in bound.process] if rules.version

# Before the first version only one thing can be said: that there were no rules.
steps := [findings.step("rules_in_force", true)] if not rules.version

standing := [findings.standing(name, due(name)) | some name in bound.standing]

# All that binds a current partner is due every day, with few exceptions.

default due(_) := false

due(name) if {
	not name in rules.version.advisory
	not waits(name)
}

# Nobody asks a current partner to have the revenue verified; a verification counts when
# there is one and something came of it.
waits("revenue_verification") if {
	not findings.requirement("revenue_verification", true).status in {"not_met", "needs_review"}
}

waits(name) if {
	name in {"revenue", "revenue_verification"}
	"revenue_deadline" in bound.standing
	not revenue_deadline.binding
}

# METADATA
# description: >-
#   The requirements, steps and further parts that any version binds current partners
#   by, with the package that decides each.
parts[name] := concat(".", [packages[layer], name]) if {
	some version in rules.versions
	some layer, names in version.current_partners
	some name in names
}

packages := {
	"requirements": "csp.direct_bill.requirements",
	"process": "csp.direct_bill.process",
	"standing": "csp.direct_bill.standing",
}

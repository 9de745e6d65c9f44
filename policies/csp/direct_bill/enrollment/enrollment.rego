# METADATA
# title: Enrollment as a CSP direct-bill partner
# description: >-
#   Whether an indirect reseller meets Microsoft's minimum requirements to enroll as a
#   direct-bill partner, as far as they are due in the phase the application is in.
#   Meeting them makes eligible; the decision on the application is Microsoft's.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Requirements to enroll as a CSP direct-bill partner
package csp.direct_bill.enrollment

import data.csp.direct_bill.findings
import data.csp.direct_bill.phase
import data.csp.direct_bill.process.microsoft_decision
import data.csp.direct_bill.rules
import data.lib.rollup

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": rolled_up,
	"version": version,
	"phase": phase.name,
	"findings": array.concat(requirements, steps),
}

# Microsoft's own decision overrides what the findings say, in both directions.
outcome := {true: "eligible", false: "not_eligible"}[decided]

outcome := rolled_up if count(override) == 0

# Nothing can have been decided before there were rules. A decision that is not certain
# overrides nothing and counts like any other finding.
decided := microsoft_decision.met if rules.version

override := [met | met := decided]

rolled_up := rollup.eligibility([finding |
	some finding in array.concat(requirements, steps)
	not overrides(finding.id)
])

overrides("microsoft_decision") if count(override) > 0

default version := ""

version := rules.version.id

requirements := [findings.requirement(name, due(name, from)) |
	some from, names in rules.version.requirements
	some name in names
]

steps := [findings.step(name, due(name, from)) |
	some from, names in rules.version.process
	some name in names
] if {
	rules.version
}

# Before the first version only one thing can be said: that there were no rules.
steps := [findings.step("rules_in_force", true)] if not rules.version

default due(_, _) := false

due(name, from) if {
	phase.number >= to_number(substring(from, 1, -1))
	not name in rules.version.advisory
}

# Microsoft may decide in any phase, and the step itself says whether it has.
due("microsoft_decision", _)

# METADATA
# description: >-
#   The requirements and steps that any version of the program is made of, with the
#   package that decides each.
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

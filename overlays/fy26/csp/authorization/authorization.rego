# METADATA
# scope: subpackages
# schemas:
#   - input: schema.request

# METADATA
# title: Authorization in CSP
# description: >-
#   Whether a partner who is authorized as an indirect reseller or as a distributor still
#   meets what Microsoft asks of it in each region: the least revenue of twelve months, and
#   security. What it says is a forecast; only Microsoft withdraws an authorization.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/new-indirect-reseller-requirement
#     description: Revenue requirement for indirect resellers
#   - ref: https://learn.microsoft.com/partner-center/security/security-requirements
#     description: Mandatory security requirements by kind of partner
package csp.authorization

import data.csp.authorization.findings
import data.csp.authorization.requirements.authorized
import data.csp.direct_bill.findings as shared
import data.csp.direct_bill.requirements.security
import data.lib.rollup

# METADATA
# entrypoint: true
decision := {
	"outcome": outcome,
	"rollup": outcome,
	"findings": collected,
}

# Where some regions meet the minimum and others do not, the partner stays in the former.
default outcome := "incomplete"

outcome := "non_compliant" if {
	rolled_up == "not_eligible"
	not mixed
}

outcome := "mixed" if {
	rolled_up == "not_eligible"
	mixed
}

outcome := "needs_review" if rolled_up == "needs_review"

outcome := "compliant" if {
	rolled_up == "eligible"
	asked
}

outcome := "not_applicable" if {
	rolled_up == "eligible"
	not asked
}

outcome := "not_applicable" if authorized.nowhere

rolled_up := rollup.eligibility(collected)

mixed if {
	every finding in failing {
		finding.reason == "mixed"
	}
}

failing := [finding | some finding in collected; finding.due == true; finding.status == "not_met"]

# Something is asked beyond being authorized.
asked if {
	some finding in collected
	finding.due == true
	finding.id != "authorized"
}

collected := [
	findings.requirement("authorized", true),
	findings.requirement("indirect_reseller_revenue", true),
	findings.requirement("distributor_revenue", true),
	shared.requirement("security", count(security.asked) > 0),
]

# METADATA
# description: The requirements, with the package that decides each.
parts := {
	"authorized": "csp.authorization.requirements.authorized",
	"indirect_reseller_revenue": "csp.authorization.requirements.indirect_reseller_revenue",
	"distributor_revenue": "csp.authorization.requirements.distributor_revenue",
	"security": "csp.direct_bill.requirements.security",
}

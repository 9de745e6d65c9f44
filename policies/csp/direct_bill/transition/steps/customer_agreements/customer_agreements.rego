# METADATA
# title: Microsoft Customer Agreement
# description: >-
#   Every customer has accepted the agreement in a way that is kept: in the Microsoft
#   365 admin center, or with the distributor. What the partner attested is not.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps from direct-bill partner to indirect reseller
package csp.direct_bill.transition.steps.customer_agreements

import data.csp.direct_bill.transition.progress
import data.csp.direct_bill.transition.steps.customer_agreements.citation

# METADATA
# description: Done, or said not to be.
met := progress.met.customer_agreements

# METADATA
# description: It waits for the steps before it.
due := false if "customer_agreements" in progress.blocked

# METADATA
# description: Why it is not done, or not done in a way that is kept.
reason := progress.reason.customer_agreements

reason := "agreement_missing" if {
	progress.said.customer_agreement == "none"
	not "customer_agreements" in progress.blocked
}

reason := "agreement_attested" if {
	progress.said.customer_agreement == "attested"
	not "customer_agreements" in progress.blocked
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["waits_for"] := progress.waits_for.customer_agreements if "customer_agreements" in progress.blocked

facts_used contains id if some id in progress.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains field if some field in progress.missing.customer_agreements

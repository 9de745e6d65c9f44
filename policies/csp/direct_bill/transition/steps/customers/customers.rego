# METADATA
# title: Move of the customers to the distributor
# description: All customers have a reseller relationship under the distributor.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps from direct-bill partner to indirect reseller
package csp.direct_bill.transition.steps.customers

import data.csp.direct_bill.transition.progress
import data.csp.direct_bill.transition.steps.customers.citation

# METADATA
# description: Done, or said not to be.
met := progress.met.customers

# METADATA
# description: It waits for the steps before it.
due := false if "customers" in progress.blocked

# METADATA
# description: Why a person must look at it.
review contains code if some code in progress.review.customers

# METADATA
# description: Why it is not done.
reason := progress.reason.customers

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["waits_for"] := progress.waits_for.customers if "customers" in progress.blocked

shown["waits_for"] := progress.out_of_order.customers

facts_used contains id if some id in progress.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains field if some field in progress.missing.customers

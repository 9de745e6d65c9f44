# METADATA
# title: Partnership with a distributor
# description: The partner has accepted a distributor's partnership invitation.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps from direct-bill partner to indirect reseller
package csp.direct_bill.transition.steps.distributor

import data.csp.direct_bill.transition.progress
import data.csp.direct_bill.transition.steps.distributor.citation

# METADATA
# description: Done, or said not to be.
met := progress.met.distributor

# METADATA
# description: It waits for the steps before it.
due := false if "distributor" in progress.blocked

# METADATA
# description: Why a person must look at it.
review contains code if some code in progress.review.distributor

# METADATA
# description: Why it is not done.
reason := progress.reason.distributor

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["done_on"] := progress.done_on.distributor

shown["planned_on"] := progress.planned_on.distributor

# The first day on which it can be done.
shown["next_on"] := progress.planned_on.distributor

shown["waits_for"] := progress.waits_for.distributor if "distributor" in progress.blocked

shown["waits_for"] := progress.out_of_order.distributor

shown["earlier_on"] := progress.dated_too_early.distributor

facts_used contains id if some id in progress.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains field if some field in progress.missing.distributor

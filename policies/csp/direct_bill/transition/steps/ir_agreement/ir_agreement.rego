# METADATA
# title: Agreement for indirect resellers
# description: The partner has accepted the agreement for indirect resellers.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps from direct-bill partner to indirect reseller
package csp.direct_bill.transition.steps.ir_agreement

import data.csp.direct_bill.transition.progress
import data.csp.direct_bill.transition.steps.ir_agreement.citation

# METADATA
# description: Done, or said not to be.
met := progress.met.ir_agreement

# METADATA
# description: It waits for the steps before it.
due := false if "ir_agreement" in progress.blocked

# METADATA
# description: Why a person must look at it.
review contains code if some code in progress.review.ir_agreement

# METADATA
# description: Why it is not done.
reason := progress.reason.ir_agreement

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["done_on"] := progress.done_on.ir_agreement

shown["planned_on"] := progress.planned_on.ir_agreement

# The first day on which it can be done.
shown["next_on"] := progress.planned_on.ir_agreement

shown["waits_for"] := progress.waits_for.ir_agreement if "ir_agreement" in progress.blocked

shown["waits_for"] := progress.out_of_order.ir_agreement

shown["earlier_on"] := progress.dated_too_early.ir_agreement

facts_used contains id if some id in progress.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains field if some field in progress.missing.ir_agreement

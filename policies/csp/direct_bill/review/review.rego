# METADATA
# title: Review of current partners
# description: >-
#   When a requirement that is not met counts as a breach. The page asks current partners
#   to meet the requirements and names no day, so every day counts.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Current direct-bill partners must meet the minimum requirements to remain
package csp.direct_bill.review

# METADATA
# description: >-
#   Whether what is not met today is a breach today. False while it can still be put
#   right before it is looked at; rules with a day of review say so here.
default breach_today := true

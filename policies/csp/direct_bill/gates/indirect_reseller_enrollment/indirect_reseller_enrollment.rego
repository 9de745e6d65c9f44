# METADATA
# title: Enrollment as an indirect reseller
# description: >-
#   Customers are invited to an indirect relationship by a partner that is enrolled as an
#   indirect reseller too. One page allows both on one tenant, another forbids it; here it
#   counts as part of a transition, which is the fact that tells of the enrollment.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/restricted-direct-bill-capabilities
#     description: Indirect reseller relationship, if also enrolled as an indirect reseller
package csp.direct_bill.gates.indirect_reseller_enrollment

import data.csp.direct_bill.gates.indirect_reseller_enrollment.citation
import data.lib.calendar
import data.lib.fact

# METADATA
# description: The enrollment is approved by the day.
met := enrolled_on <= input.as_of

enrolled_on := record.body.ir_enrolled_on if {
	some record in input.facts.transition
	fact.stands(record)
	calendar.is_day(record.body.ir_enrolled_on)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("transition", "")

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["enrolled_on"] := enrolled_on

shown["next_on"] := enrolled_on if enrolled_on > input.as_of

facts_used contains id if some id in fact.ids("transition", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "transition", "field": "ir_enrolled_on"} if {
	not enrolled_on
	count(review) == 0
}

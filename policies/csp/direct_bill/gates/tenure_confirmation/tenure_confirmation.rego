# METADATA
# title: Microsoft's confirmation of the time as an indirect reseller
# description: Interviews are scheduled only after Microsoft has confirmed the time as an indirect reseller.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Capabilities, interviews after tenure and revenue are confirmed
package csp.direct_bill.gates.tenure_confirmation

import data.csp.direct_bill.gates.tenure_confirmation.citation
import data.lib.calendar
import data.lib.fact

# METADATA
# description: Microsoft's confirmation is there; or the day of it is left out, or to come.
met := confirmed_on <= input.as_of

met := false if {
	tenure
	not "confirmed_on" in object.keys(tenure)
}

tenure := record.body if {
	some record in input.facts.reseller_tenure
	fact.stands(record)
}

confirmed_on := tenure.confirmed_on if calendar.is_day(tenure.confirmed_on)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("reseller_tenure", "")

review contains "confirmation_relayed" if {
	met
	some record in input.facts.reseller_tenure
	fact.stands(record)
	record.source != "microsoft"
}

# METADATA
# description: What a reader should know besides.
flags contains "confirmed_later" if confirmed_on > input.as_of

# METADATA
# description: Why it is closed.
reason := "tenure_unconfirmed" if not met

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["confirmed_on"] := confirmed_on

shown["next_on"] := confirmed_on if confirmed_on > input.as_of

facts_used contains id if some id in fact.ids("reseller_tenure", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "reseller_tenure", "field": "confirmed_on"} if {
	not met
	not confirmed_on
	count(review) == 0
}

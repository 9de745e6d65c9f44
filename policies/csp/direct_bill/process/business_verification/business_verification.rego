# METADATA
# title: Business verification
# description: Microsoft has verified the business information of the company.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Microsoft reviews and verifies the business information
package csp.direct_bill.process.business_verification

import data.csp.direct_bill.process.business_verification.citation
import data.lib.fact

# METADATA
# description: Verified, or rejected; anything else is not known yet.
met if verification.status == "verified"

met := false if verification.status == "rejected"

verification := record.body if {
	some record in input.facts.business_verification
	fact.stands(record)
	reached(record.body)
}

# A status counts from its day on; without a day, for as long as the record holds.

reached(body) if count([day | day := body.on]) == 0

reached(body) if fact.on_or_before(body.on, input.as_of)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("business_verification", "")

# METADATA
# description: What a reader should know besides.
flags contains "relayed_by_the_partner" if {
	met in {true, false}
	some record in input.facts.business_verification
	fact.stands(record)
	record.source == "partner"
}

# METADATA
# description: Why there is no answer yet.
reason := "pending" if verification.status == "pending"

reason := "not_started" if verification.status == "not_started"

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["on"] := verification.on

facts_used contains id if some id in fact.ids("business_verification", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "business_verification", "field": "status"} if {
	count(review) == 0
	count([value | value := met]) == 0
}

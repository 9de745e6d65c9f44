package csp.direct_bill.phase

import data.lib.fact

# Microsoft's automated assessment has been made, so its phase has come.
reached contains 4 if {
	some record in input.facts.capability_assessment
	fact.leads(record)
	record.body.assessor == "microsoft_automated"
	fact.on_or_before(record.body.assessed_on, input.as_of)
}

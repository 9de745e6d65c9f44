# METADATA
# title: Direct-bill agreement
# description: >-
#   The Microsoft Partner Agreement has been accepted for direct billing in the region of
#   sale. It is accepted once for each region; that of another region does not help.
# related_resources:
#   - ref: https://partner.microsoft.com/partnership/cloud-solution-provider-requirements
#     description: The direct-bill agreement has been accepted
package csp.direct_bill.requirements.agreement

import data.csp.direct_bill.region
import data.csp.direct_bill.requirements.agreement.citation
import data.lib.fact

# METADATA
# description: Accepted for direct billing by the day; or known to be otherwise.
met if count(accepted) > 0

met := false if {
	count(accepted) == 0
	count(unreadable) == 0
	count(here) > 0
}

here contains record if {
	some record in input.facts.agreement
	fact.stands(record)
	region.name(record.key) == region.of_sale
}

accepted contains record if {
	some record in here
	record.body.model == "direct_bill"
	fact.on_or_before(record.body.accepted_on, input.as_of)
}

later contains record.body.accepted_on if {
	some record in here
	record.body.model == "direct_bill"
	is_string(record.body.accepted_on)
	record.body.accepted_on > input.as_of
}

for_another_model contains record if {
	some record in here
	record.body.model == "indirect_reseller"
}

unreadable contains {"kind": "agreement", "key": record.key, "field": "model"} if {
	some record in here
	not record.body.model in {"direct_bill", "indirect_reseller"}
}

unreadable contains {"kind": "agreement", "key": record.key, "field": "accepted_on"} if {
	some record in here
	record.body.model == "direct_bill"
	not is_string(object.get(record.body, "accepted_on", null))
}

disputed contains record.id if {
	some record in input.facts.sales_target
	fact.disputed("sales_target", record.key)
}

disputed contains record.id if {
	count(accepted) == 0
	some record in input.facts.agreement
	fact.disputed("agreement", record.key)
	fact.leads(record)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if count(disputed) > 0

review contains "region_unknown" if {
	region.country
	not region.of_sale
}

# METADATA
# description: What there is instead.
reason := "accepted_later" if {
	met == false
	count(later) > 0
}

reason := "for_another_model" if {
	met == false
	count(later) == 0
	count(for_another_model) > 0
}

reason := "not_stated" if {
	undetermined
	region.of_sale
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["region"] := region.of_sale

shown["accepted_on"] := min({record.body.accepted_on | some record in accepted})

shown["next_on"] := min(later) if reason == "accepted_later"

facts_used contains id if some id in fact.ids("sales_target", "")

facts_used contains record.id if {
	count(accepted) > 0
	some record in accepted
}

facts_used contains record.id if {
	count(accepted) == 0
	some record in here
}

facts_used contains id if some id in disputed

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "sales_target", "field": "country"} if {
	undetermined
	not region.of_sale
}

missing contains {"kind": "agreement", "key": region.of_sale} if {
	undetermined
	count(here) == 0
}

missing contains field if {
	undetermined
	some field in unreadable
}

undetermined if {
	count(review) == 0
	count([value | value := met]) == 0
}

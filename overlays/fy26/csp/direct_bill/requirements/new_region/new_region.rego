# METADATA
# title: Enrollment in a further region
# description: >-
#   A direct-bill agreement in one region gives no right in another: application,
#   assessment, verification and credit check are repeated there, and the company is
#   registered in a country of the region. Revenue is counted for the whole company and
#   is not earned again. Where there is no agreement elsewhere, nothing is repeated.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Enrolling in a new region, no automatic approval
package csp.direct_bill.requirements.new_region

import data.csp.direct_bill.region
import data.csp.direct_bill.requirements.new_region.citation
import data.lib.fact

# METADATA
# description: All steps are done for the region of sale, or none has to be.
met if nothing_to_repeat

met if agreement_accepted

met if {
	repeats
	count(steps) == 0
	registered_in_region
}

met := false if registered_elsewhere

nothing_to_repeat if {
	count(agreements) == 0
	count(disputed) == 0
}

agreement_accepted if {
	some record in agreements
	region.name(record.key) == region.of_sale
}

repeats if {
	region.of_sale
	count(agreements) > 0
	not agreement_accepted
}

# The direct-bill agreements of any region, accepted by the day.
agreements contains record if {
	some record in input.facts.agreement
	fact.stands(record)
	record.body.model == "direct_bill"
	fact.on_or_before(record.body.accepted_on, input.as_of)
}

enrollments contains record.body if {
	some record in input.facts.regional_enrollment
	fact.stands(record)
	region.name(record.key) == region.of_sale
}

# The steps still to be done, in their order.

steps := [step | some step in in_order; not done(step)]

in_order := [
	"application_submitted_on",
	"assessed_on",
	"business_verified_on",
	"credit_notified_on",
	"registered_in",
]

done(step) if {
	some enrollment in enrollments
	fact.on_or_before(enrollment[step], input.as_of)
}

done("registered_in") if count(registered_in) > 0

registered_in contains enrollment.registered_in if {
	some enrollment in enrollments
	is_string(enrollment.registered_in)
}

registered_in_region if {
	some country in registered_in
	region.contains_country(region.of_sale, country)
}

registered_elsewhere if {
	repeats
	count(registered_in) > 0
	not registered_in_region
}

disputed contains record.id if {
	not agreement_accepted
	some record in input.facts.agreement
	fact.disputed("agreement", record.key)
	fact.leads(record)
}

disputed contains record.id if {
	count(agreements) > 0
	some kind in ["sales_target", "regional_enrollment"]
	some record in input.facts[kind]
	fact.disputed(kind, record.key)
	fact.leads(record)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	not registered_elsewhere
	count(disputed) > 0
}

review contains "region_unknown" if {
	count(agreements) > 0
	region.country
	not region.of_sale
}

# METADATA
# description: Why nothing has to be repeated, or what has to be.
reason := "nothing_to_repeat" if nothing_to_repeat

reason := "agreement_accepted" if agreement_accepted

reason := "registered_elsewhere" if registered_elsewhere

reason := "steps_open" if steps_open

steps_open if {
	repeats
	count(steps) > 0
	not registered_elsewhere
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["region"] := region.of_sale

shown["regions"] := sort({region.name(record.key) | some record in agreements}) if count(agreements) > 0

shown["registered_in"] := sort(registered_in) if count(registered_in) > 0

shown["steps"] := steps if steps_open

facts_used contains record.id if some record in agreements

facts_used contains id if {
	count(agreements) > 0
	some id in fact.ids("sales_target", "")
}

facts_used contains record.id if {
	repeats
	some record in input.facts.regional_enrollment
	region.name(record.key) == region.of_sale
	fact.leads(record)
}

facts_used contains id if some id in disputed

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "regional_enrollment", "key": region.of_sale, "field": step} if {
	steps_open
	count(review) == 0
	some step in steps
}

missing contains {"kind": "sales_target", "field": "country"} if {
	count(agreements) > 0
	count(review) == 0
	not region.country
}

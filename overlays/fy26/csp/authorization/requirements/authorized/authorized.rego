# METADATA
# title: Authorization
# description: >-
#   In which regions the partner is authorized, and as what. Whom Microsoft has taken the
#   authorization from in every region, nothing is asked of.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/new-indirect-reseller-requirement
#     description: Authorization of indirect resellers by region
package csp.authorization.requirements.authorized

import data.csp.authorization.regions
import data.csp.authorization.requirements.authorized.citation
import data.csp.authorization.requirements.indirect_reseller_revenue.values
import data.csp.direct_bill.region
import data.lib.dated
import data.lib.fact

# METADATA
# description: Authorized somewhere; or known to be authorized nowhere any more.
met if count(active) > 0

met := false if nowhere

nowhere if {
	count(active) == 0
	count(regions.known) > 0
	count(unreadable) == 0
	not regions.disputed("authorization")
}

# METADATA
# description: Nothing is asked of whom is authorized nowhere.
due := false if nowhere

active contains name if {
	some names in regions.active
	some name in names
}

unreadable contains record.key if {
	some record in input.facts.authorization
	fact.stands(record)
	not record in regions.known
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if regions.disputed("authorization")

# METADATA
# description: What a reader should know besides.
flags contains "revenue_counts_later" if revenue_counts_on > input.as_of

# The day from which the least revenue counts in one of the regions: that of the rule, or
# the one on which the tenant is no longer new.

since := values.minimum.dated[0].since

exempt_months := dated.at(values.exempt_months.dated, max([since, input.as_of])).value

revenue_counts_on := min({max([since, regions.seasoned_on(name, exempt_months)]) |
	some name in regions.active.indirect_reseller
})

# METADATA
# description: What is known of the authorization.
reason := "withdrawn" if nowhere

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["tiers"] := sort(object.keys(regions.active)) if count(active) > 0

shown["regions"] := sort(active) if count(active) > 0

shown["withdrawn"] := sort({region.name(key) | some key in regions.withdrawn}) if nowhere

shown["since"] := since if revenue_counts_on > input.as_of

shown["months"] := {"months": exempt_months} if revenue_counts_on > input.as_of

shown["next_on"] := revenue_counts_on if revenue_counts_on > input.as_of

facts_used contains record.id if {
	some record in input.facts.authorization
	fact.leads(record)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "authorization"} if {
	count(review) == 0
	count(input_records) == 0
}

missing contains {"kind": "authorization", "key": key, "field": "state"} if {
	count(review) == 0
	count(active) == 0
	some key in unreadable
}

input_records contains record.id if some record in input.facts.authorization

# METADATA
# title: Revenue as an indirect reseller
# description: >-
#   CSP revenue over the last twelve published months reaches the minimum in each region, of
#   each tenant alone. Tenants in their first twelve months are exempt.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/new-indirect-reseller-requirement
#     description: At least USD 1,000 in twelve months, by tenant and region
package csp.authorization.requirements.indirect_reseller_revenue

import data.csp.authorization.regions
import data.csp.authorization.requirements.indirect_reseller_revenue.citation
import data.csp.authorization.requirements.indirect_reseller_revenue.values
import data.lib.dated

# METADATA
# description: Every region that counts reaches the minimum; or one falls short.
met if {
	count(compared.reached) > 0
	count(compared.short) == 0
	count(open) == 0
}

met := false if count(compared.short) > 0

# METADATA
# description: Nothing is asked before its first day, of others, or of new tenants only.
due := false if not asked

asked if count(counting) > 0

minimum := dated.at(values.minimum.dated, input.as_of)

exempt_months := dated.at(values.exempt_months.dated, input.as_of)

compared := regions.compared("indirect_reseller", minimum.value, exempt_months.value)

open := compared.undated | compared.without_revenue

counting := (compared.reached | compared.short) | open

names contains name if some name in regions.active.indirect_reseller

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	count(names) > 0
	some kind in ["authorization", "authorization_revenue"]
	regions.disputed(kind)
}

# METADATA
# description: Whether regions differ, or why nothing is asked.
reason := "mixed" if {
	count(compared.short) > 0
	count(compared.reached) > 0
}

reason := "another_tier" if count(names) == 0

reason := "not_in_force" if {
	count(names) > 0
	not minimum
}

reason := "new_tenants" if {
	count(compared.exempt) > 0
	count(counting) == 0
}

reason := "onboarding_unknown" if {
	count(compared.short) == 0
	count(compared.undated) > 0
}

# METADATA
# description: The values that explain it.
shown["required"] := {"usd_cents": minimum.value}

shown["since"] := minimum.since

shown["citation"] := minimum.citation

shown["citation"] := citation if not minimum

shown["window"] := regions.window

shown["day"] := input.as_of

shown["actual"] := regions.amounts(counting) if count(compared.reached | compared.short) > 0

shown["gap"] := {name: {"usd_cents": minimum.value - regions.cents(name)} |
	some name in compared.short
} if {
	count(compared.short) > 0
}

shown["short"] := sort(compared.short) if count(compared.short) > 0

shown["reached"] := sort(compared.reached) if count(compared.reached) > 0

shown["not_known"] := sort(open) if count(open) > 0

shown["exempt"] := sort(compared.exempt) if count(compared.exempt) > 0

shown["months"] := {"months": exempt_months.value}

shown["next_on"] := min({regions.seasoned_on(name, exempt_months.value) | some name in compared.exempt})

facts_used contains id if {
	minimum
	some name in names
	some id in regions.ids(name)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "authorization_revenue", "key": name} if {
	count(review) == 0
	count(compared.short) == 0
	some name in compared.without_revenue
}

missing contains {"kind": "authorization", "key": name, "field": "onboarded_on"} if {
	count(review) == 0
	count(compared.short) == 0
	some name in compared.undated
}

# METADATA
# title: Revenue as a distributor
# description: >-
#   CSP revenue over the last twelve published months reaches the minimum in each region in
#   which the distributor is authorized. Regions are not added up.
# related_resources:
#   - ref: https://partner.microsoft.com/partnership/cloud-solution-provider-requirements
#     description: Requirements for partners in the program
package csp.authorization.requirements.distributor_revenue

import data.csp.authorization.regions
import data.csp.authorization.requirements.distributor_revenue.citation
import data.csp.authorization.requirements.distributor_revenue.values
import data.lib.dated

# METADATA
# description: Every region that counts reaches the minimum; or one falls short.
met if {
	count(compared.reached) > 0
	count(compared.short) == 0
	count(compared.without_revenue) == 0
}

met := false if count(compared.short) > 0

# METADATA
# description: Nothing is asked before its first day, or of others.
due := false if not asked

asked if count(counting) > 0

minimum := dated.at(values.minimum.dated, input.as_of)

compared := regions.compared("distributor", minimum.value, 0)

counting := (compared.reached | compared.short) | compared.without_revenue

names contains name if some name in regions.active.distributor

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

shown["not_known"] := sort(compared.without_revenue) if count(compared.without_revenue) > 0

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

# METADATA
# title: Partner ID and membership
# description: >-
#   The membership in the partner program is active, and there is an active location
#   with a partner ID in the country where the partner wants to sell. A location in
#   another country of the same region is for a person to judge, because the page says
#   "for the location" and not for the country or the region.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: PartnerID, an active membership and a PartnerID for the location
package csp.direct_bill.requirements.partner_id

import data.csp.direct_bill.requirements.partner_id.citation
import data.csp.regions
import data.lib.fact

# METADATA
# description: Both the membership and a location in the country of sale are active.
met if {
	membership == "active"
	in_country
}

met := false if failing

failing if membership_problem

failing if location_problem

# The membership. One that was active until it ended, with nothing recorded since, has
# lapsed.

membership := record.body.status if {
	some record in input.facts.membership
	fact.stands(record)
	record.body.status in {"active", "pending", "rejected", "declined", "lapsed"}
}

membership := "lapsed" if {
	count(held_memberships) == 0
	count(ended_memberships) > 0
}

held_memberships contains record if some record in input.facts.membership

ended_memberships contains record if {
	some record in input.ended.membership
	record.body.status == "active"
	fact.on_or_before(record.valid_to, input.as_of)
}

membership_problem := {
	"pending": "membership_pending",
	"rejected": "membership_rejected",
	"declined": "membership_declined",
	"lapsed": "membership_lapsed",
}[membership]

# The country of sale and the locations. Only active locations count.

country := record.body.country if {
	some record in input.facts.sales_target
	fact.stands(record)
	is_country(record.body.country)
}

is_country(value) if {
	is_string(value)
	count(value) == 2
}

locations contains record if {
	some record in input.facts.location
	fact.stands(record)
	is_country(record.body.country)
	record.body.status in {"active", "inactive", "pending", "suspended"}
}

# Locations of which nothing certain can be said.
unreadable contains record if {
	some record in input.facts.location
	fact.stands(record)
	not record in locations
}

disputed contains record if {
	some record in input.facts.location
	fact.disputed("location", record.key)
}

active contains record if {
	some record in locations
	record.body.status == "active"
}

in_country if {
	some record in active
	record.body.country == country
}

in_region if {
	some record in active
	same_region(record.body.country)
}

same_region(other) if {
	some countries in regions
	country in countries
	other in countries
}

outside_the_table if {
	count(active) > 0
	not in_table(country)
}

outside_the_table if {
	some record in active
	not in_table(record.body.country)
}

in_table(some_country) if {
	some countries in regions
	some_country in countries
}

location_problem := "location_not_active" if {
	no_location
	count(unusable) > 0
}

location_problem := "no_location_in_country" if {
	no_location
	count(unusable) == 0
}

# Every location is known, and none of them can serve.
no_location if {
	country
	count(locations) > 0
	count(unreadable) == 0
	count(disputed) == 0
	not in_country
	not in_region
	not outside_the_table
}

unusable contains record if {
	some record in locations
	record.body.country == country
	record.body.status != "active"
}

# METADATA
# description: Why a person must look at it. What fails for certain needs no one to look.
review contains "facts_in_conflict" if {
	not failing
	count(conflicts) > 0
}

review contains "location_in_another_country_of_the_region" if {
	not failing
	not in_country
	in_region
}

review contains "region_unknown" if {
	not failing
	country
	not in_country
	not in_region
	outside_the_table
}

conflicts contains record if {
	some kind in ["membership", "sales_target"]
	some record in input.facts[kind]
	fact.disputed(kind, record.key)
}

conflicts contains record if {
	not in_country
	some record in disputed
}

# METADATA
# description: What a reader should know besides.
flags contains location_problem if membership_problem

# METADATA
# description: What stands in the way.
reason := membership_problem

reason := location_problem if not membership_problem

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["country"] := country

shown["membership"] := membership

shown["locations"] := sort({record.body.country | some record in active}) if count(active) > 0

shown["status"] := sort({record.body.status | some record in unusable}) if count(unusable) > 0

shown["ended_on"] := max({record.valid_to | some record in ended_memberships}) if count(held_memberships) == 0

shown["ended_on"] := min({record.valid_from |
	some record in input.facts.membership
	fact.stands(record)
}) if {
	count(held_memberships) > 0
	membership == "lapsed"
}

shown["not_known"] := sort({request.kind | some request in missing}) if count(missing) > 0

facts_used contains record.id if {
	some kind in ["membership", "sales_target"]
	some record in input.facts[kind]
	fact.stands(record)
}

facts_used contains record.id if {
	count(held_memberships) == 0
	some record in ended_memberships
}

facts_used contains record.id if some record in counted_locations

facts_used contains record.id if {
	"facts_in_conflict" in review
	some record in conflicts
	fact.leads(record)
}

# The locations in the country if there is an active one, otherwise all of them.
counted_locations contains record if {
	some record in active
	record.body.country == country
}

counted_locations contains record if {
	not in_country
	some record in locations
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "membership", "field": "status"} if {
	not failing
	not membership
	not disputed_kind("membership")
}

missing contains {"kind": "sales_target", "field": "country"} if {
	not failing
	not country
	not disputed_kind("sales_target")
}

missing contains {"kind": "location", "field": "status"} if {
	not failing
	count(locations) == 0
	count(unreadable) == 0
	count(disputed) == 0
}

missing contains {"kind": "location", "key": record.key, "field": "status"} if {
	not failing
	not in_country
	some record in unreadable
}

disputed_kind(kind) if {
	some record in input.facts[kind]
	fact.disputed(kind, record.key)
}

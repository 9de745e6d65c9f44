# METADATA
# title: Region of sale
# description: >-
#   The region of the Cloud Solution Provider program in which the partner sells, or wants
#   to sell. Steps and agreements are made for a region, not for a country.
package csp.direct_bill.region

import data.csp.regions
import data.lib.fact

# METADATA
# description: The region of the country of sale; undefined if that is not known, or in no region we know.
of_sale := min({region | some region, countries in regions; country in countries})

# METADATA
# description: The country of sale.
country := record.body.country if {
	some record in input.facts.sales_target
	fact.stands(record)
	is_string(record.body.country)
}

# METADATA
# description: Whether a country lies in the region.
contains_country(region, some_country) if some_country in regions[region]

# METADATA
# description: The region's name as the table of regions spells it.
name(key) := replace(lower(key), " ", "_")

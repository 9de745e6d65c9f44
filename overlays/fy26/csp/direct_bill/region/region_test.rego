package csp.direct_bill.region_test

import data.csp.direct_bill.region

regions := {"north": ["AA", "BB"], "far_south": ["CC"]}

target(country) := {"as_of": "2026-01-15", "facts": {"sales_target": [{
	"id": "t", "kind": "sales_target", "key": "", "source": "partner",
	"valid_from": "2025-01-01", "body": {"country": country},
}]}}

test_the_region_of_a_country if {
	every country, expected in {"AA": "north", "BB": "north", "CC": "far_south"} {
		region.of_sale == expected with input as target(country) with data.csp.regions as regions
	}
}

test_no_region_is_concluded if {
	every country in ["DD", "", 1, null, ["AA"]] {
		not region.of_sale with input as target(country) with data.csp.regions as regions
	}
	not region.of_sale with input as {"as_of": "2026-01-15", "facts": {}}
}

test_a_country_in_a_region if {
	region.contains_country("north", "BB") with data.csp.regions as regions
	not region.contains_country("north", "CC") with data.csp.regions as regions
	not region.contains_country("west", "CC") with data.csp.regions as regions
}

test_names_are_spelt_one_way if {
	every key in ["far_south", "Far South", "FAR SOUTH"] {
		region.name(key) == "far_south"
	}
}

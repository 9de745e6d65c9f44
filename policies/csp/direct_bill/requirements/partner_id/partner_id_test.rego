package csp.direct_bill.requirements.partner_id_test

import data.csp.direct_bill.findings

# The tests bring their own regions, so that editing data.yaml never breaks them.
regions := {"near": ["IT", "DE"], "far": ["US"]}

finding(facts) := result if {
	result := findings.requirement("partner_id", true) with input as {"as_of": "2024-06-15", "facts": facts}
		with data.csp.regions as regions
}

finding_after(facts, ended) := result if {
	result := findings.requirement("partner_id", true) with input as {"as_of": "2024-06-15", "facts": facts, "ended": ended}
		with data.csp.regions as regions
}

membership(status) := {
	"id": "membership", "kind": "membership", "key": "", "source": "microsoft", "valid_from": "2022-01-01",
	"body": {"status": status},
}

target(country) := {
	"id": "target", "kind": "sales_target", "key": "", "source": "partner", "valid_from": "2022-01-01",
	"body": {"country": country},
}

location(id, country, status) := {
	"id": id, "kind": "location", "key": id, "source": "microsoft", "valid_from": "2022-01-01",
	"body": {"country": country, "status": status},
}

facts_with(locations) := {"membership": [membership("active")], "sales_target": [target("IT")], "location": locations}

milan := location("milan", "IT", "active")

berlin := location("berlin", "DE", "active")

ended_membership(status, day) := object.union(membership(status), {"valid_to": day})

test_met_with_an_active_location_in_the_country if {
	result := finding(facts_with([milan, berlin]))
	result.status == "met"
	result.reason == "met"
	result.facts == ["membership", "milan", "target"]
	object.keys(result.shown) == {"citation", "country", "locations", "membership"}
	result.shown.membership == "active"
	result.shown.country == "IT"
	result.shown.locations == ["DE", "IT"]
	result.missing == []
	result.shown.citation.url
}

test_every_other_status_of_the_membership_fails if {
	every status in ["pending", "rejected", "declined", "lapsed"] {
		result := finding(object.union(facts_with([milan]), {"membership": [membership(status)]}))
		result.status == "not_met"
		result.reason == concat("_", ["membership", status])
		result.flags == []
	}
}

test_a_membership_recorded_as_lapsed_shows_its_day if {
	result := finding(object.union(facts_with([milan]), {"membership": [membership("lapsed")]}))
	result.shown.ended_on == "2022-01-01"
}

test_a_membership_that_ended_today_has_lapsed if {
	facts := object.remove(facts_with([milan]), ["membership"])
	today := finding_after(facts, {"membership": [ended_membership("active", "2024-06-15")]})
	today.status == "not_met"
	today.reason == "membership_lapsed"
	today.shown.ended_on == "2024-06-15"
	today.facts == ["membership", "milan", "target"]
	tomorrow := finding_after(facts, {"membership": [ended_membership("active", "2024-06-16")]})
	tomorrow.status == "unknown"
}

test_a_membership_that_ended_without_having_been_active_is_unknown if {
	facts := object.remove(facts_with([milan]), ["membership"])
	every record in [ended_membership("pending", "2024-06-01"), ended_membership("active", 20240601)] {
		finding_after(facts, {"membership": [record]}).status == "unknown"
	}
}

test_a_membership_that_is_held_counts_before_one_that_ended if {
	ended := {"membership": [ended_membership("active", "2024-06-01")]}
	finding_after(facts_with([milan]), ended).status == "met"
	finding_after(object.union(facts_with([milan]), {"membership": [membership("pending")]}), ended).reason == "membership_pending"
	unreadable := finding_after(object.union(facts_with([milan]), {"membership": [membership(7)]}), ended)
	unreadable.status == "unknown"
}

test_each_fact_missing if {
	every kind, field in {"membership": "status", "location": "status", "sales_target": "country"} {
		result := finding(object.remove(facts_with([milan]), [kind]))
		result.status == "unknown"
		result.reason == "unknown"
		result.missing == [{"kind": kind, "field": field}]
		result.shown.not_known == [kind]
	}
	count(finding({}).missing) == 3
}

test_each_fact_mistyped if {
	every value in ["", "Active", 1, true, null, [], {}] {
		finding(object.union(facts_with([milan]), {"membership": [membership(value)]})).status == "unknown"
		finding(facts_with([location("milan", "IT", value)])).status == "unknown"
	}
	every value in ["", "ITA", 39, true, null, ["IT"], {}] {
		finding(object.union(facts_with([milan]), {"sales_target": [target(value)]})).status == "unknown"
		finding(facts_with([location("milan", value, "active")])).status == "unknown"

		# Two equal countries of the wrong type do not meet.
		finding(object.union(facts_with([location("milan", value, "active")]), {"sales_target": [target(value)]})).status == "unknown"
	}
}

test_an_unreadable_location_is_asked_for_again if {
	result := finding(facts_with([location("milan", "IT", 1), location("boston", "US", "active")]))
	result.status == "unknown"
	result.missing == [{"kind": "location", "key": "milan", "field": "status"}]
	finding(facts_with([location("rome", "IT", 1), milan])).status == "met"
}

test_another_country_of_the_region_is_for_a_person if {
	result := finding(facts_with([berlin]))
	result.status == "needs_review"
	result.reason == "location_in_another_country_of_the_region"
	result.flags == []
	result.shown.locations == ["DE"]
	result.facts == ["berlin", "membership", "target"]
}

test_another_region_fails if {
	result := finding(facts_with([location("boston", "US", "active")]))
	result.status == "not_met"
	result.reason == "no_location_in_country"
	result.shown.country == "IT"
}

test_a_country_in_no_region_is_for_a_person if {
	elsewhere := finding(facts_with([location("accra", "GH", "active")]))
	elsewhere.status == "needs_review"
	elsewhere.reason == "region_unknown"
	elsewhere.flags == []
	target_elsewhere := finding(object.union(facts_with([milan]), {"sales_target": [target("GH")]}))
	target_elsewhere.reason == "region_unknown"

	# The same country is enough, in whatever region it is.
	both := object.union(facts_with([location("accra", "GH", "active")]), {"sales_target": [target("GH")]})
	finding(both).status == "met"

	# A location that is known to be in the region says more.
	finding(facts_with([location("accra", "GH", "active"), berlin])).flags == []
}

test_locations_that_are_not_active_do_not_count if {
	every status in ["inactive", "pending", "suspended"] {
		there := finding(facts_with([location("milan", "IT", status)]))
		there.status == "not_met"
		there.reason == "location_not_active"
		there.shown.status == [status]
		finding(facts_with([location("berlin", "DE", status)])).reason == "no_location_in_country"
		finding(facts_with([location("milan", "IT", status), berlin])).status == "needs_review"
		finding(facts_with([location("rome", "IT", status), milan])).status == "met"
	}
}

test_both_lacks_are_named if {
	result := finding(object.union(facts_with([location("boston", "US", "active")]), {"membership": [membership("pending")]}))
	result.reason == "membership_pending"
	result.flags == ["no_location_in_country"]
}

test_one_certain_lack_decides if {
	lapsed := {"membership": [membership("lapsed")]}
	finding(object.union(facts_with([berlin]), lapsed)).status == "not_met"
	finding(object.union(facts_with([location("accra", "GH", "active")]), lapsed)).status == "not_met"
	finding(lapsed).status == "not_met"
	finding(lapsed).missing == []
	far := object.remove(facts_with([location("boston", "US", "active")]), ["membership"])
	finding(far).status == "not_met"
}

test_contradictions_are_for_a_person if {
	memberships := [membership("active"), object.union(membership("pending"), {"id": "other"})]
	about_membership := finding(object.union(facts_with([milan]), {"membership": memberships}))
	about_membership.status == "needs_review"
	about_membership.reason == "facts_in_conflict"
	about_membership.facts == ["membership", "milan", "other", "target"]
	about_membership.missing == []

	targets := [target("IT"), object.union(target("DE"), {"id": "other"})]
	about_target := finding(object.union(facts_with([milan]), {"sales_target": targets}))
	about_target.reason == "facts_in_conflict"
	about_target.missing == []

	milans := [milan, object.union(location("milan", "IT", "suspended"), {"id": "other"})]
	about_location := finding(facts_with(milans))
	about_location.reason == "facts_in_conflict"
	about_location.facts == ["membership", "milan", "other", "target"]
	about_location.missing == []
}

test_a_contradiction_that_decides_nothing if {
	berlins := [berlin, object.union(location("berlin", "DE", "suspended"), {"id": "other"})]
	finding(facts_with(array.concat([milan], berlins))).status == "met"
}

test_the_higher_rank_counts if {
	own_word := object.union(membership("pending"), {"id": "own", "source": "partner"})
	finding(object.union(facts_with([milan]), {"membership": [membership("active"), own_word]})).status == "met"
}

test_only_what_there_is_is_shown if {
	none := finding(facts_with([]))
	none.status == "unknown"
	not "locations" in object.keys(none.shown)
	finding({"membership": [membership("active")], "sales_target": [target("XX")], "location": []}).status == "unknown"
}

test_of_several_memberships_that_ended_the_last_day_is_shown if {
	other := object.union(ended_membership("active", "2024-06-10"), {"id": "other", "source": "registry"})
	result := finding_after(object.remove(facts_with([milan]), ["membership"]), {"membership": [other, ended_membership("active", "2024-06-14")]})
	result.reason == "membership_lapsed"
	result.shown.ended_on == "2024-06-14"
}

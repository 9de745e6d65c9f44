package csp.direct_bill.requirements.revenue_test

import data.csp.direct_bill.findings

# The tests bring their own values, so that editing data.yaml never breaks them.
page := {"title": "Page", "url": "https://example.com"}

values := {
	"minimum": {"dated": [
		{"since": "2020-01-01", "value": 1000, "citation": page},
		{"since": "2024-06-10", "value": 1200, "citation": page},
	]},
	"months": {"dated": [{"since": "2020-01-01", "value": 3, "citation": page}]},
	"published_on": {"dated": [{"since": "2020-01-01", "value": 8, "citation": page}]},
	"perpetual_software": {"dated": [
		{"since": "2020-01-01", "value": "excluded", "citation": page},
		{"since": "2024-04-10", "value": "needs_review", "citation": page},
		{"since": "2025-10-01", "value": "counts", "citation": page},
	]},
	"influence": {"dated": [
		{"since": "2020-01-01", "value": "counts", "citation": page},
		{"since": "2024-04-10", "value": "excluded", "citation": page},
	]},
}

finding(request) := result if {
	result := findings.requirement("revenue", true) with input as request
		with data.csp.direct_bill.requirements.revenue.values as values
}

report(cents) := {
	"id": "report", "kind": "revenue_report", "key": "2024-05", "source": "microsoft", "valid_from": "2024-06-08",
	"body": {"window_start": "2024-03", "window_end": "2024-05", "usd_cents": cents, "level": "global"},
}

line(month, class, cents) := {
	"id": concat(":", [month, class]), "kind": "revenue_month", "key": concat(":", [month, class]), "source": "partner", "valid_from": "2024-06-01",
	"body": {"month": month, "class": class, "usd_cents": cents, "channel": "indirect_reseller", "level": "global"},
}

lines(cents) := [line("2024-03", "usage", cents[0]), line("2024-04", "usage", cents[1]), line("2024-05", "usage", cents[2])]

on_report(cents) := {"as_of": "2024-06-08", "facts": {"revenue_report": [report(cents)]}}

on_lines(facts) := {"as_of": "2024-06-08", "facts": {"revenue_month": facts}}

test_met_exactly_at_the_minimum if {
	finding(on_report(1000)).status == "met"
	finding(on_report(1000)).shown.actual == {"usd_cents": 1000}
	finding(on_report(1000)).flags == []
	not "gap" in object.keys(finding(on_report(1000)).shown)
	not "gap" in object.keys(finding(on_lines(lines([400, 300, 300]))).shown)
}

test_not_met_one_cent_below if {
	finding(on_report(999)).status == "not_met"
	finding(on_report(999)).shown.actual == {"usd_cents": 999}
	finding(on_report(999)).shown.gap == {"usd_cents": 1}
	finding(on_report(999)).facts == ["report"]
}

test_the_minimum_changes_on_its_day if {
	before := {"as_of": "2024-06-09", "facts": {"revenue_report": [report(1000)]}}
	after := {"as_of": "2024-06-10", "facts": {"revenue_report": [report(1000)]}}
	finding(before).status == "met"
	finding(after).status == "not_met"
}

test_the_report_must_be_of_the_window if {
	early := {"as_of": "2024-06-07", "facts": {"revenue_report": [report(1000)]}}
	finding(early).status == "unknown"
	finding(early).reason == "report_of_other_months"
	finding(early).shown.reported_window == {"from": "2024-03", "to": "2024-05"}
	finding(early).missing == [{"kind": "revenue_report", "key": "2024-04", "field": "usd_cents"}]
}

test_a_figure_of_a_single_location_is_not_used if {
	location := json.patch(report(5000), [{"op": "replace", "path": "/body/level", "value": "location"}])
	finding({"as_of": "2024-06-08", "facts": {"revenue_report": [location]}}).status == "unknown"
}

at_location(record) := json.patch(record, [{"op": "replace", "path": "/body/level", "value": "location"}])

by(source, record) := object.union(record, {"id": concat(" ", [source, record.id]), "source": source})

published(day, record) := json.patch(record, [{"op": "add", "path": "/body/published_on", "value": day}])

on_reports(day, reports) := {"as_of": day, "facts": {"revenue_report": reports}}

test_only_a_locations_figure if {
	finding(on_reports("2024-06-08", [at_location(report(5000))])).reason == "only_a_locations_figure"
	other_months := json.patch(report(5000), [
		{"op": "replace", "path": "/id", "value": "other"},
		{"op": "replace", "path": "/body/window_end", "value": "2024-04"},
	])
	both := finding(on_reports("2024-06-08", [at_location(report(5000)), other_months]))
	both.reason == "only_a_locations_figure"
	count(both.missing) == 1
	finding(on_reports("2024-06-08", [at_location(published("2024-06-09", report(5000)))])).reason == "unknown"
	with_lines := {"as_of": "2024-06-08", "facts": {"revenue_report": [at_location(report(5000))], "revenue_month": [line("2024-03", "usage", 1)]}}
	finding(with_lines).reason == "months_missing"
}

test_a_stronger_figure_of_a_location_hides_no_global_one if {
	result := finding(on_reports("2024-06-08", [at_location(report(5000)), by("partner", report(1000))]))
	result.status == "met"
	result.facts == ["partner report"]
	finding(on_reports("2024-06-08", [object.union(at_location(report(5000)), {"id": "location"}), report(1000)])).status == "met"
}

test_the_strongest_global_report_counts if {
	result := finding(on_reports("2024-06-08", [report(999), by("partner", report(5000))]))
	result.status == "not_met"
	result.facts == ["report"]
	two_weak := [report(1000), by("partner", report(1)), object.union(by("partner", report(2)), {"id": "other"})]
	finding(on_reports("2024-06-08", two_weak)).status == "met"
}

test_the_same_report_twice_is_one if {
	finding(on_reports("2024-06-08", [report(1000), object.union(report(1000), {"id": "other"})])).status == "met"
	finding(on_lines(array.concat(lines([400, 300, 299]), [object.union(line("2024-03", "usage", 400), {"id": "other"})]))).status == "not_met"
}

test_a_report_counts_from_its_publication if {
	finding(on_reports("2024-06-08", [published("2024-06-08", report(1000))])).status == "met"
	finding(on_reports("2024-06-08", [published("2024-06-09", report(1000))])).status == "unknown"
	finding(on_reports("2024-06-08", [published(20240101, report(1000))])).status == "unknown"
	finding(on_reports("2024-06-08", [published("2024-06-09", report(1000)), by("partner", report(999))])).status == "not_met"
}

test_of_other_months_the_latest_is_named if {
	older := json.patch(report(1), [
		{"op": "replace", "path": "/id", "value": "older"},
		{"op": "replace", "path": "/body/window_start", "value": "2023-01"},
		{"op": "replace", "path": "/body/window_end", "value": "2023-03"},
	])
	result := finding(on_reports("2024-07-08", [older, report(1), object.union(at_location(published("2024-07-08", report(1))), {"id": "location"})]))
	result.reason == "report_of_other_months"
	result.shown.reported_window == {"from": "2024-03", "to": "2024-05"}
	result.shown.day == "2024-07-08"
	result.shown.next_on == "2024-08-08"
}

test_of_a_month_and_class_the_strongest_source_counts if {
	own := lines([400, 300, 300])
	microsofts := object.union(by("microsoft", line("2024-03", "usage", 1)), {"key": "m"})
	other_class := object.union(by("microsoft", line("2024-03", "subscription", 1)), {"key": "m"})
	finding(on_lines(array.concat(own, [microsofts]))).status == "not_met"
	finding(on_lines(array.concat(own, [microsofts]))).shown.actual == {"usd_cents": 601}
	finding(on_lines(array.concat(own, [other_class]))).shown.actual == {"usd_cents": 1001}
	finding(on_lines(array.concat(own, [at_location(microsofts)]))).shown.actual == {"usd_cents": 1000}

	# What the weaker ones say of it contradicts nothing, and does not make it known.
	weak := object.union(line("2024-03", "usage", 7), {"id": "weak"})
	finding(on_lines(array.concat(own, [microsofts, weak]))).status == "not_met"
	euros := json.patch(json.remove(microsofts, ["body/usd_cents"]), [{"op": "add", "path": "/body/local_amount", "value": {"currency": "EUR", "minor_units": 1}}])
	finding(on_lines(array.concat(own, [euros]))).shown.missing_months == ["2024-03"]
}

test_nothing_but_a_known_class_is_revenue if {
	finding(on_lines(array.concat(lines([400, 300, 299]), [line("2024-05", "hardware", 5000)]))).reason == "months_missing"
}

test_nothing_but_a_whole_amount_is_a_figure if {
	every cents in ["412500", "", [], {}, null, true, -1, 1.5] {
		finding(on_report(cents)).status == "unknown"
	}
}

test_unknown_without_any_figure if {
	empty := {"as_of": "2024-06-08", "facts": {}}
	finding(empty).status == "unknown"
	finding(empty).reason == "unknown"
	count(finding(empty).missing) == 1
	object.keys(finding(empty).shown) == {"required", "since", "citation", "window", "day", "next_on"}
}

test_the_report_counts_before_the_lines if {
	both := {"as_of": "2024-06-08", "facts": {"revenue_report": [report(999)], "revenue_month": lines([9000, 0, 0])}}
	finding(both).status == "not_met"
}

test_lines_add_up if {
	finding(on_lines(lines([400, 300, 300]))).reason == "met_by_monthly_lines"
	finding(on_lines(lines([400, 300, 299]))).reason == "not_met_by_monthly_lines"
	finding(on_lines(lines([400, 300, 299]))).shown.gap == {"usd_cents": 1}
	count(finding(on_lines(lines([400, 300, 299]))).facts) == 3
}

test_missing_months_decide_only_what_they_cannot_change if {
	enough := on_lines([line("2024-03", "usage", 1000)])
	too_little := on_lines([line("2024-03", "usage", 999)])
	finding(enough).status == "met"
	finding(too_little).status == "unknown"
	finding(too_little).reason == "months_missing"
	finding(too_little).shown.missing_months == ["2024-04", "2024-05"]
	finding(too_little).missing == [{"kind": "revenue_month", "key": "2024-04"}, {"kind": "revenue_month", "key": "2024-05"}]
}

test_the_current_month_and_older_ones_do_not_count if {
	facts := array.concat(lines([400, 300, 299]), [line("2024-06", "usage", 500), line("2024-02", "usage", 500)])
	finding(on_lines(facts)).status == "not_met"
}

test_only_global_sales_as_indirect_reseller_count if {
	every path, value in {"/body/level": "location", "/body/channel": "direct_bill"} {
		other := json.patch(line("2024-03", "subscription", 5000), [{"op": "replace", "path": path, "value": value}])
		finding(on_lines(array.concat(lines([400, 300, 299]), [other]))).status == "not_met"
	}
}

test_perpetual_software_by_its_day if {
	facts := array.concat(lines([400, 300, 299]), [line("2024-05", "perpetual_software", 1)])
	included := {"as_of": "2024-06-08", "facts": {"revenue_month": facts, "application": [application("2025-10-01")]}}
	excluded := {"as_of": "2024-06-08", "facts": {"revenue_month": facts, "application": [application("2024-04-09")]}}
	finding(on_lines(facts)).reason == "perpetual_software_decides"
	finding(on_lines(facts)).shown.perpetual_software == {"usd_cents": 1}
	finding(excluded).status == "not_met"

	# An application of a later day does not count yet.
	finding(included).reason == "perpetual_software_decides"
}

test_perpetual_software_that_decides_nothing if {
	facts := array.concat(lines([400, 300, 200]), [line("2024-05", "perpetual_software", 99)])
	finding(on_lines(facts)).status == "not_met"
	finding(on_lines(facts)).status == "not_met"
}

test_influence_by_its_day if {
	facts := array.concat(lines([400, 300, 299]), [line("2024-05", "influence", 1)])
	finding(on_lines(facts)).status == "not_met"
	counted := {"as_of": "2024-06-08", "facts": {"revenue_month": facts, "application": [application("2024-04-09")]}}
	finding(counted).status == "met"
}

test_another_currency_is_never_converted if {
	euros := json.patch(json.remove(report(0), ["body/usd_cents"]), [{"op": "add", "path": "/body/local_amount", "value": {"currency": "EUR", "minor_units": 99000}}])
	euro_line := json.patch(json.remove(line("2024-03", "usage", 0), ["body/usd_cents"]), [{"op": "add", "path": "/body/local_amount", "value": {"currency": "EUR", "minor_units": 99000}}])
	every facts in [{"revenue_report": [euros]}, {"revenue_month": [euro_line]}] {
		finding({"as_of": "2024-06-08", "facts": facts}).status == "unknown"
		finding({"as_of": "2024-06-08", "facts": facts}).reason == "only_another_currency"
	}
}

test_a_month_partly_in_another_currency_is_not_known if {
	euro_line := json.patch(json.remove(line("2024-03", "subscription", 0), ["body/usd_cents"]), [{"op": "add", "path": "/body/local_amount", "value": {"currency": "EUR", "minor_units": 1}}])
	facts := array.concat(lines([400, 300, 299]), [euro_line])
	finding(on_lines(facts)).reason == "months_missing"
	finding(on_lines(facts)).shown.missing_months == ["2024-03"]
}

test_contradictions_are_for_a_person if {
	other := object.union(report(2000), {"id": "other"})
	finding({"as_of": "2024-06-08", "facts": {"revenue_report": [report(1000), other]}}).reason == "facts_in_conflict"
	finding({"as_of": "2024-06-08", "facts": {"revenue_report": [report(1000), other]}}).facts == ["other", "report"]
	other_line := object.union(line("2024-03", "usage", 9000), {"id": "other"})
	finding(on_lines(array.concat(lines([400, 300, 300]), [other_line]))).reason == "facts_in_conflict"
}

test_a_line_is_disputed_by_one_that_would_not_count if {
	every path, value in {"/body/level": "location", "/body/channel": "direct_bill", "/body/month": "2024-02"} {
		own := object.union(line("2024-03", "usage", 400), {"id": "other"})
		other := json.patch(own, [{"op": "replace", "path": path, "value": value}])
		result := finding(on_lines(array.concat(lines([400, 300, 300]), [other])))
		result.status == "needs_review"
		result.reason == "facts_in_conflict"
		result.shown.actual == {"usd_cents": 600}
		result.facts == ["2024-03:usage", "2024-04:usage", "2024-05:usage", "other"]
	}

	# Without another line there is no figure at all.
	alone := [line("2024-03", "usage", 400), object.union(line("2024-02", "usage", 1), {"id": "other", "key": "2024-03:usage"})]
	finding(on_lines(alone)).reason == "facts_in_conflict"
	not finding(on_lines(alone)).shown.actual
	not finding(on_lines(alone)).shown.gap
}

test_contradictions_among_lines_that_do_not_count_matter_not if {
	older := [object.union(line("2024-02", "usage", cents), {"id": format_int(cents, 10)}) | some cents in [1, 2]]
	finding(on_lines(array.concat(lines([400, 300, 300]), older))).status == "met"
	elsewhere := by("microsoft", object.union(line("2024-02", "usage", 1), {"key": "2024-03:usage"}))
	finding(on_lines(array.concat(lines([400, 300, 300]), [elsewhere]))).status == "met"
}

application(day) := {
	"id": "application", "kind": "application", "key": "", "source": "partner", "valid_from": "2024-01-01",
	"body": {"submitted_on": day},
}

test_the_minimum_of_the_application_and_a_look_if_it_changed if {
	applied := {"as_of": "2024-06-15", "facts": {"revenue_report": [report(1000)], "application": [application("2024-06-09")]}}
	finding(applied).shown.required == {"usd_cents": 1000}
	finding(applied).reason == "rules_changed_since_application"
	finding(applied).shown.required_now == {"usd_cents": 1200}
}

test_flags if {
	relayed := object.union(report(1000), {"source": "partner"})
	finding({"as_of": "2024-06-08", "facts": {"revenue_report": [relayed]}}).flags == ["figure_relayed_by_the_partner"]
	unpaid := [object.union(l, {"body": object.union(l.body, {"invoices_unpaid": true})}) | some l in lines([400, 300, 300])]
	finding(on_lines(unpaid)).flags == ["invoices_unpaid"]
}

test_a_current_partners_direct_revenue_counts if {
	direct := [object.union(line(month, "usage", 400), {"body": {"channel": "direct_bill"}}) | some month in ["2024-03", "2024-04", "2024-05"]]
	request := {"program": "about.partners", "as_of": "2024-06-09", "facts": {"revenue_month": direct}}
	finding(request).status == "met" with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
	finding(request).status == "unknown" with data.csp.direct_bill.rules.for_current_partners as []

	# And what it sells through a distributor counts as before.
	indirect := object.union(request, {"facts": {"revenue_month": lines([400, 400, 400])}})
	finding(indirect).status == "met" with data.csp.direct_bill.rules.for_current_partners as ["about.partners"]
}

test_what_does_not_count_is_named if {
	influenced := array.concat(lines([400, 300, 200]), [line("2024-03", "influence", 500)])
	result := finding(on_lines(influenced))
	result.status == "not_met"
	result.flags == ["some_not_counted"]
	result.shown.not_counted == {"usd_cents": 500}
	finding(on_lines(lines([400, 300, 200]))).flags == []
}

told_both(report_source, monthly) := {"as_of": "2024-06-09", "facts": {
	"revenue_report": [by(report_source, report(1000))],
	"revenue_month": monthly,
}}

test_lines_of_a_stronger_source_say_more_than_a_report if {
	strong := [by("microsoft", entry) | some entry in lines([400, 300, 299])]
	finding(told_both("partner", strong)).reason == "not_met_by_monthly_lines"
	finding(told_both("microsoft", strong)).status == "met"
	finding(told_both("partner", array.slice(strong, 0, 2))).status == "met"
	finding(told_both("partner", lines([400, 300, 299]))).status == "met"
}

test_undecided_software_leaves_it_open if {
	undecided := [value | value := data.csp.direct_bill.requirements.revenue.met] with input as on_lines(array.concat(lines([400, 300, 299]), [line("2024-05", "perpetual_software", 1)]))
		with data.csp.direct_bill.requirements.revenue.values as values
	undecided == []
}

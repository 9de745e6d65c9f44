# METADATA
# title: CSP revenue of the last twelve months
# description: >-
#   CSP revenue as an indirect reseller over the last twelve published months reaches
#   the minimum. Microsoft's own report counts if there is one for these months; else
#   the monthly lines are added up. Months that are missing decide nothing unless they
#   cannot change the result. Amounts in other currencies are never converted.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/analyze-subscriptions-licenses
#     description: The revenue report, its twelve full months and its day of publication
package csp.direct_bill.requirements.revenue

import data.csp.direct_bill.requirements.revenue.values
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: Revenue is at or over the minimum.
met := report_cents >= minimum.value

met if {
	not report_cents
	lines_cents >= minimum.value
}

met := false if {
	not report_cents
	count(missing_months) == 0
	lines_cents + undecided_cents < minimum.value
}

minimum := dated.at(values.minimum.dated, rules.on)

# The months that count: full ones only, up to the last that the report covers.

window := calendar.published_window(
	input.as_of,
	dated.at(values.months.dated, rules.on).value,
	dated.at(values.published_on.dated, rules.on).value,
)

window_months := calendar.months(window)

# Microsoft's report for these months. Figures of single locations are not used: added
# up they can exceed the global one.

report := record if {
	some record in input.facts.revenue_report
	fact.stands(record)
	record.id in in_window
	record.body.level == "global"
}

report_cents := report.body.usd_cents if fact.amount(report.body.usd_cents)

in_window contains record.id if {
	some record in input.facts.revenue_report
	record.body.window_start == window.from
	record.body.window_end == window.to
}

# The monthly lines, where there is no report. What a class of revenue counts for
# changed over the years, so it is a dated choice.

lines contains line if {
	some line in reported_lines
	fact.amount(line.body.usd_cents)
}

reported_lines contains line if {
	some line in input.facts.revenue_month
	fact.stands(line)
	line.body.level == "global"
	line.body.channel == "indirect_reseller"
	line.body.month in window_months
}

lines_cents := sum([line.body.usd_cents | some line in lines; treatment(line.body.class) == "counts"])

undecided_cents := sum([line.body.usd_cents | some line in lines; treatment(line.body.class) == "needs_review"])

treatment(class) := "counts" if class in {"subscription", "usage"}

treatment("perpetual_software") := dated.at(values.perpetual_software.dated, rules.on).value

treatment("influence") := dated.at(values.influence.dated, rules.on).value

# A month is known when it has lines and all of them are in US dollars.
missing_months := [month | some month in window_months; not month in known_months]

known_months := {line.body.month | some line in lines} - {line.body.month |
	some line in reported_lines
	not line in lines
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	some record in input.facts.revenue_report
	record.id in in_window
	fact.disputed("revenue_report", record.key)
}

review contains "facts_in_conflict" if {
	not report
	some line in input.facts.revenue_month
	line.body.month in window_months
	fact.disputed("revenue_month", line.key)
}

review contains "perpetual_software_decides" if {
	not report_cents
	count(missing_months) == 0
	lines_cents < minimum.value
	lines_cents + undecided_cents >= minimum.value
}

review contains "rules_changed_since_application" if rules.changed(values.minimum.dated)

# METADATA
# description: What a reader should know besides.
flags contains "figure_relayed_by_the_partner" if {
	report_cents
	report.source != "microsoft"
}

flags contains "invoices_unpaid" if {
	not report_cents
	some line in lines
	line.body.invoices_unpaid == true
}

# METADATA
# description: Which figure decided, or what stands in the way of one.
reason := "met_by_monthly_lines" if {
	not report_cents
	met == true
}

reason := "not_met_by_monthly_lines" if {
	not report_cents
	met == false
}

reason := "months_missing" if {
	undetermined
	count(lines) > 0
}

reason := "only_another_currency" if {
	undetermined
	count(lines) == 0
	in_another_currency
}

reason := "report_of_other_months" if {
	undetermined
	count(lines) == 0
	not in_another_currency
	count(report_windows) > 0
}

undetermined if count([value | value := met]) == 0

in_another_currency if {
	some record in input.facts.revenue_report
	record.id in in_window
	record.body.local_amount
}

in_another_currency if {
	some line in input.facts.revenue_month
	line.body.month in window_months
	line.body.local_amount
}

report_windows contains {"from": record.body.window_start, "to": record.body.window_end} if {
	some record in input.facts.revenue_report
	fact.stands(record)
	not record.id in in_window
}

# METADATA
# description: The values that explain it.
shown["actual"] := {"usd_cents": report_cents}

shown["actual"] := {"usd_cents": lines_cents} if not report_cents

shown["required"] := {"usd_cents": minimum.value}

shown["gap"] := {"usd_cents": minimum.value - report_cents} if report_cents < minimum.value

shown["gap"] := {"usd_cents": minimum.value - lines_cents} if {
	not report_cents
	lines_cents < minimum.value
}

shown["since"] := minimum.since

shown["citation"] := minimum.citation

shown["window"] := window

shown["perpetual_software"] := {"usd_cents": undecided_cents} if "perpetual_software_decides" in review

shown["missing_months"] := missing_months if reason == "months_missing"

shown["reported_windows"] := sort(report_windows) if reason == "report_of_other_months"

facts_used contains report.id if report_cents

facts_used contains line.id if {
	not report_cents
	some line in lines
}

facts_used contains id if {
	"facts_in_conflict" in review
	some kind in ["revenue_report", "revenue_month"]
	some record in input.facts[kind]
	fact.disputed(kind, record.key)
	some id in fact.ids(kind, record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "revenue_month", "key": month} if {
	reason == "months_missing"
	some month in missing_months
}

missing contains {"kind": "revenue_report", "key": window.to, "field": "usd_cents"} if {
	undetermined
	count(review) == 0
	count(lines) == 0
}

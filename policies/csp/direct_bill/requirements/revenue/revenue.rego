# METADATA
# title: CSP revenue of the last twelve months
# description: >-
#   CSP revenue over the last twelve published months reaches the minimum: that as an
#   indirect reseller of an applicant, all of it of a current partner. Microsoft's own report counts if there is one for these months; else
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
import data.lib.fact.ranks

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
	published_on,
)

published_on := dated.at(values.published_on.dated, rules.on).value

window_months := calendar.months(window)

# Microsoft's report for these months, once it is out: that of the strongest source.
# Figures of single locations are not used: added up they can exceed the global one.

reports := fact.strongest({record | some record in global_reports; record.id in in_window})

global_reports contains record if {
	some record in published
	record.body.level == "global"
}

published contains record if {
	some record in input.facts.revenue_report
	out(record.body)
}

# A figure counts from its day of publication on; without a day, for as long as the
# record holds.

out(body) if count([day | day := body.published_on]) == 0

out(body) if fact.on_or_before(body.published_on, input.as_of)

in_window contains record.id if {
	some record in input.facts.revenue_report
	record.body.window_start == window.from
	record.body.window_end == window.to
}

reports_contradict if fact.contradicting(reports)

report_cents := cents if {
	not reports_contradict
	not outranked_by_lines
	some record in reports
	cents := record.body.usd_cents
	fact.amount(cents)
}

# Lines of every month from a stronger source say more than a report from a weaker one.
outranked_by_lines if {
	count(missing_months) == 0
	some record in reports
	every entry in said {
		ranks[entry[0][0]] < ranks[record.source]
	}
}

# The monthly lines, where there is no report. Of a month and class, only the strongest
# source that reports it counts.

candidates contains line if {
	some line in input.facts.revenue_month
	line.body.level == "global"
	line.body.channel in channels
	line.body.month in window_months
}

# An applicant must have sold as an indirect reseller. That cannot be asked of a partner
# who bills directly; there all CSP revenue counts.

channels := {"indirect_reseller"} if not rules.current_partner

channels := {"indirect_reseller", "direct_bill"} if rules.current_partner

reported contains line if {
	some line in candidates
	not outranked(line.body, ranks[line.source])
}

outranked(body, own) if {
	some rank in ranks
	rank < own
	[body.month, body.class, rank] in reporting
}

reporting := {[line.body.month, line.body.class, ranks[line.source]] | some line in candidates}

# What is said of each line, by the name of the line: however often, it counts once.

said := {[[line.source, line.key], line.body] | some line in reported}

# A line is disputed by all that its source says under its name, for other months,
# channels and levels too.

disputed_lines := fact.conflicting({[name, line.body] |
	some line in input.facts.revenue_month
	name := [line.source, line.key]
	name in used_names
})

used_names := {entry[0] | some entry in said}

lines contains entry if {
	some entry in said
	not entry[0] in disputed_lines
	fact.amount(entry[1].usd_cents)
	treatment(entry[1].class)
}

bodies := [entry[1] | some entry in lines]

# What a class of revenue counts for changed over the years, so it is a dated choice.

lines_cents := sum([body.usd_cents | some body in bodies; treatment(body.class) == "counts"])

undecided_cents := sum([body.usd_cents | some body in bodies; treatment(body.class) == "needs_review"])

not_counted_cents := sum([body.usd_cents | some body in bodies; treatment(body.class) == "excluded"])

treatment(class) := "counts" if class in {"subscription", "usage"}

treatment("perpetual_software") := dated.at(values.perpetual_software.dated, rules.on).value

treatment("influence") := dated.at(values.influence.dated, rules.on).value

# A month is known when it has lines and all of them are in US dollars.
missing_months := [month | some month in window_months; not month in known_months]

known_months := {body.month | some body in bodies} - {entry[1].month | some entry in (said - lines)}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if reports_contradict

review contains "facts_in_conflict" if {
	not report_cents
	count(disputed_lines) > 0
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
	some record in reports
	record.source != "microsoft"
}

flags contains "some_not_counted" if {
	not report_cents
	not_counted_cents > 0
}

flags contains "invoices_unpaid" if {
	not report_cents
	some body in bodies
	body.invoices_unpaid == true
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

reason := "only_a_locations_figure" if {
	undetermined
	count(lines) == 0
	not in_another_currency
	only_of_a_location
}

reason := "report_of_other_months" if {
	undetermined
	count(lines) == 0
	not in_another_currency
	not only_of_a_location
	count(other_windows) > 0
}

undetermined if count([value | value := met]) == 0

without_figure if {
	undetermined
	count(lines) == 0
}

in_another_currency if {
	some record in reports
	record.body.local_amount
}

in_another_currency if {
	some line in reported
	line.body.local_amount
}

only_of_a_location if {
	count(reports) == 0
	some record in published
	record.id in in_window
	record.body.level == "location"
}

# Windows of global reports for other months, the last month first.
other_windows contains [record.body.window_end, record.body.window_start] if {
	some record in global_reports
	not record.id in in_window
}

# METADATA
# description: The values that explain it.
shown["actual"] := {"usd_cents": report_cents}

shown["actual"] := {"usd_cents": lines_cents} if {
	not report_cents
	not without_figure
}

shown["required"] := {"usd_cents": minimum.value}

shown["gap"] := {"usd_cents": minimum.value - report_cents} if report_cents < minimum.value

shown["gap"] := {"usd_cents": minimum.value - lines_cents} if {
	not report_cents
	not without_figure
	lines_cents < minimum.value
}

shown["since"] := minimum.since

shown["citation"] := minimum.citation

shown["window"] := window

shown["perpetual_software"] := {"usd_cents": undecided_cents} if "perpetual_software_decides" in review

shown["not_counted"] := {"usd_cents": not_counted_cents} if "some_not_counted" in flags

shown["required_now"] := {"usd_cents": dated.at(values.minimum.dated, input.as_of).value} if {
	"rules_changed_since_application" in review
}

shown["missing_months"] := missing_months if reason == "months_missing"

shown["reported_window"] := {"from": latest[1], "to": latest[0]} if {
	reason == "report_of_other_months"
	latest := max(other_windows)
}

shown["day"] := input.as_of

# The next report moves the months that count.
shown["next_on"] := calendar.next_on(input.as_of, published_on)

facts_used contains record.id if {
	report_cents
	some record in reports
}

facts_used contains line.id if {
	not report_cents
	some line in reported
	[[line.source, line.key], line.body] in lines
}

facts_used contains record.id if {
	reports_contradict
	some record in reports
}

facts_used contains line.id if {
	"facts_in_conflict" in review
	some line in input.facts.revenue_month
	[line.source, line.key] in disputed_lines
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

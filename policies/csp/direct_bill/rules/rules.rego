# METADATA
# title: Rules in force
# description: >-
#   Which version of Microsoft's rules applies. An applicant is bound by the rules of
#   the day the application was submitted; everybody else by those of the day asked
#   about, unless they bind current partners later.
package csp.direct_bill.rules

import data.csp.direct_bill.process.microsoft_decision
import data.csp.direct_bill.rules.for_current_partners
import data.csp.direct_bill.rules.for_new_applications
import data.csp.direct_bill.rules.superseded_from
import data.csp.direct_bill.rules.versions
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: >-
#   Whether the program asked is about partners who bill directly already. The
#   application they once made does not matter to it.
current_partner if input.program in for_current_partners

# METADATA
# description: Whether an application is about to be made, to which today's rules apply.
new_application if input.action in for_new_applications

# METADATA
# description: >-
#   The day of the application by whose rules the partner is judged, if one was submitted
#   by the day asked about.
submitted_on := application_on if {
	not current_partner
	not new_application
}

# METADATA
# description: The day of the application, if one was submitted by the day asked about.
application_on := record.body.submitted_on if {
	some record in input.facts.application
	fact.stands(record)
	calendar.is_day(record.body.submitted_on)
	record.body.submitted_on <= input.as_of
}

# METADATA
# description: >-
#   The day whose rules apply; dated values are picked by it. An application from before
#   the first version is held against the rules of the day asked about.
default on := ""

on := submitted_on if not predates_the_rules

on := min(bound_by) if not submitted_on

on := input.as_of if predates_the_rules

# METADATA
# description: >-
#   The days whose rules bind who has no application under way; the earliest of them
#   counts. Rules that bind current partners later than others add an earlier day here.
bound_by contains input.as_of

# METADATA
# description: Whether the application was submitted before there were rules.
predates_the_rules if submitted_on < versions[0].since

# METADATA
# description: The version in force on that day; undefined before the first.
version := dated.at(versions, on)

# METADATA
# description: >-
#   From when on newer rules are known than those here; undefined on days before, and if
#   there is a version of that day or later.
superseded_on := day if {
	day := superseded_from
	day <= input.as_of
	every version in versions {
		version.since < day
	}
}

# METADATA
# description: The version in force on the day asked about.
version_today := dated.at(versions, input.as_of)

# METADATA
# description: >-
#   Whether a dated value changed between the application and the day asked about.
#   Microsoft does not say which one then applies, so a person must look, until Microsoft
#   has decided.
changed(entries) if {
	submitted_on
	not decided
	dated.at(entries, on) != dated.at(entries, input.as_of)
}

# METADATA
# description: Whether Microsoft has decided on the application.
decided if microsoft_decision.met in {true, false}

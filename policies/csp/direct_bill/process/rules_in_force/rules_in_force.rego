# METADATA
# title: Rules in force
# description: >-
#   Which version of Microsoft's rules applies. If it changed between the application
#   and today, and Microsoft has not decided yet, the page does not say which one
#   applies, and a person must look.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: The requirements have been updated
package csp.direct_bill.process.rules_in_force

import data.csp.direct_bill.process.rules_in_force.citation
import data.csp.direct_bill.rules
import data.csp.direct_bill.rules.versions
import data.lib.fact

# METADATA
# description: There is a version, and it is either still today's or Microsoft has decided by it.
met if {
	rules.version
	count(review) == 0
}

# METADATA
# description: Why a person must look at it.
review contains "rules_changed_since_application" if {
	rules.submitted_on
	rules.version.id != rules.version_today.id
	not rules.decided
}

review contains "application_predates_the_rules" if {
	rules.predates_the_rules
	rules.version
	not rules.decided
}

# Two days of application may mean two versions.
review contains "facts_in_conflict" if {
	not rules.current_partner
	fact.disputed("application", "")
}

# METADATA
# description: What a reader should know besides.
flags contains "newer_rules_not_here" if rules.superseded_on

flags contains "start_uncertain" if rules.version.uncertain == true

# METADATA
# description: Why there is no answer, or why older rules apply.
reason := "no_rules_yet" if not rules.version

reason := "newer_rules_bind_later" if {
	not rules.submitted_on
	rules.version.id != rules.version_today.id
}

# METADATA
# description: The values that explain it.
shown["version"] := rules.version.id

shown["since"] := rules.version.since

shown["citation"] := rules.version.citation

shown["citation"] := citation if not rules.version

shown["superseded_on"] := rules.superseded_on

shown["submitted_on"] := rules.submitted_on

shown["changed_on"] := rules.version_today.since if rules.version.id != rules.version_today.id

shown["day"] := rules.on if not rules.version

shown["first_day"] := versions[0].since if not rules.version

shown["first_day"] := versions[0].since if rules.predates_the_rules

facts_used contains id if {
	rules.submitted_on
	some id in fact.ids("application", "")
}

facts_used contains id if {
	"facts_in_conflict" in review
	some id in fact.ids("application", "")
}

facts_used contains id if {
	rules.submitted_on
	rules.version.id != rules.version_today.id
	rules.decided
	some id in fact.ids("microsoft_decision", "")
}

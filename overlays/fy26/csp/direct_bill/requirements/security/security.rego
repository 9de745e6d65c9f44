# METADATA
# title: Mandatory security requirements
# description: >-
#   Multifactor authentication for all administrators of the partner's own tenant, a
#   security contact, and alerts answered in time on average. Of indirect resellers less
#   is asked. No score counts, and nothing of the customers' tenants.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/security/security-requirements
#     description: Mandatory security requirements by kind of partner
package csp.direct_bill.requirements.security

import data.csp.direct_bill.requirements.security.citation
import data.csp.direct_bill.requirements.security.values
import data.csp.direct_bill.rules
import data.lib.dated
import data.lib.fact

# METADATA
# description: All that is asked is fulfilled; or something is known not to be.
met if {
	count(asked) > 0
	count(asked - fulfilled) == 0
}

met := false if count(failing) > 0

# What is asked, of whom, and from which day. Programs about other partners than those who
# bill directly, or want to, add of whom they ask it.

asked contains item if {
	some entry in in_force
	some item in entry.value
}

in_force contains entry if {
	some whom in of_whom
	entry := dated.at(values[whom].dated, on)
}

# METADATA
# description: Of whom it is asked, by the name of the value that says what.
of_whom contains "of_direct_bill_partners" if for_direct_bill

for_direct_bill if not startswith(object.get(input, "program", ""), "csp.authorization")

# Only who applies for direct billing is held to the rules of the day of the application.

on := rules.on if for_direct_bill

on := input.as_of if not for_direct_bill

longest := dated.at(values.alert_response.dated, on)

stated := record.body if {
	some record in input.facts.security
	fact.stands(record)
}

average := stated.average_alert_response_hours if {
	is_number(stated.average_alert_response_hours)
	stated.average_alert_response_hours >= 0
}

no_alerts if stated.alerts == 0

fulfilled contains item if {
	some item in ["mfa_all_admins", "security_contact"]
	stated[item] == true
}

fulfilled contains "alerts_answered" if no_alerts

fulfilled contains "alerts_answered" if {
	not no_alerts
	average <= longest.value
}

failing contains item if {
	some item in asked
	stated[item] == false
}

failing contains "alerts_answered" if late

late if {
	"alerts_answered" in asked
	not no_alerts
	average > longest.value
}

not_known := (asked - fulfilled) - failing

disputed contains record.key if {
	some record in input.facts.security
	fact.disputed("security", record.key)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if count(disputed) > 0

review contains "rules_changed_since_application" if {
	for_direct_bill
	some value in ["of_direct_bill_partners", "alert_response"]
	rules.changed(values[value].dated)
}

# METADATA
# description: What a reader should know besides.
flags contains "no_alerts" if {
	"alerts_answered" in asked
	no_alerts
}

flags contains "answered_in_time" if {
	"alerts_answered" in asked
	not no_alerts
	average <= longest.value
}

flags contains "answered_late" if late

# METADATA
# description: Why there is no answer.
reason := "not_required_yet" if {
	count(of_whom) > 0
	count(asked) == 0
}

reason := "of_nobody_known" if count(of_whom) == 0

# METADATA
# description: The values that explain it.
shown["asked"] := [item | some item in in_order; item in asked] if count(asked) > 0

shown["failing"] := [item | some item in in_order; item in failing] if count(failing) > 0

shown["not_known"] := [item | some item in in_order; item in not_known] if count(not_known) > 0

shown["since"] := max({entry.since | some entry in in_force})

shown["citation"] := max({entry.citation | some entry in in_force})

shown["citation"] := citation if count(in_force) == 0

shown["actual"] := {"hours": average} if alerts_measured

shown["required"] := {"hours": longest.value} if alerts_measured

shown["day"] := on if count(asked) == 0

alerts_measured if {
	"alerts_answered" in asked
	not no_alerts
	average >= 0
}

in_order := ["mfa_all_admins", "security_contact", "alerts_answered"]

facts_used contains record.id if {
	count(asked) > 0
	some record in input.facts.security
	fact.leads(record)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "security", "field": field} if {
	count(review) == 0
	count(failing) == 0
	some item in not_known
	field := {
		"mfa_all_admins": "mfa_all_admins",
		"security_contact": "security_contact",
		"alerts_answered": "average_alert_response_hours",
	}[item]
}

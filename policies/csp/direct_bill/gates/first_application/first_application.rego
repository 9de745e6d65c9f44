# METADATA
# title: First application
# description: >-
#   The form is for partners who do not bill directly yet and have no application under
#   way. Whether one who was refused, or whose enrollment was revoked, may apply again is
#   not said, and for a person to judge. Another region needs an application of its own.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: The application form, for those who want to become direct-bill partners
package csp.direct_bill.gates.first_application

import data.csp.direct_bill.gates.first_application.citation
import data.csp.direct_bill.process.microsoft_decision
import data.csp.direct_bill.rules
import data.csp.direct_bill.status
import data.lib.fact

# METADATA
# description: Nothing speaks against an application; or one is not needed, or under way.
met if {
	not enrolled
	not under_way
}

met := false if enrolled

met := false if under_way

enrolled if {
	status.state in {"active", "restricted", "suspended"}
	not status.elsewhere
}

enrolled if {
	microsoft_decision.met == true
	not status.elsewhere
}

under_way if {
	rules.application_on
	not rules.decided
	not status.elsewhere
}

# METADATA
# description: Why a person must look at it.
review contains "refused_before" if {
	microsoft_decision.met == false
	not enrolled
}

review contains "revoked_before" if status.state == "revoked"

review contains "facts_in_conflict" if status.disputed

review contains "facts_in_conflict" if fact.disputed("application", "")

# METADATA
# description: Why no application is needed, or possible now.
reason := "enrolled" if enrolled

reason := "under_way" if {
	under_way
	not enrolled
}

reason := "for_another_region" if {
	met == true
	status.elsewhere
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["submitted_on"] := rules.application_on

shown["decided_on"] := microsoft_decision.decision.decided_on

facts_used contains id if some id in status.facts_used

facts_used contains id if {
	some kind in ["application", "microsoft_decision"]
	some id in fact.ids(kind, "")
}

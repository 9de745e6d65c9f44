# METADATA
# title: Completed application
# description: >-
#   The form is submitted and complete. A current direct-bill partner has done that
#   already.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Start your enrollment, and complete the application
package csp.direct_bill.gates.application_completed

import data.csp.direct_bill.gates.application_completed.citation
import data.csp.direct_bill.status
import data.lib.calendar
import data.lib.fact

# METADATA
# description: The form is there in full; or it is known not to be.
met if {
	submitted_on <= input.as_of
	application.completed == true
}

met if current_partner

met := false if {
	not current_partner
	application.completed == false
}

met := false if {
	not current_partner
	submitted_on > input.as_of
}

current_partner if status.current

application := record.body if {
	some record in input.facts.application
	fact.stands(record)
}

submitted_on := application.submitted_on if calendar.is_day(application.submitted_on)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	not current_partner
	fact.disputed("application", "")
}

# METADATA
# description: How it was passed, or what is missing of it.
reason := "current_partner" if current_partner

reason := "form_not_completed" if {
	met == false
	submitted_on <= input.as_of
}

reason := "application_to_come" if {
	met == false
	submitted_on > input.as_of
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["submitted_on"] := submitted_on

shown["next_on"] := submitted_on if submitted_on > input.as_of

facts_used contains id if some id in fact.ids("application", "")

facts_used contains id if {
	current_partner
	some id in status.facts_used
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "application", "field": field} if {
	undetermined
	count(review) == 0
	some field in ["submitted_on", "completed"]
	not readable[field]
}

readable["submitted_on"] := submitted_on

readable["completed"] := "completed" if is_boolean(application.completed)

undetermined if count([value | value := met]) == 0

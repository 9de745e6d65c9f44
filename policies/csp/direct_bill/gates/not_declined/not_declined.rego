# METADATA
# title: Not declined
# description: >-
#   Microsoft has not declined the application. That it approved one, or has not decided
#   yet, opens nothing by itself: the other gates do.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Microsoft reviews all the information and gives a decision
package csp.direct_bill.gates.not_declined

import data.csp.direct_bill.gates.not_declined.citation
import data.csp.direct_bill.process.microsoft_decision
import data.csp.direct_bill.status
import data.lib.calendar
import data.lib.fact

# METADATA
# description: Nothing that is known of Microsoft's decision declines, or it has declined.
met if {
	not microsoft_decision.met == false
	every body in said {
		harmless(body)
	}
}

met := false if microsoft_decision.met == false

said contains record.body if {
	some record in input.facts.microsoft_decision
	fact.leads(record)
}

harmless(body) if body.value in {"approved", "pending"}

# Declined, but only on a later day.
harmless(body) if {
	body.value == "declined"
	calendar.is_day(body.decided_on)
	body.decided_on > input.as_of
}

# METADATA
# description: Why a person must look at it.
review contains code if some code in microsoft_decision.review

review contains "partner_suspended_or_revoked" if status.state in {"suspended", "revoked"}

# METADATA
# description: What Microsoft decided, if it has.
reason := "approved" if microsoft_decision.met == true

reason := "declined_for_a_reason" if {
	met == false
	microsoft_decision.stated_reason
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["decided_on"] := microsoft_decision.shown.decided_on

shown["stated_reason"] := microsoft_decision.shown.stated_reason

facts_used contains id if some id in fact.ids("microsoft_decision", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "microsoft_decision", "field": "value"} if {
	count(review) == 0
	undetermined
}

undetermined if count([value | value := met]) == 0

# METADATA
# title: Microsoft's decision
# description: >-
#   Microsoft reviews everything and decides; meeting the requirements is never enough
#   by itself. The decision is only ever taken from a fact.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Microsoft reviews all the information and gives a decision
package csp.direct_bill.process.microsoft_decision

import data.csp.direct_bill.process.microsoft_decision.citation
import data.lib.fact

# METADATA
# description: Due once Microsoft has decided.
default due := false

due if met in {true, false}

due if count(review) > 0

# METADATA
# description: What Microsoft decided; undefined as long as it has not.
met if decision.value == "approved"

met := false if decision.value == "declined"

decision := record.body if {
	some record in input.facts.microsoft_decision
	fact.stands(record)
	record.source == "microsoft"
	reached(record.body)
}

# What somebody else says of it decides nothing.
relayed := record.body.value if {
	some record in input.facts.microsoft_decision
	fact.stands(record)
	record.source != "microsoft"
	reached(record.body)
	record.body.value in {"approved", "declined"}
}

# A decision counts from its day on; without a day, for as long as the record holds.

reached(body) if count([day | day := body.decided_on]) == 0

reached(body) if fact.on_or_before(body.decided_on, input.as_of)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("microsoft_decision", "")

review contains "decision_relayed" if relayed

# METADATA
# description: What is known besides of the decision.
reason := "accepted_on_a_day" if {
	met == true
	decision.decided_on
}

reason := "declined_on_a_day" if {
	met == false
	decision.decided_on
	not stated_reason
}

reason := "declined_for_a_reason" if {
	met == false
	stated_reason
	not decision.decided_on
}

reason := "declined_on_a_day_for_a_reason" if {
	met == false
	decision.decided_on
	stated_reason
}

stated_reason := decision.reason if is_string(decision.reason)

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["decided_on"] := decision.decided_on if due

shown["stated_reason"] := stated_reason if due

shown["relayed"] := relayed

facts_used contains id if some id in fact.ids("microsoft_decision", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "microsoft_decision", "field": "value"} if not due

# METADATA
# title: Credit check
# description: >-
#   Microsoft has checked the company's credit and given notice that the check was
#   passed. The check has no deadline: however long it takes, it stays open.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Credit check, and the e-mail when it is passed
package csp.direct_bill.process.credit_check

import data.csp.direct_bill.process.credit_check.citation
import data.lib.fact

# METADATA
# description: Passed, with Microsoft's notice; or failed. Anything else is not known yet.
met if notified_on

met := false if credit.status == "failed"

credit := record.body if {
	some record in input.facts.credit_check
	fact.stands(record)
}

notified_on := credit.notified_on if {
	credit.status == "passed"
	fact.on_or_before(credit.notified_on, input.as_of)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("credit_check", "")

# METADATA
# description: What a reader should know besides.
flags contains "relayed_by_the_partner" if {
	met in {true, false}
	some record in input.facts.credit_check
	fact.stands(record)
	record.source == "partner"
}

# METADATA
# description: Why there is no answer yet.
reason := "pending" if credit.status == "pending"

reason := "not_started" if credit.status == "not_started"

reason := "notice_awaited" if {
	notice_missing
	is_string(object.get(credit, "notified_on", ""))
}

notice_missing if {
	credit.status == "passed"
	not notified_on
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["started_on"] := credit.started_on

shown["notified_on"] := notified_on

facts_used contains id if some id in fact.ids("credit_check", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "credit_check", "field": "notified_on"} if notice_missing

missing contains {"kind": "credit_check", "field": "status"} if {
	count(review) == 0
	count([value | value := met]) == 0
	not notice_missing
}

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

notified_on := notice if passed

# Microsoft's notice that the check was passed, once it is there.
notice := credit.notified_on if fact.on_or_before(credit.notified_on, input.as_of)

# A pass counts from its day on; without a day, for as long as the record holds.

passed if {
	credit.status == "passed"
	count([day | day := credit.passed_on]) == 0
}

passed if {
	credit.status == "passed"
	fact.on_or_before(credit.passed_on, input.as_of)
}

passes_later if {
	credit.status == "passed"
	is_string(credit.passed_on)
	not passed
}

unreadable if {
	credit.status == "passed"
	not is_string(object.get(credit, "passed_on", ""))
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if fact.disputed("credit_check", "")

review contains "notice_contradicts_record" if {
	notice
	credit.status in {"not_started", "pending", "failed"}
}

review contains "notice_contradicts_record" if {
	credit.status == "passed"
	is_string(credit.passed_on)
	notice < credit.passed_on
}

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

reason := "pending" if passes_later

reason := "not_started" if credit.status == "not_started"

reason := "notice_awaited" if {
	notice_missing
	is_string(object.get(credit, "notified_on", ""))
}

notice_missing if {
	passed
	not notice
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["started_on"] := credit.started_on

shown["notified_on"] := notice

facts_used contains id if some id in fact.ids("credit_check", "")

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "credit_check", "field": "notified_on"} if notice_missing

missing contains {"kind": "credit_check", "field": "status"} if {
	count(review) == 0
	count([value | value := met]) == 0
	not notice_missing
	not unreadable
}

missing contains {"kind": "credit_check", "field": "passed_on"} if unreadable

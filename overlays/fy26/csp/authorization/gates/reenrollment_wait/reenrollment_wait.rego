# METADATA
# title: Wait after the authorization was withdrawn
# description: >-
#   A year has passed since Microsoft withdrew the authorization as an indirect reseller.
#   The same day a year later is enough.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/new-indirect-reseller-requirement
#     description: Enrolling again after a year
package csp.authorization.gates.reenrollment_wait

import data.csp.authorization.gates.reenrollment_wait.citation
import data.csp.authorization.gates.reenrollment_wait.values
import data.csp.authorization.regions
import data.csp.direct_bill.region
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: The wait is over in every region where the authorization was withdrawn.
met if {
	count(withdrawals) > 0
	count(undated) == 0
	first_day <= input.as_of
}

met := false if first_day > input.as_of

wait := dated.at(values.months.dated, input.as_of)

withdrawals contains record if {
	some record in regions.known
	record.body.tier == "indirect_reseller"
	record.key in regions.withdrawn
}

undated contains record.key if {
	some record in withdrawals
	not calendar.is_day(record.body.deauthorized_on)
}

withdrawn_on := max({record.body.deauthorized_on |
	some record in withdrawals
	calendar.is_day(record.body.deauthorized_on)
})

# METADATA
# description: The first day on which the partner may enroll again.
first_day := calendar.add_months(withdrawn_on, wait.value)

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	regions.disputed("authorization")
	not met == false
}

# Nobody who was never, or is still, authorized enrolls again.
review contains "nothing_withdrawn" if {
	count(regions.known) > 0
	count(withdrawals) == 0
	not regions.disputed("authorization")
}

# METADATA
# description: Why there is no answer.
reason := "not_in_force" if not wait

# METADATA
# description: The values that explain it.
shown["day"] := input.as_of if not wait

shown["required"] := {"months": wait.value}

shown["since"] := wait.since

shown["citation"] := wait.citation

shown["citation"] := citation if not wait

shown["withdrawn_on"] := withdrawn_on

shown["regions"] := sort({region.name(record.key) | some record in withdrawals}) if count(withdrawals) > 0

shown["first_day"] := first_day

shown["next_on"] := first_day if met == false

facts_used contains record.id if {
	some record in input.facts.authorization
	fact.leads(record)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "authorization"} if {
	count(review) == 0
	count(regions.known) == 0
}

missing contains {"kind": "authorization", "key": key, "field": "deauthorized_on"} if {
	count(review) == 0
	not met == false
	some key in undated
}

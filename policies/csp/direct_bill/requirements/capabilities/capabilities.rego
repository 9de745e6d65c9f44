# METADATA
# title: Assessment of the capabilities
# description: >-
#   An assessor that Microsoft accepts has assessed the required areas, the latest such
#   assessment was passed in all of them, and it is not too old. Assessments by others do
#   not count, and none completes another.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Capabilities, reviewed by Microsoft through third-party assessments
package csp.direct_bill.requirements.capabilities

import data.csp.direct_bill.requirements.capabilities.citation
import data.csp.direct_bill.requirements.capabilities.values
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: All areas passed in the latest assessment, which still counts.
met if {
	count(unreadable) == 0
	count(not_assessed) == 0
	count(failed) == 0
	count(conditional) == 0
	input.as_of <= valid_until
}

met := false if {
	count(unreadable) == 0
	count(failed) > 0
}

met := false if {
	count(unreadable) == 0
	expired
}

met := false if not_by_microsofts_assessor

areas := dated.at(values.areas.dated, rules.on)

validity := dated.at(values.validity.dated, rules.on)

assessors := dated.at(values.assessors.dated, rules.on)

# Assessments made by the day, and those of them that count.

assessments contains record if {
	some record in input.facts.capability_assessment
	fact.leads(record)
	is_string(record.body.assessor)
	fact.on_or_before(record.body.assessed_on, input.as_of)
}

counting contains record if {
	some record in assessments
	record.body.assessor in assessors.value
	not record.source in {"partner", "registry"}
}

# That Microsoft appointed the assessor is a claim as long as neither of them says so.
claimed contains record if {
	some record in assessments
	record.body.assessor in assessors.value
	record.source in {"partner", "registry"}
}

claimed_on := max({record.body.assessed_on | some record in claimed})

# A claim matters while no assessment that counts decides, or none that still counts.

claim_open if {
	count(claimed) > 0
	count([value | value := met]) == 0
}

claim_open if {
	expired
	claimed_on > assessed_on
}

others contains record if {
	some record in assessments
	not record.body.assessor in assessors.value
}

assessed_on := max({record.body.assessed_on | some record in counting})

latest contains record if {
	some record in counting
	record.body.assessed_on == assessed_on
}

# The last day on which it counts: the same day of the month, or the last of a shorter one.
valid_until := calendar.add_months(assessed_on, validity.value)

expired if valid_until < input.as_of

not_by_microsofts_assessor if {
	count(unreadable) == 0
	count(counting) == 0
	count(claimed) == 0
	count(others) > 0
}

# One that cannot be read might be the one that counts.

unreadable contains {"kind": "capability_assessment", "key": record.key, "field": "assessor"} if {
	some record in input.facts.capability_assessment
	fact.leads(record)
	not is_string(object.get(record.body, "assessor", null))
}

unreadable contains {"kind": "capability_assessment", "key": record.key, "field": "assessed_on"} if {
	some record in input.facts.capability_assessment
	fact.leads(record)
	record.body.assessor in assessors.value
	not is_string(object.get(record.body, "assessed_on", null))
}

# What the assessments of the latest day say of each area.

results[area] contains result if {
	some area in areas.value
	some record in latest
	result := record.body.results[area]
}

passed contains area if {
	results[area] == {"pass"}
	not area in not_assessed
}

failed contains area if "fail" in results[area]

conditional contains area if "conditional" in results[area]

# One assessment must cover all areas: of several of one day, the one that lacks fewest.

lacking contains [count(without), record.id, record.key, without] if {
	asked_for := areas.value
	required := {area | some area in asked_for}
	some record in latest
	without := required - {area |
		some area in required
		record.body.results[area] in {"pass", "fail", "conditional"}
	}
}

not_assessed := fullest[3]

fullest := min(lacking)

# METADATA
# description: Why a person must look at it.
review contains "conditional_pass" if {
	count(conditional) > 0
	count(failed) == 0
	not expired
}

review contains "appointment_claimed" if claim_open

review contains "facts_in_conflict" if {
	some record in latest
	fact.disputed("capability_assessment", record.key)
}

review contains "rules_changed_since_application" if {
	some value in ["areas", "validity", "assessors"]
	rules.changed(values[value].dated)
}

# METADATA
# description: What stands in the way.
reason := "area_failed" if {
	met == false
	count(failed) > 0
}

reason := "assessment_expired" if {
	met == false
	count(failed) == 0
	expired
}

reason := "not_by_microsofts_assessor" if not_by_microsofts_assessor

reason := "areas_missing" if {
	undetermined
	count(unreadable) == 0
	count(not_assessed) > 0
}

undetermined if {
	count(review) == 0
	count([value | value := met]) == 0
}

# METADATA
# description: The values that explain it.
shown.required := sort(areas.value)

shown.assessed_on := assessed_on

shown.valid_until := valid_until

shown.validity := {"months": validity.value}

shown.claimed_on := claimed_on if claim_open

# Whose the latest claimed assessment is said to be.
shown.claimed := {"any_of": sort({record.body.assessor |
	some record in claimed
	record.body.assessed_on == claimed_on
})} if {
	claim_open
}

shown.accepted := {"any_of": sort(assessors.value)}

shown.passed_areas := sort(passed) if count(passed) > 0

shown.failed_areas := sort(failed) if count(failed) > 0

shown.conditional_areas := sort(conditional) if count(conditional) > 0

shown.missing_areas := sort(not_assessed) if count(not_assessed) > 0

shown.assessors := sort({record.body.assessor | some record in others}) if not_by_microsofts_assessor

shown.since := deciding.since

shown.citation := deciding.citation

shown.citation := citation if not deciding

deciding := assessors if assessor_decides

deciding := validity if {
	reason == "assessment_expired"
	not assessor_decides
}

deciding := areas if {
	not assessor_decides
	not reason == "assessment_expired"
}

assessor_decides if not_by_microsofts_assessor

assessor_decides if claim_open

facts_used contains record.id if some record in latest

facts_used contains record.id if {
	not_by_microsofts_assessor
	some record in others
}

facts_used contains record.id if {
	claim_open
	some record in claimed
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "capability_assessment", "key": fullest[2], "field": concat(".", ["results", area])} if {
	reason == "areas_missing"
	some area in not_assessed
}

missing contains {"kind": "capability_assessment", "key": record.key, "field": "assessed_on"} if {
	undetermined
	some record in latest
	not valid_until
}

missing contains {"kind": "capability_assessment"} if {
	undetermined
	count(unreadable) == 0
	count(latest) == 0
}

missing contains field if {
	undetermined
	some field in unreadable
}

# METADATA
# title: Enrollment as an indirect reseller
# description: Microsoft has approved the enrollment as an indirect reseller.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps from direct-bill partner to indirect reseller
package csp.direct_bill.transition.steps.ir_enrollment

import data.csp.direct_bill.rules
import data.csp.direct_bill.transition.progress
import data.csp.direct_bill.transition.steps.ir_enrollment.citation
import data.csp.direct_bill.transition.steps.ir_enrollment.values
import data.lib.calendar
import data.lib.dated

# METADATA
# description: Done, or said not to be.
met := progress.met.ir_enrollment

# METADATA
# description: It waits for the profile, unless it is not clear what is said of the move.
due := false if {
	"ir_enrollment" in progress.blocked
	not progress.disputed
}

# METADATA
# description: >-
#   Why a person must look at it. What contradicts itself concerns every step, and is said
#   at the first.
review contains "facts_in_conflict" if progress.disputed

# METADATA
# description: What a reader should know besides, before or after the step.
flags contains way_back if not met == true

flags contains "incentives_invitation" if input.as_of <= incentives_by

way_back := dated.at(values.way_back.dated, rules.on).value

# METADATA
# description: Why it is not done.
reason := progress.reason.ir_enrollment

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["done_on"] := progress.done_on.ir_enrollment

shown["planned_on"] := progress.planned_on.ir_enrollment

# The first day on which it can be done.
shown["next_on"] := progress.planned_on.ir_enrollment

shown["incentives_within"] := {"days": incentives}

shown["incentives_by"] := incentives_by

incentives_by := calendar.add_days(progress.done_on.ir_enrollment, incentives)

incentives := dated.at(values.incentives.dated, rules.on).value

shown["waits_for"] := progress.waits_for.ir_enrollment if "ir_enrollment" in progress.blocked

facts_used contains id if some id in progress.facts_used

# METADATA
# description: What to send so that it can be determined.
missing contains field if some field in progress.missing.ir_enrollment

# METADATA
# title: Progress of the move
# description: >-
#   How far a partner has come that moves from direct-bill partner to indirect reseller:
#   which steps are done, which comes next and which wait. What the steps have in common
#   stands here, by the name of the step.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/transition-direct-to-indirect
#     description: The steps and their order
package csp.direct_bill.transition.progress

import data.csp.direct_bill.requirements.partner_id
import data.csp.direct_bill.transition.progress.answers
import data.csp.direct_bill.transition.progress.days
import data.csp.direct_bill.transition.progress.in_any_order
import data.csp.direct_bill.transition.progress.judged_today
import data.csp.direct_bill.transition.progress.order
import data.lib.calendar
import data.lib.fact

# METADATA
# description: What is said of the move, by the source that counts.
said := record.body if {
	some record in input.facts.transition
	fact.stands(record)
}

# METADATA
# description: Whether what is said contradicts itself at equal rank.
disputed if fact.disputed("transition", "")

# METADATA
# description: The steps that are done. A day to come is not done yet.
done contains "partner_id" if {
	partner_id.met == true
	count(partner_id.review) == 0
}

done contains step if {
	some step, day in day_of
	day <= input.as_of
}

done contains step if {
	some step, field in answers
	said[field] == true
}

done contains "customer_agreements" if said.customer_agreement == "accepted"

# METADATA
# description: Whether a step has been said to be done or not; undefined where neither was.
met[step] := true if some step in done

met[step] := false if some step, _ in planned_on

met[step] := false if {
	some step, field in answers
	said[field] == false
}

met.customer_agreements := false if said.customer_agreement in {"none", "attested"}

# METADATA
# description: The day on which a step was done.
done_on[step] := day if {
	some step, day in day_of
	day <= input.as_of
}

# METADATA
# description: The day to come on which a step will be done.
planned_on[step] := day if {
	some step, day in day_of
	day > input.as_of
}

day_of[step] := said[field] if {
	some step, field in days
	calendar.is_day(said[field])
}

# METADATA
# description: The earlier steps that are not done, in their order.
waits_for[step] := [earlier | some earlier in array.slice(order, 0, i); not earlier in done] if {
	some i, step in order
}

# METADATA
# description: The steps that cannot be done yet.
blocked contains step if {
	some step, earlier in waits_for
	count(earlier) > 0
	not step in done
}

# METADATA
# description: The earlier steps that are not done although a later one is, by the later one.
out_of_order[step] := earlier if {
	some step in done
	not step in in_any_order
	earlier := [name | some name in waits_for[step]; not name in judged_today]
	count(earlier) > 0
}

# METADATA
# description: The latest day of an earlier step, by the step whose own day is before it.
dated_too_early[step] := latest if {
	some i, step in order
	latest := max([done_on[earlier] | some earlier in array.slice(order, 0, i)])
	done_on[step] < latest
}

# METADATA
# description: Why a person must look at a step.
review[step] contains "out_of_order" if some step, _ in out_of_order

review[step] contains "dated_too_early" if some step, _ in dated_too_early

# METADATA
# description: Why a step is not done.
reason[step] := "blocked" if some step in blocked

reason[step] := "planned" if {
	some step, _ in planned_on
	not step in blocked
}

reason[step] := "open" if {
	some step, _ in answers
	met[step] == false
	not step in blocked
}

# METADATA
# description: What to send for a step, that is the field not sent or not readable.
missing[step] contains {"kind": "transition", "field": field} if {
	some step, field in object.union(object.union(days, answers), {"customer_agreements": "customer_agreement"})
	not step in blocked
	not step in object.keys(met)
	not disputed
}

# METADATA
# description: The facts that the progress is known by.
facts_used contains id if some id in fact.ids("transition", "")

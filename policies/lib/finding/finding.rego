# METADATA
# title: Finding
# description: What came out for one requirement, from the rules that the requirement is made of.
package lib.finding

# METADATA
# description: >-
#   parts.met, parts.due and parts.reason are lists of no or one value, because a rule
#   may be undefined: no value of met means unknown. Anything but true and false means
#   unknown too. due is whether the program counts the requirement now; the requirement
#   itself may say that it is not due.
make(id, due, parts) := {
	"id": id,
	"status": status,
	"due": _due(due, parts.due),
	"reason": _reason(status, parts),
	"flags": sort(parts.flags | _further(parts.review)),
	"shown": parts.shown,
	"facts": sort(parts.facts),
	"missing": sort(parts.missing),
} if {
	status := _status(parts.met, parts.review)
}

default _status(_, _) := "unknown"

_status(_, review) := "needs_review" if count(review) > 0

_status([true], review) := "met" if count(review) == 0

_status([false], review) := "not_met" if count(review) == 0

default _due(_, _) := false

_due(true, due) if not false in due

# A review code explains itself; otherwise the requirement may name its reason, and
# the status is one where it does not.
_reason("needs_review", parts) := sort(parts.review)[0]

_reason(status, parts) := parts.reason[0] if status != "needs_review"

_reason(status, parts) := status if {
	status != "needs_review"
	count(parts.reason) == 0
}

_further(review) := {code | some i, code in sort(review); i > 0}

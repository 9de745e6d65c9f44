# METADATA
# title: Findings
# description: Collects what a requirement, a step of the process or a gate says into a finding.
package csp.direct_bill.findings

import data.lib.finding

# METADATA
# description: >-
#   The finding of a requirement of the table. A rule that a requirement does not have,
#   or that is undefined today, is collected as an empty list or set.
requirement(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.direct_bill.requirements[name].met],
	"due": [value | value := data.csp.direct_bill.requirements[name].due],
	"reason": [value | value := data.csp.direct_bill.requirements[name].reason],
	"review": {code | some code in data.csp.direct_bill.requirements[name].review},
	"flags": {code | some code in data.csp.direct_bill.requirements[name].flags},
	"shown": {key: value | some key, value in data.csp.direct_bill.requirements[name].shown},
	"facts": {id | some id in data.csp.direct_bill.requirements[name].facts_used},
	"missing": {fact | some fact in data.csp.direct_bill.requirements[name].missing},
})

# METADATA
# description: The finding of a step of the process.
step(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.direct_bill.process[name].met],
	"due": [value | value := data.csp.direct_bill.process[name].due],
	"reason": [value | value := data.csp.direct_bill.process[name].reason],
	"review": {code | some code in data.csp.direct_bill.process[name].review},
	"flags": {code | some code in data.csp.direct_bill.process[name].flags},
	"shown": {key: value | some key, value in data.csp.direct_bill.process[name].shown},
	"facts": {id | some id in data.csp.direct_bill.process[name].facts_used},
	"missing": {fact | some fact in data.csp.direct_bill.process[name].missing},
})

# METADATA
# description: The finding of a part of the standing of a current partner.
standing(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.direct_bill.standing[name].met],
	"due": [value | value := data.csp.direct_bill.standing[name].due],
	"reason": [value | value := data.csp.direct_bill.standing[name].reason],
	"review": {code | some code in data.csp.direct_bill.standing[name].review},
	"flags": {code | some code in data.csp.direct_bill.standing[name].flags},
	"shown": {key: value | some key, value in data.csp.direct_bill.standing[name].shown},
	"facts": {id | some id in data.csp.direct_bill.standing[name].facts_used},
	"missing": {fact | some fact in data.csp.direct_bill.standing[name].missing},
})

# METADATA
# description: The finding of a step on the way from direct-bill partner to indirect reseller.
transition(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.direct_bill.transition.steps[name].met],
	"due": [value | value := data.csp.direct_bill.transition.steps[name].due],
	"reason": [value | value := data.csp.direct_bill.transition.steps[name].reason],
	"review": {code | some code in data.csp.direct_bill.transition.steps[name].review},
	"flags": {code | some code in data.csp.direct_bill.transition.steps[name].flags},
	"shown": {key: value | some key, value in data.csp.direct_bill.transition.steps[name].shown},
	"facts": {id | some id in data.csp.direct_bill.transition.steps[name].facts_used},
	"missing": {fact | some fact in data.csp.direct_bill.transition.steps[name].missing},
})

# METADATA
# description: The finding of a gate, which stands before an action.
gate(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.direct_bill.gates[name].met],
	"due": [value | value := data.csp.direct_bill.gates[name].due],
	"reason": [value | value := data.csp.direct_bill.gates[name].reason],
	"review": {code | some code in data.csp.direct_bill.gates[name].review},
	"flags": {code | some code in data.csp.direct_bill.gates[name].flags},
	"shown": {key: value | some key, value in data.csp.direct_bill.gates[name].shown},
	"facts": {id | some id in data.csp.direct_bill.gates[name].facts_used},
	"missing": {fact | some fact in data.csp.direct_bill.gates[name].missing},
})

# METADATA
# title: Findings
# description: Collects what a requirement or a gate of the authorization says into a finding.
package csp.authorization.findings

import data.lib.finding

# METADATA
# description: The finding of a requirement of authorized partners.
requirement(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.authorization.requirements[name].met],
	"due": [value | value := data.csp.authorization.requirements[name].due],
	"reason": [value | value := data.csp.authorization.requirements[name].reason],
	"review": {code | some code in data.csp.authorization.requirements[name].review},
	"flags": {code | some code in data.csp.authorization.requirements[name].flags},
	"shown": {key: value | some key, value in data.csp.authorization.requirements[name].shown},
	"facts": {id | some id in data.csp.authorization.requirements[name].facts_used},
	"missing": {fact | some fact in data.csp.authorization.requirements[name].missing},
})

# METADATA
# description: The finding of a gate, which stands before an action.
gate(name, due) := finding.make(name, due, {
	"met": [value | value := data.csp.authorization.gates[name].met],
	"due": [value | value := data.csp.authorization.gates[name].due],
	"reason": [value | value := data.csp.authorization.gates[name].reason],
	"review": {code | some code in data.csp.authorization.gates[name].review},
	"flags": {code | some code in data.csp.authorization.gates[name].flags},
	"shown": {key: value | some key, value in data.csp.authorization.gates[name].shown},
	"facts": {id | some id in data.csp.authorization.gates[name].facts_used},
	"missing": {fact | some fact in data.csp.authorization.gates[name].missing},
})

# METADATA
# title: Global admin
# description: >-
#   Whoever applies for the company, or accepts an agreement for it, is a Global admin of
#   its tenant. This is about the person who acts, not about the company.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Appropriate roles, Global admin
package csp.direct_bill.gates.global_admin

import data.csp.direct_bill.gates.global_admin.citation
import data.csp.direct_bill.gates.global_admin.values
import data.lib.dated

# METADATA
# description: One of the roles that may act is among those of the person who acts.
met := count(accepted) > 0 if {
	roles
	is_array(input.actor.roles)
}

accepted contains role if {
	some role in input.actor.roles
	role in roles.value
}

roles := dated.at(values.roles.dated, input.as_of)

# METADATA
# description: Why there is no answer.
reason := "no_rules_yet" if not roles

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["required"] := {"any_of": sort(roles.value)}

# In quotation marks it is said as it is written.
shown["code"] := {"any_of": [concat(role, ["\"", "\""]) | some role in sort(roles.value)]}

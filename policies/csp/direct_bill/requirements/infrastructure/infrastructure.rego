# METADATA
# title: Billing and provisioning in use
# description: >-
#   The infrastructure with which the partner bills its customers and the one with
#   which it provisions them are both in use. Planned is not in use.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Accounts receivable, infrastructure for billing and provisioning
package csp.direct_bill.requirements.infrastructure

import data.csp.direct_bill.requirements.infrastructure.citation
import data.lib.fact

# METADATA
# description: Both are in use.
met if {
	known.billing == "in_use"
	known.provisioning == "in_use"
}

met := false if count(not_in_use) > 0

stated := record.body if {
	some record in input.facts.infrastructure
	fact.stands(record)
}

# What is known of the two.

known["billing"] := stated.billing if stated.billing in states

known["provisioning"] := stated.provisioning if stated.provisioning in states

states := {"in_use", "planned", "none"}

not_in_use := [part | some part in ["billing", "provisioning"]; known[part] in {"planned", "none"}]

not_known := [part | some part in ["billing", "provisioning"]; not known[part]]

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	some record in input.facts.infrastructure
	fact.disputed("infrastructure", record.key)
}

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["actual"] := known if count(known) > 0

shown["not_in_use"] := not_in_use if count(not_in_use) > 0

shown["not_known"] := not_known if count(not_known) > 0

facts_used contains record.id if {
	some record in input.facts.infrastructure
	fact.stands(record)
}

facts_used contains id if {
	"facts_in_conflict" in review
	some record in input.facts.infrastructure
	some id in fact.ids("infrastructure", record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "infrastructure", "field": part} if {
	count(review) == 0
	count(not_in_use) == 0
	some part in not_known
}

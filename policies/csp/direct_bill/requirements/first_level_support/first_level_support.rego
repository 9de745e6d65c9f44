# METADATA
# title: First-level support
# description: >-
#   The partner is able to give its customers first-level support for the cloud
#   products that it sells. The page asks for the ability and does not say whose staff
#   it must be, so support by a third party is for a person to judge.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Support, the ability to provide the first level of support
package csp.direct_bill.requirements.first_level_support

import data.csp.direct_bill.requirements.first_level_support.citation
import data.lib.fact

# METADATA
# description: Support is given, by the partner's own staff or with nothing said of whose.
met if mode in {"own", "not_stated"}

met := false if provided == false

support := record.body if {
	some record in input.facts.first_level_support
	fact.stands(record)
}

provided := support.provided

# Who gives the support; undefined if none is given or the answer is unusable.

mode := support.mode if {
	provided == true
	support.mode in {"own", "outsourced"}
}

mode := "not_stated" if {
	provided == true
	not "mode" in object.keys(support)
}

# METADATA
# description: Why a person must look at it.
review contains "facts_in_conflict" if {
	some record in input.facts.first_level_support
	fact.disputed("first_level_support", record.key)
}

review contains "support_outsourced" if mode == "outsourced"

# METADATA
# description: What a reader should know besides.
flags contains "mode_not_stated" if mode == "not_stated"

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["provided"] := provided if is_boolean(provided)

shown["mode"] := mode

facts_used contains record.id if {
	some record in input.facts.first_level_support
	fact.stands(record)
}

facts_used contains id if {
	"facts_in_conflict" in review
	some record in input.facts.first_level_support
	some id in fact.ids("first_level_support", record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "first_level_support", "field": "provided"} if {
	count(review) == 0
	not answered
}

missing contains {"kind": "first_level_support", "field": "mode"} if {
	provided == true
	not mode
}

answered if is_boolean(provided)

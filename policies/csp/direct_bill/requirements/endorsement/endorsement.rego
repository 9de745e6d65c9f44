# METADATA
# title: Authority to sign
# description: >-
#   Somebody may accept and sign legal agreements for the partner. One person with full
#   authority is enough; whether a limited authority is, a person must judge.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Endorsement, the authority to accept and sign legal agreements
package csp.direct_bill.requirements.endorsement

import data.csp.direct_bill.requirements.endorsement.citation
import data.lib.fact

# METADATA
# description: Somebody has full authority.
met if count(signatories.full) > 0

met := false if none_has_authority

met := false if authority_ended

none_has_authority if {
	count(held) > 0
	names(signatories.none) == names(held)
}

# Nobody is named now, but somebody had full authority until it ended.
authority_ended if {
	count(held) == 0
	count(ended) > 0
}

held contains record if some record in input.facts.signatory

ended contains record if {
	some record in input.ended.signatory
	record.body.authority == "full"
	fact.on_or_before(record.valid_to, input.as_of)
}

# The people of whom it is certain, by their authority.
signatories[authority] := {record |
	some record in input.facts.signatory
	fact.stands(record)
	record.body.authority == authority
} if {
	some authority in ["full", "limited", "none"]
}

disputed contains record if {
	some record in held
	fact.disputed("signatory", record.key)
}

# METADATA
# description: Why a person must look at it.
review contains "authority_limited" if {
	count(signatories.full) == 0
	count(signatories.limited) > 0
}

review contains "facts_in_conflict" if {
	count(signatories.full) == 0
	count(disputed) > 0
}

# METADATA
# description: Which absence of authority it is.
reason := "authority_ended" if authority_ended

# METADATA
# description: The values that explain it.
shown["citation"] := citation

shown["signatories"] := names(signatories.full) if count(signatories.full) > 0

shown["signatories"] := names(signatories.limited) if "authority_limited" in review

shown["signatories"] := names(signatories.none) if none_has_authority

shown["signatories"] := names(last_ended) if authority_ended

shown["in_conflict"] := names(disputed) if "facts_in_conflict" in review

shown["ended_on"] := ended_on if authority_ended

ended_on := max({record.valid_to | some record in ended})

last_ended contains record if {
	some record in ended
	record.valid_to == ended_on
}

names(records) := sort({record.key | some record in records})

facts_used contains record.id if some record in signatories.full

facts_used contains record.id if {
	count(signatories.full) == 0
	some authority in ["limited", "none"]
	some record in signatories[authority]
}

facts_used contains record.id if {
	authority_ended
	some record in last_ended
}

facts_used contains record.id if {
	"facts_in_conflict" in review
	some record in disputed
	fact.leads(record)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "signatory", "field": "authority"} if {
	count(held) == 0
	not authority_ended
}

missing contains {"kind": "signatory", "key": name, "field": "authority"} if {
	count(signatories.full) == 0
	some name in names(held)
	not name in names(disputed)
	not name in names(signatories.limited)
	not name in names(signatories.none)
}

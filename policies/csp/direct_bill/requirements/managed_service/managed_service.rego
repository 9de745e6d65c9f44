# METADATA
# title: Value-added service
# description: >-
#   The partner offers at least one managed service, service of its own intellectual
#   property or customer solution application. What reads like mere resale, or like the
#   leasing of IP addresses, is for a person to judge, unless other services are enough.
# related_resources:
#   - ref: https://learn.microsoft.com/partner-center/enroll/direct-partner-new-requirements
#     description: Managed service, at least one of three kinds
package csp.direct_bill.requirements.managed_service

import data.csp.direct_bill.requirements.managed_service.values
import data.csp.direct_bill.rules
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: Enough services of the kinds that count are offered on the day.
met if {
	items
	count(counting) >= minimum.value
}

met := false if {
	items
	count(possible | unreadable) < minimum.value
}

minimum := dated.at(values.minimum.dated, rules.on)

kinds := dated.at(values.kinds.dated, rules.on).value

tell_tales := dated.at(values.tell_tales.dated, rules.on).value

standing := dated.at(values.standing.dated, rules.on).value

items := record.body.items if {
	some record in input.facts.value_added_services
	fact.stands(record)
	is_array(record.body.items)
}

readable contains item if {
	some item in items
	is_string(item.name)
	is_string(item.kind)
	is_string(object.get(item, "description", ""))
	calendar.is_day(object.get(item, "offered_from", input.as_of))
	calendar.is_day(object.get(item, "offered_to", input.as_of))
}

unreadable contains item if {
	some item in items
	not item in readable
}

# Services of the kinds that count, offered on the day.

possible contains item if {
	some item in offered
	item.kind in kinds
}

offered contains item if {
	some item in readable
	object.get(item, "offered_from", input.as_of) <= input.as_of
	not ended(item)
}

ended(item) if item.offered_to <= input.as_of

counting := possible - doubtful

# Wording cannot prove that a service is mere resale, but it can tell that somebody
# should read the description. Hence words and no verdict.
doubtful contains item if {
	some item in possible
	some tell_tale in tell_tales
	contains(lower(concat(" ", [item.name, object.get(item, "description", "")])), tell_tale)
}

# METADATA
# description: Why a person must look at it.
review contains "doubtful_kind" if {
	count(counting) < minimum.value
	count(possible) >= minimum.value
}

review contains "facts_in_conflict" if {
	some record in input.facts.value_added_services
	fact.disputed("value_added_services", record.key)
}

review contains "rules_changed_since_application" if {
	some name in ["kinds", "minimum"]
	rules.changed(values[name].dated)
}

# METADATA
# description: >-
#   How binding the requirement is under the rules of the day. That the pages differ
#   matters only to those who do not meet it.
flags contains "advisory" if advisory

flags contains "disputed_requirement" if {
	standing == "disputed"
	not advisory
	not met_for_certain
}

met_for_certain if {
	met == true
	count(review) == 0
}

advisory if "managed_service" in rules.version.advisory

# METADATA
# description: Which lack it is, or that there is none.
reason := "none_required" if {
	met == true
	count(counting) == 0
}

reason := "none_listed" if {
	met == false
	count(items) == 0
}

reason := "none_offered_now" if {
	met == false
	count(items) > 0
	count(offered | unreadable) == 0
}

# METADATA
# description: The values that explain it.
shown["actual"] := {"count": count(counting)} if items

shown["required"] := {"count": minimum.value}

shown["since"] := minimum.since

shown["citation"] := minimum.citation

shown["services"] := names(counting) if count(counting) > 0

shown["doubtful"] := names(doubtful) if "doubtful_kind" in review

names(services) := sort({item.name | some item in services})

facts_used contains record.id if {
	some record in input.facts.value_added_services
	fact.stands(record)
}

facts_used contains id if {
	"facts_in_conflict" in review
	some record in input.facts.value_added_services
	some id in fact.ids("value_added_services", record.key)
}

# METADATA
# description: What to send so that it can be determined.
missing contains {"kind": "value_added_services", "field": "items"} if {
	count(review) == 0
	count([value | value := met]) == 0
}

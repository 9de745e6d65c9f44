# METADATA
# title: Authorized regions
# description: >-
#   In which regions a partner is authorized, as what, and how its revenue of twelve months
#   there compares with a minimum. Each region is looked at alone: revenue of one does not
#   help in another.
package csp.authorization.regions

import data.csp.direct_bill.region
import data.csp.direct_bill.requirements.revenue
import data.lib.calendar
import data.lib.dated
import data.lib.fact

# METADATA
# description: The regions in which the partner is authorized on the day, by tier.
active[tier] contains region.name(record.key) if {
	some record in known
	tier := record.body.tier
	not record.key in withdrawn
}

# METADATA
# description: The keys of authorizations that Microsoft has withdrawn by the day.
withdrawn contains record.key if {
	some record in known
	record.body.state == "deauthorized"
	not withdrawn_later(record)
}

withdrawn_later(record) if {
	is_string(record.body.deauthorized_on)
	record.body.deauthorized_on > input.as_of
}

# METADATA
# description: The authorizations of which the tier and the state can be read.
known contains record if {
	some record in input.facts.authorization
	fact.stands(record)
	record.body.tier in {"indirect_reseller", "distributor"}
	record.body.state in {"active", "deauthorized"}
}

# METADATA
# description: The full months that count, as with the revenue of direct-bill partners.
window := calendar.published_window(
	input.as_of,
	dated.at(revenue.values.months.dated, input.as_of).value,
	dated.at(revenue.values.published_on.dated, input.as_of).value,
)

# METADATA
# description: The revenue of a region in these months, once it is published.
cents(name) := min({record.body.usd_cents |
	some record in reports
	region.name(record.key) == name
})

reports contains record if {
	some record in input.facts.authorization_revenue
	fact.stands(record)
	record.body.window_start == window.from
	record.body.window_end == window.to
	fact.on_or_before(object.get(record.body, "published_on", ""), input.as_of)
	fact.amount(record.body.usd_cents)
}

# METADATA
# description: The first day on which a tenant is no longer new in the region.
seasoned_on(name, months) := min({calendar.add_months(record.body.onboarded_on, months) |
	some record in known
	region.name(record.key) == name
	calendar.is_day(record.body.onboarded_on)
})

# METADATA
# description: >-
#   Of a tier's regions: which are exempt because the tenant is new, which meet the
#   minimum, which fall short, and of which it is not known. Where the tenant's first day
#   is not known, only falling short depends on it. Months of 0 exempt nobody.
compared(tier, minimum, months) := {
	"exempt": exempt,
	"reached": reached,
	"short": short,
	"undated": undated,
	"without_revenue": (all_of_them - exempt) - with_revenue,
} if {
	all_of_them := {name | some name in active[tier]}
	exempt := {name | some name in all_of_them; seasoned_on(name, months) > input.as_of}
	with_revenue := {name | some name in (all_of_them - exempt); cents(name)}
	reached := {name | some name in with_revenue; cents(name) >= minimum}
	dated_ones := {name | some name in with_revenue; _dated(name, months)}
	short := (with_revenue & dated_ones) - reached
	undated := (with_revenue - dated_ones) - reached
}

_dated(_, 0) := true

_dated(name, months) if seasoned_on(name, months)

# METADATA
# description: Whether what is said of authorizations or revenue contradicts itself.
disputed(kind) if {
	some record in input.facts[kind]
	fact.disputed(kind, record.key)
}

# METADATA
# description: The facts that tell of a region.
ids(name) := {record.id |
	some kind in ["authorization", "authorization_revenue"]
	some record in input.facts[kind]
	region.name(record.key) == name
	fact.leads(record)
}

# METADATA
# description: The revenue of some regions, by their names.
amounts(names) := {name: {"usd_cents": cents(name)} | some name in names; cents(name)}

package csp.direct_bill.standing.restriction

import data.csp.direct_bill.status

# What Microsoft's notice leads to next, and when.

flags contains {
	"restricted": "restriction_announced",
	"suspended": "suspension_follows",
	"revoked": "revocation_follows",
}[next[1]]

# Others than Microsoft tell of the steps that follow, so it is said where one is concluded.
flags contains "concluded_from_the_notice" if {
	status.state in {"suspended", "revoked"}
	not status.state in {record.body.state | some record in input.facts.csp_status}
}

next := min({[day, state] | some state, day in status.steps; day > input.as_of})

shown["t0_on"] := status.t0_on

shown["next_on"] := next[0]

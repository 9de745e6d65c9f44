package decision

import "time"

// Retention says how long decisions of a program are kept. A decision need not be kept if
// it is older than so many days, or if there are so many newer ones; 0 is no limit.
type Retention struct{ KeepDays, KeepLast int }

// Hold keeps decisions from being removed.
type Hold struct {
	Seq        int64
	Scope      Scope
	Name       string
	Reason, By string
	At         time.Time
}

// Scope says what a hold is about.
type Scope string

// What can be held: all decisions about a partner, all of a program, or one by its id.
const (
	HoldPartner  Scope = "partner"
	HoldProgram  Scope = "program"
	HoldDecision Scope = "decision"
)

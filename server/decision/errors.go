package decision

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors that callers tell apart. Adapters translate their own into these at
// their edge; everything else is an internal error.
var (
	ErrNotFound = errors.New("not found")
	// ErrUnknownPartner: nobody ever recorded a fact about the partner.
	ErrUnknownPartner = errors.New("nobody ever recorded a fact about this partner")
	// ErrIdempotencyKeyReused: the key was used before, with other content.
	ErrIdempotencyKeyReused = errors.New("the idempotency key was used before with another request")
	// ErrCandidateChanged: what was measured is not what would serve.
	ErrCandidateChanged = errors.New("the candidate changed since it was measured")
	// ErrUnreadable: what is kept is not what was put there, and cannot be read.
	ErrUnreadable = errors.New("what is kept cannot be read")
)

// RefusedError says why a policy tree may not serve.
type RefusedError struct{ Problems []PolicyProblem }

func (e *RefusedError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Problem says what is wrong at one place of a request.
type Problem struct {
	// Pointer is an RFC 6901 JSON pointer into the request body.
	Pointer string
	Detail  string
}

// InvalidError refuses a request that is well-formed JSON but makes no sense to
// the current policies.
type InvalidError struct{ Problems []Problem }

func (e *InvalidError) Error() string {
	if len(e.Problems) == 0 {
		return "invalid request"
	}
	first := e.Problems[0]
	msg := first.Detail
	if first.Pointer != "" {
		msg = first.Pointer + ": " + msg
	}
	if more := len(e.Problems) - 1; more > 0 {
		msg += fmt.Sprintf(" (and %d more)", more)
	}
	return msg
}

// Invalid is an InvalidError about one place.
func Invalid(pointer, format string, args ...any) error {
	return &InvalidError{[]Problem{{pointer, fmt.Sprintf(format, args...)}}}
}

// ErrRemoved: the decision was removed because it need not be kept any longer.
var ErrRemoved = errors.New("the decision was removed")

// RemovedError is ErrRemoved with the event.
type RemovedError struct {
	// Removal is its number.
	Removal int64
	At      time.Time
}

func (e *RemovedError) Error() string {
	return fmt.Sprintf("the decision was removed on %s (removal %d): it need not be kept any longer", DayOf(e.At), e.Removal)
}

// Is makes it an ErrRemoved.
func (e *RemovedError) Is(target error) bool { return target == ErrRemoved }

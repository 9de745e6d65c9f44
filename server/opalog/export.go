package opalog

import (
	"bufio"
	"context"
	"errors"
	"io"
	"time"

	"assay/server/decision"
)

// Log is the decision log, oldest first.
type Log interface {
	// DecisionsInOrder are those after one place up to another, with their given facts.
	DecisionsInOrder(ctx context.Context, after, upto int64, limit int) ([]decision.LoggedDecision, error)
	// LastDecision is the end of the log, 0 if there is none yet.
	LastDecision(ctx context.Context) (int64, error)
}

// page is how many decisions are in memory at a time.
const page = 100

// Export writes the events of the decisions from one instant to before another, zero
// instants standing for the ends of the log, each on a line of its own. It ends with the
// first that cannot be made; what was written before is whole.
func Export(ctx context.Context, w io.Writer, log Log, maker *Maker, from, to time.Time) error {
	out := bufio.NewWriterSize(w, 64<<10)
	return errors.Join(export(ctx, out, log, maker, from, to), out.Flush())
}

func export(ctx context.Context, out *bufio.Writer, log Log, maker *Maker, from, to time.Time) error {
	last, err := log.LastDecision(ctx)
	if err != nil {
		return err
	}
	for after := int64(0); after < last; {
		found, err := log.DecisionsInOrder(ctx, after, last, page)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		for _, d := range found {
			after = d.Seq
			if d.DecidedAt.Before(from) || !to.IsZero() && !d.DecidedAt.Before(to) {
				continue
			}
			event, err := maker.Make(ctx, d)
			if err != nil {
				return err
			}
			if _, err := out.Write(append(event, '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

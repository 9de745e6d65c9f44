package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress shows on a terminal how far something is and when it will be done.
type progress struct {
	w     io.Writer // nil: nobody is looking
	log   bool      // each state is a line of its own
	now   func() time.Time
	all   int
	began time.Time
	shown time.Time
}

// isTerminal tells whether a person is looking at it.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// newProgress counts up to the number that count gives, which is only asked for if
// somebody is looking.
func newProgress(w io.Writer, now func() time.Time, count func() (int, error)) (*progress, error) {
	if !isTerminal(w) {
		return &progress{}, nil
	}
	all, err := count()
	return &progress{w: w, now: now, all: all, began: now()}, err
}

// newLoggedProgress is for what takes minutes: where no terminal is, as in a build, a line
// now and then tells that it is at work.
func newLoggedProgress(w io.Writer, now func() time.Time, all int) *progress {
	return &progress{w: w, log: !isTerminal(w), now: now, all: all, began: now(), shown: now()}
}

// often is how often the line is written anew, and seldom how often there is another one
// where lines stay.
const (
	often  = 100 * time.Millisecond
	seldom = 30 * time.Second
)

func (p *progress) set(done int) {
	if p.w == nil {
		return
	}
	now := p.now()
	if p.log {
		if now.Sub(p.shown) >= seldom {
			p.shown = now
			fmt.Fprintln(p.w, progressLine(done, p.all, now.Sub(p.began)))
		}
		return
	}
	if now.Sub(p.shown) < often && done < p.all {
		return
	}
	p.shown = now
	fmt.Fprintf(p.w, "\r\x1b[K%s", progressLine(done, p.all, now.Sub(p.began)))
}

// end takes the line away.
func (p *progress) end() {
	if p.w != nil && !p.log {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

const barWidth = 30

// progressLine shows a bar, the numbers and the time that is left at the pace so far.
func progressLine(done, all int, took time.Duration) string {
	filled := barWidth
	if all > 0 {
		filled = min(done, all) * barWidth / all
	}
	line := fmt.Sprintf("[%s%s] %d/%d", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, all)
	if done > 0 && done < all {
		left := took * time.Duration(all-done) / time.Duration(done)
		line += ", " + left.Round(time.Second).String() + " left"
	}
	return line
}

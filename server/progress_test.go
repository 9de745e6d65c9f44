package main

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestProgressLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		done, all int
		took      time.Duration
		want      string
	}{
		{0, 10, 0, "[..............................] 0/10"},
		{5, 10, time.Minute, "[###############...............] 5/10, 1m0s left"},
		{999, 1000, 999 * time.Second, "[#############################.] 999/1000, 1s left"},
		{10, 10, time.Minute, "[##############################] 10/10"},
		{11, 10, time.Minute, "[##############################] 11/10"},
		{0, 0, 0, "[##############################] 0/0"},
	} {
		if got := progressLine(c.done, c.all, c.took); got != c.want {
			t.Errorf("%d of %d: got %q, want %q", c.done, c.all, got, c.want)
		}
	}
}

// Where nobody is looking, nothing is counted and nothing is written.
func TestProgressIsForTerminals(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p, err := newProgress(&out, time.Now, func() (int, error) { return 0, errors.New("counted") })
	if err != nil {
		t.Fatal(err)
	}
	p.set(1)
	p.end()
	if out.Len() > 0 {
		t.Errorf("wrote %q", &out)
	}
}

// What takes minutes writes a line every half a minute.
func TestProgressInALog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var passed time.Duration
	p := newLoggedProgress(&out, func() time.Time { return time.Unix(0, 0).Add(passed) }, 100)
	for i := range 7 {
		passed = time.Duration(i) * 10 * time.Second
		p.set(i)
	}
	p.end()
	const want = "[..............................] 3/100, 16m10s left\n[#.............................] 6/100, 15m40s left\n"
	if out.String() != want {
		t.Errorf("wrote %q, want %q", &out, want)
	}
}

package column_test

import (
	"database/sql/driver"
	"testing"
	"time"

	"assay/db/column"
)

func TestValues(t *testing.T) {
	t.Parallel()
	rome := time.FixedZone("", 2*60*60)
	for _, c := range []struct {
		in   driver.Valuer
		want driver.Value
	}{
		{column.At(time.Date(2026, 7, 1, 1, 2, 3, 4_567_899, rome)), "2026-06-30T23:02:03.004567Z"},
		{column.Time{}, nil},
		{column.Date("2026-07-01"), "2026-07-01"},
		{column.Date(""), nil},
		{column.JSON(`{"a":1.10}`), `{"a":1.10}`},
		{column.JSON(""), nil},
	} {
		if got, err := c.in.Value(); err != nil || got != c.want {
			t.Errorf("%#v: %v, %v, want %v", c.in, got, err, c.want)
		}
	}
	if v, err := column.At(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)).Value(); err == nil {
		t.Errorf("five digits: %v", v) // would sort before the others
	}
}

func TestScans(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 6, 30, 23, 2, 3, 4_567_000, time.UTC)
	at, day, text := column.At(want), column.Date("x"), column.JSON("x")
	for _, src := range []any{"2026-06-30T23:02:03.004567Z", want.In(time.FixedZone("", 7200))} {
		if err := at.Scan(src); err != nil || at.Time != want {
			t.Errorf("instant from %v: %v, %v", src, at, err)
		}
	}
	for _, src := range []any{"2026-06-30", want} {
		if err := day.Scan(src); err != nil || day != "2026-06-30" {
			t.Errorf("day from %v: %v, %v", src, day, err)
		}
	}
	for _, src := range []any{"[1]", []byte("[1]")} {
		if err := text.Scan(src); err != nil || string(text.Bytes()) != "[1]" {
			t.Errorf("JSON from %v: %v, %v", src, text, err)
		}
	}
	for _, bad := range []error{at.Scan("yesterday"), at.Scan(1), day.Scan(1), text.Scan(1)} {
		if bad == nil {
			t.Error("a wrong type was taken")
		}
	}
	if err := at.Scan(nil); err != nil || !at.IsZero() {
		t.Errorf("instant from NULL: %v, %v", at, err)
	}
	if err := day.Scan(nil); err != nil || day != "" {
		t.Errorf("day from NULL: %v, %v", day, err)
	}
	if err := text.Scan(nil); err != nil || text.Bytes() != nil {
		t.Errorf("JSON from NULL: %v, %v", text, err)
	}
}

// Package column holds the types of columns that engines disagree about. Each is
// written as the same text everywhere, so that it compares and sorts alike.
//
// The zero value of each is NULL: a missing instant, day or body cannot be stored
// where one is required, and as an argument of a search it does not filter.
package column

import (
	"database/sql/driver"
	"fmt"
	"time"

	"assay/server/decision"
)

// layout is of fixed width, so that instants sort as text.
const layout = "2006-01-02T15:04:05.000000Z"

// Time is an instant in UTC, to the microsecond; finer digits are cut off.
type Time struct{ time.Time }

// At is the instant as a column.
func At(t time.Time) Time { return Time{t} }

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	utc := t.UTC()
	if utc.Year() < 0 || utc.Year() > 9999 {
		return nil, fmt.Errorf("instant %s: the year has not four digits", utc.Format(time.RFC3339))
	}
	return utc.Format(layout), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		t.Time = time.Time{}
	case time.Time:
		t.Time = v.UTC()
	case string:
		parsed, err := time.Parse(layout, v)
		if err != nil {
			return fmt.Errorf("instant: %w: %w", decision.ErrUnreadable, err)
		}
		t.Time = parsed
	default:
		return fmt.Errorf("instant: %w from %T", decision.ErrUnreadable, src)
	}
	return nil
}

// Date is a calendar day, YYYY-MM-DD.
type Date decision.Day

// Value implements driver.Valuer.
func (d Date) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	return string(d), nil
}

// Scan implements sql.Scanner.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = ""
	case time.Time:
		*d = Date(decision.DayOf(v))
	case string:
		*d = Date(v)
	default:
		return fmt.Errorf("day: %w from %T", decision.ErrUnreadable, src)
	}
	return nil
}

// JSON is text that was hashed, or may be: it comes back byte for byte. It goes to
// the driver as a string, because bytes would become a BLOB.
type JSON string

// Value implements driver.Valuer.
func (j JSON) Value() (driver.Value, error) {
	if j == "" {
		return nil, nil
	}
	return string(j), nil
}

// Scan implements sql.Scanner.
func (j *JSON) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*j = ""
	case string:
		*j = JSON(v)
	case []byte:
		*j = JSON(v)
	default:
		return fmt.Errorf("JSON: %w from %T", decision.ErrUnreadable, src)
	}
	return nil
}

// Bytes is the text as bytes, nil for NULL.
func (j JSON) Bytes() []byte {
	if j == "" {
		return nil
	}
	return []byte(j)
}

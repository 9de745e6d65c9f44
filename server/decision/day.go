package decision

import (
	"fmt"
	"time"
)

// Day is a calendar day, YYYY-MM-DD, without a time zone. Being text of fixed
// width, days compare as strings do. The zero Day means "open" or "not given".
type Day string

// ParseDay accepts only a real day of the civil calendar between the years 1000
// and 9999, the range in which days sort as text.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1000 {
		return "", fmt.Errorf("%q is not a day: want YYYY-MM-DD", s)
	}
	return Day(s), nil
}

// DayOf is the day on which t falls in UTC.
func DayOf(t time.Time) Day { return Day(t.UTC().Format(time.DateOnly)) }

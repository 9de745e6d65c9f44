package schema

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"assay/server/decision"
)

func checkDay(value any) error {
	s, ok := value.(string)
	if !ok {
		return nil // the type is another keyword's business
	}
	_, err := decision.ParseDay(s)
	return err
}

// rfc3339 is there because time.Parse takes a comma for a point and 1 for 01.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

// checkInstant keeps to the years that sort as text.
func checkInstant(value any) error {
	s, ok := value.(string)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return err
	}
	if !rfc3339.MatchString(s) {
		return errors.New("not RFC 3339")
	}
	if year := t.UTC().Year(); year < 1000 || year > 9999 {
		return fmt.Errorf("year %d", year)
	}
	return nil
}

package db_test

import (
	"slices"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
)

func TestPartners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, db *db.DB) {
		for i, id := range []string{"b", "a", "é", "B", "a b"} {
			record(t, db, id, noon.Add(time.Duration(i)*time.Hour), status("active"))
		}
		record(t, db, "a", noon.Add(24*time.Hour), status("lapsed"))
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			page, err := db.Partners(t.Context(), after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, p := range page {
				got = append(got, p.ID)
				if p.ID == "a" && !p.FirstRecordedAt.Equal(noon.Add(time.Hour)) {
					t.Errorf("a: first recorded %v", p.FirstRecordedAt)
				}
			}
		}
		if want := []string{"B", "a", "a b", "b", "é"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if none, err := db.Partners(t.Context(), "", -1); err != nil || len(none) != 0 {
			t.Errorf("limit -1: %v, %v", none, err)
		}
	})
}

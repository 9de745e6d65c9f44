package db_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"assay/db"
	"assay/server/decision"
)

func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	if _, err := db.OpenReadOnly(t.Context(), path); err == nil {
		t.Error("a database that is not there was opened")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made")
	}

	writer, err := db.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	fact := decision.Fact{Kind: "membership", Source: "microsoft", ValidFrom: "2024-01-01", Body: []byte(`{"status":"active"}`)}
	record := func(store *db.DB) error {
		_, _, err := store.RecordFacts(t.Context(), decision.Recording{Partner: "acme", Facts: []decision.Fact{fact}, At: time.Now(), Digest: decision.Digest(nil)})
		return err
	}
	if err := record(writer); err != nil {
		t.Fatal(err)
	}
	reader, err := db.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if partners, err := reader.Partners(t.Context(), "", 10); err != nil || len(partners) != 1 {
		t.Errorf("%v, %v", partners, err)
	}
	if err := record(reader); err == nil {
		t.Error("a fact was recorded")
	}

	foreign := filepath.Join(t.TempDir(), "other.db")
	if err := os.WriteFile(foreign, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := db.OpenReadOnly(t.Context(), foreign); err == nil {
		t.Error("a database of something else was opened")
	}
}

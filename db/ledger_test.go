package db_test

import (
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/ledger"
)

// Several servers may seal one database at once: each row becomes one leaf, in order.
func TestManySealers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	stores := []*db.DB{dbtest.Open(t, path), dbtest.Open(t, path), dbtest.Open(t, path)}
	logs := make([]*ledger.Log, len(stores))
	for i, store := range stores {
		logs[i] = dbtest.Seal(t, path, store)
	}
	var all sync.WaitGroup
	for i, store := range stores {
		all.Go(func() {
			for n := range 40 {
				record(t, store, "p", noon.Add(time.Duration(n)*time.Second), status("active"), status("pending"))
				if err := logs[i].SealAll(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	store := stores[0].Ledger()
	leaves, err := store.Leaves(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	next := map[ledger.Kind]int64{}
	for i, leaf := range leaves {
		next[leaf.Kind]++
		if leaf.Index != int64(i) || leaf.Seq != next[leaf.Kind] {
			t.Fatalf("leaf %d is %+v", i, leaf)
		}
	}
	if len(leaves) != 360 || next[ledger.Fact] != 240 || next[ledger.Recording] != 120 {
		t.Errorf("%d leaves: %v", len(leaves), next)
	}
	status, err := logs[0].Status(t.Context())
	if err != nil || status.Size != 360 || status.Unsealed != 0 || status.Failures != 0 {
		t.Errorf("%+v, %v", status, err)
	}
}

// A walk through the ledger finds nothing wrong with what is written beside it.
func TestVerifyBesideWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "assay.db")
	store := dbtest.Open(t, path)
	log := dbtest.Seal(t, path, store)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := range 300 {
			record(t, store, "p", noon.Add(time.Duration(n)*time.Second), status("active"), status("pending"))
			if err := log.SealAll(t.Context()); n%3 == 0 && err != nil {
				t.Error(err)
			}
		}
	}()
	reader, err := db.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	for walks, writing := 0, true; writing; walks++ {
		select {
		case <-done:
			writing = false
		default:
		}
		log, err := ledger.OpenToRead(t.Context(), reader.Ledger())
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := log.Verify(t.Context(), ledger.Verification{Found: func(f ledger.Finding) { t.Errorf("%+v", f) }})
		if err != nil || !verdict.Intact || !verdict.Complete {
			t.Fatalf("%+v, %v", verdict, err)
		}
		if !writing && (verdict.Size != 900 || walks == 0) {
			t.Errorf("%+v after %d walks", verdict, walks)
		}
	}
}

// What is committed of a fact is its fields only if nothing of the stored text is outside
// of them.
func TestEveryByteOfABodyIsCommittedTo(t *testing.T) {
	t.Parallel()
	for body, paths := range map[string][]string{
		`{"a":1,"b":{"c":"x"}}`: {"/body/a", "/body/b", "/key"},
		`{"a/b":1,"c~":2}`:      {"/body/a~1b", "/body/c~0", "/key"},
		`{"a<b":1}`:             {"/body/a<b", "/key"},
		`{"a": 1}`:              {"/body", "/key"},
		`{"b":1,"a":1}`:         {"/body", "/key"},
		`{"a":1,"a":1}`:         {"/body", "/key"},
		`{"a":1} `:              {"/body", "/key"},
		`{}`:                    {"/body", "/key"},
		`[1]`:                   {"/body", "/key"},
	} {
		path := filepath.Join(t.TempDir(), "assay.db")
		store := dbtest.Open(t, path)
		f := status("active")
		f.Body = []byte(body)
		record(t, store, "p", noon, f)
		rows, err := store.Ledger().Rows(t.Context(), ledger.Fact, 0, 10, 10)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		var got []string
		for path := range rows[0].Values {
			got = append(got, path)
		}
		slices.Sort(got)
		if !slices.Equal(got, paths) {
			t.Errorf("%s: %v, want %v", body, got, paths)
		}
	}
}

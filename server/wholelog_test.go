package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
)

// TestWholeLogVerifies decides across restarts and changes of the policies, on stored
// facts, given ones and both, also by earlier revisions, and asks all of it again.
//
// DECISIONS=100000 makes a log of that length; a short one is enough to notice that
// something broke.
func TestWholeLogVerifies(t *testing.T) {
	t.Parallel()
	const restarts = 4
	decisions := 200
	if text := os.Getenv("DECISIONS"); text != "" {
		var err error
		if decisions, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "assay.db")
	policies := changedPolicies(t)
	made := time.Now()
	for round := range restarts {
		name := filepath.Join(policies, filepath.FromSlash(revenueData))
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, after := fmt.Sprintf("value: %d", oldMinimum+(round-1)*1_000_000), fmt.Sprintf("value: %d", oldMinimum+round*1_000_000)
		if round > 0 {
			content = []byte(strings.Replace(string(content), before, after, 1))
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		decideMany(t, file, policies, round, decisions/restarts)
	}
	t.Logf("%d decisions were made in %v", decisions, time.Since(made).Round(time.Second))

	began := time.Now()
	stdout, stderr, status := command(t, "verify", "--db", file, "--all", "--json")
	var found struct {
		Decisions struct {
			Verified, Differing int
		}
		Revisions struct{ Verified int }
	}
	if err := json.Unmarshal([]byte(stdout), &found); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	if status != 0 || found.Decisions.Verified != decisions || found.Decisions.Differing != 0 || found.Revisions.Verified != restarts {
		t.Errorf("exit status %d, want all of %d decisions by %d revisions: %s%s", status, decisions, restarts, stdout, stderr)
	}
	t.Logf("they were asked again in %v", time.Since(began).Round(time.Second))
	began = time.Now()
	if stdout, stderr, status := command(t, "ledger", "verify", "--db", file); status != 0 {
		t.Errorf("the ledger does not verify: %s%s", stdout, stderr)
	}
	t.Logf("the ledger was verified in %v", time.Since(began).Round(time.Second))
}

// decideMany is one run of a server: two clients, a hundred partners.
func decideMany(t *testing.T, file, policies string, round, n int) {
	t.Helper()
	ctx := t.Context()
	store, err := db.Open(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	library, _, err := openLibrary([]string{policies}, store, discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := library.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	service := &decision.Service{Revisions: library, Store: store, Now: time.Now, NewID: newID}
	var clients sync.WaitGroup
	for client := range 2 {
		clients.Go(func() {
			random := rand.New(rand.NewPCG(uint64(round), uint64(client)))
			for i := range n / 2 {
				partner := fmt.Sprintf("partner-%02d", random.IntN(100))
				facts := partnerWith(int64(oldMinimum+random.IntN(8_000_000)), "in_use", "active")
				if i < 25 || random.IntN(20) == 0 {
					if _, _, err := service.RecordFacts(ctx, partner, facts, ""); err != nil {
						t.Error(err)
						return
					}
				}
				request := decision.Request{Program: enrollment, AsOf: decision.Day(fmt.Sprintf("2024-06-%02d", 1+random.IntN(30)))}
				kind := i % 4
				if kind != 0 {
					request.Given = facts
				}
				if kind != 1 {
					request.Partner = partner
				}
				if kind == 0 {
					if _, _, err := service.RecordFacts(ctx, partner, facts[:1], ""); err != nil {
						t.Error(err)
						return
					}
				}
				if kind == 3 && round > 0 {
					served, err := store.Activations(ctx, "", 0, 10)
					if err != nil || len(served) == 0 {
						t.Error(err)
						return
					}
					request.Revision = served[random.IntN(len(served))].Revision
				}
				if _, _, err := service.Decide(ctx, request); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	dbtest.Seal(t, file, store)
}

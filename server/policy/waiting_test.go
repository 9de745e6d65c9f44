package policy_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/policy"
)

// archive keeps trees and activations in memory.
type archive struct {
	trees       map[string]map[string][]byte
	activations []decision.Activation
}

func (a *archive) Activate(_ context.Context, activation decision.Activation, files map[string][]byte) (decision.Activation, error) {
	a.trees[activation.Revision] = maps.Clone(files)
	activation.Seq = int64(len(a.activations) + 1)
	a.activations = append(a.activations, activation)
	return activation, nil
}

func (a *archive) LastActivation(context.Context) (decision.Activation, error) {
	if len(a.activations) == 0 {
		return decision.Activation{}, decision.ErrNotFound
	}
	return a.activations[len(a.activations)-1], nil
}

func (a *archive) RevisionFiles(_ context.Context, digest string) (map[string][]byte, error) {
	files, ok := a.trees[digest]
	if !ok {
		return nil, decision.ErrNotFound
	}
	return files, nil
}

// TestWaiting: what exceeds a budget does not serve before a person accepts that very
// tree, neither now nor after the program was started anew.
func TestWaiting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shipped)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, revenue, "data.yaml")
	save := func(old, new string) {
		content, err := os.ReadFile(file)
		if err != nil || !strings.Contains(string(content), old) {
			t.Fatal(old, err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(content), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept := &archive{trees: make(map[string]map[string][]byte)}
	measured := 0
	start := func() *policy.Library {
		return &policy.Library{
			Archive: kept, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Name: "a folder", Layers: []fs.FS{os.DirFS(dir)},
			// What has a higher minimum is too much.
			Measure: func(_ context.Context, live, candidate *policy.Revision) (string, []string, error) {
				measured++
				before, _ := decision.ValueOf(live, revenue, "minimum")
				after, _ := decision.ValueOf(candidate, revenue, "minimum")
				was, _ := before.EntryOn("2026-01-01")
				is, _ := after.EntryOn("2026-01-01")
				if is.Value == was.Value {
					return "", nil, nil
				}
				return "report of " + candidate.Digest(), []string{"too much"}, nil
			},
		}
	}
	library := start()
	reload := func(want string) {
		t.Helper()
		if err := library.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := library.Current().Digest(); got != want && want != "" {
			t.Errorf("%s serves, not %s", got, want)
		}
	}
	reload("")
	first := library.Current().Digest()
	if measured != 0 {
		t.Error("the first tree of all was measured")
	}

	save("value: 30000000", "value: 50000000")
	reload(first)
	reload(first)
	waiting := library.Status().Waiting
	if waiting == nil || measured != 1 || len(library.Status().Problems) != 0 {
		t.Fatalf("%+v, measured %d times", library.Status(), measured)
	}
	report := waiting.Report

	library = start()
	reload(first)
	if w := library.Status().Waiting; w == nil || w.Report != report || w.Revision != waiting.Revision {
		t.Fatalf("started anew, %+v", library.Status())
	}
	if _, err := library.Accept(t.Context(), "another", "anna"); !errors.Is(err, decision.ErrNotFound) {
		t.Errorf("another report: %v", err)
	}
	save("# How many full months", "# How many  full months") // one byte, and not seen yet
	if _, err := library.Accept(t.Context(), report, "anna"); !errors.Is(err, decision.ErrCandidateChanged) {
		t.Errorf("a changed candidate: %v", err)
	}
	reload(first)
	if _, err := library.Accept(t.Context(), report, "anna"); !errors.Is(err, decision.ErrNotFound) {
		t.Errorf("the report of what was there before: %v", err)
	}
	save("# How many  full months", "# How many full months")
	reload(first)
	a, err := library.Accept(t.Context(), report, "anna")
	if err != nil || a.By != "anna" || a.Revision != waiting.Revision || library.Current().Digest() != waiting.Revision {
		t.Fatalf("%+v, %v", a, err)
	}
	if last := kept.activations[len(kept.activations)-1]; last.By != "anna" || library.Status().Waiting != nil {
		t.Errorf("%+v", last)
	}
	if _, err := library.Accept(t.Context(), report, "anna"); !errors.Is(err, decision.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	reload(waiting.Revision)
	library = start() // and it stays
	reload(waiting.Revision)

	// Broken while it waits: it waits no longer.
	save("value: 50000000", "value: 60000000")
	reload(waiting.Revision)
	save("value: 60000000", "value: sixty")
	if err := library.Reload(t.Context()); err == nil || library.Status().Waiting != nil || library.Current().Digest() != waiting.Revision {
		t.Errorf("%v, %+v", err, library.Status())
	}
}

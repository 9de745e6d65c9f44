package policy_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/policy"
)

// TestTakenBack: what its author takes back while it is looked at does not serve, neither
// when the measurement goes on for long, which is ended then, nor at its very end.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	const old, new = "# How many full months", "# How many  full months"
	for name, ends := range map[string]func(context.Context) error{
		"while it is measured": func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return nil
			}
		},
		"at the end": func(context.Context) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolder(t)
			library := f.library()
			reload(t, library, "")
			first := library.Current().Digest()
			f.save(t, old, new)
			library.Measure = func(ctx context.Context, _, _ *policy.Revision) (decision.Report, []string, error) {
				f.save(t, new, old)
				return decision.Report{}, nil, ends(ctx)
			}
			reload(t, library, first)
			if s := library.Status(); len(f.activations(t)) != 1 || len(s.Problems) != 0 || s.Checking != nil {
				t.Errorf("%+v, %+v", f.activations(t), s)
			}
		})
	}
}

// TestMeasuringFails: the tree is left alone for a while, and the status says why.
func TestMeasuringFails(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	now := time.Now()
	library.Now = func() time.Time { return now }
	reload(t, library, "")
	f.save(t, "# How many full months", "# How many  full months")
	measured, failure := 0, errors.New("no room on the disk")
	library.Measure = func(context.Context, *policy.Revision, *policy.Revision) (decision.Report, []string, error) {
		measured++
		return decision.Report{}, nil, failure
	}
	for range 3 {
		if err := library.Reload(t.Context()); !errors.Is(err, failure) || len(library.Status().Problems) != 1 {
			t.Errorf("%v, %+v", err, library.Status())
		}
	}
	if measured != 1 {
		t.Errorf("measured %d times", measured)
	}
	now, failure = now.Add(time.Minute), nil
	reload(t, library, "")
	if measured != 2 || len(f.activations(t)) != 2 || len(library.Status().Problems) != 0 {
		t.Errorf("measured %d times, %+v", measured, library.Status())
	}
}

// TestAcceptInTheMidstOfASave: a folder that cannot be read does not hold what was
// measured.
func TestAcceptInTheMidstOfASave(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	reload(t, library, "")
	first := library.Current().Digest()
	f.save(t, "value: 30000000", "value: 50000000")
	reload(t, library, first)
	link := filepath.Join(f.dir, revenue, "late.yaml")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	report := library.Status().Waiting.Report
	if _, err := library.Accept(t.Context(), report, "anna"); !errors.Is(err, decision.ErrCandidateChanged) {
		t.Errorf("got %v", err)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if _, err := library.Accept(t.Context(), report, "anna"); err != nil {
		t.Error(err)
	}
}

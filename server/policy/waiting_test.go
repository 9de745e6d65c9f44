package policy_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"assay/db"
	"assay/db/dbtest"
	"assay/server/decision"
	"assay/server/policy"
)

// folder is a copy of the shipped policies without most of their tests, and a database, for libraries that follow them.
type folder struct {
	dir   string
	store *db.DB
	// asked is called in the midst of every measurement, unless it is nil.
	asked    func()
	mu       sync.Mutex
	measured int
}

func newFolder(t *testing.T) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir(), store: dbtest.Open(t, filepath.Join(t.TempDir(), "assay.db"))}
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range tree {
		// What the gate runs is not what is tested here, and takes its time; it wants some.
		if strings.HasSuffix(name, ".txtar") || strings.HasSuffix(name, "_test.rego") && path.Dir(name) != "lib/calendar" {
			continue
		}
		file := filepath.Join(f.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// save replaces a text in the values of the revenue requirement.
func (f *folder) save(t *testing.T, old, new string) {
	t.Helper()
	file := filepath.Join(f.dir, revenue, "data.yaml")
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), old) {
		t.Fatal(old, err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(content), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// library is one that takes another minimum for too much.
func (f *folder) library() *policy.Library {
	return &policy.Library{
		Archive: f.store, Now: time.Now, Logger: slog.New(slog.DiscardHandler), Name: "a folder", Layers: []fs.FS{os.DirFS(f.dir)},
		Measure: func(_ context.Context, live, candidate *policy.Revision) (decision.Report, []string, error) {
			f.mu.Lock()
			f.measured++
			asked := f.asked
			f.mu.Unlock()
			if asked != nil {
				asked()
			}
			before, _ := decision.ValueOf(live, revenue, "minimum")
			after, _ := decision.ValueOf(candidate, revenue, "minimum")
			was, _ := before.EntryOn("2026-01-01")
			is, _ := after.EntryOn("2026-01-01")
			if is.Value == was.Value {
				return decision.Report{}, nil, nil
			}
			return decision.Report{
				ID: decision.Digest([]byte(live.Digest() + candidate.Digest())), CreatedAt: time.Now(),
				Live: live.Digest(), Candidate: candidate.Digest(), Content: []byte("{}"),
			}, []string{"too much"}, nil
		},
	}
}

func (f *folder) times() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.measured
}

// reload looks at the folder, and wants the revision to serve.
func reload(t *testing.T, library *policy.Library, want string) {
	t.Helper()
	if err := library.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := library.Current().Digest(); got != want && want != "" {
		t.Errorf("%s serves, not %s", got, want)
	}
}

func (f *folder) activations(t *testing.T) []decision.Activation {
	t.Helper()
	list, err := f.store.Activations(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestWaiting: what exceeds a budget does not serve before a person accepts that very
// tree, neither now nor after the program was started anew.
func TestWaiting(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	save := func(old, new string) { t.Helper(); f.save(t, old, new) }
	library := f.library()
	reload := func(want string) { t.Helper(); reload(t, library, want) }
	reload("")
	first := library.Current().Digest()
	if f.times() != 0 {
		t.Error("the first tree of all was measured")
	}

	save("value: 30000000", "value: 50000000")
	reload(first)
	reload(first)
	waiting := library.Status().Waiting
	if waiting == nil || f.times() != 1 || len(library.Status().Problems) != 0 {
		t.Fatalf("%+v, measured %d times", library.Status(), f.times())
	}
	report := waiting.Report

	library = f.library()
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
	if err != nil || a.By != "anna" || a.Report != report || a.Revision != waiting.Revision || library.Current().Digest() != waiting.Revision {
		t.Fatalf("%+v, %v", a, err)
	}
	if last := f.activations(t)[0]; last.By != "anna" || last.Report != report || library.Status().Waiting != nil {
		t.Errorf("%+v", last)
	}
	if _, err := library.Accept(t.Context(), report, "anna"); !errors.Is(err, decision.ErrNotFound) {
		t.Errorf("twice: %v", err)
	}
	reload(waiting.Revision)
	library = f.library() // and it stays
	reload(waiting.Revision)

	// Broken while it waits: it waits no longer.
	save("value: 50000000", "value: 60000000")
	reload(waiting.Revision)
	save("value: 60000000", "value: sixty")
	if err := library.Reload(t.Context()); err == nil || library.Status().Waiting != nil || library.Current().Digest() != waiting.Revision {
		t.Errorf("%v, %+v", err, library.Status())
	}
}

// TestAcceptedElsewhere: a word on the report that another process kept counts on the
// next look, and for a server that is started after it.
func TestAcceptedElsewhere(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	reload(t, library, "")
	first := library.Current().Digest()
	f.save(t, "value: 30000000", "value: 50000000")
	reload(t, library, first)
	waiting := library.Status().Waiting
	if kept, err := f.store.Report(t.Context(), waiting.Report); err != nil || kept.Live != first || kept.Candidate != waiting.Revision {
		t.Errorf("%+v, %v", kept, err)
	}
	if _, err := f.store.Accept(t.Context(), waiting.Report, decision.Acceptance{By: "bob", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	late := f.library()
	reload(t, late, waiting.Revision)
	if a := f.activations(t); len(a) != 2 || a[0].By != "bob" || a[0].Report != waiting.Report || a[0].Revision != waiting.Revision {
		t.Errorf("%+v", a)
	}
	if late.Status().Waiting != nil {
		t.Errorf("%+v", late.Status())
	}

	// The one that waited follows without a word of its own.
	reload(t, library, waiting.Revision)
	if a := f.activations(t); len(a) != 2 || library.Status().Waiting != nil || f.times() != 2 {
		t.Errorf("%d activations, %+v, measured %d times", len(a), library.Status(), f.times())
	}

	// And the one that waits alone looks for the word itself.
	f.save(t, "value: 50000000", "value: 60000000")
	reload(t, library, waiting.Revision)
	third := library.Status().Waiting
	if _, err := f.store.Accept(t.Context(), third.Report, decision.Acceptance{By: "eve", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	reload(t, library, third.Revision)
	if a := f.activations(t); len(a) != 3 || a[0].By != "eve" || a[0].Report != third.Report {
		t.Errorf("%+v", a)
	}
}

// TestAcceptedOnce: whoever goes back from what was accepted takes the word on it back.
// The same change needs another one, though it is the same report.
func TestAcceptedOnce(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	reload(t, library, "")
	first := library.Current().Digest()
	f.save(t, "value: 30000000", "value: 50000000")
	reload(t, library, first)
	report, candidate := library.Status().Waiting.Report, library.Status().Waiting.Revision
	if _, err := library.Accept(t.Context(), report, "anna"); err != nil {
		t.Fatal(err)
	}
	if _, err := library.Activate(t.Context(), first, "bob"); err != nil {
		t.Fatal(err)
	}
	f.save(t, "value: 50000000", "value: 30000000")
	reload(t, library, first)
	f.save(t, "value: 30000000", "value: 50000000")
	reload(t, library, first)
	reload(t, library, first)
	if w := library.Status().Waiting; w == nil || w.Report != report || w.Revision != candidate {
		t.Fatalf("%+v", library.Status())
	}
	late := f.library() // nor does it serve for being started anew
	reload(t, late, first)
	if a, err := library.Accept(t.Context(), report, "eve"); err != nil || a.By != "eve" || library.Current().Digest() != candidate {
		t.Errorf("%+v, %v", a, err)
	}
}

// TestGoingBackWaitsForNothing: while a candidate is measured, an earlier revision can be
// gone back to and the status answers; and what was measured against what does not serve
// any more is measured again.
func TestGoingBackWaitsForNothing(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	reload(t, library, "")
	first := library.Current().Digest()
	f.save(t, "# How many full months", "# How many  full months")
	reload(t, library, "")
	second := library.Current().Digest()
	if second == first || f.times() != 1 {
		t.Fatal("the second tree does not serve")
	}

	// inTheMidst does something while the tree in the folder is measured for the first time.
	inTheMidst := func(do func()) {
		t.Helper()
		began, end, looked := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		var once sync.Once
		f.mu.Lock()
		f.asked = func() {
			first := false
			once.Do(func() { first = true; close(began) })
			if first {
				<-end
			}
		}
		f.mu.Unlock()
		go func() { looked <- library.Reload(t.Context()) }()
		<-began
		do()
		close(end)
		if err := <-looked; err != nil {
			t.Fatal(err)
		}
		if library.Status().Checking != nil {
			t.Errorf("%+v", library.Status())
		}
	}
	activate := func(digest string) {
		t.Helper()
		if _, err := library.Activate(t.Context(), digest, "anna"); err != nil || library.Current().Digest() != digest {
			t.Errorf("went back to %s: %v", digest, err)
		}
	}

	// Somebody prefers an earlier revision to the very tree that is being measured.
	f.save(t, "value: 30000000", "value: 50000000")
	inTheMidst(func() {
		if c := library.Status().Checking; c == nil || c.Revision == second || c.Since.IsZero() {
			t.Errorf("%+v", library.Status())
		}
		activate(first)
	})
	if s := library.Status(); s.Revision != first || s.InPlaceOf == "" || s.Waiting != nil {
		t.Errorf("%+v", s)
	}

	// And so by way of another server on the database.
	f.save(t, "value: 50000000", "value: 60000000")
	reload(t, library, first)
	waiting := library.Status().Waiting
	if waiting == nil {
		t.Fatalf("%+v", library.Status())
	}
	other := f.library()
	reload(t, other, first)
	f.save(t, "value: 60000000", "value: 70000000")
	inTheMidst(func() {
		reload(t, other, first)
		if _, err := other.Activate(t.Context(), second, "bob"); err != nil {
			t.Fatal(err)
		}
	})
	if s := library.Status(); s.Revision != second || s.InPlaceOf == "" || s.InPlaceOf != other.Status().InPlaceOf || s.Waiting != nil {
		t.Errorf("%+v", s)
	}
}

// TestTwoLibraries on one database and with the same folder: what a person does with one
// of them, the other follows, and does not keep it twice.
func TestTwoLibraries(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	one, two := f.library(), f.library()
	reload(t, one, "")
	first := one.Current().Digest()
	f.save(t, "# How many full months", "# How many  full months")
	reload(t, one, "")
	second := one.Current().Digest()
	reload(t, two, second)

	if _, err := one.Activate(t.Context(), first, "anna"); err != nil {
		t.Fatal(err)
	}
	before := len(f.activations(t))
	reload(t, two, first)
	reload(t, two, first)
	reload(t, one, first)
	if s := two.Status(); s.InPlaceOf != second || s.Revision != first {
		t.Errorf("%+v", s)
	}

	// One takes the folder up again by name.
	if _, err := two.Activate(t.Context(), second, "bob"); err != nil {
		t.Fatal(err)
	}
	reload(t, one, second)
	reload(t, two, second)
	if s := one.Status(); s.InPlaceOf != "" || s.Revision != second {
		t.Errorf("%+v", s)
	}
	if n := len(f.activations(t)); n != before+1 {
		t.Errorf("%d activations, want %d", n, before+1)
	}

	// What concerns another folder is not followed.
	other := newFolder(t)
	other.store = f.store
	other.save(t, "# How many full months", "# How  many full months")
	three := other.library()
	reload(t, three, "")
	third := three.Current().Digest()
	if _, err := three.Activate(t.Context(), first, "eve"); err != nil {
		t.Fatal(err)
	}
	reload(t, one, second)
	reload(t, two, second)
	if s := three.Status(); s.InPlaceOf != third {
		t.Errorf("%+v", s)
	}
}

package policy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/policy"
)

// slowArchive hands out the files of one revision only when it is told to.
type slowArchive struct {
	policy.Archive
	digest      string
	asked, hand chan struct{}
}

func (a slowArchive) RevisionFiles(ctx context.Context, digest string) (map[string][]byte, error) {
	if digest == a.digest {
		close(a.asked)
		<-a.hand
	}
	return a.Archive.RevisionFiles(ctx, digest)
}

// TestGoingBackIsQuick: it waits for nobody who reads an earlier revision, and what passed
// the gate before is not made anew.
func TestGoingBackIsQuick(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	library := f.library()
	reload(t, library, "")
	first := library.Current()
	f.save(t, "# How many full months", "# How many  full months")
	reload(t, library, "")
	second := library.Current()
	for _, r := range []decision.Revision{first, second, first} {
		if _, err := library.Activate(t.Context(), r.Digest(), "anna"); err != nil || library.Current() != r {
			t.Errorf("another revision than the one that passed serves: %v", err)
		}
	}

	library = f.library()
	reload(t, library, first.Digest())
	slow := slowArchive{f.store, second.Digest(), make(chan struct{}), make(chan struct{})}
	library.Archive = slow
	read := make(chan error, 1)
	go func() {
		r, err := library.Revision(t.Context(), second.Digest())
		if err == nil && r.Digest() != second.Digest() {
			err = errors.New("another revision")
		}
		read <- err
	}()
	<-slow.asked
	back := make(chan error, 1)
	go func() {
		_, err := library.Activate(t.Context(), first.Digest(), "anna")
		back <- err
	}()
	select {
	case err := <-back:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("going back waits for a reader")
	}
	close(slow.hand)
	if err := <-read; err != nil {
		t.Error(err)
	}
}

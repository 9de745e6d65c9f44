package ledger

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

func TestKeyIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing there")
	}
	file := filepath.Join(t.TempDir(), "a.db.key")
	if _, err := ReadKey(file); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if _, err := MakeKey(file); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadKey(file); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Error(err)
	}
}

// Servers that start at once on a new database agree on a key.
func TestOneKeyIsMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.db.key")
	var all sync.WaitGroup
	made := make([]Identity, 8)
	for i := range made {
		all.Go(func() {
			key, err := MakeKey(file)
			if err == nil {
				made[i], err = key.Identity("assay/test")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range made {
		if id != made[0] || id.Verifier == "" {
			t.Errorf("%v and %v", id, made[0])
		}
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Error(left, err)
	}
}

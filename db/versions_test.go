package db_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// modernc.org/sqlite is C translated for one version of modernc.org/libc; with any
// other it may misbehave without a word. Another dependency can lift libc, so this
// holds go.mod to what sqlite's own go.mod asks for.
func TestLibcIsTheOneSQLiteWasMadeFor(t *testing.T) {
	t.Parallel()
	module := func(path string) (m struct{ Version, GoMod string }) {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-json", path).Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", path, err)
		}
		if err := json.Unmarshal(out, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	sqlite, libc := module("modernc.org/sqlite"), module("modernc.org/libc")
	own, err := os.ReadFile(sqlite.GoMod)
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(own)
	if want == nil || string(want[1]) != libc.Version {
		t.Errorf("modernc.org/libc is %s, and sqlite %s wants %s", libc.Version, sqlite.Version, want)
	}
}

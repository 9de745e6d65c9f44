package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"assay/server/decision"
)

// TestOriginOnlyLooks: to ask git who wrote the policies runs no program that the
// repository names, and leaves its index alone: an author's own git may be at work.
func TestOriginOnlyLooks(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	repository, ran := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	policies := filepath.Join(repository, "policies")
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{
			"-C", repository, "-c", "user.name=Anna Rossi", "-c", "user.email=anna.rossi@contoso.com",
		}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	write := func(name, content string, mode os.FileMode) string {
		t.Helper()
		name = filepath.Join(repository, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return name
	}
	git("init", "-q")
	rule := write("policies/a.rego", "package a\n", 0o644)
	base := write("base/a.rego", "package a\n", 0o644)
	git("add", ".")
	sign := write(".git/sign", `#!/bin/sh
cat >/dev/null
printf '\n[GNUPG:] SIG_CREATED \n' >&2
printf -- '-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n'
`, 0o755)
	git("-c", "gpg.program="+sign, "commit", "-q", "-S", "-m", "Ask for a stamp")
	trap := write(".git/trap", "#!/bin/sh\ntouch '"+ran+"'\n", 0o755)
	for _, setting := range [][]string{{"core.fsmonitor", trap}, {"gpg.program", trap}, {"log.showSignature", "true"}} {
		git("config", setting[0], setting[1])
	}
	// Touched, not changed: status would write down that it looked.
	content, err := os.ReadFile(rule)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(rule); err != nil {
		t.Fatal(err)
	}
	write("policies/a.rego", string(content), 0o644)
	index := filepath.Join(repository, ".git", "index")
	before, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}

	// Of several folders the last one counts, which is laid over the others.
	found := originOf(t.Context(), []string{filepath.Dir(base), policies})
	if found.Author != "Anna Rossi <anna.rossi@contoso.com>" || found.Message != "Ask for a stamp" || len(found.Commit) != 40 {
		t.Errorf("the origin is %+v", found)
	}
	after, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	if string(after) != string(before) {
		t.Error("the index was written")
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the repository names has run")
	}

	write("base/a.rego", "package b\n", 0o644)
	if same := originOf(t.Context(), []string{filepath.Dir(base), policies}); same != found {
		t.Errorf("what changed in the first folder makes the origin %+v", same)
	}
	write("policies/a.rego", "package b\n", 0o644)
	if changed := originOf(t.Context(), []string{filepath.Dir(base), policies}); changed != (decision.Origin{Commit: found.Commit + "+changes"}) {
		t.Errorf("with changes the origin is %+v", changed)
	}
}

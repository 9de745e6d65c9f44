package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"time"

	"assay/server/decision"
)

// gitTimeout is how long git may take; who wrote the policies is worth a moment.
const gitTimeout = 2 * time.Second

// onlyLook keeps git from running what a repository's settings name, and from taking the
// lock of its index to note what it saw: the author's own git may want it.
var onlyLook = []string{"--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"}

// originOf asks git for the last commit in the last of the folders, which is laid over the
// others; without git, or a repository, nothing is known. With changes that are not
// committed the commit says where they began, and its author is not theirs.
func originOf(ctx context.Context, dirs []string) decision.Origin {
	if len(dirs) == 0 {
		return decision.Origin{}
	}
	ctx, cancel := context.WithTimeout(ctx, gitTimeout)
	defer cancel()
	git := func(args ...string) (string, error) {
		args = slices.Concat(onlyLook, []string{"-C", dirs[len(dirs)-1]}, args)
		out, err := exec.CommandContext(ctx, "git", args...).Output()
		return strings.TrimSpace(string(out)), err
	}
	last, err := git("log", "-1", "--format=%H%x00%an <%ae>%x00%s", "--", ".")
	parts := strings.Split(last, "\x00")
	if err != nil || len(parts) != 3 {
		return decision.Origin{}
	}
	changed, err := git("status", "--porcelain", "--", ".")
	if err != nil {
		return decision.Origin{}
	}
	if changed != "" {
		return decision.Origin{Commit: parts[0] + "+changes"}
	}
	return decision.Origin{Commit: parts[0], Author: parts[1], Message: parts[2]}
}

// Command server is Assay: it decides whether a partner meets a program's
// requirements, explains the decision, and keeps it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"assay/server/schema"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(exitStatus(err))
}

// exitStatus is what tools look at: 0 in order, 1 what was looked at is not in order, 2
// it could not be looked at.
func exitStatus(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return 1
	}
	return 2
}

// run is the whole program, so that tests can start it. The error has been reported.
func run(ctx context.Context, args []string, lookupEnv func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) error {
	root := newServe()
	root.Version = version()
	root.SetVersionTemplate("assay {{.Version}}\n")
	root.AddCommand(newDecide(), newCheck(), newTest(), newFmt(), newEval(), newDiff(), newNew(), newImpact(), newSweep(), newLedger(), newEvidence(), newVerify(), newDecisions(), newOPALog(), newErase(), newBackup(), newRetain(), newHold())
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		return fromEnvironment(cmd.Flags(), lookupEnv)
	}
	err := root.ExecuteContext(ctx)
	if err != nil && !errors.Is(err, errReported) {
		fmt.Fprintln(stderr, "assay:", err)
	}
	return err
}

// knownCommand is for commands that have others below them: a word that is left over names
// none of these.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return fmt.Errorf("%s has no command %q%s", cmd.CommandPath(), args[0], schema.DidYouMean(args[0], names))
}

// exactArgs refuses any other number of arguments, and says what they are.
func exactArgs(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return fmt.Errorf("there are %d arguments; want %s", len(args), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
	}
}

// version is that of the module and the commit it was built from, as far as the build
// knows them.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	parts := []string{info.Main.Version, info.GoVersion}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			parts = append(parts, s.Value)
		}
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/open-policy-agent/opa" {
			parts = append(parts, "opa "+m.Version)
		}
	}
	return strings.Join(parts, ", ")
}

// errReported ends a command that looked at something and has said what is wrong with it.
var errReported = errors.New("reported")

// fromEnvironment fills in flags that were not given: --db from ASSAY_DB, and so on. A
// flag that can be repeated takes a list, separated as PATH is.
func fromEnvironment(flags *pflag.FlagSet, lookup func(string) (string, bool)) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "ASSAY_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := lookup(name)
		if !ok || f.Changed {
			return
		}
		values := []string{value}
		if f.Value.Type() == "stringArray" {
			values = filepath.SplitList(value)
		}
		for _, value := range values {
			if err := flags.Set(f.Name, value); err != nil && failed == nil {
				failed = fmt.Errorf("%s: %w", name, err)
			}
		}
	})
	return failed
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"assay/db"
	"assay/server/decision"
	"assay/server/evidence"
	"assay/server/ledger"
	"assay/server/policy"
)

// newPacker makes packs of what a database keeps.
func newPacker(log *ledger.Log, store *db.DB, revisions decision.Keeper) evidence.Packer {
	return evidence.Packer{Ledger: log, Store: store, Revisions: revisions, Policies: packedPolicies, Version: version()}
}

var packedPolicies = evidence.Policies{
	Input: policy.Input,
	Load: func(ctx context.Context, bundle []byte) (decision.Revision, error) {
		tree, err := policy.ReadBundle(bytes.NewReader(bundle))
		if err != nil {
			return nil, err
		}
		revision, err := policy.Reload(ctx, tree)
		if err != nil {
			return nil, err // not a nil *Revision
		}
		return revision, nil
	},
}

func newEvidence() *cobra.Command {
	var file, out string
	cmd := &cobra.Command{
		Use:   "evidence ID",
		Short: "Pack all that shows how a decision came out, and verify such a pack",
		Long: `Evidence writes a decision, the facts that it could see, the policies that decided, pages
that explain it, and the proof that all of it is in the ledger, into one .zip file: the
same bytes each time. It is what GET /v1/decisions/{decision_id}/evidence gives. The
database is only read; a server may be using it.

The pack has the partner's facts in clear.`,
		Example: `  assay evidence 01a2… --db assay.db --out 01a2….zip
  assay evidence verify 01a2….zip --key assay.pub`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return packEvidence(cmd.Context(), args[0], file, out, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&file, "db", "assay.db", "SQLite database `file`; it is only read")
	cmd.Flags().StringVar(&out, "out", "", "`file` to write the pack to, which must not exist; - for standard output (default ID.zip)")
	cmd.AddCommand(newEvidenceVerify())
	return cmd
}

func packEvidence(ctx context.Context, id, file, out string, stdout io.Writer) (err error) {
	store, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	log, err := ledger.OpenToRead(ctx, store.Ledger())
	if err != nil {
		return err
	}
	pack, err := newPacker(log, store, &policy.Library{Archive: store}).Pack(ctx, id)
	switch {
	case errors.Is(err, ledger.ErrNotSealed):
		return fmt.Errorf("decision %s is not sealed yet; a server that runs on the database does it in a moment", id)
	case err != nil:
		return err
	case out == "-":
		_, err = stdout.Write(pack)
		return err
	case out == "":
		out = id + ".zip"
	}
	f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(pack); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %d bytes\n", out, len(pack))
	return err
}

func newEvidenceVerify() *cobra.Command {
	var key string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a pack, with nothing else at hand",
		Long: `Verify opens every leaf in the pack and follows its proof to the signed checkpoint, holds
the policies against the digest that was sealed, decides again, and makes every other
file again. What is not as it should be is named.

The public key says whose word it is. Without --key that of the pack is taken, which
shows only that the pack agrees with itself.

Exit status: 0 verified, 1 not, 2 it is no pack.`,
		Example: `  assay evidence verify 01a2….zip --key assay.pub`,
		Args:    exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return verifyEvidence(cmd.Context(), args[0], key, asJSON, cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "public `key` from a safe place, or a file with it (default what the pack says)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return cmd
}

func verifyEvidence(ctx context.Context, name, key string, asJSON bool, stdout io.Writer) error {
	verifier, err := readVerifier(key)
	if err != nil {
		return err
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	verdict, err := evidence.Verifier{Policies: packedPolicies, Key: verifier, Version: version()}.Verify(ctx, file, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := writeVerdict(stdout, verdict, asJSON); err != nil {
		return err
	}
	if !verdict.Verified {
		return errReported
	}
	return nil
}

func writeVerdict(w io.Writer, v evidence.Verdict, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	for _, f := range v.Findings {
		fmt.Fprintf(w, "%s: %s: %s\n", f.What, f.File, f.Detail)
	}
	if v.DecisionID != "" {
		about := ""
		if v.Partner != "" {
			about = " about " + v.Partner
		}
		fmt.Fprintf(w, "decision %s: %s%s, as of %s: %s\n", v.DecisionID, v.Program, about, v.AsOf, v.Outcome)
		fmt.Fprintf(w, "ledger: %s, the checkpoint of %d leaves\n", v.Origin, v.Size)
	}
	witness := " (the pack's own word; --key holds it against yours)"
	if v.KeyWitnessed {
		witness = ""
	}
	fmt.Fprintf(w, "key: %s%s\n", v.Key, witness)
	said := "verified: it was sealed so, and comes out again"
	if !v.Verified {
		said = "NOT VERIFIED"
	}
	_, err := fmt.Fprintln(w, said)
	return err
}

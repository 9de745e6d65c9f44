// Package evidence packs all that shows how a decision came out, and that it is the one
// that was sealed, into one file. What is in a pack follows from two of its files, the
// opened leaves of the ledger and the bundle of the policies: verifying makes the others
// again and holds them against those that are there.
package evidence

import (
	"context"
	"fmt"

	"assay/server/decision"
	"assay/server/ledger"
)

// Ledger opens leaves.
type Ledger interface {
	Identity() ledger.Identity
	Show(ctx context.Context, id string, facts []int64) ([]ledger.Shown, ledger.Checkpoint, error)
}

// Store is where decisions and facts are read.
type Store interface {
	decision.FactStore
	Decision(ctx context.Context, id string) (decision.Decision, error)
}

// Policies is what packs need of what evaluates.
type Policies struct {
	// Input is what a stock OPA takes as input.
	Input func(q decision.Question, facts decision.Facts) ([]byte, error)
	// Load compiles a bundle; only verifying needs it.
	Load func(ctx context.Context, bundle []byte) (decision.Revision, error)
}

// Packer makes packs.
type Packer struct {
	Ledger    Ledger
	Store     Store
	Revisions decision.Keeper
	Policies  Policies
	// Version is what made the pack, for whoever wants to make it again.
	Version string
}

// Pack gives the pack of a decision, a .zip: the same bytes each time.
// decision.ErrNotFound, ledger.ErrNotSealed.
func (p Packer) Pack(ctx context.Context, id string) ([]byte, error) {
	d, err := p.Store.Decision(ctx, id)
	if err != nil {
		return nil, err
	}
	stored, _, err := decision.Recollect(ctx, p.Store, d)
	if err != nil {
		return nil, err
	}
	seqs := make([]int64, len(stored))
	for i, f := range stored {
		seq, ok := decision.FactSeq(f.ID)
		if !ok {
			return nil, fmt.Errorf("decision %s: %q is not the id of a stored fact", id, f.ID)
		}
		seqs[i] = seq
	}
	shown, checkpoint, err := p.Ledger.Show(ctx, id, seqs)
	if err != nil {
		return nil, err
	}
	identity := p.Ledger.Identity()
	proof := proofs{Origin: identity.Origin, Key: identity.Verifier, Checkpoint: checkpoint.Note, Leaves: writeLeaves(shown)}
	// What is not as it was sealed is not given out, and what is given out was read from
	// the leaves: a row that was changed since does not come into a pack.
	rows, err := proof.open(identity.Verifier)
	if err != nil {
		return nil, fmt.Errorf("decision %s: %w", id, err)
	}
	kept, err := read(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("decision %s: %w", id, err)
	}
	revision, err := p.Revisions.Revision(ctx, kept.decision.Revision)
	if err != nil {
		return nil, fmt.Errorf("revision of decision %s: %w", id, err)
	}
	files, err := contents{kept, proof, revision, p.Policies.Input}.files()
	if err != nil {
		return nil, fmt.Errorf("decision %s: %w", id, err)
	}
	if files[manifestFile], err = writeManifest(p.Version, files); err != nil {
		return nil, err
	}
	return writeZip(files)
}

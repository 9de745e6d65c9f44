package policy

import (
	"context"
	"maps"
	"slices"

	"assay/server/decision"
	"assay/server/schema"
)

const (
	retentionFile     = "retention/data.yaml"
	retentionContract = contractFolder + "retention.json"
)

// retentionData is retention/data.yaml, decoded.
type retentionData struct {
	Programs map[string]struct {
		KeepDays int `json:"keep_days"`
		KeepLast int `json:"keep_last"`
	} `json:"programs"`
}

// Retention says how long decisions are kept, by program; of others all are.
func (r *Revision) Retention() (map[string]decision.Retention, error) {
	d, ok := r.documents[retentionFile]
	if !ok {
		return nil, nil
	}
	var data retentionData
	if err := d.decode(&data); err != nil {
		var found problems
		found.add(retentionFile, 1, "%v", err)
		return nil, found.err()
	}
	kept := make(map[string]decision.Retention)
	for name, p := range data.Programs {
		kept[name] = decision.Retention{KeepDays: p.KeepDays, KeepLast: p.KeepLast}
	}
	return kept, nil
}

// checkRetention: a rule for a program that does not exist keeps what should go, and nobody
// would notice. A program that was taken away keeps its decisions.
func (r *Revision) checkRetention(_ context.Context, found *problems) {
	d, ok := r.documents[retentionFile]
	if !ok {
		return
	}
	if _, ok := r.tree[retentionContract]; !ok {
		found.add(retentionContract, 0, "the contract of %s is missing; without it nothing would be checked", retentionFile)
		return
	}
	kept, err := r.Retention()
	if err != nil {
		found.add(retentionFile, 1, "%v", err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if r.programs[name] == nil {
			found.add(retentionFile, d.line([]string{"programs", name}), "programs: there is no program %q%s", name,
				schema.Suggest(name, slices.Sorted(maps.Keys(r.programs))))
		}
	}
}

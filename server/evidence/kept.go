package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"assay/server/decision"
	"assay/server/ledger"
)

// kept is a decision with all that it rests on, as the leaves have it.
type kept struct {
	rows     []ledger.Row
	decision decision.Decision
	// stored are the records that the decision could see, in the order of recording.
	stored []decision.Fact
}

// read turns rows into the decision that they are about.
func read(ctx context.Context, rows []ledger.Row) (kept, error) {
	k := kept{rows: rows}
	if err := k.check(); err != nil {
		return k, err
	}
	var err error
	if k.decision, err = readDecision(rows[0]); err != nil {
		return k, err
	}
	for _, row := range rows {
		if row.Kind != ledger.Fact {
			continue
		}
		fact, err := readFact(row)
		if err == nil && (row.Partner != k.decision.Partner || row.Seq > k.decision.Position || fact.ValidFrom > k.decision.AsOf) {
			err = errors.New("the decision could not see it")
		}
		if err != nil {
			return k, fmt.Errorf("fact %d: %w", row.Seq, err)
		}
		k.stored = append(k.stored, fact)
	}
	k.decision, err = decision.WithFacts(ctx, k, k.decision)
	return k, err
}

// check: one decision, the revision that it names, and facts with the recordings that
// they name, each once.
func (k kept) check() error {
	kinds := []ledger.Kind{ledger.Decision, ledger.Revision, ledger.Fact, ledger.Recording}
	wanted := make(map[string]bool)
	for i, row := range k.rows {
		place := fmt.Sprintf("%s %d", row.Kind, row.Seq)
		at := slices.Index(kinds, row.Kind)
		switch {
		case at < 0, i < 2 && at != i, i >= 2 && at < 2:
			return fmt.Errorf("%s is out of place", place)
		case i > 0 && row.Kind == k.rows[i-1].Kind && row.Seq <= k.rows[i-1].Seq:
			return fmt.Errorf("%s is out of order", place)
		case row.Kind == ledger.Revision && text(row, "digest") != text(k.rows[0], "revision"):
			return fmt.Errorf("%s is not that of the decision", place)
		case row.Kind == ledger.Fact:
			wanted[text(row, "recording")] = true
		case row.Kind == ledger.Recording:
			if number := fmt.Sprint(row.Seq); !wanted[number] {
				return fmt.Errorf("no fact is of %s", place)
			} else if delete(wanted, number); row.Partner != k.rows[0].Partner {
				return fmt.Errorf("%s is about another partner", place)
			}
		}
	}
	if len(k.rows) < 2 {
		return errors.New("a decision and its revision are needed")
	}
	if len(wanted) > 0 {
		return fmt.Errorf("recording %s is missing", slices.Sorted(maps.Keys(wanted))[0])
	}
	return nil
}

// Facts implements decision.FactStore. What is there was selected by the same conditions.
func (k kept) Facts(context.Context, string, decision.Day, int64) ([]decision.Fact, error) {
	return k.stored, nil
}

// text is a member of a leaf, as text; numbers are as they are written.
func text(row ledger.Row, name string) string {
	switch value := row.Plain[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	}
	return ""
}

func readDecision(row ledger.Row) (decision.Decision, error) {
	d := decision.Decision{
		ID: text(row, "id"), Program: text(row, "program"), Action: text(row, "action"), Partner: row.Partner,
		Outcome: decision.Outcome(text(row, "outcome")), Revision: text(row, "revision"), AsOf: decision.Day(text(row, "as_of")),
		Given: row.Values["/given"], GivenDigest: string(row.Values["/given_digest"]), FactsDigest: string(row.Values["/facts_digest"]),
		Result: row.Values["/result"], RequestID: string(row.Values["/request_id"]),
	}
	if position, ok := row.Plain["position"].(json.Number); ok {
		var err error
		if d.Position, err = position.Int64(); err != nil {
			return d, fmt.Errorf("position: %w", err)
		}
	}
	if raw := row.Values["/actor"]; raw != nil {
		if err := json.Unmarshal(raw, &d.Actor); err != nil {
			return d, fmt.Errorf("actor: %w", err)
		}
	}
	var err error
	if d.KnownAt, err = time.Parse(time.RFC3339Nano, text(row, "known_at")); err != nil {
		return d, err
	}
	d.DecidedAt, err = time.Parse(time.RFC3339Nano, row.At)
	return d, err
}

func readFact(row ledger.Row) (decision.Fact, error) {
	f := decision.Fact{
		ID: decision.FactID(row.Seq), Kind: text(row, "kind"), Key: string(row.Values["/key"]), Source: text(row, "source"),
		ValidFrom: decision.Day(text(row, "valid_from")), ValidTo: decision.Day(text(row, "valid_to")),
	}
	var err error
	if f.RecordedAt, err = time.Parse(time.RFC3339Nano, row.At); err != nil {
		return f, err
	}
	if retracts, _ := row.Plain["retracts"].(bool); retracts {
		return f, nil
	}
	f.Body, err = readBody(row)
	return f, err
}

// readBody puts a body together again that the leaf commits to field by field.
func readBody(row ledger.Row) ([]byte, error) {
	if whole, ok := row.Values["/body"]; ok {
		return whole, nil
	}
	fields := make(map[string]json.RawMessage)
	for path, value := range row.Values {
		if name, ok := strings.CutPrefix(path, "/body/"); ok {
			fields[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)] = value
		}
	}
	raw, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return decision.Canonical(raw)
}

// write gives a row as JSON: what its leaf shows and what it commits to, less the values
// that have a file of their own.
func write(row ledger.Row, at string, less ...string) (json.RawMessage, error) {
	object := maps.Clone(row.Plain)
	object["seq"], object[at] = row.Seq, row.At
	if row.Partner != "" {
		object["partner"] = row.Partner
	}
	for path, value := range row.Values {
		name := strings.TrimPrefix(path, "/")
		switch {
		case slices.Contains(less, name), strings.HasPrefix(name, "body"):
		case name == "actor":
			object[name] = json.RawMessage(value)
		default:
			object[name] = string(value)
		}
	}
	if row.Kind == ledger.Fact {
		object["id"] = decision.FactID(row.Seq)
		if retracts, _ := row.Plain["retracts"].(bool); !retracts {
			body, err := readBody(row)
			if err != nil {
				return nil, err
			}
			object["body"] = json.RawMessage(body)
		}
	}
	return encode(object)
}

// encode writes indented JSON without escaping what need not be.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(value)
	return b.Bytes(), err
}

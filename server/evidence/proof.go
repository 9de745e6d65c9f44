package evidence

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"assay/server/ledger"
)

// proofs is the file with what the ledger says of the rows: all that a pack rests on.
type proofs struct {
	Origin     string `json:"origin"`
	Key        string `json:"key"`
	Checkpoint string `json:"checkpoint"`
	Leaves     []leaf `json:"leaves"`
}

type leaf struct {
	Kind     ledger.Kind        `json:"kind"`
	Seq      int64              `json:"seq"`
	Index    int64              `json:"index"`
	Leaf     string             `json:"leaf"`
	Whole    string             `json:"whole,omitempty"`
	Proof    []ledger.Hash      `json:"proof"`
	Openings map[string]opening `json:"openings"`
}

type opening struct {
	Salt string `json:"salt"`
	// Value is text; Base64 is there in its place if it is not UTF-8.
	Value  string `json:"value,omitempty"`
	Base64 []byte `json:"base64,omitempty"`
}

func writeLeaves(shown []ledger.Shown) []leaf {
	list := make([]leaf, len(shown))
	for i, s := range shown {
		list[i] = leaf{
			Kind: s.Kind, Seq: s.Seq, Index: s.Index, Leaf: string(s.Leaf), Whole: string(s.Whole), Proof: s.Proof,
			Openings: make(map[string]opening, len(s.Openings)),
		}
		for path, o := range s.Openings {
			shown := opening{Salt: hex.EncodeToString(o.Salt), Value: string(o.Value)}
			if !utf8.Valid(o.Value) {
				shown.Value, shown.Base64 = "", o.Value
			}
			list[i].Openings[path] = shown
		}
	}
	return list
}

func (l leaf) shown() (ledger.Shown, error) {
	s := ledger.Shown{
		Kind: l.Kind, Seq: l.Seq, Index: l.Index, Leaf: []byte(l.Leaf), Proof: l.Proof, Openings: make(map[string]ledger.Opening, len(l.Openings)),
	}
	if l.Whole != "" {
		s.Whole = []byte(l.Whole)
	}
	for path, o := range l.Openings {
		salt, err := hex.DecodeString(o.Salt)
		if err != nil {
			return s, fmt.Errorf("the salt of %s: %w", path, err)
		}
		s.Openings[path] = ledger.Opening{Salt: salt, Value: append([]byte(o.Value), o.Base64...)}
	}
	return s, nil
}

// open checks everything with the public key, and gives the rows.
func (p proofs) open(key string) ([]ledger.Row, error) {
	head, err := ledger.ReadCheckpoint(p.Checkpoint, key)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint: %w", err)
	}
	rows := make([]ledger.Row, len(p.Leaves))
	for i, l := range p.Leaves {
		shown, err := l.shown()
		if err == nil {
			rows[i], err = shown.Open(head)
		}
		if err != nil {
			return nil, fmt.Errorf("%s %d: %w", l.Kind, l.Seq, err)
		}
	}
	return rows, nil
}

// receipt is the proof of the decision alone, as other programs read it.
func (p proofs) receipt() []byte {
	first := p.Leaves[0]
	return []byte(ledger.Receipt{
		Index: first.Index, Leaf: []byte(first.Leaf), Proof: first.Proof, Checkpoint: ledger.Checkpoint{Note: p.Checkpoint},
	}.Text())
}

func readProofs(raw []byte) (proofs, error) {
	var p proofs
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil {
		return p, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return p, fmt.Errorf("there is more in it than one object")
	}
	return p, nil
}

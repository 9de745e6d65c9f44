package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"assay/db/dbtest"
	"assay/server/api"
	"assay/server/decision"
)

// What follows knows the formats from their texts alone: c2sp.org/signed-note,
// tlog-checkpoint, tlog-tiles and tlog-proof, and RFC 6962 (as RFC 9162 2.1.3 and 2.1.4 put
// its algorithms). It shares nothing with what it checks but the hash and the signature.

type c2spHash = [sha256.Size]byte

func c2spLeaf(entry []byte) c2spHash { return sha256.Sum256(append([]byte{0}, entry...)) }

func c2spNode(left, right c2spHash) c2spHash {
	return sha256.Sum256(slices.Concat([]byte{1}, left[:], right[:]))
}

// c2spRoot is MTH of RFC 6962, by its recursive definition.
func c2spRoot(leaves []c2spHash) c2spHash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return c2spNode(c2spRoot(leaves[:k]), c2spRoot(leaves[k:]))
}

// c2spCheckpoint checks a note's signature by a verifier key, and reads it.
func c2spCheckpoint(note, vkey string) (size uint64, root c2spHash, err error) {
	name, rest, _ := strings.Cut(vkey, "+")
	id, key, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil || len(raw) != 33 || raw[0] != 1 {
		return 0, root, errors.New("not an Ed25519 verifier key")
	}
	keyHash := sha256.Sum256(slices.Concat([]byte(name), []byte("\n"), raw))
	if id != fmt.Sprintf("%08x", keyHash[:4]) {
		return 0, root, errors.New("the key id is wrong")
	}
	end := strings.LastIndex(note, "\n\n")
	if end < 0 {
		return 0, root, errors.New("no signatures")
	}
	text, signed := note[:end+1], false
	for line := range strings.Lines(note[end+2:]) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(fields) != 3 || fields[0] != "—" || fields[1] != name {
			continue
		}
		signature, err := base64.StdEncoding.Strict().DecodeString(fields[2])
		if err != nil || len(signature) != 4+ed25519.SignatureSize || !bytes.Equal(signature[:4], keyHash[:4]) {
			continue
		}
		signed = signed || ed25519.Verify(raw[1:], []byte(text), signature[4:])
	}
	if !signed {
		return 0, root, errors.New("not signed by the key")
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] != name {
		return 0, root, errors.New("not origin, size and root")
	}
	if size, err = strconv.ParseUint(lines[1], 10, 63); err != nil {
		return 0, root, err
	}
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(hash) != len(root) {
		return 0, root, errors.New("the root is no hash")
	}
	return size, c2spHash(hash), nil
}

// c2spIncluded is RFC 9162 2.1.3.2.
func c2spIncluded(index, size uint64, leaf c2spHash, proof []c2spHash, root c2spHash) error {
	if index >= size {
		return errors.New("outside of the tree")
	}
	fn, sn, r := index, size-1, leaf
	for _, p := range proof {
		if sn == 0 {
			return errors.New("the proof is too long")
		}
		if fn&1 == 1 || fn == sn {
			r = c2spNode(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = c2spNode(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || r != root {
		return errors.New("the proof does not lead to the root")
	}
	return nil
}

// c2spConsistent is RFC 9162 2.1.4.2.
func c2spConsistent(first, second uint64, before, after c2spHash, proof []c2spHash) error {
	if first == second {
		if len(proof) != 0 || before != after {
			return errors.New("equal sizes, but not equal trees")
		}
		return nil
	}
	if first&(first-1) == 0 {
		proof = slices.Concat([]c2spHash{before}, proof)
	}
	if len(proof) == 0 || first > second {
		return errors.New("the proof is too short")
	}
	fn, sn := first-1, second-1
	for fn&1 == 1 {
		fn, sn = fn>>1, sn>>1
	}
	fr, sr := proof[0], proof[0]
	for _, c := range proof[1:] {
		if sn == 0 {
			return errors.New("the proof is too long")
		}
		if fn&1 == 1 || fn == sn {
			fr, sr = c2spNode(c, fr), c2spNode(c, sr)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			sr = c2spNode(sr, c)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || fr != before || sr != after {
		return errors.New("the proof does not lead to both roots")
	}
	return nil
}

func c2spHashes(list []string) ([]c2spHash, error) {
	hashes := make([]c2spHash, len(list))
	for i, text := range list {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != sha256.Size {
			return nil, fmt.Errorf("%q is no hash", text)
		}
		hashes[i] = c2spHash(raw)
	}
	return hashes, nil
}

// c2spProof checks a tlog-proof of an entry.
func c2spProof(text string, entry []byte, vkey string) error {
	head, note, ok := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	index, err := strconv.ParseUint(strings.TrimPrefix(lines[0], "index "), 10, 63)
	if err != nil {
		return err
	}
	proof, err := c2spHashes(lines[1:])
	if err != nil {
		return err
	}
	size, root, err := c2spCheckpoint(note, vkey)
	if err != nil {
		return err
	}
	return c2spIncluded(index, size, c2spLeaf(entry), proof, root)
}

// c2spTilePath is that of tlog-tiles for a tree of a size.
func c2spTilePath(level string, n uint64, width uint64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return "/tile/" + level + "/" + path
}

// c2spClient reads a log at a prefix.
type c2spClient struct {
	t      *testing.T
	prefix string
	key    string
}

func (c c2spClient) get(path string) []byte {
	c.t.Helper()
	response, err := http.Get(c.prefix + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: %d %s %v", path, response.StatusCode, body, err)
	}
	return body
}

func (c c2spClient) json(path string, into any) {
	c.t.Helper()
	if err := json.Unmarshal(c.get(path), into); err != nil {
		c.t.Fatal(err)
	}
}

// follow reads all of the log, and checks it.
func (c c2spClient) follow() (note string, leaves []c2spHash, bundles [][]byte) {
	c.t.Helper()
	note = string(c.get("/checkpoint"))
	size, root, err := c2spCheckpoint(note, c.key)
	if err != nil {
		c.t.Fatal(err)
	}
	for n := uint64(0); n*256 < size; n++ {
		width := min(size-n*256, 256)
		tile, bundle := c.get(c2spTilePath("0", n, width)), c.get(c2spTilePath("entries", n, width))
		if uint64(len(tile)) != width*sha256.Size {
			c.t.Fatalf("tile %d has %d bytes", n, len(tile))
		}
		for i := range width {
			length := binary.BigEndian.Uint16(bundle)
			bundles = append(bundles, bundle[2:2+length])
			bundle = bundle[2+length:]
			leaves = append(leaves, c2spHash(tile[i*sha256.Size:]))
			if leaves[n*256+i] != c2spLeaf(bundles[n*256+i]) {
				c.t.Fatalf("entry %d does not hash to its leaf", n*256+i)
			}
		}
		if len(bundle) > 0 {
			c.t.Fatalf("%d bytes after the last entry", len(bundle))
		}
	}
	if c2spRoot(leaves) != root {
		c.t.Fatal("the tiles do not have the root that was signed")
	}
	for level, below := 1, leaves; len(below) >= 256; level++ {
		var above []c2spHash
		for full := range slices.Chunk(below, 256) {
			if len(full) == 256 {
				above = append(above, c2spRoot(full))
			}
		}
		for n := 0; n*256 < len(above); n++ {
			part := above[n*256 : min(len(above), n*256+256)]
			if tile := c.get(c2spTilePath(strconv.Itoa(level), uint64(n), uint64(len(part)))); !bytes.Equal(tile, flat(part)) {
				c.t.Fatalf("tile %d of level %d is another one", n, level)
			}
		}
		below = above
	}
	return note, leaves, bundles
}

func flat(hashes []c2spHash) (raw []byte) {
	for _, hash := range hashes {
		raw = append(raw, hash[:]...)
	}
	return raw
}

// TestLedgerInTheFormatsOfC2SP reads the ledger over HTTP as a program would that knows
// only the formats, takes its proofs, and takes none that was touched.
func TestLedgerInTheFormatsOfC2SP(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "assay.db")
	store := dbtest.Open(t, path)
	service := newService(t, store)
	log := dbtest.Seal(t, path, store)
	server := httptest.NewServer(api.New(api.Config{Service: service, Ledger: log, Ping: store.Ping}))
	defer server.Close()
	client := c2spClient{t, server.URL + "/v1/ledger", log.Identity().Verifier}
	if key := strings.TrimSpace(string(client.get("/key"))); key != client.key {
		t.Fatalf("the key is %s", key)
	}

	// More than a tile of leaves, sealed in batches of any size.
	var notes []string
	var last decision.Decision
	for n := range 40 {
		facts := make([]decision.Fact, 1+rand.IntN(20))
		for i := range facts {
			facts[i] = decision.Fact{Kind: "membership", Source: "microsoft", ValidFrom: "2026-01-01", Body: []byte(`{"status":"active"}`)}
		}
		if _, _, err := service.RecordFacts(ctx, fmt.Sprintf("partner-%d", n%7), facts, ""); err != nil {
			t.Fatal(err)
		}
		if n%3 > 0 {
			continue
		}
		decided, _, err := service.Decide(ctx, decision.Request{Program: "csp.direct_bill.enrollment", Partner: "partner-0"})
		if err != nil {
			t.Fatal(err)
		}
		last = decided
		if err := log.SealAll(ctx); err != nil {
			t.Fatal(err)
		}
		notes = append(notes, string(client.get("/checkpoint")))
	}
	note, leaves, bundles := client.follow()
	size, root, _ := c2spCheckpoint(note, client.key)
	if size < 300 {
		t.Fatalf("only %d leaves", size)
	}

	t.Run("inclusion", func(t *testing.T) {
		for index := range size {
			if index%7 > 0 && index < size-3 {
				continue
			}
			var answer struct {
				LeafHash string `json:"leaf_hash"`
				Proof    []string
			}
			client.json(fmt.Sprintf("/proofs/inclusion?index=%d", index), &answer)
			proof, err := c2spHashes(answer.Proof)
			if err != nil {
				t.Fatal(err)
			}
			if err := c2spIncluded(index, size, leaves[index], proof, root); err != nil {
				t.Fatalf("leaf %d: %v", index, err)
			}
			for i := range proof {
				broken := slices.Clone(proof)
				broken[i][rand.IntN(32)] ^= 1
				if c2spIncluded(index, size, leaves[index], broken, root) == nil {
					t.Errorf("leaf %d: accepted with hash %d changed", index, i)
				}
			}
			changed := slices.Clone(bundles[index])
			changed[rand.IntN(len(changed))] ^= 1
			if c2spIncluded(index, size, c2spLeaf(changed), proof, root) == nil {
				t.Errorf("leaf %d: accepted with a byte of the entry changed", index)
			}
			if other := (index + 1) % size; c2spIncluded(other, size, leaves[index], proof, root) == nil || c2spIncluded(index, size, leaves[other], proof, root) == nil {
				t.Errorf("leaf %d: accepted in another place", index)
			}
		}
	})
	t.Run("consistency", func(t *testing.T) {
		for i, earlier := range notes {
			first, before, err := c2spCheckpoint(earlier, client.key)
			if err != nil {
				t.Fatal(err)
			}
			var answer struct{ Proof []string }
			client.json(fmt.Sprintf("/proofs/consistency?from=%d&to=%d", first, size), &answer)
			proof, err := c2spHashes(answer.Proof)
			if err != nil {
				t.Fatal(err)
			}
			if err := c2spConsistent(first, size, before, root, proof); err != nil {
				t.Fatalf("from %d: %v", first, err)
			}
			// A history that was made anew, with one leaf changed, two swapped, or the end
			// cut off, does not go with what was signed before.
			rewritten := slices.Clone(leaves)
			rewritten[rand.IntN(int(first))][0] ^= 1
			swapped := slices.Clone(leaves)
			swapped[0], swapped[int(first)-1] = swapped[int(first)-1], swapped[0]
			for what, after := range map[string]c2spHash{
				"a changed leaf": c2spRoot(rewritten), "swapped leaves": c2spRoot(swapped),
			} {
				if c2spConsistent(first, size, before, after, proof) == nil {
					t.Errorf("from %d: accepted %s", first, what)
				}
			}
			if i > 0 {
				cut, root, _ := c2spCheckpoint(notes[i-1], client.key)
				if c2spConsistent(first, cut, before, root, proof) == nil {
					t.Errorf("from %d: accepted a truncated tail", first)
				}
			}
		}
	})
	t.Run("checkpoint", func(t *testing.T) {
		for i := range len(note) {
			changed := []byte(note)
			changed[i] ^= 1
			// A signature line that cannot be read is ignored; then nobody signed.
			if _, _, err := c2spCheckpoint(string(changed), client.key); err == nil {
				t.Errorf("accepted with byte %d changed: %q", i, changed)
			}
		}
		other := dbtest.Seal(t, filepath.Join(t.TempDir(), "other.db"), dbtest.Open(t, filepath.Join(t.TempDir(), "other.db")))
		if _, _, err := c2spCheckpoint(note, other.Identity().Verifier); err == nil {
			t.Error("accepted with another key")
		}
	})
	t.Run("receipt", func(t *testing.T) {
		receipts := c2spClient{t, server.URL + "/v1/decisions/" + last.ID, client.key}
		var receipt struct {
			Index            uint64
			Leaf, Checkpoint string
			Proof            []string
		}
		receipts.json("/receipt", &receipt)
		if receipt.Leaf != string(bundles[receipt.Index]) || !strings.Contains(receipt.Leaf, last.ID) {
			t.Fatalf("the leaf is %s", receipt.Leaf)
		}
		text := string(receipts.get("/receipt.tlog-proof"))
		if err := c2spProof(text, []byte(receipt.Leaf), client.key); err != nil {
			t.Fatal(err)
		}
		if c2spProof(text, []byte(strings.Replace(receipt.Leaf, "incomplete", "eligible", 1)), client.key) == nil {
			t.Error("accepted with another outcome")
		}
		// Nothing of what the leaf commits to can be read in it.
		if strings.Contains(receipt.Leaf, "membership") || strings.Contains(receipt.Leaf, last.FactsDigest) {
			t.Errorf("the leaf says too much: %s", receipt.Leaf)
		}
	})
}

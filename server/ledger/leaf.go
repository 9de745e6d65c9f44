package ledger

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
)

// Row is what a leaf is made of.
type Row struct {
	Kind Kind
	Seq  int64
	// At is the instant of the row, as its text.
	At string
	// Partner is whom it is about, '' for nobody. Its salt hides the values.
	Partner string
	// Plain is what the leaf shows. What is zero is left out, so that a column which comes
	// later leaves the leaves of earlier rows as they are.
	Plain map[string]any
	// Values is what may be personal, by JSON pointer: the leaf has a commitment for each,
	// and none for one that is empty.
	Values map[string][]byte
	// Erased are values that were taken away, by JSON pointer; Salts those of values that
	// stayed when others of the partner went. They come before the partner's root.
	Erased map[string]Erased
	// Removed is the leaf itself, of a row of which nothing else is left.
	Removed []byte
	Salts   map[string][]byte
}

// Committer gives what stands in a leaf for a value of which nothing more is known.
type Committer interface {
	Commit(r Row, path string, value []byte) (string, error)
}

// maxLeaf is the longest entry that the C2SP formats can hold.
const maxLeaf = 1<<16 - 1

// Leaf gives the bytes that are hashed into the tree: canonical JSON, that is with keys
// in order and without space.
func (r Row) Leaf(c Committer) ([]byte, error) {
	if r.Removed != nil {
		return r.Removed, nil
	}
	whole, err := r.whole(c)
	if err != nil {
		return nil, err
	}
	return r.shorten(whole)
}

// whole is the leaf as it is unless that is too long.
func (r Row) whole(c Committer) ([]byte, error) {
	leaf := maps.Clone(r.Plain)
	if leaf == nil {
		leaf = make(map[string]any)
	}
	leaf["type"], leaf["seq"], leaf["at"], leaf["partner"] = r.Kind, r.Seq, r.At, r.Partner
	maps.DeleteFunc(leaf, func(_ string, value any) bool { return value == nil || reflect.ValueOf(value).IsZero() })
	committed := make(map[string]string)
	for path, erased := range r.Erased {
		// Where something else stands than what was left there, the row was changed.
		if erased.Now == DigestOf(r.Values[path]) {
			committed[path] = erased.Commitment
		}
	}
	for path, value := range r.Values {
		if len(value) == 0 || committed[path] != "" {
			continue
		}
		commitment, err := r.commit(c, path, value)
		if err != nil {
			return nil, err
		}
		committed[path] = commitment
	}
	if len(committed) > 0 {
		leaf["committed"] = committed
	}
	return encode(leaf)
}

// shorten lets a digest stand for a leaf that is too long: that of a fact of a thousand
// fields.
func (r Row) shorten(whole []byte) ([]byte, error) {
	if len(whole) <= maxLeaf {
		return whole, nil
	}
	digest := sha256.Sum256(whole)
	return encode(map[string]any{"type": r.Kind, "seq": r.Seq, "sha256": hex.EncodeToString(digest[:])})
}

func (r Row) commit(c Committer, path string, value []byte) (string, error) {
	if salt, kept := r.Salts[path]; kept {
		return Commitment(salt, value), nil
	}
	return c.Commit(r, path, value)
}

func encode(value any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// Salts are the roots of partners' salts, 32 random bytes each.
type Salts map[string][]byte

// FreshSalt makes a root.
func FreshSalt() []byte {
	root := make([]byte, 32)
	_, _ = rand.Read(root) // never fails
	return root
}

// SaltMissingError is about a partner whose values cannot be told from others any more.
type SaltMissingError struct{ Partner string }

func (e *SaltMissingError) Error() string {
	return fmt.Sprintf("the salt of partner %q is missing", e.Partner)
}

// Commit implements Committer.
func (s Salts) Commit(r Row, path string, value []byte) (string, error) {
	root := s[r.Partner]
	if root == nil {
		return "", &SaltMissingError{r.Partner}
	}
	return Commitment(ValueSalt(root, r.Kind, r.Seq, path), value), nil
}

// ValueSalt is the salt of one value. It can be shown, to prove that value, without
// saying anything about the others.
func ValueSalt(root []byte, kind Kind, seq int64, path string) []byte {
	mac := hmac.New(sha256.New, root)
	mac.Write([]byte(string(kind) + "/" + strconv.FormatInt(seq, 10) + path))
	return mac.Sum(nil)
}

// saltSize is the length of a value's salt. Whoever checks a commitment checks it too.
const saltSize = sha256.Size

// Commitment stands for a value: it says nothing about it to whoever does not have the
// salt, and for salts of one length there is no other value for it.
func Commitment(salt, value []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte{0})
	h.Write(value)
	return hex.EncodeToString(h.Sum(nil))
}

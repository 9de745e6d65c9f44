package ledger

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Key signs checkpoints, of any number of ledgers.
type Key struct{ private ed25519.PrivateKey }

// Identity is that of a ledger of this name that the key signs.
func (k *Key) Identity(origin string) (Identity, error) {
	verifier, err := note.NewEd25519VerifierKey(origin, k.private.Public().(ed25519.PublicKey))
	return Identity{Origin: origin, Verifier: verifier}, err
}

// signer signs notes in the name of a ledger.
type signer struct {
	note.Verifier
	key *Key
}

func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key.private, text), nil }

func (k *Key) signer(id Identity) (note.Signer, error) {
	verifier, err := note.NewVerifier(id.Verifier)
	return signer{verifier, k}, err
}

// newOrigin makes the name of a ledger.
func newOrigin() string {
	name := make([]byte, 8)
	_, _ = rand.Read(name) // never fails
	return "assay/" + hex.EncodeToString(name)
}

// ReadKey reads the key in a file that nobody but its owner can read. The error wraps
// fs.ErrNotExist if there is no file.
func ReadKey(path string) (*Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("others can read the key %s (mode %04o): chmod 600 %[1]s, and consider that they may have", path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is not a key of a ledger: %w", path, err)
	}
	return key, nil
}

// keyName stands in the key's file, where a note's key has a name. The names of ledgers are
// their databases', so that a new database beside an old key is another ledger.
const keyName = "assay"

// parseKey reads a note's signer key: PRIVATE+KEY+name+hash+key, where the last, in base64,
// is the kind of the key and its seed.
func parseKey(text string) (*Key, error) {
	if _, err := note.NewSigner(text); err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(strings.SplitN(text, "+", 5)[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, errors.New("it has no Ed25519 key")
	}
	return &Key{ed25519.NewKeyFromSeed(raw[1:])}, nil
}

// MakeKey makes a key in a file that only its owner can read. If the file is there by now,
// its key is taken: another server made it.
func MakeKey(path string) (*Key, error) {
	private, _, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		return nil, err
	}
	// Whole or not at all: nobody may read half of a key.
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	_, err = temporary.WriteString(private + "\n")
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return nil, err
	}
	if err := os.Link(temporary.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return ReadKey(path)
}

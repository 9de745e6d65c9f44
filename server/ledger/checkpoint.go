package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// checkpointText is the text of a checkpoint as C2SP's tlog-checkpoint has it.
func checkpointText(origin string, size int64, root Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
}

// Witness is a checkpoint that was kept elsewhere, under the name that whoever brings it
// knows it by.
type Witness struct{ Name, Note string }

// ofLedger tells what is no checkpoint of the ledger at all: whoever brings it took the
// wrong file, which says nothing about the ledger.
func ofLedger(witnessed []Witness, ledger string) error {
	for _, w := range witnessed {
		switch origin, _, err := parseCheckpoint(w.Note); {
		case err != nil:
			return fmt.Errorf("%s: %w", w.Name, err)
		case origin != ledger:
			return fmt.Errorf("%s is a checkpoint of the ledger %s, not of %s", w.Name, origin, ledger)
		}
	}
	return nil
}

// misread tells what it means that a checkpoint cannot be read with the key: that the key
// signed another text, or that another key did.
func misread(err error) What {
	var invalid *note.InvalidSignatureError
	if errors.As(err, &invalid) {
		return CheckpointChanged
	}
	return WrongKey
}

// CheckKey tells whether the text is a public key, without a slip in it.
func CheckKey(verifier string) error {
	_, err := note.NewVerifier(verifier)
	return err
}

// Head is what a checkpoint says.
type Head struct {
	Size int64
	Root Hash
}

// ReadCheckpoint checks who signed a checkpoint and gives what it says.
func ReadCheckpoint(text string, verifier string) (Head, error) {
	key, err := note.NewVerifier(verifier)
	if err != nil {
		return Head{}, fmt.Errorf("the public key: %w", err)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		var unverified *note.UnverifiedNoteError
		if errors.As(err, &unverified) {
			return Head{}, fmt.Errorf("it is not signed with the key %s", verifier)
		}
		return Head{}, err
	}
	origin, head, err := parseCheckpoint(opened.Text)
	if err == nil && origin != key.Name() {
		err = fmt.Errorf("it is of %s, and the key is that of %s", origin, key.Name())
	}
	return head, err
}

// parseCheckpoint reads the text of a note.
func parseCheckpoint(text string) (origin string, head Head, err error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 {
		return "", Head{}, errors.New("it is no checkpoint: it must have an origin, a size and a hash")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return "", Head{}, fmt.Errorf("it is no checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != len(Hash{}) {
		return "", Head{}, fmt.Errorf("it is no checkpoint: %q is no hash", lines[2])
	}
	return lines[0], Head{Size: size, Root: Hash(root)}, nil
}

// Package strictjson checks JSON that comes from outside before anything decodes
// it. encoding/json takes the last of duplicate keys, mends broken UTF-8 and reads
// numbers of any size; here each of these is an error with its place.
package strictjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Limits that no honest facts come near.
const (
	// MaxDepth is how deep objects and arrays may nest.
	MaxDepth = 64
	// MaxNumberLength is how many characters a number may have.
	MaxNumberLength = 64
	// MaxExponent bounds the exponent of a number: exact arithmetic on 1e1000000000
	// would need gigabytes.
	MaxExponent = 308
)

// Error says what is wrong with a document and where. It names keys but quotes no
// values, so it may be shown and logged.
type Error struct {
	// Pointer is an RFC 6901 JSON pointer to the value in question; "" is the whole
	// document.
	Pointer string
	Detail  string
	// Offset is the 0-based byte at or after which the trouble is.
	Offset int64
}

func (e *Error) Error() string {
	if e.Pointer == "" {
		return fmt.Sprintf("byte %d: %s", e.Offset, e.Detail)
	}
	return fmt.Sprintf("%s (byte %d): %s", e.Pointer, e.Offset, e.Detail)
}

// Check accepts exactly one JSON value in valid UTF-8, without duplicate keys,
// within the limits. Any error is an *Error.
func Check(document []byte) error {
	dec := jsontext.NewDecoder(bytes.NewReader(document))
	for {
		start := dec.InputOffset()
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) && start == 0 {
			return &Error{Detail: "there is no JSON here"}
		}
		if err != nil {
			return explain(err)
		}
		if detail := refusal(dec, token); detail != "" {
			end := dec.InputOffset()
			return &Error{Pointer: string(dec.StackPointer()), Detail: detail, Offset: start + lead(document[start:end])}
		}
		if dec.StackDepth() == 0 {
			return checkEnd(document, dec)
		}
	}
}

// lead counts the separators between one token and the next.
func lead(between []byte) int64 {
	return int64(len(between) - len(bytes.TrimLeft(between, " \t\r\n,:")))
}

func refusal(dec *jsontext.Decoder, token jsontext.Token) string {
	switch token.Kind() {
	case '{', '[':
		if dec.StackDepth() > MaxDepth {
			return fmt.Sprintf("is nested deeper than %d levels", MaxDepth)
		}
	case '0':
		return refuseNumber(token.String())
	case '"':
		// PostgreSQL can store it neither as text nor as JSON.
		if strings.ContainsRune(token.String(), 0) {
			return "holds the character U+0000, which text cannot have"
		}
	}
	return ""
}

func refuseNumber(literal string) string {
	if len(literal) > MaxNumberLength {
		return fmt.Sprintf("is a number of more than %d characters", MaxNumberLength)
	}
	_, exponent, found := strings.Cut(strings.ToLower(literal), "e")
	if !found {
		return ""
	}
	if n, err := strconv.Atoi(exponent); err != nil || n > MaxExponent || n < -MaxExponent {
		return fmt.Sprintf("is a number with an exponent beyond ±%d", MaxExponent)
	}
	return ""
}

func checkEnd(document []byte, dec *jsontext.Decoder) error {
	end := dec.InputOffset()
	if rest := bytes.TrimLeft(document[end:], " \t\r\n"); len(rest) > 0 {
		return &Error{Detail: "there is more after the JSON value", Offset: int64(len(document) - len(rest))}
	}
	return nil
}

// explain puts a decoder's error into plain words.
func explain(err error) error {
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return &Error{Detail: "is not JSON"}
	}
	e := &Error{Pointer: string(syntax.JSONPointer), Offset: syntax.ByteOffset}
	message := syntax.Err.Error()
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		e.Detail = "this key is there twice"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Detail = "the JSON ends too early"
	case strings.HasPrefix(message, "invalid UTF-8"):
		e.Detail = "is not valid UTF-8"
	case strings.HasPrefix(message, "invalid escape sequence"), strings.HasPrefix(message, "invalid surrogate pair"):
		e.Detail = "holds an escape sequence that JSON does not have"
	case strings.HasPrefix(message, "invalid character"):
		// The decoder says what it expected, which is what helps to mend it.
		e.Detail = "is not JSON: " + message
	default:
		e.Detail = "is not JSON"
	}
	return e
}

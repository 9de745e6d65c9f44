package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"assay/server/schema"
	"assay/server/strictjson"
)

// checkBody reads the body, holds it against the schema, and puts back what it
// read. The order matters: nothing is decoded before strictjson has seen it.
func checkBody(s *schema.Schema, ctx echo.Context, limit int64) error {
	if err := checkMediaType(ctx.Request().Header); err != nil {
		return err
	}
	body, err := readBody(ctx, limit)
	if err != nil {
		return err
	}
	if err := checkJSON(s, body); err != nil {
		return err
	}
	ctx.Request().Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// checkJSON holds the bytes of a body against its schema.
func checkJSON(s *schema.Schema, body []byte) error {
	if len(body) == 0 {
		return fail(ProblemCodeInvalidJson, "the body is missing")
	}
	if err := strictjson.Check(body); err != nil {
		return notJSON(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return internal(err) // strictjson accepts less
	}
	if problems := s.Check(value); len(problems) > 0 {
		places := make([]ProblemPlace, len(problems))
		for i, p := range problems {
			places[i] = inBody(p.Pointer(), p.Message)
		}
		return failAt(ProblemCodeInvalidRequest, places...)
	}
	return nil
}

func checkMediaType(header http.Header) error {
	kind, options, err := mime.ParseMediaType(header.Get(echo.HeaderContentType))
	if err != nil || kind != echo.MIMEApplicationJSON {
		return fail(ProblemCodeUnsupportedMediaType, "Content-Type must be application/json")
	}
	if charset, found := options["charset"]; found && !strings.EqualFold(charset, "utf-8") {
		return fail(ProblemCodeUnsupportedMediaType, "JSON is UTF-8; leave the charset out")
	}
	if encoding := header.Get(echo.HeaderContentEncoding); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return fail(ProblemCodeUnsupportedMediaType, "compressed bodies are not taken")
	}
	return nil
}

func readBody(ctx echo.Context, limit int64) ([]byte, error) {
	request := ctx.Request()
	// MaxBytesReader also has the server close the connection, so the rest of an
	// endless body is not read.
	body, err := io.ReadAll(http.MaxBytesReader(ctx.Response().Writer, request.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, fail(ProblemCodeBodyTooLarge, "the body has more than %d bytes, which is the limit", limit)
	case err != nil && request.Context().Err() != nil:
		return nil, request.Context().Err()
	case err != nil:
		return nil, fail(ProblemCodeInvalidJson, "the body ended before it was complete")
	}
	return body, nil
}

func notJSON(err error) error {
	var strict *strictjson.Error
	if !errors.As(err, &strict) {
		return internal(err)
	}
	f := failAt(ProblemCodeInvalidJson, inBody(strict.Pointer, strict.Detail))
	f.detail = strict.Error() // with the byte
	return f
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"assay/server/decision"
)

// failures is the only list of the HTTP statuses that refuse something.
var failures = map[ProblemCode]struct {
	status int
	title  string
}{
	ProblemCodeInvalidJson:          {http.StatusBadRequest, "The body is not acceptable JSON"},
	ProblemCodeInvalidParameter:     {http.StatusBadRequest, "A parameter is not right"},
	ProblemCodeRouteNotFound:        {http.StatusNotFound, "There is nothing at this path"},
	ProblemCodeProgramNotFound:      {http.StatusNotFound, "There is no such program"},
	ProblemCodeRevisionNotFound:     {http.StatusNotFound, "There is no such revision"},
	ProblemCodeFileNotFound:         {http.StatusNotFound, "There is no such file"},
	ProblemCodePartnerNotFound:      {http.StatusNotFound, "There is no such partner"},
	ProblemCodeTileNotFound:         {http.StatusNotFound, "There is no such tile"},
	ProblemCodeNotSealedYet:         {http.StatusNotFound, "It is not sealed yet"},
	ProblemCodeReportNotFound:       {http.StatusNotFound, "There is no such report"},
	ProblemCodeCandidateChanged:     {http.StatusConflict, "The policies changed since they were measured"},
	ProblemCodeReplayDiffers:        {http.StatusConflict, "The decision does not come out again"},
	ProblemCodeRemoved:              {http.StatusGone, "The decision was removed"},
	ProblemCodeErased:               {http.StatusConflict, "Values of it were erased"},
	ProblemCodeDecisionNotFound:     {http.StatusNotFound, "There is no such decision"},
	ProblemCodeMethodNotAllowed:     {http.StatusMethodNotAllowed, "This method is not for this path"},
	ProblemCodeNotAcceptable:        {http.StatusNotAcceptable, "There is no answer of this type"},
	ProblemCodeIdempotencyKeyReused: {http.StatusConflict, "The idempotency key was used before"},
	ProblemCodeBodyTooLarge:         {http.StatusRequestEntityTooLarge, "The body is too large"},
	ProblemCodeUnsupportedMediaType: {http.StatusUnsupportedMediaType, "The body must be plain JSON"},
	ProblemCodeInvalidRequest:       {http.StatusUnprocessableEntity, "The request does not make sense"},
	ProblemCodePoliciesRefused:      {http.StatusUnprocessableEntity, "The policies did not pass the gate"},
	ProblemCodeInternalError:        {http.StatusInternalServerError, "Internal error"},
	ProblemCodeTimeout:              {http.StatusServiceUnavailable, "The request was given up"},
	ProblemCodeStoreUnavailable:     {http.StatusServiceUnavailable, "The store does not answer"},
	ProblemCodeNoPolicies:           {http.StatusServiceUnavailable, "No policies serve"},
}

// maxPlaces keeps an answer to a thousand bad facts readable.
const maxPlaces = 50

// failure is an error that knows its problem. What it says is for the caller; the
// cause is for the log.
type failure struct {
	code   ProblemCode
	detail string
	places []ProblemPlace
	cause  error
	// retryAfter is in how many seconds to ask again, 0 if that does not help.
	retryAfter int
}

func (f *failure) Error() string {
	if f.cause != nil {
		return f.cause.Error()
	}
	return string(f.code) + ": " + f.detail
}

func fail(code ProblemCode, format string, args ...any) *failure {
	return &failure{code: code, detail: fmt.Sprintf(format, args...)}
}

// failAt is about places in the request; there is at least one.
func failAt(code ProblemCode, places ...ProblemPlace) *failure {
	f := &failure{code: code, places: places}
	f.detail = places[0].Detail
	if p := places[0].Parameter; p != nil {
		f.detail = *p + ": " + f.detail
	} else if p := places[0].Pointer; p != nil && *p != "" {
		f.detail = *p + ": " + f.detail
	}
	if more := len(places) - 1; more > 0 {
		f.detail += fmt.Sprintf(" (and %d more)", more)
	}
	f.places = places[:min(len(places), maxPlaces)]
	return f
}

func inBody(pointer, detail string) ProblemPlace {
	return ProblemPlace{Pointer: &pointer, Detail: detail}
}

func inParameter(name, detail string) ProblemPlace {
	return ProblemPlace{Parameter: &name, Detail: detail}
}

// failureOf translates any error that a handler or the router returns.
func failureOf(err error) *failure {
	var known *failure
	var invalid *decision.InvalidError
	var refused *decision.RefusedError
	var removed *decision.RemovedError
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &invalid):
		places := make([]ProblemPlace, len(invalid.Problems))
		for i, p := range invalid.Problems {
			places[i] = inBody(p.Pointer, p.Detail)
		}
		if len(places) == 0 {
			return fail(ProblemCodeInvalidRequest, "%s", invalid.Error())
		}
		return failAt(ProblemCodeInvalidRequest, places...)
	case errors.As(err, &refused) && len(refused.Problems) > 0:
		places := make([]ProblemPlace, len(refused.Problems))
		for i, p := range refused.Problems {
			places[i] = ProblemPlace{Detail: p.String()}
		}
		return failAt(ProblemCodePoliciesRefused, places...)
	case errors.As(err, &removed):
		return fail(ProblemCodeRemoved, "%s", removed.Error())
	case errors.Is(err, decision.ErrIdempotencyKeyReused):
		return failAt(ProblemCodeIdempotencyKeyReused, inParameter("Idempotency-Key", "was used before for this partner, with other facts; nothing was recorded"))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &failure{code: ProblemCodeTimeout, detail: "the request was given up before it could be answered", cause: err}
	case errors.As(err, &routing):
		return routingFailure(routing)
	}
	return internal(err)
}

func internal(cause error) *failure {
	return &failure{code: ProblemCodeInternalError, detail: "the server could not answer; its log says why, under the request id", cause: cause}
}

func routingFailure(err *echo.HTTPError) *failure {
	switch err.Code {
	case http.StatusNotFound:
		return fail(ProblemCodeRouteNotFound, "the paths are in /openapi.yaml")
	case http.StatusMethodNotAllowed:
		return fail(ProblemCodeMethodNotAllowed, "the header Allow names the methods")
	case http.StatusBadRequest:
		// The contract checks parameters before the generated code binds them, so
		// this does not happen; its message would repeat what was sent.
		return &failure{code: ProblemCodeInvalidParameter, detail: "a parameter cannot be read", cause: err}
	}
	return internal(err)
}

// writeProblem is Echo's error handler: the one place where errors become answers.
func writeProblem(err error, c echo.Context) {
	if c.Response().Committed {
		return // too late to say anything
	}
	f := failureOf(err)
	if f.retryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	status, problem := problemOf(c.Request().Context(), f)
	body, err := json.Marshal(problem)
	if err == nil {
		err = c.Blob(status, "application/problem+json", body)
	}
	if request := requestOf(c.Request().Context()); err != nil && request.err == nil {
		request.err = err // the caller has gone
	}
}

// problemOf is what the caller is told of an error. What is the server's own fault is
// noted for its log.
func problemOf(ctx context.Context, err error) (int, Problem) {
	f := failureOf(err)
	known, request := failures[f.code], requestOf(ctx)
	// That a caller went away is not an error of the server.
	if known.status >= http.StatusInternalServerError && !errors.Is(f.cause, context.Canceled) {
		request.err = f
	}
	return known.status, Problem{
		Type: "urn:assay:problem:" + string(f.code), Title: known.title, Status: known.status, Code: f.code,
		Detail: optional(f.detail), Errors: f.places, RequestId: request.id,
	}
}

// optional is nil for the zero value, which JSON then leaves out.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

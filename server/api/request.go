package api

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// request is what one request is known by: its id, and what its log line will say.
// Only the goroutine that serves the request touches it.
type request struct {
	id string
	// trace is that of the caller, accept what it wants to read.
	trace, accept string
	// broken: the answer is under way and cannot be completed.
	broken   bool
	outcome  string
	revision string
	err      error
}

type requestKey struct{}

// requestOf finds the request in its context; outside of one it gives an empty one.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

const maxRequestID = 128

// identify takes the caller's request id if it can be stored and logged as it is,
// and makes one otherwise.
func identify(newID func() string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			id := c.Request().Header.Get(echo.HeaderXRequestID)
			if !sane(id) {
				id = newID()
			}
			c.Response().Header().Set(echo.HeaderXRequestID, id)
			r := &request{
				id: id, trace: traceOf(c.Request().Header.Get("Traceparent")),
				accept: strings.Join(c.Request().Header.Values(echo.HeaderAccept), ", "),
			}
			c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), requestKey{}, r)))
			err := next(c)
			if r.broken {
				panic(http.ErrAbortHandler) // the caller sees that the answer is not complete
			}
			return err
		}
	}
}

func sane(id string) bool {
	for _, b := range []byte(id) {
		if b <= ' ' || b > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxRequestID
}

// traceparent is the header of W3C Trace Context, of this version or one to come.
var traceparent = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$`)

// traceOf is the trace-id of a traceparent. One that is not valid counts as none, as the
// standard wants.
func traceOf(header string) string {
	m := traceparent.FindStringSubmatch(header)
	if m == nil || m[1] == "ff" || m[1] == "00" && m[4] != "" || strings.Trim(m[2], "0") == "" || strings.Trim(m[3], "0") == "" {
		return ""
	}
	return m[2]
}

// logRequests writes one line per request: never facts, and of errors only those
// that are the server's own. It answers errors itself, so that it sees the status.
func logRequests(logger *slog.Logger, now func() time.Time) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			response, request := c.Response(), requestOf(c.Request().Context())
			attrs := []slog.Attr{
				slog.String("request_id", request.id),
				slog.String("method", c.Request().Method),
				slog.String("route", c.Path()),
				slog.Int("status", response.Status),
				slog.Duration("duration", now().Sub(began)),
				slog.Int64("bytes", response.Size),
			}
			if request.outcome != "" {
				attrs = append(attrs, slog.String("outcome", request.outcome))
			}
			if request.revision != "" {
				attrs = append(attrs, slog.String("revision", request.revision))
			}
			level := slog.LevelInfo
			if request.err != nil {
				level = slog.LevelError
				attrs = append(attrs, slog.Any("error", request.err))
			}
			logger.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		}
	}
}

// answerTo refuses requests whose Host is not a name of the loopback, if only that is
// wanted.
func answerTo(loopbackOnly bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if host := c.Request().Host; loopbackOnly && host != "" && !isLoopback(host) {
				return failAt(ProblemCodeInvalidParameter, inParameter("Host", "must be a name of this machine, such as localhost; behind a proxy, start the server with --allow-remote"))
			}
			return next(c)
		}
	}
}

func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// survive turns a panic into an error with its stack.
func survive(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			switch r := recover(); r {
			case nil:
			case http.ErrAbortHandler:
				panic(r) // the way to say: drop the connection
			default:
				err = internal(fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
			}
		}()
		return next(c)
	}
}

// secure sets what every answer carries. Answers are about partners, so nobody in
// between may keep them; the docs page loosens what it must.
func secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'")
		header.Set(echo.HeaderCacheControl, "no-store")
		return next(c)
	}
}

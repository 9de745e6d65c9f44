package opalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"assay/server/decision"
)

// Positions keep how far the log has been taken to a sink.
type Positions interface {
	// OpenSink begins to keep it, from the position on, unless it is kept already.
	OpenSink(ctx context.Context, name string, position int64) error
	// Sink is the position, and when the sink last acknowledged something.
	Sink(ctx context.Context, name string) (position int64, at time.Time, err error)
	AdvanceSink(ctx context.Context, name string, position int64, at time.Time) error
}

// Pusher takes the decision log to a sink as OPA does: to {url}/logs, in batches of
// compressed events. Unlike OPA it drops nothing: it reads from the log, in order, and
// goes on only when the sink has acknowledged. So every decision arrives at least once.
type Pusher struct {
	Log       Log
	Positions Positions
	Maker     *Maker
	// URL is that of the sink, from ParseURL. It is also the name of the position.
	URL string
	// Token is asked for each upload and goes into the header; nil or "" sends none.
	Token func() (string, error)
	// Timeout is how long an upload may take.
	Timeout time.Duration
	// Every is how often to look for new decisions, First and Most the shortest and the
	// longest time to wait after a failure.
	Every, First, Most time.Duration
	Now                func() time.Time
	Logger             *slog.Logger

	// limit is the size that uploads should not pass.
	limit  int
	client *http.Client

	mu sync.Mutex
	// problem is why the last try failed, since when the first of those in a row did.
	problem  string
	since    time.Time
	failures int64
	sent     int64
}

// uploadLimit is OPA's own for the compressed bytes of an upload.
const uploadLimit = 32 << 10

// Defaults of a Pusher.
const (
	DefaultTimeout = 30 * time.Second
	DefaultEvery   = time.Second
	DefaultFirst   = 500 * time.Millisecond
	DefaultMost    = time.Minute
)

// ParseURL takes the address of a sink, which a token may be sent to: by HTTPS, unless it
// is this machine. What is secret is not part of it.
func ParseURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", errors.New("is not a URL")
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("must not have a user, a query or a fragment")
	case u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("must begin with https://")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("must begin with https://, unless the sink is on this machine")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Open makes sure that there is a position. A sink that was never pushed to gets the
// whole log, or only what comes from now on.
func (p *Pusher) Open(ctx context.Context, fromNow bool) error {
	var position int64
	if fromNow {
		var err error
		if position, err = p.Log.LastDecision(ctx); err != nil {
			return err
		}
	}
	return p.Positions.OpenSink(ctx, p.URL, position)
}

// Run pushes until ctx ends.
func (p *Pusher) Run(ctx context.Context) {
	p.limit = uploadLimit
	p.client = &http.Client{
		Timeout: p.Timeout,
		// A token is for the sink that was named, and for no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer p.client.CloseIdleConnections()
	for failed := 0; ; {
		n, err := p.push(ctx)
		if ctx.Err() != nil {
			return
		}
		var wait time.Duration
		switch {
		case errors.Is(err, errSmaller):
			continue
		case err != nil:
			p.note(0, err)
			wait = p.backoff(failed)
			failed++
		default:
			p.note(n, nil)
			failed = 0
			if n == 0 {
				wait = p.Every
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// backoff doubles with each failure, and differs from one server to the next.
func (p *Pusher) backoff(failed int) time.Duration {
	wait := p.First << min(failed, 20)
	if wait > p.Most || wait <= 0 {
		wait = p.Most
	}
	return wait/2 + rand.N(wait/2+1)
}

// errSmaller: the upload was too large and a smaller one is worth a try, at once.
var errSmaller = errors.New("a smaller upload is worth a try")

// push uploads one batch, and tells of how many decisions; 0 if there are no more.
func (p *Pusher) push(ctx context.Context) (int, error) {
	position, _, err := p.Positions.Sink(ctx, p.URL)
	if err != nil {
		return 0, err
	}
	b, err := p.gather(ctx, position)
	if err != nil || b.n == 0 {
		return 0, err
	}
	body := b.bytes()
	status, err := p.post(ctx, body)
	switch {
	case err != nil:
		return 0, err
	case status == http.StatusRequestEntityTooLarge && b.n > 1:
		p.limit = min(p.limit, len(body)) / 2
		return 0, errSmaller
	case status == http.StatusRequestEntityTooLarge:
		return 0, fmt.Errorf("the sink finds the decision at %d of the log too large by itself (413)", b.last)
	case status/100 != 2:
		return 0, fmt.Errorf("the sink answered %d %s", status, http.StatusText(status))
	}
	p.limit = min(uploadLimit, p.limit+p.limit/4+1)
	return b.n, p.Positions.AdvanceSink(ctx, p.URL, b.last, p.Now().UTC())
}

// gather makes a batch of what comes after the position, as much as goes into one.
func (p *Pusher) gather(ctx context.Context, position int64) (*batch, error) {
	b := newBatch()
	last, err := p.Log.LastDecision(ctx)
	if err != nil || last <= position {
		return b, err
	}
	found, err := p.Log.DecisionsInOrder(ctx, position, last, page)
	if err != nil {
		return b, err
	}
	for _, d := range found {
		if !b.fits(p.limit) {
			break
		}
		event, err := p.Maker.Make(ctx, d)
		if err != nil && b.n > 0 {
			break // what comes before it can leave
		}
		if err != nil {
			return b, err
		}
		b.add(event, d.Seq)
	}
	return b, nil
}

// post uploads, and gives the status that came back.
func (p *Pusher) post(ctx context.Context, body []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/logs", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Content-Encoding", "gzip")
	request.Header.Set("User-Agent", "assay")
	if p.Token != nil {
		token, err := p.Token()
		if err != nil {
			return 0, err
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
	}
	response, err := p.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	// Read to its end, so that the connection can be used again; nobody asked for it.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return response.StatusCode, nil
}

// note keeps what came out, and logs when it is something else than before.
func (p *Pusher) note(sent int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent += int64(sent)
	if err == nil {
		if p.problem != "" {
			p.Logger.Info("the sink takes the decision log again", "sink", p.URL, "failed_since", p.since)
		}
		p.problem, p.since = "", time.Time{}
		return
	}
	p.failures++
	if p.since.IsZero() {
		p.since = p.Now().UTC().Truncate(time.Microsecond)
	}
	if said := err.Error(); said != p.problem {
		p.problem = said
		p.Logger.Error("the decision log does not reach the sink", "sink", p.URL, "error", said)
	}
}

// Status tells how far the log has been taken, and what stands in the way.
func (p *Pusher) Status(ctx context.Context) (decision.SinkStatus, error) {
	status := decision.SinkStatus{Name: p.URL}
	var err error
	if status.Position, status.AcknowledgedAt, err = p.Positions.Sink(ctx, p.URL); err != nil {
		return status, err
	}
	last, err := p.Log.LastDecision(ctx)
	if err != nil {
		return status, err
	}
	status.Lag = max(0, last-status.Position)
	p.mu.Lock()
	defer p.mu.Unlock()
	status.Problem, status.Since, status.Failures, status.Sent = p.problem, p.since, p.failures, p.sent
	return status, nil
}

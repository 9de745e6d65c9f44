// Package api is Assay over HTTP. The OpenAPI document beside it is the source:
// types and routes are generated from it, and requests are checked against it
// before a handler sees them.
package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"assay/server/decision"
	"assay/server/ledger"
)

// DefaultBodyLimit is the most bytes of a body unless the configuration says
// otherwise.
const DefaultBodyLimit = 1 << 20

// DefaultPreviewTime is how long a preview may take unless the configuration says
// otherwise. Compiling takes a fraction of a second.
const DefaultPreviewTime = 20 * time.Second

// Config is what the API is made of.
type Config struct {
	// Service answers; its clock times the requests.
	Service *decision.Service
	// Ledger proves what is kept.
	Ledger Ledger
	// Evidence packs a decision; decision.ErrNotFound, ledger.ErrNotSealed.
	Evidence func(ctx context.Context, decision string) ([]byte, error)
	// Erase takes values of a partner away. It tells also whether no byte of them is left
	// in the files.
	Erase func(ctx context.Context, e ledger.Erasure) (done ledger.Erasure, finished bool, err error)
	// Ping tells whether the store answers.
	Ping func(ctx context.Context) error
	// Logger gets one line per request; nil discards them.
	Logger *slog.Logger
	// BodyLimit is the most bytes of a body; 0 means DefaultBodyLimit.
	BodyLimit int64
	// LoopbackOnly refuses requests to other names than those of this machine itself: a
	// page in a browser may have its own name point here, to speak to a service that
	// trusts whoever is local.
	LoopbackOnly bool
	// Candidate makes a revision of another one and changed files, nil for those to take
	// away. It answers previews and never serves.
	Candidate func(ctx context.Context, from decision.Revision, changed map[string][]byte) (decision.Revision, error)
	// RenderReport writes a kept report as json, markdown or csv.
	RenderReport func(w io.Writer, format string, content []byte) error
	// Between finds what lies between two revisions, to tell why decisions differ.
	Between decision.Between
	// PreviewTime is how long a preview may take, waiting included; 0 means
	// DefaultPreviewTime.
	PreviewTime time.Duration
	// Sink tells how far the decision log has been taken elsewhere; nil if it is not.
	Sink func(ctx context.Context) (decision.SinkStatus, error)
	// NewID makes ids for requests that come without one; nil means Service.NewID.
	NewID func() string
}

// New makes the handler of all routes. It panics if the OpenAPI document that was
// built in is broken, which the tests rule out.
func New(config Config) http.Handler { return headAsGet(newEcho(config)) }

// headAsGet answers HEAD as GET would be; net/http keeps the body back.
func headAsGet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			// A copy, because net/http looks at the method of its own request.
			r = r.WithContext(r.Context())
			r.Method = http.MethodGet
		}
		next.ServeHTTP(w, r)
	})
}

func newEcho(config Config) *echo.Echo {
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.BodyLimit == 0 {
		config.BodyLimit = DefaultBodyLimit
	}
	if config.PreviewTime == 0 {
		config.PreviewTime = DefaultPreviewTime
	}
	if config.NewID == nil {
		config.NewID = config.Service.NewID
	}

	counted := newMetrics(config.Service.Revisions, config.Ledger, &config.Service.Replays, config.Sink)
	e := echo.New()
	e.HTTPErrorHandler = writeProblem
	e.Binder = bodyBinder{}
	// In this order: whatever happens has an id, is logged, and is answered.
	e.Use(
		identify(config.NewID),
		counted.observe(config.Service.Now),
		logRequests(config.Logger, config.Service.Now),
		secure,
		survive,
		answerTo(config.LoopbackOnly),
		mustContract(document).enforce(config.BodyLimit),
	)
	s := newServer(config, counted)
	RegisterHandlers(e, NewStrictHandler(s, nil))
	e.GET("/v1/ledger/tile/*", s.getTile)
	registerDocs(e)
	counted.register(e)
	return e
}

// server implements the operations of the document, one file per resource.
type server struct {
	service  *decision.Service
	ledger   Ledger
	erase    func(ctx context.Context, e ledger.Erasure) (ledger.Erasure, bool, error)
	ping     func(ctx context.Context) error
	sink     func(ctx context.Context) (decision.SinkStatus, error)
	metrics  *metrics
	preview  previewer
	render   func(w io.Writer, format string, content []byte) error
	between  decision.Between
	evidence func(ctx context.Context, decision string) ([]byte, error)
}

func newServer(config Config, counted *metrics) *server {
	return &server{
		service: config.Service, ledger: config.Ledger, erase: config.Erase, ping: config.Ping, sink: config.Sink, metrics: counted,
		preview: newPreviewer(config.Candidate, config.PreviewTime), render: config.RenderReport, between: config.Between,
		evidence: config.Evidence,
	}
}

var _ StrictServerInterface = (*server)(nil)

// bodyBinder decodes a body that the contract has already checked. Echo's own
// would bind query parameters into it as well.
type bodyBinder struct{}

func (bodyBinder) Bind(target any, c echo.Context) error {
	if err := json.NewDecoder(c.Request().Body).Decode(target); err != nil {
		return internal(err) // the document and the generated types disagree
	}
	return nil
}

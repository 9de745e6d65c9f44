package api

import (
	"embed"
	"io"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"
)

// docs is Swagger UI 5.35.0 (swagger-ui-dist, Apache-2.0) as published, less the
// references to source maps, with a page of our own around it. Nothing in it asks
// another host.
//
//go:embed docs
var docs embed.FS

// docsPolicy lets the page run its own script only. Swagger UI sets style
// attributes and draws its icons from data: URLs.
const docsPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

var docsTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
	"":      "text/plain; charset=utf-8", // LICENSE, NOTICE
}

// registerDocs serves the OpenAPI document and a page to read it with.
func registerDocs(e *echo.Echo) {
	redirect := func(c echo.Context) error { return c.Redirect(http.StatusFound, "/docs/") }
	e.GET("/", redirect)
	e.GET("/docs", redirect)
	e.GET("/docs/*", serveDocs)
	e.GET("/openapi.yaml", func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderCacheControl, "no-cache")
		return c.Blob(http.StatusOK, "application/yaml", document)
	})
}

func serveDocs(c echo.Context) error {
	name := c.Param("*")
	if name == "" {
		name = "index.html"
	}
	file, err := docs.Open("docs/" + name)
	if err != nil {
		return echo.ErrNotFound
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return echo.ErrNotFound
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, docsTypes[path.Ext(name)])
	header.Set(echo.HeaderContentSecurityPolicy, docsPolicy)
	header.Set(echo.HeaderCacheControl, "public, max-age=3600")
	// Embedded files can seek; the time is zero, so nothing claims to be modified.
	http.ServeContent(c.Response(), c.Request(), name, info.ModTime(), file.(io.ReadSeeker))
	return nil
}

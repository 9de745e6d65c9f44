package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// impure are built-ins that OPA calls deterministic although they are not: they look
// at the clock, or at the time zone of the machine when they are asked for "Local".
var impure = []string{
	"crypto.x509.parse_and_verify_certificates",
	"crypto.x509.parse_and_verify_certificates_with_options",
	"time.clock",
	"time.date",
	"time.diff",
	"time.format",
	"time.weekday",
}

// pure is what policies may use: OPA's built-ins less every one whose result can
// differ between two evaluations with the same input. A policy that asks for the
// time or the network does not compile.
func pure() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool {
		return b.IsNondeterministic() || slices.Contains(impure, b.Name)
	})
	c.AllowNet = []string{}
	return c
}

package policy

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// pure is what policies may use: OPA's built-ins less every one whose result can
// differ between two evaluations with the same input. A policy that asks for the
// time or the network does not compile.
func pure() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(c.Builtins, func(b *ast.Builtin) bool {
		return b.IsNondeterministic()
	})
	c.AllowNet = []string{}
	return c
}

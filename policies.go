// Package assay carries the shipped policies inside the binary, so that it runs
// from anywhere.
package assay

import "embed"

// Policies is the folder policies/ as it was when the binary was built.
//
//go:embed all:policies
var Policies embed.FS

package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/util"
)

// Query evaluates a Rego query against all files of the tree, tests included, and gives
// the JSON that opa eval -b gives. It is for authors: what decides is Evaluate. input is
// JSON or YAML, nil if there is none.
func (r *Revision) Query(ctx context.Context, query string, input []byte) ([]byte, error) {
	compiler := r.newCompiler()
	if compiler.Compile(r.modules); compiler.Failed() {
		var found problems
		found.addOPA("", compiler.Errors)
		return nil, found.err()
	}
	options := []func(*rego.Rego){rego.Query(query), rego.Compiler(compiler), rego.Store(r.store)}
	if input != nil {
		var value any
		if err := util.Unmarshal(input, &value); err != nil {
			return nil, fmt.Errorf("the input: %w", err)
		}
		options = append(options, rego.Input(value))
	}
	results, err := rego.New(options...).Eval(ctx)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetIndent("", "  ")
	err = out.Encode(struct {
		Result rego.ResultSet `json:"result,omitempty"`
	}{results})
	return b.Bytes(), err
}

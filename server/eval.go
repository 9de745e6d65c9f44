package main

import (
	"github.com/spf13/cobra"
)

func newEval() *cobra.Command {
	var folders []string
	var input string
	cmd := &cobra.Command{
		Use:   "eval QUERY",
		Short: "Evaluate a Rego query against a policy tree",
		Long: `Eval gives the JSON that opa eval -b gives for the same query, tree and input. It is for
authors who want to look inside; to decide, use assay decide.

Policies, and so queries, have no built-ins whose results differ from one evaluation to
the next, such as time.now_ns and http.send.

Exit status: 0 evaluated, also to nothing; 1 the policies do not compile;
2 the query could not be evaluated.`,
		Example: `  assay eval data.csp.direct_bill.rules.versions[0].since
  assay eval data.csp.direct_bill.enrollment.outcome --input input.json`,
		Args: exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var content []byte
			if input != "" {
				var err error
				if content, err = readFile(cmd.InOrStdin(), input); err != nil {
					return err
				}
			}
			revision, err := loadToCheck(cmd, folders)
			if err != nil {
				return err
			}
			result, err := revision.Query(cmd.Context(), args[0], content)
			if err != nil {
				return reported(cmd, err)
			}
			_, err = cmd.OutOrStdout().Write(result)
			return err
		},
	}
	policiesFlag(cmd.Flags(), &folders)
	cmd.Flags().StringVarP(&input, "input", "i", "", "`file` with the input, JSON or YAML; - for standard input")
	return cmd
}

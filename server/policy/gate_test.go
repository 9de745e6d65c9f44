package policy_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"assay/server/decision"
	"assay/server/policy"
)

const (
	revenueRego = "csp/direct_bill/requirements/revenue/revenue.rego"
	revenueData = "csp/direct_bill/requirements/revenue/data.yaml"
	revenueTest = "csp/direct_bill/requirements/revenue/revenue_test.rego"
	languages   = "languages/data.yaml"
	versions    = "csp/direct_bill/rules/data.yaml"
	programData = "csp/direct_bill/enrollment/data.yaml"
	actions     = "csp/direct_bill/actions/data.yaml"
	probes      = "csp/direct_bill/enrollment/cases/boundaries.yaml"
)

// replace edits a file of the tree; the old text must be there.
func replace(file, old, new string) func(*testing.T, policy.Tree) {
	return func(t *testing.T, tree policy.Tree) {
		t.Helper()
		before := string(tree[file])
		if !strings.Contains(before, old) {
			t.Fatalf("%s does not contain %q", file, old)
		}
		tree[file] = []byte(strings.Replace(before, old, new, 1))
	}
}

func set(file, content string) func(*testing.T, policy.Tree) {
	return func(_ *testing.T, tree policy.Tree) { tree[file] = []byte(content) }
}

func remove(file string) func(*testing.T, policy.Tree) {
	return func(t *testing.T, tree policy.Tree) {
		if tree[file] == nil {
			t.Fatalf("there is no %s", file)
		}
		delete(tree, file)
	}
}

// TestGateRefuses breaks the shipped tree in every way that would serve wrong answers
// under stock OPA, and looks for the place in the error.
func TestGateRefuses(t *testing.T) {
	t.Parallel()
	shippedTree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		breakIt func(*testing.T, policy.Tree)
		want    string
	}{
		"Rego cut off":            {replace(revenueRego, "in_window contains", "in_window contains record.id if {"), revenueRego + ":"},
		"Rego emptied":            {set(revenueRego, ""), revenueRego + ": empty module"},
		"package in wrong folder": {replace(revenueRego, "package csp.direct_bill.requirements.revenue", "package csp.direct_bill.requirements.revenues"), "does not belong here"},
		"the clock":               {replace(revenueRego, "lines contains", "now := time.now_ns()\n\nlines contains"), "undefined function time.now_ns"},
		"the local time zone":     {replace(revenueRego, "lines contains", "hour := time.clock([0, \"Local\"])\n\nlines contains"), "undefined function time.clock"},
		"the network":             {replace(revenueRego, "lines contains", "page := http.send({})\n\nlines contains"), "undefined function http.send"},
		"misspelt kind":           {replace(revenueRego, "some record in input.facts.revenue_report", "some record in input.facts.revenue_reprot"), `undefined ref: input.facts.revenue_reprot; did you mean "revenue_report"?`},
		"misspelt field":          {replace(revenueRego, "record.body.window_start", "record.body.window_strat"), `undefined ref: record.body.window_strat; did you mean "window_start"?`},
		"misspelt rule":           {replace(revenueRego, "met := report_cents", "met := reprot_cents"), revenueRego + `:22: var reprot_cents is unsafe: nothing gives it a value; did you mean "report_cents"?`},
		"misspelt variable":       {replace(revenueTest, "result.status ==", "resutl.status =="), `var resutl is unsafe: nothing gives it a value; did you mean "result"?`},
		"misspelt package":        {replace(revenueRego, "import data.lib.fact\n", "import data.lib.fatc as fact\n"), `undefined function data.lib.fatc.amount; did you mean "data.lib.fact.amount"?`},
		"misspelt builtin":        {replace(revenueRego, "sum(", "suum("), `undefined function suum; did you mean "sum"?`},
		"misspelt import":         {replace(revenueRego, "import data.lib.fact.ranks\n", "import data.lib.fact.rnaks as ranks\n"), `nothing defines data.lib.fact.rnaks; did you mean "ranks"?`},
		"missing: no such kind":   {replace(revenueRego, `{"kind": "revenue_report"`, `{"kind": "revenue_reprot"`), `revenue_reprot: there is no such kind of fact; did you mean "revenue_report"?`},
		"name without definition": {replace(revenueRego, "values.minimum.dated", "values.minimun.dated"), "nothing defines data.csp.direct_bill.requirements.revenue.values.minimun; did you mean \"minimum\"?"},

		"misspelt key":             {replace(revenueData, "  minimum:\n    unit:", "  minimum:\n    unti:"), revenueData + `:10: values.minimum.unti: unknown field "unti"; did you mean "unit"?`},
		"misspelt value":           {replace(revenueData, "  minimum:\n", "  minmum:\n"), "nothing defines data.csp.direct_bill.requirements.revenue.values.minimum"},
		"number in quotes":         {replace(revenueData, "value: 30000000", `value: "30000000"`), revenueData + ":16: values.minimum.dated.1.value: must be a whole number, is a string"},
		"number with separators":   {replace(revenueData, "value: 30000000", "value: 30_000_000"), revenueData + ":16: "},
		"dates out of order":       {replace(revenueData, `since: "2020-10-27"`, `since: "2018-08-31"`), revenueData + ":15: values.minimum: 2018-08-31 does not come after 2018-08-31"},
		"no such day":              {replace(revenueData, `since: "2020-10-27"`, `since: "2020-10-32"`), revenueData + ":15: values.minimum.dated.1.since: must be a day"},
		"no citation":              {replace(revenueData, "        citation: *page\n", ""), revenueData + ":12: values.minimum.dated.0: missing field \"citation\""},
		"unknown choice":           {replace(revenueData, "value: needs_review\n", "value: review\n"), `"review" must be one of excluded, needs_review, counts`},
		"a key twice":              {replace(revenueData, "facts: [", "ref: X-01\nfacts: ["), revenueData + `:2: the key "ref" stands here twice`},
		"unknown kind":             {replace(revenueData, "facts: [revenue_report,", "facts: [revenue_reprot,"), `revenue_reprot: there is no such kind of fact; did you mean "revenue_report"?`},
		"sentence missing":         {replace(revenueData, "      months_missing: \"I mesi", "      months_misssing: \"I mesi"), `"months_missing" is missing in the language "it"`},
		"value in one language":    {replace(revenueData, "{missing_months}", "these"), "texts.it.found.months_missing: names"},
		"value that is not shown":  {both(replace(revenueData, "add up to {actual} of", "add up to {actuel} of"), replace(revenueData, "danno {actual} sui", "danno {actuel} sui")), `the requirement shows no value {actuel}; did you mean "actual"?`},
		"language missing":         {replace(revenueData, "  it:\n    title", "  fr:\n    title"), `texts: missing field "it"`},
		"data deleted":             {remove(revenueData), "the requirement has no " + revenueData},
		"data in JSON":             {set("csp/direct_bill/requirements/revenue/data.json", "{}"), "data lies in files named data.yaml"},
		"data.yml":                 {set("csp/direct_bill/requirements/revenue/data.yml", "a: 1"), "data lies in files named data.yaml"},
		"no languages":             {remove(languages), languages + ": the file of languages is missing"},
		"half the languages":       {cut(languages, "\nit:\n"), `languages/data.yaml has no language "it"`},
		"a word missing":           {replace(languages, "    met: soddisfatto\n", ""), `it.words: "met" is missing`},
		"no such day of review":    {replace(stewardFile, `review_on: "2027-05-22"`, `review_on: next spring`), "custom.review_on: next spring is not a day"},
		"program without data":     {remove(programData), "the program has no " + programData},
		"program: misspelt key":    {replace(programData, "    outcomes:", "    outcome:"), programData + `:9: texts.en.outcome: unknown field "outcome"; did you mean "outcomes"?`},
		"program: outcome missing": {replace(programData, "      not_eligible: non idoneo\n", ""), `texts.en.outcomes: "not_eligible" is missing in the language "it"`},
		"program: no such action":  {replace(programData, "    outcomes:", "    actions: {apply: apply}\n    outcomes:"), `texts.en.actions: there is no action "apply"`},
		"program: unnamed action":  {set(programData, "actions: {apply: {gates: [x], citation: {title: t, url: https://example.com}}}\n"), programData + ":1: missing field \"texts\""},
		"versions: misspelt":       {replace(versions, "    process:", "    proces:"), versions + ":"},
		"versions: no such day":    {replace(versions, `since: "2024-04-10"`, `since: "next year"`), "must be a day"},
		"versions: swapped":        {replace(versions, `since: "2024-04-10"`, `since: "2019-04-10"`), "rules_test.rego:"},
		"versions: no such name":   {replace(versions, "P8: [support_plan]", "P8: [suport_plan]"), versions + `:24: versions.0.requirements.P8.0: there is no requirement "suport_plan" in csp/direct_bill/requirements; did you mean "support_plan"?`},
		"versions: no such step":   {replace(versions, "standing: [restriction]", "standing: [restricton]"), `there is no requirement "restricton" in csp/direct_bill/standing; did you mean "restriction"?`},
		"versions: advisory":       {replace(versions, "advisory: [managed_service]", "advisory: [managed]"), `there is no requirement "managed" in csp/direct_bill/requirements or csp/direct_bill/process`},
		"versions: no program":     {replace(versions, "[csp.direct_bill.retention,", "[csp.direct_bill.retension,"), versions + `:2: for_current_partners.0: there is no program "csp.direct_bill.retension"; did you mean "csp.direct_bill.retention"?`},
		"versions: no action":      {replace(versions, "[submit_application]", "[submit]"), `there is no action "submit"; known are `},
		"no such gate":             {replace(actions, "first_application, ", "frist_application, "), actions + `:5: the program csp.direct_bill.actions names the requirement frist_application, but no package csp.direct_bill.gates.frist_application has a rule met; did you mean "first_application"?`},
		"heading over nothing":     {both(replace(programData, "{as_of}", "{asof}"), replace(programData, "{as_of}", "{asof}")), programData + `:8: texts.en.heading: nothing fills {asof}; did you mean "as_of"?`},
		"pattern over nothing":     {replace(languages, "{day}", "{dy}"), languages + `:5: en.day: nothing fills {dy}; did you mean "day"?`},
		"probe of no fact":         {replace(probes, "kind: revenue_report", "kind: revenue_reprot"), probes + `:9: probes.0.fact.kind: there is no kind of fact "revenue_reprot"; did you mean "revenue_report"?`},
		"contract deleted":         {remove("schemas/data/requirement.json"), "schemas/data/requirement.json: the contract is missing"},
		"input schema deleted":     {remove("schemas/request.json"), "schemas/request.json: the schema of the input is missing"},
		"kind's schema cut off":    {set("schemas/facts/membership.json", "{"), "schemas/facts/membership.json:1: "},
		"a rule that settles":      {replace("lib/fact/fact.rego", "settles: rank_of_sources", "settles: rank_of_source"), `custom.settles: nothing is known as "rank_of_source"; did you mean "rank_of_sources"?`},
		"a mask of the clock":      {set("system/log/mask.rego", "package system.log\n\nmask contains \"/input/x\" if time.now_ns() > 0\n"), "undefined function time.now_ns"},
		"an undefined mask":        {set("system/log/mask.rego", "package system.log\n\nmask := [\"/input/x\"] if input.result\n"), "system/log/mask.rego: system.log.mask is undefined"},
		"a mask that is no set":    {set("system/log/mask.rego", "package system.log\n\nmask[pointer] := true if some pointer in input.x\n"), "system/log/mask.rego: system.log.mask is neither a set nor a list"},
		"a rule that drops":        {set("system/log/drop.rego", "package system.log\n\ndrop if input.path == \"x\"\n"), "system/log/drop.rego:3: system.log.drop: no decision is dropped"},
		"requirement deleted":      {remove(revenueRego), "nothing defines data.csp.direct_bill.requirements.revenue."},
		"rule against its test":    {replace(revenueRego, "met := report_cents >= minimum.value", "met := report_cents > minimum.value"), "revenue_test.rego:"},
		"endless rule":             {replace(revenueTest, "test_unknown_without_any_figure if {", "test_endless if {\n\tcount([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i * j == -1]) == 0\n}\n\ntest_unknown_without_any_figure if {"), "the test test_endless takes longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := maps.Clone(shippedTree)
			test.breakIt(t, tree)
			_, err := policy.Gate(t.Context(), tree)
			if err == nil {
				t.Fatal("the tree was let through")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error does not say %q:\n%v", test.want, err)
			}
		})
	}
}

func both(first, second func(*testing.T, policy.Tree)) func(*testing.T, policy.Tree) {
	return func(t *testing.T, tree policy.Tree) {
		first(t, tree)
		second(t, tree)
	}
}

func cut(file, before string) func(*testing.T, policy.Tree) {
	return func(t *testing.T, tree policy.Tree) {
		head, _, found := strings.Cut(string(tree[file]), before)
		if !found {
			t.Fatalf("%s does not contain %q", file, before)
		}
		tree[file] = []byte(head + "\n")
	}
}

// Cases warn and do not keep a tree from serving, unless they say so themselves.
func TestCasesWarnOrBlock(t *testing.T) {
	t.Parallel()
	shippedTree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	const (
		story = "csp/direct_bill/enrollment/cases/02-exactly-the-minimum.txtar"
		base  = "csp/direct_bill/enrollment/cases/B.yaml"
	)
	higher := replace(revenueData, "value: 30000000", "value: 30000001")
	for name, test := range map[string]struct {
		change            func(*testing.T, policy.Tree)
		warning, blocking string
	}{
		"as shipped":              {func(*testing.T, policy.Tree) {}, "", ""},
		"another value":           {higher, "the outcome is not_eligible, should be eligible", ""},
		"another value, blocking": {both(higher, replace(story, "outcome: eligible", "outcome: eligible\nblocks: true")), "", story + ":1: the outcome is not_eligible"},
		"a misspelt part":         {replace(story, "outcome:", "outcom:"), "", story + `:13: decision.yaml: unknown field "outcom"`},
		"a broken base":           {replace(base, "facts:", "\tfacts:"), "", base + ":"},
		"no such outcome":         {replace(story, "outcome: eligible", "outcome: elligible"), `should be elligible, which is no outcome; did you mean "eligible"?`, ""},
		"no such status":          {replace(story, "revenue: met", "revenue: mett"), `should be mett, which is no status; did you mean "met"?`, ""},
		"another decision's":      {replace(story, "  revenue: met", "  revenue: met\n  restriction: met"), "restriction is no finding of this decision, should be met", ""},
		"a stricter schema":       {replace("schemas/facts/membership.json", `"required": [`, `"required": ["since", `), "missing field", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := maps.Clone(shippedTree)
			test.change(t, tree)
			report, err := policy.Gate(t.Context(), tree)
			if (err != nil) != (test.blocking != "") || err != nil && !strings.Contains(err.Error(), test.blocking) {
				t.Errorf("the gate says: %v", err)
			}
			var said []string
			for _, w := range report.Warnings {
				said = append(said, w.String())
			}
			if (len(said) > 0) != (test.warning != "") || !strings.Contains(strings.Join(said, "\n"), test.warning) {
				t.Errorf("warnings: %q", said)
			}
		})
	}
}

// A rule that does not come to an end is stopped when the caller's time is up.
func TestEvaluationIsStopped(t *testing.T) {
	t.Parallel()
	tree, err := policy.ReadTree(os.DirFS(shipped))
	if err != nil {
		t.Fatal(err)
	}
	replace(revenueRego, "lines contains", `shown["slow"] := count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i * j == -1])

lines contains`)(t, tree)
	revision, err := policy.Load(t.Context(), tree)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = revision.Evaluate(ctx, decision.Question{Program: "csp.direct_bill.enrollment", AsOf: "2024-06-15"}, decision.Facts{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

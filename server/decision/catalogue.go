package decision

// Program is what can be decided, as its authors describe it.
type Program struct {
	// Name is the Rego package: csp.direct_bill.enrollment.
	Name        string
	Title       string
	Description string
	// Citations are the pages the rules come from.
	Citations    []Citation
	Requirements []Requirement
	// Actions are what the program decides about, if it is about actions.
	Actions     []Action
	Stewardship Stewardship
}

// Stewardship says who answers for a part of the policies, and when it was last held
// against its source. All of it may be missing.
type Stewardship struct {
	Owner   string
	Authors []string
	// ConfirmedOn is when somebody last compared it with its source, ReviewOn when it
	// should be done again.
	ConfirmedOn, ReviewOn Day
}

// Overdue tells whether the review should have been done by the day.
func (s Stewardship) Overdue(day Day) bool { return s.ReviewOn != "" && s.ReviewOn < day }

// Action is something that somebody wants to do.
type Action struct {
	ID string
	// Gates are the requirements that must be met for it.
	Gates    []string
	Citation Citation
}

// Kind is a word of the vocabulary of facts.
type Kind struct {
	Name string
	// Schema is the JSON Schema of the body, with the rule of the key under x-key.
	Schema []byte
}

// Requirement is one part of a program.
type Requirement struct {
	// ID is the last part of the package, Ref the number in the source document.
	ID, Ref string
	Title   string
	// Facts are the kinds it asks for.
	Facts    []string
	Citation Citation
	// Values are its dated values, by name.
	Values []DatedValue
	Rule   Location
	// Shown are where the rules stand that show values, by the name of the value.
	Shown       map[string][]Location
	Stewardship Stewardship
}

// DatedValue is a number, day or choice of the rules with its history.
type DatedValue struct {
	Name, Unit string
	Entries    []DatedEntry
}

// DatedEntry is in force from Since until the next entry's Since.
type DatedEntry struct {
	Since    Day
	Value    any
	Citation Citation
	// Uncertain: the source does not name the exact day.
	Uncertain bool
	// Place is where the value stands.
	Place Location
}

// Citation names the public page that a rule comes from.
type Citation struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Location is a place in the policy tree; Line is 1-based.
type Location struct {
	File string
	Line int
}

// Texts are what a revision says to people, by language tag ("en", "it").
type Texts map[string]Language

// Language is one language's words.
type Language struct {
	// Name is the language's own name for itself.
	Name string
	// Day, Month and Range are patterns over {day} {month} {year}, {month} {year}
	// and {from} {to}; Months are the twelve names.
	Day, Month, Range string
	Months            []string
	// And joins the last two parts of a list, Or those of alternatives.
	And, Or string
	// Elisions say how words run together with the day that follows them before the
	// name of a month: "dal 8" is "dall'8" in Italian.
	Elisions map[string]string
	// Headings are the lines of a report that belong to no requirement.
	Headings Headings
	// Sources are patterns for the facts that a finding rests on.
	Sources SourcePatterns
	// Why tells what made one decision come out otherwise than another; empty in trees
	// from before that was asked.
	Why WhyPatterns
	// Page names the parts of a decision on a page; empty in trees from before there were
	// pages.
	Page map[string]string
	// Units gives the singular and plural of counted units, e.g. months.
	Units map[string]Plural
	// Words are the values that appear in facts, outcomes and statuses, as people
	// say them.
	Words map[string]string
	// Kinds are the names of kinds of facts, by kind.
	Kinds map[string]string
	// Programs are by name, Requirements by "program/requirement id".
	Programs     map[string]ProgramTexts
	Requirements map[string]RequirementTexts
}

// Headings are patterns for the lines of a report.
type Headings struct {
	// Outcome is over {outcome}, Sources over {sources}, Overruled over {overruled} and
	// InConflict over {in_conflict}.
	Outcome    string `json:"outcome"`
	Sources    string `json:"sources"`
	Overruled  string `json:"overruled"`
	InConflict string `json:"in_conflict"`
}

// SourcePatterns say where a fact comes from.
type SourcePatterns struct {
	// Recorded is over {fact}, {source}, {valid_from} and {recorded_on}, Given over the
	// same without the last: of a fact that came with the request.
	Recorded string `json:"recorded"`
	Given    string `json:"given"`
	// RecordedLast, RankOfSources and EqualRank say why a report does not count, over
	// {report} and, for the first, {source}; for the second, {by}: the source that does.
	RecordedLast  string `json:"recorded_last"`
	RankOfSources string `json:"rank_of_sources"`
	EqualRank     string `json:"equal_rank"`
}

// WhyPatterns say why a decision came out otherwise than an earlier one.
type WhyPatterns struct {
	// Turned is over {before} and {after}, the outcomes; Alike, where only findings
	// differ, and Same, where nothing does, over {after}.
	Turned string `json:"turned"`
	Alike  string `json:"alike"`
	Same   string `json:"same"`
	// One and Together are over {factors}: of one that is enough, and of several that
	// are only together. Either is over {alternatives}, each of which is enough.
	One      string `json:"one"`
	Together string `json:"together"`
	Either   string `json:"either"`
	// Bounded says that not everything was tried.
	Bounded string `json:"bounded"`
	// The others are parts of a sentence that name one factor. Of a fact: over {fact} and
	// {source}.
	FactNew     string `json:"fact_new"`
	FactGone    string `json:"fact_gone"`
	FactChanged string `json:"fact_changed"`
	FactOther   string `json:"fact_other"`
	// Value is over {value}, {title}, {before} and {after}, Rules over {title}, AsOf and
	// Action over {before} and {after}; Actor is over nothing.
	Value  string `json:"value"`
	Rules  string `json:"rules"`
	AsOf   string `json:"as_of"`
	Action string `json:"action"`
	Actor  string `json:"actor"`
}

// ProgramTexts are the sentences of one program.
type ProgramTexts struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	// Heading is over {as_of}, {version}, {phase} and {action}.
	Heading string `json:"heading"`
	// Outcomes are the program's outcomes as people say them; Rollups say what the
	// findings alone give, where that is something else.
	Outcomes map[string]string `json:"outcomes"`
	Rollups  map[string]string `json:"rollups"`
	// Statuses are by status or "not_due", where the program has its own words for
	// them; Actions and Words name what else the program has names for.
	Statuses map[string]string `json:"statuses"`
	Actions  map[string]string `json:"actions"`
	Words    map[string]string `json:"words"`
}

// Plural holds patterns over {n}.
type Plural struct {
	One   string `json:"one"`
	Other string `json:"other"`
}

// RequirementTexts are the sentences of one requirement, by reason or flag code.
// {name} refers to the values shown.
type RequirementTexts struct {
	Title  string            `json:"title"`
	Found  map[string]string `json:"found"`
	Action map[string]string `json:"action"`
	// Words are for the values that only this requirement shows.
	Words map[string]string `json:"words"`
}

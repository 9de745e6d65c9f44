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
	// Units gives the singular and plural of counted units, e.g. months.
	Units map[string]Plural
	// Words are the values that appear in facts, outcomes and statuses, as people
	// say them.
	Words map[string]string
	// Requirements are by "program/requirement id".
	Requirements map[string]RequirementTexts
}

// Headings are patterns for the lines of a report.
type Headings struct {
	// Outcome is over {outcome}, Rules over {as_of} {version} {phase}, Overridden over
	// {rollup}.
	Outcome, Rules, Overridden string
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
}

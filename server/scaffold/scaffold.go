// Package scaffold writes the first files of a requirement or of a kind of fact: small
// ones that are whole, so that an author changes what is right instead of filling gaps.
package scaffold

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

var parsed = template.Must(template.ParseFS(templates, "templates/*"))

// Field is the one of a new kind of fact.
const Field = "number"

// Ref is the number of the rule in a new requirement. It stands for one that only the author
// knows, as do the page that is cited and the titles.
const Ref = "NEW-01"

// File is one to be written; Path is that in the policy tree.
type File struct {
	Path    string
	Content []byte
}

// Requirement is a new one: a number that partners report reaches a dated minimum.
type Requirement struct {
	// Folder is where it lies, and so its Rego package.
	Folder string
	// Kind and Field are of the fact that carries the number.
	Kind, Field string
	// Since is the first day of the minimum.
	Since string
	// Languages are those of the tree; en and it have texts of their own.
	Languages []string
}

var word = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Name is the last part of the folder.
func (r Requirement) Name() string { return path.Base(r.Folder) }

// Ref is the same of every new requirement.
func (r Requirement) Ref() string { return Ref }

// Title is a first title.
func (r Requirement) Title() string { return title(r.Name()) }

// Package is the Rego package.
func (r Requirement) Package() string { return strings.ReplaceAll(r.Folder, "/", ".") }

// Files are its data, the rule and its tests, in an order in which each can be written
// while a server follows the folder.
func (r Requirement) Files() ([]File, error) {
	for _, part := range append(strings.Split(r.Folder, "/"), r.Kind, r.Field) {
		if err := CheckName(part); err != nil {
			return nil, err
		}
	}
	var files []File
	for _, f := range [][2]string{
		{"data.yaml", "data.yaml"}, {r.Name() + ".rego", "requirement.rego"}, {r.Name() + "_test.rego", "requirement_test.rego"},
	} {
		content, err := fill(f[1], r)
		if err != nil {
			return nil, err
		}
		files = append(files, File{path.Join(r.Folder, f[0]), content})
	}
	return files, nil
}

// Folder is where a requirement of that name lies: a path as it is, a mere name beside
// the other requirements. files are those of the tree.
func Folder(files []string, name string) (string, error) {
	if strings.Contains(name, "/") {
		return path.Clean(name), nil
	}
	var folders []string
	for _, file := range files {
		for folder := path.Dir(file); folder != "."; folder = path.Dir(folder) {
			if path.Base(folder) == "requirements" && !slices.Contains(folders, folder) {
				folders = append(folders, folder)
			}
		}
	}
	if len(folders) != 1 {
		return "", fmt.Errorf("the tree has %d folders named requirements; give the path, such as program/requirements/%s", len(folders), name)
	}
	return path.Join(folders[0], name), nil
}

// WholeNumber is the field of a kind of fact that holds one: the one asked for, or the
// only one.
func WholeNumber(schema []byte, field string) (string, error) {
	var kind struct {
		Properties map[string]struct {
			Type any `json:"type"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(schema, &kind); err != nil {
		return "", err
	}
	var fields []string
	for name, property := range kind.Properties {
		if property.Type == "integer" {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	switch {
	case slices.Contains(fields, field):
		return field, nil
	case field == "" && len(fields) == 1:
		return fields[0], nil
	case len(fields) == 0:
		return "", errors.New("the kind of fact has no whole number; name a new kind")
	}
	return "", fmt.Errorf("which whole number of the fact, %s?", strings.Join(fields, " or "))
}

// Kind is the schema of a new kind of fact.
func Kind(name string) (File, error) {
	if err := CheckName(name); err != nil {
		return File{}, err
	}
	content, err := fill("kind.json", struct{ Title, Field string }{title(name), Field})
	return File{"schemas/facts/" + name + ".json", content}, err
}

// CheckName refuses what cannot be a name in Rego and in the API.
func CheckName(name string) error {
	if !word.MatchString(name) {
		return fmt.Errorf("%q cannot be a name: use lower-case letters, digits and _", name)
	}
	return nil
}

func title(name string) string {
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

func fill(name string, with any) ([]byte, error) {
	var b bytes.Buffer
	err := parsed.ExecuteTemplate(&b, name, with)
	return b.Bytes(), err
}

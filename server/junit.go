package main

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
)

// What follows is the part of JUnit's XML that build servers read.

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
	seconds  float64
}

type junitCase struct {
	Class   string    `xml:"classname,attr"`
	Name    string    `xml:"name,attr"`
	File    string    `xml:"file,attr"`
	Line    int       `xml:"line,attr"`
	Time    string    `xml:"time,attr"`
	Failure *junitWhy `xml:"failure"`
	Skipped *struct{} `xml:"skipped"`
}

type junitWhy struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junit is a suite for each package of Rego tests, one for the cases of each program,
// and one for the coverage if it was asked for.
func junit(results testResults) ([]byte, error) {
	var report junitReport
	seconds := 0.0
	lists := [][]outcome{results.Tests, results.Cases, results.coverageOutcomes()}
	for _, list := range lists {
		for _, suite := range suites(list) {
			report.Suites = append(report.Suites, suite)
			report.Tests += suite.Tests
			report.Failures += suite.Failures
			report.Skipped += suite.Skipped
			seconds += suite.seconds
		}
	}
	report.Time = inSeconds(seconds)
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	err := enc.Encode(report)
	b.WriteByte('\n')
	return b.Bytes(), err
}

// suites groups by suite; the list is in the order of suites.
func suites(list []outcome) []junitSuite {
	var all []junitSuite
	for _, o := range list {
		i := slices.IndexFunc(all, func(s junitSuite) bool { return s.Name == o.Suite })
		if i < 0 {
			i = len(all)
			all = append(all, junitSuite{Name: o.Suite})
		}
		all[i].add(o)
	}
	return all
}

func (s *junitSuite) add(o outcome) {
	c := junitCase{Class: o.Suite, Name: o.Name, File: o.File, Line: o.Line, Time: inSeconds(o.Seconds)}
	switch o.Status {
	case "failed":
		s.Failures++
		c.Failure = &junitWhy{Message: o.Detail, Text: o.File + ":" + strconv.Itoa(o.Line) + ": " + o.Detail}
	case "skipped":
		s.Skipped++
		c.Skipped = new(struct{})
	}
	s.Tests++
	s.seconds += o.Seconds
	s.Time = inSeconds(s.seconds)
	s.Cases = append(s.Cases, c)
}

// coverageOutcomes are a test of its own: that enough is covered.
func (r testResults) coverageOutcomes() []outcome {
	if r.Coverage == nil {
		return nil
	}
	o := outcome{Suite: "coverage", Name: "rules that tests evaluate", Status: "passed"}
	if r.tooLittleCovered() {
		o.Status = "failed"
		o.Detail = "no test covers:"
		for _, place := range r.Coverage.Uncovered {
			o.Detail += " " + place
		}
	}
	return []outcome{o}
}

func inSeconds(seconds float64) string { return strconv.FormatFloat(seconds, 'f', 3, 64) }

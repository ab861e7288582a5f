package output

import (
	"encoding/xml"
	"io"
	"strconv"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// The elements of a JUnit report, as Jenkins and GitLab read it.
type (
	junitReport struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     string   `xml:"time,attr"`
		Suites   []junitSuite
	}
	junitSuite struct {
		XMLName   xml.Name `xml:"testsuite"`
		Name      string   `xml:"name,attr"`
		Tests     int      `xml:"tests,attr"`
		Failures  int      `xml:"failures,attr"`
		Errors    int      `xml:"errors,attr"`
		Skipped   int      `xml:"skipped,attr"`
		Timestamp string   `xml:"timestamp,attr"`
		Cases     []junitCase
	}
	junitCase struct {
		XMLName xml.Name   `xml:"testcase"`
		Name    string     `xml:"name,attr"`
		Class   string     `xml:"classname,attr"`
		Skipped *junitNote `xml:"skipped"`
		Error   *junitNote `xml:"error"`
		Failure *junitNote `xml:"failure"`
		Out     string     `xml:"system-out,omitempty"`
	}
	junitNote struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// JUnit prints a JUnit report with a suite for each system of each link. A
// warning is a case that passes, with an output.
func (v View) JUnit(list []Verification) {
	document := junitReport{Name: "authpocket verify"}
	var took time.Duration
	for _, r := range list {
		took += r.Took
		for _, s := range []report.System{report.Authentik, report.PB} {
			document.add(r, s.Label(), junitCases(r, s))
		}
		document.add(r, "verify", junitErrors(r, v.messages(r.Err)))
		v.Errors(r.Err)
	}
	document.Time = strconv.FormatFloat(took.Seconds(), 'f', 3, 64)
	_, _ = io.WriteString(v.Out, xml.Header)
	enc := xml.NewEncoder(v.Out)
	enc.Indent("", "  ")
	if err := enc.Encode(document); err != nil {
		v.Tell(say.Of("authpocket: printing the JUnit report: %s", err.Error()))
		return
	}
	_, _ = io.WriteString(v.Out, "\n")
}

// add adds a suite, unless it has no cases.
func (j *junitReport) add(r Verification, name string, cases []junitCase) {
	if len(cases) == 0 {
		return
	}
	s := junitSuite{Name: r.Name() + ": " + name, Tests: len(cases), Cases: cases,
		Timestamp: r.Began.UTC().Format("2006-01-02T15:04:05")}
	for _, c := range cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	j.Suites = append(j.Suites, s)
	j.Tests, j.Failures, j.Errors = j.Tests+s.Tests, j.Failures+s.Failures, j.Errors+s.Errors
}

// junitCases returns the checks of a system.
func junitCases(r Verification, system report.System) []junitCase {
	var cases []junitCase
	for _, c := range r.Checks {
		if c.System != system {
			continue
		}
		one := junitCase{Name: visible.Line(c.Title.String()), Class: r.Name() + "." + string(c.ID)}
		note := &junitNote{visible.Line(c.Evidence.String()), string(c.Cause),
			visible.Line(c.Advice(report.InFile).String())}
		switch c.Status {
		case report.Fail:
			one.Failure = note
		case report.Skipped:
			one.Skipped = &junitNote{Message: note.Message}
		case report.Warn:
			one.Out = "warn: " + visible.Line(say.Join(c.Evidence, c.Advice(report.InFile)).String())
		case report.Pass:
			one.Out = note.Message
		}
		cases = append(cases, one)
	}
	return cases
}

// junitErrors returns what kept the link from being checked.
func junitErrors(r Verification, list []report.Message) []junitCase {
	return link.Each(list, func(m report.Message) junitCase {
		return junitCase{Name: "The link can be checked", Class: r.Name() + ".verify",
			Error: &junitNote{Message: visible.Line(text(m).String())}}
	})
}

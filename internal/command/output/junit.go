package output

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// The elements of a JUnit report, as Jenkins and GitLab read it. They are written one by one: what encodes any type as
// XML would take 50 kB of the program.
type (
	junitReport struct {
		Tests, Failures, Errors int
		Took                    time.Duration
		Suites                  []junitSuite
	}
	junitSuite struct {
		Name                             string
		Tests, Failures, Errors, Skipped int
		Began                            time.Time
		Cases                            []junitCase
	}
	junitCase struct {
		Name, Class             string
		Skipped, Error, Failure *junitNote
		Out                     string
	}
	junitNote struct{ Message, Type, Text string }
)

// JUnit prints a JUnit report with a suite for each system of each link. A
// warning is a case that passes, with an output. What kept a link from being checked is for its own view to tell.
func (v *View) JUnit(list []Verification) {
	var document junitReport
	for _, r := range list {
		document.Took += r.Took
		for _, s := range []report.System{report.Authentik, report.PB} {
			document.add(&r, s.Label(), junitCases(&r, s))
		}
		document.add(&r, "verify", junitErrors(&r, (&View{File: r.File}).messages(r.wrong())))
	}
	var out bytes.Buffer
	document.write(&out)
	_, _ = out.WriteTo(v.Out) // an error is kept: see terminal.Results
}

func (j junitReport) write(out *bytes.Buffer) {
	out.WriteString(xml.Header)
	tag(out, "<testsuites", "name", "authpocket verify", "tests", strconv.Itoa(j.Tests), "failures",
		strconv.Itoa(j.Failures), "errors", strconv.Itoa(j.Errors),
		"time", strconv.FormatFloat(j.Took.Seconds(), 'f', 3, 64))
	for _, s := range j.Suites {
		tag(out, "\n  <testsuite", "name", s.Name, "tests", strconv.Itoa(s.Tests), "failures", strconv.Itoa(s.Failures),
			"errors", strconv.Itoa(s.Errors), "skipped", strconv.Itoa(s.Skipped),
			"timestamp", s.Began.UTC().Format("2006-01-02T15:04:05"))
		for _, c := range s.Cases {
			c.write(out)
		}
		out.WriteString("\n  </testsuite>")
	}
	out.WriteString("\n</testsuites>\n")
}

func (c junitCase) write(out *bytes.Buffer) {
	const indent = "\n      "
	tag(out, "\n    <testcase", "name", c.Name, "classname", c.Class)
	began := out.Len()
	c.Skipped.write(out, indent, "skipped")
	c.Error.write(out, indent, "error")
	c.Failure.write(out, indent, "failure")
	if c.Out != "" {
		out.WriteString(indent + "<system-out>" + escaped(c.Out) + "</system-out>")
	}
	if out.Len() > began {
		out.WriteString("\n    ")
	}
	out.WriteString("</testcase>")
}

// write writes an element with the note, nothing for no note.
func (n *junitNote) write(out *bytes.Buffer, indent, name string) {
	if n == nil {
		return
	}
	attributes := []string{"message", n.Message}
	if n.Type != "" {
		attributes = append(attributes, "type", n.Type)
	}
	tag(out, indent+"<"+name, attributes...)
	out.WriteString(escaped(n.Text) + "</" + name + ">")
}

// tag writes a start tag: its beginning, and its attributes as names and values.
func tag(out *bytes.Buffer, start string, attributes ...string) {
	out.WriteString(start)
	for i := 0; i < len(attributes); i += 2 {
		out.WriteString(" " + attributes[i] + `="` + escaped(attributes[i+1]) + `"`) // #nosec G602 -- pairs
	}
	out.WriteString(">")
}

// escaped returns a text as it stands in XML.
func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a builder takes everything
	return out.String()
}

// add adds a suite, unless it has no cases.
func (j *junitReport) add(r *Verification, name string, cases []junitCase) {
	if len(cases) == 0 {
		return
	}
	s := junitSuite{Name: r.Name() + ": " + name, Tests: len(cases), Cases: cases, Began: r.Began}
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
func junitCases(r *Verification, system report.System) []junitCase {
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
func junitErrors(r *Verification, list []report.Message) []junitCase {
	return link.Each(list, func(m report.Message) junitCase {
		return junitCase{Name: "The link can be checked", Class: r.Name() + ".verify",
			Error: &junitNote{Message: visible.Line(text(m).String())}}
	})
}

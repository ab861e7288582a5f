package output

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"authpocket/internal/command/terminal"
)

// junitShape lists the attributes and children that an element of a JUnit report may have, as the schemas of
// Jenkins and GitLab agree on.
func junitShape() map[string][2][]string {
	note := [2][]string{{"message", "type"}, nil}
	return map[string][2][]string{
		"testsuites": {{"name", "tests", "failures", "errors", "time", "disabled"}, {"testsuite"}},
		"testsuite": {{"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id",
			"package"},
			{"testcase", "properties", "system-out", "system-err"}},
		"testcase": {{"name", "classname", "time", "assertions", "status"},
			{"skipped", "error", "failure", "system-out", "system-err"}},
		"skipped": note, "error": note, "failure": note, "system-out": {},
	}
}

func TestAJUnitReportHasTheUsualShape(t *testing.T) {
	var out, errs bytes.Buffer
	New(terminal.Streams{Out: &out, Err: &errs}, false).JUnit(shown())
	dec, shape := xml.NewDecoder(bytes.NewReader(out.Bytes())), junitShape()
	var above, seen []string
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v:\n%s", err, out.String())
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			seen = append(seen, name)
			if len(above) > 0 && !slices.Contains(shape[above[len(above)-1]][1], name) {
				t.Errorf("%s stands below %v", name, above)
			}
			for _, attr := range e.Attr {
				if !slices.Contains(shape[name][0], attr.Name.Local) {
					t.Errorf("%s has the attribute %s", name, attr.Name.Local)
				}
			}
			above = append(above, name)
		case xml.EndElement:
			above = above[:len(above)-1]
		}
	}
	for name := range shape {
		if !slices.Contains(seen, name) {
			t.Errorf("there is no %s:\n%s", name, out.String())
		}
	}
	for _, want := range []string{
		`<testsuites name="authpocket verify" tests="6" failures="1" errors="1" time="2.500">`,
		`: authentik" tests="2" failures="0" errors="0" skipped="0" timestamp="2026-01-31T12:00:00">`,
		`: PocketBase" tests="3" failures="1" errors="0" skipped="1" timestamp="2026-01-31T12:00:00">`,
		`type="unreachable">Turn it on.</failure>`, `<skipped message="Not asked."></skipped>`,
		`<system-out>warn: Late. Set it.</system-out>`, `name="Probe &lt;&amp;&gt;"`,
		`<testsuite name="other: verify" tests="1" failures="0" errors="1"`,
		`<error message="It does not answer. Start it."></error>`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %s:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") || errs.Len() > 0 { // each link has told its errors
		t.Errorf("it prints %q and %q", out.String(), errs.String())
	}
}

package linkfile

import (
	"bytes"
	"io"
	"sort"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

var (
	onLine = pattern.Of(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)
	quoted = pattern.Of("(?s)(anchor )'.*'|`.*`")
)

// notYAML rewrites an error of the yaml package, which knows no column. It leaves out the values that the error
// quotes.
func notYAML(path string, err error) *Fault {
	parts := onLine().FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(parts[1])
	return &Fault{Place: report.Place{File: path, Line: max(line, 1)},
		Words: say.Of("this is not YAML: %s", quoted().ReplaceAllString(parts[2], "${1}value"))}
}

const (
	// maxSearched bounds the text in which broken searches. Beyond that, it has the line of the yaml package.
	maxSearched = 128 << 10
	// maxParsed bounds how much it parses again before it skips places where the text can be cut.
	maxParsed = 1 << 20
)

// broken returns the fault of a text that is not YAML. The yaml package often names the line where something began,
// such as a mapping. So the text is cut before ever more lines and then bytes, until it no longer fails as the whole
// does.
func broken(path string, data []byte, err error) *Fault {
	fault := notYAML(path, err)
	fails := func(end int) bool {
		err := yamlError(data[:end])
		return err != nil && notYAML(path, err).Words.String() == fault.Words.String()
	}
	if len(data) > maxSearched || !fails(len(data)) {
		return fault
	}
	tries := maxParsed / len(data)
	lines := bytes.SplitAfter(data, []byte("\n"))
	starts := make([]int, len(lines)) // the byte at which each begins
	for i, line := range lines[:len(lines)-1] {
		starts[i+1] = starts[i] + len(line)
	}
	line := earliest(len(lines), tries, func(i int) bool { return fails(starts[i]) }) - 1
	at := earliest(len(lines[line]), tries, func(i int) bool { return fails(starts[line] + i) }) - 1
	fault.Place.Line, fault.Place.Column = line+1, utf8.RuneCount(lines[line][:at])+1
	if lines[line][at] == '\t' {
		fault.Words = say.Of("this is not YAML: indent with spaces, not with tabs")
	}
	return fault
}

// earliest returns the first of the numbers up to n from which on all fail. After some tries it halves what is left:
// what fails there may fail for a reason of its own, such as a quote that is closed later.
func earliest(n, tries int, fails func(int) bool) int {
	for ; n > 0 && tries > 0; n, tries = n-1, tries-1 {
		if !fails(n - 1) {
			return n
		}
	}
	return sort.Search(n, fails)
}

// yamlError returns what is wrong with the first document of a text, or with what follows it.
func yamlError(data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for range 2 {
		if err := dec.Decode(new(yaml.Node)); err == io.EOF { //nolint:errorlint // as io.Reader documents
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

package linkfile

import (
	"errors"
	"io/fs"
	"sort"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/pattern"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Fault is one thing that is wrong in a link file. It never contains a value, which may be a secret.
type Fault struct {
	Place report.Place
	Field string // the key, empty if it is not a key of link files
	Words say.Text
}

// Error returns the fault with its place, in English.
func (f *Fault) Error() string { return f.Text().String() }

// Text returns the fault with its place.
func (f *Fault) Text() say.Text {
	if f.Field != "" {
		return say.Of("%s: %s: %s", f.Place.String(), report.Key(f.Field), f.Words)
	}
	return say.Of("%s: %s", f.Place.String(), f.Words)
}

// Messages returns the fault as a message.
func (f *Fault) Messages() []report.Message {
	return []report.Message{{Place: &f.Place, Field: f.Field, Summary: f.Words}}
}

// faults collects what is wrong in one file.
type faults struct {
	path string
	list []error
	seen map[string]bool
	// unset are the places of values with a variable that the environment lacks.
	unset map[report.Place]bool
	// taken are the places of values that the environment gave, which may be secrets.
	taken map[report.Place]bool
	// doubtful are the keys that have a fault.
	doubtful map[string]bool
	large    bool // with its variables, too large to be read on
}

// doubt has nothing more said about a key. Entries of a list are doubted together.
func (f *faults) doubt(field string) {
	if f.doubtful == nil {
		f.doubtful = map[string]bool{}
	}
	f.doubtful[entry().ReplaceAllString(field, "")] = true
}

var entry = pattern.Of(`\.\d+(\..*)?$`)

// flaw is a problem of a link whose file has faults, too.
type flaw report.Message

// Error returns the problem with its place, in English.
func (m flaw) Error() string {
	return (&Fault{Place: *m.Place, Field: m.Field, Words: report.Message(m).Text(report.InFile)}).Error()
}

// Messages returns the problem.
func (m flaw) Messages() []report.Message { return []report.Message{report.Message(m)} }

// add adds a fault.
func (f *faults) add(n *yaml.Node, field string, words say.Text) {
	f.take(&Fault{Place: placeOf(f.path, n), Field: field, Words: words})
	f.doubt(field)
}

// take adds faults once each. Aliases and defaults lead to the same node several times.
func (f *faults) take(list ...error) {
	for _, one := range list {
		if text := one.Error(); !f.seen[text] {
			if f.seen == nil {
				f.seen = map[string]bool{}
			}
			f.seen[text] = true
			f.list = append(f.list, one)
		}
	}
}

// failed returns an error for what was being done to a file, and its cause, which the operating system words.
func failed(doing say.Text, err error) error {
	err = cause(err)
	return &report.Fault{Summary: say.Of("%s: %s", doing, err.Error()), Err: err}
}

// ofPath returns an error about the whole file or directory at path.
func ofPath(path string, words say.Text) error {
	return &Fault{Place: report.Place{File: path}, Words: words}
}

// err returns the faults as one error of bounded length, in their order in the file.
func (f *faults) err() error {
	list := f.list
	sort.SliceStable(list, func(i, j int) bool {
		return before(*report.MessageOf(list[i]).Place, *report.MessageOf(list[j]).Place)
	})
	if len(list) > maxErrors {
		more := &Fault{Place: report.Place{File: f.path}, Words: say.Of("%d more like these", len(list)-maxErrors)}
		list = append(list[:maxErrors:maxErrors], more)
	}
	return errors.Join(list...)
}

func placeOf(path string, n *yaml.Node) report.Place {
	return report.Place{File: path, Line: n.Line, Column: n.Column}
}

func wholeFile(path string, words say.Text) error {
	return &Fault{Place: report.Place{File: path, Line: 1, Column: 1}, Words: words}
}

// cause returns err without its operation and path, which the caller adds.
func cause(err error) error {
	if wrong, ok := errors.AsType[*fs.PathError](err); ok {
		return wrong.Err
	}
	return err
}

// A link file has five levels and at most some hundred values per link. Aliases can turn a few lines into billions
// of values, or into a value that contains itself.
const (
	maxDepth  = 50
	maxValues = 10_000
	maxErrors = 20
)

func before(a, b report.Place) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
}

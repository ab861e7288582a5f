package command

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"

	"authpocket/internal/visible"
)

// held keeps what a link prints until it ends, in order.
type held struct {
	mu    sync.Mutex
	parts []heldPart
}

type heldPart struct {
	err  bool // of standard error
	text []byte
}

// streams returns streams that keep what is written to them.
func (h *held) streams() streams {
	return streams{in: strings.NewReader(""), out: heldStream{h, false}, err: heldStream{h, true}}
}

type heldStream struct {
	held *held
	err  bool
}

// Write keeps the text.
func (s heldStream) Write(text []byte) (int, error) {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	s.held.parts = append(s.held.parts, heldPart{s.err, bytes.Clone(text)})
	return len(text), nil
}

// take returns what was written since it was last taken.
func (h *held) take() []heldPart {
	h.mu.Lock()
	defer h.mu.Unlock()
	parts := h.parts
	h.parts = nil
	return parts
}

// show prints what a link has printed, under its name. In JSON it keeps its document for the end.
func (r *linksRun) show(j *job) {
	parts := j.held.take()
	if r.f.JSON {
		parts = slices.DeleteFunc(parts, func(part heldPart) bool {
			if !part.err {
				j.document = append(j.document, part.text...)
			}
			return !part.err
		})
	}
	if len(parts) == 0 {
		return
	}
	title := r.p.out
	if !slices.ContainsFunc(parts, func(part heldPart) bool { return !part.err }) {
		title = r.p.err
	}
	visible.Fprintf(title, "%s:\n", j.file.Name)
	for _, part := range parts {
		to := r.p.out
		if part.err {
			to = r.p.err
		}
		visible.Fprintf(to, "%s", visible.Text(part.text)) // escaped when it was printed
	}
	visible.Fprintln(title)
}

// linksResult is what a command prints that works on several links.
type linksResult struct {
	// Links are in the order of the files. Each has what the command prints for one link.
	Links []json.RawMessage `json:"links"`
}

// linkName is what the document of one of several links begins with.
type linkName struct {
	Name    string `json:"name"`
	Outcome string `json:"outcome"`
}

// end prints the table of all links, or the JSON document, and returns the exit code, nil for 0. Without a title of the
// count it prints no table.
func (r *linksRun) end(counted string) error {
	switch {
	case r.f.JSON:
		result := linksResult{Links: []json.RawMessage{}}
		for _, j := range r.jobs {
			result.Links = append(result.Links, j.json())
		}
		r.p.view(true).json(result)
	case counted != "":
		r.table(counted)
	}
	return summary{code: r.code()}.exit()
}

// json returns the link's document with its name and outcome.
func (j *job) json() json.RawMessage {
	name, err := json.Marshal(linkName{j.file.Name, j.Outcome})
	if err != nil { // impossible for strings
		return json.RawMessage("{}")
	}
	name = visible.JSON(name)
	rest := bytes.TrimPrefix(bytes.TrimSpace(j.document), []byte("{"))
	if len(bytes.TrimSpace(rest)) < 2 { // nothing but its end
		return name
	}
	return append(append(name[:len(name)-1], ','), rest...)
}

func (r *linksRun) table(counted string) {
	if len(r.jobs) == 0 {
		visible.Fprintf(r.p.out, "No link is in part %s.\n", (*shard)(&r.f.Shard))
		return
	}
	var aligned bytes.Buffer
	w := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	const row = "%s\t%s\t%s\t%s\n"
	visible.Fprintf(w, row, "link", "outcome", counted, "cause")
	for _, j := range r.jobs {
		count := ""
		if j.Outcome != outcomeNotStarted {
			count = strconv.Itoa(j.Count)
		}
		visible.Fprintf(w, row, j.file.Name, j.Outcome, count, j.Cause)
	}
	_ = w.Flush() // to a buffer
	for line := range strings.Lines(aligned.String()) {
		visible.Fprintln(r.p.out, strings.TrimRight(line, " \n"))
	}
}

package output

import (
	"bytes"
	"encoding/json"
	"strconv"

	"authpocket/internal/command/terminal"
	"authpocket/internal/link"
	"authpocket/internal/say"
	"authpocket/internal/visible"
)

// Summary is what became of one of several links.
type Summary struct {
	Name    string // of the link
	Outcome say.Name
	Count   int      // of changes or of failed checks
	Cause   say.Text // of a failure
	Code    Exit
}

// Exit returns the exit code of a command for one link, nil for 0.
func (s Summary) Exit() error {
	if s.Code == ExitOK {
		return nil
	}
	return s.Code
}

// The outcomes. A link is not started after a signal.
const (
	OutcomeFailed       say.Name = "failed"
	OutcomeNotStarted   say.Name = "not started"
	OutcomeNothing      say.Name = "nothing to change"
	OutcomeChanges      say.Name = "changes"
	OutcomeApplied      say.Name = "applied"
	OutcomePassed       say.Name = "passed"
	OutcomeChecksFailed say.Name = "checks failed"
)

// OutcomesOf returns the outcomes with which a command prints a result.
func OutcomesOf(command string) []any {
	return map[string][]any{
		"plan":         {OutcomeNothing, OutcomeChanges},
		"apply":        {OutcomeNothing, OutcomeApplied, OutcomeFailed},
		"verify":       {OutcomePassed, OutcomeChecksFailed, OutcomeFailed},
		"check-people": {OutcomeNobodyLeft, OutcomeLeft, OutcomeNotKnown},
	}[command]
}

// Failed returns the summary of a link that an error stopped.
func Failed(err error) Summary {
	return Summary{Outcome: OutcomeFailed, Cause: Messages(err)[0].What(), Code: ExitError}
}

// linksResult is what a command prints that works on several links.
type linksResult struct {
	// Links are in the order of the files. Each has what the command prints for one link.
	Links []json.RawMessage `json:"links"`
}

// linkName is what the document of one of several links begins with.
type linkName struct {
	Name    string   `json:"name"`
	Outcome say.Name `json:"outcome"`
}

// Links prints the documents of several links as one.
func (v *View) Links(list []Summary, documents [][]byte) {
	result := linksResult{Links: []json.RawMessage{}}
	for i, s := range list {
		result.Links = append(result.Links, s.document(documents[i]))
	}
	v.json(result)
}

// document returns the link's document with its name and outcome.
func (s Summary) document(printed []byte) json.RawMessage {
	name, err := json.Marshal(linkName{s.Name, s.Outcome})
	if err != nil { // impossible for strings
		return json.RawMessage("{}")
	}
	name = visible.JSON(name)
	rest := bytes.TrimPrefix(bytes.TrimSpace(printed), []byte("{"))
	if len(bytes.TrimSpace(rest)) < 2 { // nothing but its end
		return name
	}
	return append(append(name[:len(name)-1], ','), rest...)
}

// Counts prints how many of the links have each outcome on standard error.
func (v *View) Counts(list []Summary) { v.Tell(counts(list)) }

// Table prints what became of several links, those of a part if it is named. counted is the title of the count.
func (v *View) Table(list []Summary, counted say.Text, part string) {
	if len(list) == 0 {
		v.line("", say.Of("No link is in part %s.", part), "")
		return
	}
	table := [][]say.Text{{say.Of("link"), say.Of("outcome"), counted, say.Of("cause")}}
	for _, s := range list {
		count := say.Text{}
		if s.Outcome != OutcomeNotStarted {
			count = say.Raw(strconv.Itoa(s.Count))
		}
		table = append(table, []say.Text{say.Raw(s.Name), s.Outcome.Text(), count, s.Cause})
	}
	v.table(table)
	v.line(terminal.Bold, counts(list), "")
}

// counts returns how many of the links have each outcome, in the order in which they appear.
func counts(list []Summary) say.Text {
	var outcomes []say.Name
	of := map[say.Name]int{}
	for _, s := range list {
		if of[s.Outcome]++; of[s.Outcome] == 1 {
			outcomes = append(outcomes, s.Outcome)
		}
	}
	return say.Count(len(list), "%d link: %s.", "%d links: %s.",
		say.List(link.Each(outcomes, func(outcome say.Name) say.Text { return having(of[outcome], outcome) })...))
}

// having says how many links have an outcome.
func having(n int, outcome say.Name) say.Text {
	switch outcome {
	case OutcomeChanges:
		return counted("%d with changes", n)
	case OutcomeNothing:
		return counted("%d without changes", n)
	case OutcomeChecksFailed:
		return counted("%d with failed checks", n)
	case OutcomeNobodyLeft:
		return counted("%d where nobody left", n)
	case OutcomeLeft:
		return counted("%d where somebody left", n)
	}
	return say.Of("%d %s", n, outcome.Text())
}

func counted(format string, n int) say.Text { return say.Of(format, n) }

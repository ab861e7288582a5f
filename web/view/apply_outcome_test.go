package view_test

import (
	"errors"
	"strings"
	"testing"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/view"
	"authpocket/web/view/changes"
)

func stopped(effect report.Effect, stale bool) *report.Stopped {
	return &report.Stopped{Effect: effect, Stale: stale, Err: &report.Fault{Summary: say.Of("x"), Todo: say.Of("y")}}
}

// TestAnApplyThatStoppedSaysWhatWasWritten: in the words that the command and
// the receipt use, once, and whichever change is to blame.
func TestAnApplyThatStoppedSaysWhatWasWritten(t *testing.T) {
	for name, effect := range map[string]report.Effect{
		"nothing":             {Change: report.WrittenNone},
		"before any":          {Between: true},
		"the ones before":     {Made: 2, Change: report.WrittenNone},
		"nobody knows":        {},
		"between two":         {Made: 1, Between: true},
		"the secret is back":  {Made: 1, Change: report.WrittenNone, Secrets: report.SecretsBack},
		"the secrets differ":  {Made: 1, Change: report.WrittenSome, Secrets: report.SecretsDiffer},
		"and it is the first": {Change: report.WrittenSome},
	} {
		for _, stale := range []bool{false, true} {
			in := changes.Progress{Changes: make([]link.Change, 3), Ended: true, Stopped: stopped(effect, stale)}
			if !effect.Between {
				in.Failed = map[int][]report.Message{effect.Made: in.Stopped.Messages()}
			}
			p := changes.NewApply(view.Head{}, in, "")
			text := say.Of("%s %s %s", p.Outcome.Heading, p.Outcome.Text, say.Join(p.Outcome.Lines...))
			for _, s := range p.Steps {
				text = say.Join(text, s.Summary, s.Todo)
			}
			if n := strings.Count(text.String(), effect.Words().String()); n != 1 {
				t.Errorf("%s, stale %v: it is said %d times in %q", name, stale, n, text)
			}
			if label := p.Outcome.Actions[0].Label; (label.String() == "Review again") != stale {
				t.Errorf("%s, stale %v: the button reads %q", name, stale, label)
			}
		}
	}
	unknown := changes.NewApply(view.Head{}, changes.Progress{Stopped: &report.Stopped{Err: errors.New("x")},
		Ended: true}, "").Outcome
	if strings.Contains(unknown.Text.String(), "Nothing was written") {
		t.Errorf("of an error that nobody knows it says %+v", unknown)
	}
}

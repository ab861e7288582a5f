package terminal

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"

	"authpocket/internal/say"
	"authpocket/internal/secret"
	"authpocket/internal/visible"
)

// ErrNoAnswer is returned at the end of the input.
var ErrNoAnswer = errors.New("there was no answer, so nothing was written")

// Asker asks at the terminal.
type Asker struct {
	Streams
	lines *bufio.Reader
}

// Asker returns an asker. It may read more of the input than it needs, so ask everything with one.
func (s Streams) Asker() Asker { return Asker{s, bufio.NewReader(s.In)} }

// Yes asks and reports whether the answer is yes, in the language or in English. A signal or the end of input counts
// as no. If results are lost, what the question is about was not seen, and the answer is no.
func (a Asker) Yes(ctx context.Context, question say.Text) bool {
	if a.Lost() != nil {
		return false
	}
	answer, err := a.short(ctx, question, say.Of("[y/N]"))
	return err == nil && a.among(answer, say.Of("y"), say.Of("yes"), "y", "yes")
}

// Confirm asks and reports whether the answer is not no, in the language or in English. An empty one is yes.
func (a Asker) Confirm(ctx context.Context, question say.Text) (bool, error) {
	answer, err := a.short(ctx, question, say.Of("[Y/n]"))
	return err == nil && !a.among(answer, say.Of("n"), say.Of("no"), "n", "no"), err
}

// short asks for one of the answers that stand behind the question.
func (a Asker) short(ctx context.Context, question, among say.Text) (string, error) {
	on := a.Screen(a.Err)
	answers := a.Say(among)
	room := on
	room.Width -= utf8.RuneCountInString(answers) + len("  y") // on the last line, too
	visible.Fprintf(a.Err, "%s %s ", on.Styled(Bold, room.Wrapped(a.Say(question), 0, "")), answers)
	return a.read(ctx)
}

// among reports whether the answer is one of the words, or one of the texts in the language.
func (a Asker) among(answer string, short, long say.Text, words ...string) bool {
	return slices.Contains(append(words, a.Say(short), a.Say(long)), strings.ToLower(answer))
}

// Line asks for a line. An empty one means the fallback.
func (a Asker) Line(ctx context.Context, question say.Text, fallback string) (string, error) {
	if fallback != "" {
		question = say.Of("%s [%s]", question, fallback)
	}
	visible.Fprintf(a.Err, "%s: ", a.Screen(a.Err).Wrapped(a.Say(question), 0, ""))
	text, err := a.read(ctx)
	return cmp.Or(text, fallback), err
}

// read reads a line, and ends the one with the question if there is none. A read of a terminal cannot be interrupted,
// so it is left running after a signal.
func (a Asker) read(ctx context.Context) (answer string, err error) {
	defer func() {
		if err != nil {
			visible.Fprintln(a.Err)
		}
	}()
	lines := make(chan string, 1)
	go func() {
		text, err := a.lines.ReadString('\n')
		if err == nil {
			lines <- strings.TrimSpace(text)
		}
		close(lines)
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case text, answered := <-lines:
		if !answered {
			return "", ErrNoAnswer
		}
		return text, nil
	}
}

// Choice asks for one of several values, by number or by itself.
func (a Asker) Choice(ctx context.Context, question say.Text, values []string, shown []say.Text) (string, error) {
	a.Tell(question)
	on := a.Screen(a.Err)
	for i, one := range shown {
		visible.Fprintf(a.Err, "  %d  %s\n", i+1, on.Wrapped(a.Say(one), 5, "     "))
	}
	for {
		answer, err := a.Line(ctx, say.Of("Number"), "")
		if err != nil {
			return "", err
		}
		if i, err := strconv.Atoi(answer); err == nil && i >= 1 && i <= len(values) {
			return values[i-1], nil
		}
		if slices.Contains(values, answer) {
			return answer, nil
		}
		a.Tell(say.Of("Answer with a number from 1 to %d.", len(values)))
	}
}

// Secret asks without showing the answer. A read of a terminal cannot be interrupted, so it is left running after a
// signal, and the terminal is put back.
func (s Streams) Secret(ctx context.Context, question say.Text) (secret.Text, error) {
	terminal, ok := s.In.(*os.File)
	if !ok {
		return secret.Text{}, errors.New("there is no terminal")
	}
	before, err := term.GetState(int(terminal.Fd()))
	if err != nil {
		return secret.Text{}, fmt.Errorf("reading the terminal: %w", err)
	}
	visible.Fprintf(s.Err, "%s: ", s.Screen(s.Err).Wrapped(s.Say(question), 0, ""))
	typed := make(chan secret.Text, 1)
	failed := make(chan error, 1)
	go func() {
		text, err := readHidden(int(terminal.Fd()))
		if err != nil {
			failed <- err
			return
		}
		typed <- secret.New(string(text))
		clear(text)
	}()
	defer visible.Fprintln(s.Err)
	select {
	case <-ctx.Done():
		return secret.Text{}, errors.Join(ctx.Err(), term.Restore(int(terminal.Fd()), before))
	case err := <-failed:
		if errors.Is(err, io.EOF) {
			return secret.Text{}, ErrNoAnswer
		}
		return secret.Text{}, fmt.Errorf("reading the terminal: %w", err)
	case answer := <-typed:
		return answer, nil
	}
}

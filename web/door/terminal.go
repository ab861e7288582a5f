package door

import (
	"fmt"
	"io"

	"authpocket/internal/say"
)

// Terminal shows codes to the admin who started the program.
type Terminal struct {
	Out io.Writer
	URL string                // of the wizard, ending in /
	Say func(say.Text) string // puts a text into words, nil for English
}

// Print shows a code as an address to open and as text to enter. The code is in
// the address's fragment, which browsers do not send.
func (t Terminal) Print(code string) {
	fmt.Fprintf(t.Out, "%s\n\n    %s#code=%s\n\n", t.said(say.Of("Open this address:")), t.URL, code)
	fmt.Fprintln(t.Out, t.said(say.Of("Without JavaScript, open %s and enter the setup code %s", t.URL, Grouped(code))))
	fmt.Fprintln(t.Out, t.said(say.Of("The code works once and expires in %d minutes.", int(CodeLife.Minutes()))))
}

// Closed says that the code expired unused.
func (t Terminal) Closed() {
	fmt.Fprintln(t.Out, t.said(say.Of("The setup code expired unused after %d minutes.", int(CodeLife.Minutes()))))
	fmt.Fprintln(t.Out, t.said(say.Of("Open %s and press “Print a new code”, or stop the program.", t.URL)))
}

func (t Terminal) said(text say.Text) string {
	if t.Say == nil {
		return text.String()
	}
	return t.Say(text)
}

package door

import (
	"fmt"
	"io"
)

// Terminal shows codes to the admin who started the program.
type Terminal struct {
	Out io.Writer
	URL string // of the wizard, ending in /
}

// Print shows a code as an address to open and as text to enter. The code is in
// the address's fragment, which browsers do not send.
func (t Terminal) Print(code string) {
	fmt.Fprintf(t.Out, "Open this address:\n\n    %s#code=%s\n\n", t.URL, code)
	fmt.Fprintf(t.Out, "Without JavaScript, open %s and enter the setup code %s\n", t.URL, Grouped(code))
	fmt.Fprintf(t.Out, "The code works once and expires in %d minutes.\n", int(CodeLife.Minutes()))
}

// Closed says that the code expired unused.
func (t Terminal) Closed() {
	fmt.Fprintf(t.Out, "The setup code expired unused after %d minutes.\n", int(CodeLife.Minutes()))
	fmt.Fprintf(t.Out, "Open %s and press “Print a new code”, or stop the program.\n", t.URL)
}

package proof

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// QRCode is a QR code as a drawing.
type QRCode struct {
	Path string // of the dark squares; empty for a text that is too long
	Box  string // the view box, with the quiet zone around the code
}

// newQRCode returns the QR code of a text.
func newQRCode(text string) QRCode {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return QRCode{}
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1H%dz", from, y, x-from, from)
			}
		}
	}
	const quiet = 4
	return QRCode{Path: path.String(), Box: fmt.Sprintf("-%d -%d %d %[3]d", quiet, quiet, code.Size+2*quiet)}
}

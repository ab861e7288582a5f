package journal

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A file of other origin with a valid checksum is rejected quickly, however deep
// it is nested.
func TestLongReceiptsTakeNoTime(t *testing.T) {
	const many = 1 << 19
	nested := strings.Repeat(`{"a":`, 9900) + "1" + strings.Repeat("}", 9900)
	for name, body := range map[string]string{
		"brackets without an end": strings.Repeat("[", many),
		"as deep as JSON may be":  strings.Repeat("[", 9900) + strings.Repeat("]", 9900),
		"deep objects":            nested,
		"deep changes":            `{"changes":[{"before":` + nested + `,"after":` + nested + `}]}`,
		"a deep rest": `{"changes":[{"kind":"collection","before":{"providers":[{"raw":` + nested +
			`}]}}]}`,
		"a list of nothing": `{"changes":[` + strings.Repeat("{},", many/3) + `{}]}`,
		"a key many times":  "{" + strings.Repeat(`"id":"a",`, many/9) + `"id":"b"}`,
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			check(t, []byte(body))
			check(t, fmt.Appendf(nil, `{"version":%d,"sha256":%q,"receipt":%s}`, version, checksum([]byte(body)), body))
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

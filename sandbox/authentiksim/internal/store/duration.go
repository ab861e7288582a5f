package store

import (
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads authentik's "hours=1;minutes=2". It reports false for other formats, such as "5m".
func ParseDuration(text string) (time.Duration, bool) {
	units := map[string]time.Duration{
		"microseconds": time.Microsecond, "milliseconds": time.Millisecond, "seconds": time.Second,
		"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	}
	var total time.Duration
	for part := range strings.SplitSeq(text, ";") {
		name, amount, assigned := strings.Cut(part, "=")
		unit, known := units[strings.ToLower(strings.TrimSpace(name))]
		n, err := strconv.ParseFloat(strings.TrimSpace(amount), 64)
		if !assigned || !known || err != nil {
			return 0, false
		}
		total += time.Duration(n * float64(unit))
	}
	return total, true
}

// Lifetime returns a validity as a duration. Validities are checked when they are written.
func Lifetime(validity string) time.Duration {
	d, _ := ParseDuration(validity)
	return d
}

package link

import (
	"math"
	"strconv"
	"strings"
	"time"

	"authpocket/internal/report"
	"authpocket/internal/say"
)

// ParseDuration returns a duration in authentik's format, such as "hours=1;minutes=30", false for any other text. Like
// authentik (lib/utils/time.py) it skips units that it doesn't know, and the last of two equal units counts.
func ParseDuration(text string) (time.Duration, bool) {
	parts := map[time.Duration]float64{}
	for pair := range strings.SplitSeq(text, ";") {
		name, amount, assigned := strings.Cut(pair, "=")
		if !assigned {
			return 0, false
		}
		unit := durationUnit(strings.ToLower(name))
		if unit == 0 {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(amount), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return 0, false
		}
		parts[unit] = n
	}
	total := 0.0
	for unit, n := range parts {
		total += n * float64(unit)
	}
	const longest = float64(math.MaxInt64 / 2)
	return time.Duration(min(max(total, -longest), longest)), len(parts) > 0
}

func durationUnit(name string) time.Duration {
	switch name {
	case "weeks":
		return 7 * 24 * time.Hour
	case "days":
		return 24 * time.Hour
	case "hours":
		return time.Hour
	case "minutes":
		return time.Minute
	case "seconds":
		return time.Second
	case "milliseconds":
		return time.Millisecond
	case "microseconds":
		return time.Microsecond
	}
	return 0
}

// checkValidity adds a problem if the text is not a duration.
func checkValidity(p *report.Problems, m *Meta, v string) {
	if !validitySyntax().MatchString(v) {
		p.Add(m.Spec, say.Of("%s is “%s”, which authentik does not read as a duration.", m.Label.Text(), v),
			say.Of("Write it like hours=1;minutes=30."))
	}
}

// checkLifetime adds a problem if the text is not a duration, or one that is over at once.
func checkLifetime(p *report.Problems, m *Meta, v string) {
	if d, ok := ParseDuration(v); ok && d <= 0 {
		p.Add(m.Spec, say.Of("%s is “%s”: it would expire at once.", m.Label.Text(), v),
			say.Of("Enter a time above zero, such as %s.", m.Default))
		return
	}
	checkValidity(p, m, v)
}

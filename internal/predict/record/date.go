package record

import (
	"encoding/json"
	"time"

	"github.com/spf13/cast"
)

// dateLayout is how PocketBase writes dates (tools/types/datetime.go).
const dateLayout = "2006-01-02 15:04:05.000Z"

// moment is a date of PocketBase.
type moment struct{ time.Time }

// String returns the date as PocketBase writes it, empty for none.
func (m moment) String() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(dateLayout)
}

// parseMoment reads a date in any of the layouts that PocketBase takes. Anything else is no date.
func parseMoment(text string) moment {
	if text == "" {
		return moment{}
	}
	t, err := time.Parse(dateLayout, text)
	if err != nil {
		t = cast.ToTime(text)
	}
	return moment{t}
}

// dateFault checks a date (core/field_date.go).
func (f *field) dateFault(date moment) string {
	edge := func(raw json.RawMessage) moment {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return moment{}
		}
		return parseMoment(text)
	}
	first, last := edge(f.Min), edge(f.Max)
	switch {
	case date.IsZero() && f.Required:
		return codeRequired
	case date.IsZero():
		return ""
	case !first.IsZero() && date.Before(first.Time):
		return "validation_min_greater_equal_than_required"
	case !last.IsZero() && date.After(last.Time):
		return "validation_max_less_equal_than_required"
	}
	return ""
}

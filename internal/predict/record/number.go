package record

import (
	"encoding/json"
	"math"
)

// numberFault checks a number (core/field_number.go).
func (f *field) numberFault(n float64) string {
	least, most := bound(f.Min), bound(f.Max)
	switch {
	case math.IsInf(n, 0) || math.IsNaN(n):
		return "validation_not_a_number"
	case n == 0 && f.Required:
		return codeRequired
	case n == 0:
		return ""
	case f.OnlyInt && n != float64(int64(n)):
		return "validation_only_int_constraint"
	case least != nil && n < *least:
		return "validation_min_number_constraint"
	case most != nil && n > *most:
		return "validation_max_number_constraint"
	}
	return ""
}

// bound returns a limit, nil if there is none.
func bound(raw json.RawMessage) *float64 {
	var n *float64
	if json.Unmarshal(raw, &n) != nil {
		return nil
	}
	return n
}

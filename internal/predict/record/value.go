package record

import (
	"bytes"
	"encoding/json"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/cast"
)

// empty returns the value of the field in a record that sets none (PrepareValue of nil in core/field_*.go).
func (f *field) empty() any {
	switch f.Type {
	case typeNumber:
		return 0.0
	case typeBool:
		return false
	case typeSelect, typeRelation, typeFile:
		return f.pick(nil)
	case typeDate, typeAutodate:
		return moment{}
	case typeJSON:
		return jsonText("")
	case typePoint:
		return point{}
	}
	return ""
}

// read returns the value that PocketBase makes of a text for the field.
func (f *field) read(text string) any {
	switch f.Type {
	case typeNumber:
		return cast.ToFloat64(text)
	case typeBool:
		return cast.ToBool(text)
	case typeSelect, typeRelation, typeFile:
		return f.pick(unique(text))
	case typeDate:
		return parseMoment(text)
	case typeAutodate:
		return moment{} // PocketBase lets nothing set it
	case typeJSON:
		return jsonOfText(text)
	case typePoint:
		return parsePoint([]byte(text), f.release)
	}
	return text
}

// load returns the value that PocketBase makes of one that it has read. It reads lists again.
func (f *field) load(value any) any {
	switch f.Type {
	case typeSelect, typeRelation, typeFile:
		return f.pick(f.list(value))
	}
	return value
}

// list returns the elements of the field's value.
func (f *field) list(value any) []string {
	names := unique(value)
	if f.Type != typeFile || !f.several() {
		return names
	}
	// In a list of files each name may be a JSON array, too, and is dropped unless it has one element.
	var list []string
	for _, name := range names {
		if inner := unique(name); len(inner) == 1 {
			list = append(list, inner[0])
		}
	}
	return filled(list)
}

// stored returns the value that PocketBase answered for the field.
func (f *field) stored(raw json.RawMessage) any {
	switch f.Type {
	case typeJSON:
		return jsonText(plainJSON(raw))
	case typePoint:
		return parsePoint(raw, f.release)
	}
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return f.empty()
	}
	switch f.Type {
	case typeNumber:
		return cast.ToFloat64(value)
	case typeBool:
		return cast.ToBool(value)
	case typeSelect, typeRelation, typeFile:
		if list, isList := value.([]any); isList {
			return f.pick(filled(asTexts(list)))
		}
		return f.pick(unique(cast.ToString(value)))
	case typeDate, typeAutodate:
		return parseMoment(cast.ToString(value))
	}
	return cast.ToString(value)
}

// asTexts is cast.ToStringSlice of a JSON array, which links every kind of number that cast knows: 49 kB.
func asTexts(list []any) []string {
	all := make([]string, len(list))
	for i, value := range list {
		text, err := cast.ToStringE(value)
		if err != nil {
			return nil
		}
		all[i] = text
	}
	return all
}

// shown returns the value with the type that Draft promises.
func shown(value any) any {
	switch v := value.(type) {
	case moment:
		return v.String()
	case jsonText:
		var decoded any
		if json.Unmarshal([]byte(v), &decoded) != nil {
			return nil
		}
		return decoded
	case point:
		return map[string]any{"lon": v.Lon, "lat": v.Lat}
	}
	return value
}

// columnText returns the value as the database compares it, and whether it compares equal to any other: NULL does not.
func columnText(value any) (text string, comparable bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	case moment:
		return v.String(), true
	case jsonText:
		return string(v), v != ""
	}
	data, err := json.Marshal(value)
	return string(data), err == nil
}

// unique returns the values without repetitions and empty ones. A text may be a JSON array of them
// (tools/list/list.go).
func unique(value any) []string {
	switch v := value.(type) {
	case []string:
		return filled(v)
	case string:
		var list []string
		if strings.Contains(v, "[") {
			if json.Unmarshal([]byte(v), &list) == nil {
				return filled(list)
			}
		}
		// What could be decoded of an array with other elements stays in front.
		return filled(append(list, v))
	}
	return nil
}

func filled(values []string) []string {
	seen := map[string]bool{"": true}
	list := make([]string, 0, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			list = append(list, v)
		}
	}
	return list
}

// pick returns the values as the field holds them: a single one is the last.
func (f *field) pick(values []string) any {
	switch {
	case f.several():
		return append([]string{}, values...)
	case len(values) == 0:
		return ""
	}
	return values[len(values)-1]
}

// plainJSON returns the JSON as PocketBase stores it: it answers it without spaces and escapes some characters.
func plainJSON(raw json.RawMessage) string {
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return string(raw)
	}
	text := compact.String()
	for escaped, plain := range maps.All(map[string]string{`\u003c`: "<", `\u003e`: ">", `\u0026`: "&"}) {
		text = strings.ReplaceAll(text, escaped, plain)
	}
	if text == "null" {
		return ""
	}
	return text
}

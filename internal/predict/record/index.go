package record

import (
	"slices"
	"strings"

	"authpocket/internal/pattern"
	"authpocket/internal/say"
)

// index is a unique index of the collection.
type index struct {
	name    string
	columns []column
	where   string
}

// column is a column of an index.
type column struct {
	name    string // of a field, or an expression
	collate string
}

// anyCase reports whether the index ignores the case of ASCII letters.
func (c column) anyCase() bool { return strings.EqualFold(c.collate, "nocase") }

// The statement up to the columns, a column, the expression lower(column), and a condition that something is given.
var (
	indexHead = pattern.Of(
		`(?is)^\s*create\s+unique\s+index\s+(?:if\s+not\s+exists\s+)?(\S+)\s+on\s+(\S+?)\s*\(`)
	indexColumn = pattern.Of(`(?is)^(.+?)(?:\s+collate\s+(\w+))?(?:\s+(?:asc|desc))?$`)
	lowered     = pattern.Of(`(?is)^lower\s*\(([^()]+)\)$`)
	notEmpty    = pattern.Of(`(?is)^([^\s=!<>()]+)\s*(?:!=|<>)\s*(?:''|"")$`)
)

// quotes are the characters around a name in SQL.
const quotes = "`\"'[] \r\n\t\f\v"

// parseIndex reads a CREATE UNIQUE INDEX statement and reports whether it is one.
func parseIndex(statement string) (index, bool) {
	head := indexHead().FindStringSubmatchIndex(statement)
	if head == nil {
		return index{}, false
	}
	name := strings.Trim(statement[head[2]:head[3]], quotes)
	columns, rest := splitColumns(statement[head[1]:])
	found := index{name: name[strings.LastIndex(name, ".")+1:]}
	for _, text := range columns {
		parts := indexColumn().FindStringSubmatch(strings.TrimSpace(text))
		if parts == nil {
			continue
		}
		found.columns = append(found.columns, column{strings.Trim(parts[1], quotes), parts[2]})
	}
	rest = strings.TrimSpace(rest)
	if len(rest) > len("where") && strings.EqualFold(rest[:len("where")], "where") {
		found.where = strings.TrimSpace(rest[len("where"):])
	}
	return found, len(found.columns) > 0
}

// splitColumns splits the text at its commas up to the parenthesis that closes the list, and returns what follows it.
func splitColumns(text string) (columns []string, rest string) {
	depth, start := 0, 0
	var quote rune
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case strings.ContainsRune("`\"'", r):
			quote = r
		case r == '(':
			depth++
		case r == ')' && depth == 0:
			return append(columns, text[start:i]), text[i+1:]
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			columns, start = append(columns, text[start:i]), i+1
		}
	}
	return append(columns, text[start:]), ""
}

// singleColumn returns the first unique index of the field alone (tools/dbutils/index.go).
func singleColumn(statements []string, field string) (index, bool) {
	for _, statement := range statements {
		found, isUnique := parseIndex(statement)
		if isUnique && len(found.columns) == 1 && strings.EqualFold(found.columns[0].name, field) {
			return found, true
		}
	}
	return index{}, false
}

// verdict is whether something is so.
type verdict int

const (
	no verdict = iota
	maybe
	yes
)

// checkIndexes finds the unique index that refuses the record. The database checks the newest first and names the
// first that fails.
func (d *drafter) checkIndexes() {
	for _, statement := range slices.Backward(d.collection.Indexes) {
		found, isUnique := parseIndex(statement)
		if !isUnique {
			continue
		}
		switch d.violates(found) {
		case yes:
			d.refuseDuplicate(found)
			return
		case maybe:
			d.doubt(say.Of("the unique index %s", found.name))
		case no:
		}
	}
	if id, isText := d.values[nameID].(string); isText && id != "" && d.holds(nameID, id, false) {
		d.refuse(nameID, codeNotUnique)
	}
}

// refuseDuplicate notes the fault of a unique index (core/validators/db.go).
func (d *drafter) refuseDuplicate(broken index) {
	known := len(d.Faults)
	for _, f := range d.fields {
		named := func(c column) bool {
			if d.release.since("0.24.3") {
				return strings.EqualFold(c.name, f.Name)
			}
			// Earlier versions also blamed fields whose name another one begins with.
			return strings.HasPrefix(strings.ToLower(c.name), strings.ToLower(f.Name))
		}
		if slices.ContainsFunc(broken.columns, named) {
			d.refuse(f.Name, codeNotUnique)
		}
	}
	if len(d.Faults) == known {
		d.refuse("", "") // an expression
	}
}

// violates judges whether the record repeats another one in the index. Another record must hold the same value in each
// column, but a lookup finds one column at a time.
func (d *drafter) violates(x index) verdict {
	result := yes
	if len(x.columns) > 1 {
		result = maybe
	}
	for _, c := range x.columns {
		result = min(result, d.repeats(c))
		if result == no {
			return no
		}
	}
	return min(result, d.covers(x))
}

// repeats judges whether another record holds the record's value in the column.
func (d *drafter) repeats(c column) verdict {
	anyCase := c.anyCase()
	if expr := lowered().FindStringSubmatch(c.name); expr != nil {
		c.name, anyCase = strings.Trim(expr[1], quotes), true
	} else if c.collate != "" && !anyCase && !strings.EqualFold(c.collate, "binary") {
		return maybe
	}
	i := slices.IndexFunc(d.fields, func(f field) bool { return strings.EqualFold(f.Name, c.name) })
	if i < 0 {
		return maybe
	}
	f := d.fields[i]
	if plain, isText := d.values[f.Name].(string); f.Type == typePassword && isText && plain == "" &&
		f.Name != namePassword {
		return maybe // PocketBase shows nobody which accounts have no password there
	}
	if d.After[f.Name] == nil && d.Unknown[f.Name] != "" {
		if f.Name == d.picture || !f.known() {
			return maybe
		}
		return no // a random value or the time
	}
	text, comparable := columnText(d.values[f.Name])
	if !comparable || !d.holds(f.Name, text, anyCase) {
		return no
	}
	return yes
}

// covers judges whether the condition of a partial index holds for the record and for the one that it repeats, which is
// known to have the same values in the index's columns only.
func (d *drafter) covers(x index) verdict {
	if x.where == "" {
		return yes
	}
	parts := notEmpty().FindStringSubmatch(x.where)
	if parts == nil {
		return maybe
	}
	name := strings.Trim(parts[1], quotes)
	for _, f := range d.fields {
		if strings.EqualFold(f.Name, name) && (d.After[f.Name] != nil || d.Unknown[f.Name] == "") {
			if text, comparable := columnText(d.values[f.Name]); !comparable || text == "" {
				return no
			}
			if slices.ContainsFunc(x.columns, func(c column) bool { return strings.EqualFold(c.name, name) }) {
				return yes
			}
		}
	}
	return maybe
}

package record

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/say"
)

// Changes are what a sign-in changes in an existing record.
type Changes struct {
	Password bool // it gets a random one
	Email    bool // it gets the claims' address
	Verified bool // it becomes verified
}

// Resave is Check for a record that a sign-in saves again. doubts are noun phrases for what might refuse it and can't
// be known.
func Resave(c *link.CollectionState, values map[string]json.RawMessage, changes Changes, version string, known Known,
) (faults []Fault, doubts []say.Text) {
	fields := readFields(c, release(version))
	values = maps.Clone(values)
	for _, f := range fields {
		switch {
		case changes.Password && f.Name == nameTokenKey && !f.plain && f.AutogeneratePattern == "" &&
			f.release.since("0.24.0"):
			values[nameTokenKey] = json.RawMessage(`""`) // PocketBase replaces it with what the pattern makes up
		case f.Name == namePassword:
			if changes.Password && f.Pattern != "" && !f.release.since("0.24.0") {
				doubts = append(doubts, say.Of("the pattern of the field %s", namePassword))
			}
		case f.Type == typePassword && f.Required: // PocketBase shows passwords to nobody
			doubts = append(doubts, say.Of("whether the account has a value in %s", f.Name))
		}
	}
	faults = check(fields, values)
	missing, unsure := missingRecords(fields, values, known.Exists)
	if !slices.Contains(faults, Fault{}) {
		faults = append(faults, missing...)
	}
	doubts = append(doubts, unsure...)
	if len(faults) == 0 {
		var taken []Fault
		taken, unsure = takenAgain(c.Indexes, changes, known.Holds)
		faults, doubts = append(faults, taken...), append(doubts, unsure...)
	}
	return faults, doubts
}

// missingRecords returns the relations to records that are gone.
func missingRecords(fields []field, values map[string]json.RawMessage, exists Existence) (faults []Fault,
	doubts []say.Text) {
	for _, f := range fields {
		raw, given := values[f.Name]
		if f.Type != typeRelation || !given || f.fault(f.stored(raw), false) != "" {
			continue
		}
		there, known := allExist(&f, f.list(f.stored(raw)), exists)
		switch {
		case !known:
			doubts = append(doubts, say.Of("the existence of the records that the field %s names", f.Name))
		case !there:
			faults = append(faults, Fault{f.Name, codeMissing})
		}
	}
	return faults, doubts
}

// allExist reports whether the records that a relation names are there.
func allExist(f *field, ids []string, exists Existence) (there, known bool) {
	for _, id := range ids {
		if exists == nil {
			return false, false
		}
		found, err := exists(f.CollectionID, id)
		if err != nil || !found {
			return false, err == nil
		}
	}
	return true, true
}

// takenAgain returns what unique indexes refuse because of the changes. Of an index with more columns or a condition
// that is not known: a lookup finds the record itself, too.
func takenAgain(indexes []string, changes Changes, holds Lookup) (faults []Fault, doubts []say.Text) {
	for _, statement := range slices.Backward(indexes) {
		x, isUnique := parseIndex(statement)
		on := func(name string) bool {
			return strings.Contains(strings.ToLower(x.where), strings.ToLower(name)) ||
				slices.ContainsFunc(x.columns, func(c column) bool {
					return strings.Contains(strings.ToLower(c.name), strings.ToLower(name))
				})
		}
		alone := len(x.columns) == 1 && x.where == "" && strings.EqualFold(x.columns[0].name, nameVerified)
		switch {
		case !isUnique:
		case alone && changes.Verified:
			taken, err := holds(nameVerified, "true", false)
			if err != nil {
				doubts = append(doubts, say.Of("the unique index %s", x.name))
			} else if taken {
				return append(faults, Fault{nameVerified, codeNotUnique}), doubts
			}
		case changes.Verified && on(nameVerified), changes.Email && on(nameEmail) && !ofEmailOnly(x):
			doubts = append(doubts, say.Of("the unique index %s", x.name))
		}
	}
	return faults, doubts
}

// ofEmailOnly reports whether the index is of addresses alone, which are looked up by themselves.
func ofEmailOnly(x index) bool {
	return len(x.columns) == 1 && strings.EqualFold(x.columns[0].name, nameEmail)
}

package record

import (
	"math"
	"slices"
	"strings"

	"authpocket/internal/say"
)

// validate notes what PocketBase refuses. Each step runs only if the one before found nothing (Submit in
// forms/record_upsert.go).
func (d *drafter) validate() {
	if !d.release.since("0.24.0") { // it saved the record to check the create rule
		d.checkNumbers()
		if len(d.Faults) == 0 {
			d.checkIndexes()
		}
		d.BeforeRule = len(d.Faults) > 0
	}
	if len(d.Faults) == 0 {
		d.checkPasswords()
	}
	if len(d.Faults) == 0 {
		d.checkForm()
	}
	if len(d.Faults) == 0 {
		d.checkFields()
	}
	if len(d.Faults) == 0 {
		d.checkIndexes()
	}
	if verified := d.After[nameVerified]; len(d.Faults) == 0 && verified == true {
		d.values[nameVerified] = verified
		d.checkIndexes()
		d.Again = len(d.Faults) > 0
	}
	if len(d.Faults) == 0 {
		d.Faults = Link(d.user) // without the link the record is not kept
	}
}

// checkNumbers checks that the database can store the numbers: it has no NaN.
func (d *drafter) checkNumbers() {
	for _, v := range d.values {
		if n, isNumber := v.(float64); isNumber && math.IsNaN(n) {
			d.refuse("", "")
			return
		}
	}
}

func (d *drafter) refuse(field, code string) { d.Faults = append(d.Faults, Fault{field, code}) }

// checkPasswords checks that passwords that claims set can be hashed, which the create rule needs since 0.24.
func (d *drafter) checkPasswords() {
	for _, f := range d.fields {
		plain, _ := d.values[f.Name].(string)
		if f.Type == typePassword && len(plain) > hashed && d.release.since("0.24.0") {
			d.refuse("", "")
		}
	}
}

// checkForm checks what nobody but a manager may set (validateFormFields in forms/record_upsert.go).
func (d *drafter) checkForm() {
	if verified, _ := d.values[nameVerified].(bool); verified {
		d.refuse(nameVerified, "validation_values_mismatch")
	}
	if d.set[namePassword] {
		if d.values[namePassword] == "" {
			d.refuse(namePassword, codeRequired)
		}
		d.refuse(nameConfirm, codeRequired) // no claim sets it
	}
}

// checkFields validates each field (onRecordValidate in core/record_model.go).
func (d *drafter) checkFields() {
	for _, f := range d.fields {
		code := ""
		switch {
		case !f.known():
			d.doubt(say.Of("the field %s, whose type %s is unknown", f.Name, f.Type))
		case f.Name == namePassword:
			code = d.randomPasswordFault(f)
		case f.Name == d.picture && d.set[f.Name]: // noted as a doubt
			if f.Required {
				d.doubt(say.Of("the download of the picture, which the field %s requires", f.Name))
			}
		case f.Type == typeText && d.madeUp(&f) != "": // PocketBase makes up a value that passes
		default:
			code = d.fieldFault(&f)
		}
		if code == crash {
			d.Faults = []Fault{{}}
			return
		}
		if code != "" {
			d.refuse(f.Name, code)
		}
	}
}

// fieldFault checks the value of a field, and the records that it names.
func (d *drafter) fieldFault(f *field) string {
	value := d.values[f.Name]
	if f.plain && value != f.emptyComparable() {
		d.doubt(say.Of("the options of the field %s", f.Name))
	}
	if f.PrimaryKey {
		return d.idFault(f, value.(string))
	}
	code := f.fault(value, true)
	if ids := unique(value); f.Type == typeRelation && code == "" && len(ids) > 0 {
		if f.CollectionID != d.collection.ID {
			there, known := allExist(f, ids, d.known.Exists)
			if !known {
				d.doubt(say.Of("the existence of the records that the field %s names", f.Name))
			} else if !there {
				return codeMissing
			}
			return ""
		}
		missing := func(id string) bool { return !d.holds(nameID, id, false) }
		if slices.ContainsFunc(ids, missing) {
			return codeMissing
		}
	}
	return code
}

// emptyComparable returns the empty value of a field, or one that equals none where values can't be compared.
func (f *field) emptyComparable() any {
	if f.several() {
		return nil
	}
	return f.empty()
}

// idFault checks an ID that a claim sets (core/field_text.go).
func (d *drafter) idFault(f *field, id string) string {
	d.doubt(say.Of("an account in another collection with the same ID"))
	early := !f.release.since("0.33.0") && strings.ContainsAny(id, `/\`)
	if !early && (f.Pattern != defaultIDPattern || !f.release.since("0.23.6")) && d.holds(nameID, id, true) {
		return "validation_pk_invalid"
	}
	return f.textFault(id, true)
}

// randomPasswordFault checks the password that PocketBase makes up. Before 0.24 it was validated like any other.
func (d *drafter) randomPasswordFault(f field) string {
	const length = 30
	if d.release.since("0.24.0") {
		return ""
	}
	if f.Pattern != "" {
		d.doubt(say.Of("the pattern of the field %s", f.Name))
	}
	f.Pattern = ""
	return f.passwordFault(strings.Repeat("x", length))
}

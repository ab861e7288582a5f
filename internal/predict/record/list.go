package record

import "slices"

// selectFault checks the chosen values (core/field_select.go).
func (f *field) selectFault(values []string) string {
	if len(values) == 0 {
		if f.Required {
			return codeRequired
		}
		return ""
	}
	if len(values) > max(f.MaxSelect, 1) {
		return codeTooMany
	}
	for _, value := range values {
		if !slices.Contains(f.Values, value) {
			return codeInvalid
		}
	}
	return ""
}

// relationFault checks the IDs of related records (core/field_relation.go). Whether they exist is checked elsewhere.
func (f *field) relationFault(ids []string) string {
	switch {
	case len(ids) == 0 && f.Required:
		return codeRequired
	case len(ids) == 0:
		return ""
	case f.MinSelect > 0 && len(ids) < f.MinSelect:
		return "validation_not_enough_values"
	case len(ids) > max(f.MaxSelect, 1):
		return codeTooMany
	}
	return ""
}

// fileFault checks the names of files (core/field_file.go). A new record has no files yet that a name could refer to.
func (f *field) fileFault(names []string, fresh bool) string {
	switch {
	case len(names) == 0 && f.Required:
		return codeRequired
	case len(names) == 0:
		return ""
	case fresh:
		return "validation_invalid_file"
	case len(names) > max(f.MaxSelect, 1):
		return "validation_too_many_files"
	}
	return ""
}

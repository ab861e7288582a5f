package predict

import (
	"authpocket/internal/predict/record"
	"authpocket/internal/say"
	"authpocket/internal/signin"
)

// fieldWords says what PocketBase's validation refuses: "the field name is longer than it may be".
func fieldWords(faults []record.Fault) say.Text {
	parts := make([]say.Text, 0, len(faults))
	for _, f := range faults {
		if f.Field == "" {
			parts = append(parts, say.Of("a field can't hold the claim's value, and PocketBase doesn't say which"))
			continue
		}
		parts = append(parts, say.Of("the field %s %s (%s)", f.Field, codeWords(f.Code), f.Code))
	}
	return say.And(parts...)
}

// codeWords describes a code of PocketBase's validation (core/field_*.go).
func codeWords(code string) say.Text {
	switch code {
	case "validation_required":
		return say.Of("gets no value and requires one")
	case "validation_not_unique":
		return say.Of("gets a value that another record has")
	case "validation_max_text_constraint", "validation_max_size_constraint", "validation_content_size_limit":
		return say.Of("gets a longer value than it may have")
	case "validation_min_text_constraint":
		return say.Of("gets a shorter value than it may have")
	case "validation_invalid_format":
		return say.Of("gets a value that doesn't match its pattern")
	case "validation_is_email", "validation_invalid_email":
		return say.Of("gets a value that is no e-mail address")
	case "validation_email_domain_not_allowed":
		return say.Of("doesn't allow the address's domain")
	case "validation_is_url", "validation_invalid_url":
		return say.Of("gets a value that is no URL")
	case "validation_url_domain_not_allowed":
		return say.Of("doesn't allow the URL's domain")
	case "validation_missing_rel_records":
		return say.Of("gets an ID that no record has")
	case "validation_invalid_value":
		return say.Of("gets a value that it can't have")
	}
	return say.Of("refuses the claim's value")
}

func fieldFaults(faults []record.Fault) []signin.FieldFault {
	list := make([]signin.FieldFault, 0, len(faults))
	for _, f := range faults {
		if f.Field != "" { // PocketBase names no field for some
			list = append(list, signin.FieldFault{Field: f.Field, Code: f.Code})
		}
	}
	return list
}

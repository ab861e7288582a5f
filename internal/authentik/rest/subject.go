package rest

import (
	"cmp"
	"strconv"
	"strings"
)

// Subject returns the sub claim about a user, unless a scope mapping gives another (providers/oauth2/id_token.py). It
// is empty for a user or mode that is not known.
func Subject(user Object, mode string) string {
	switch mode {
	case "hashed_user_id":
		return user.Text("uid")
	case "user_id":
		if pk := user.Number("pk"); pk != 0 {
			return strconv.Itoa(pk)
		}
	case "user_uuid", "user_username", "user_email":
		return user.Text(strings.TrimPrefix(mode, "user_"))
	case "user_upn":
		return cmp.Or(user.Object("attributes").Text("upn"), user.Text("uid"))
	}
	return ""
}

// SubjectModes returns the subject modes of providers.
func SubjectModes() []string {
	return []string{"hashed_user_id", "user_id", "user_uuid", "user_username", "user_email", "user_upn"}
}

package linkfile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	onLine    = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)
	wrongType = regexp.MustCompile(`(?s)^cannot unmarshal .* into (\S+)$`)
	quoted    = regexp.MustCompile("(?s)`.*`|anchor '.*'")
)

// explain rewrites errors of the yaml package for people, each with file and line.
// It leaves out the values that they quote, which may be secrets.
func explain(path string, err error) error {
	messages := []string{err.Error()}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		messages = typed.Errors
	}
	errs := make([]error, len(messages))
	for i, message := range messages {
		parts := onLine.FindStringSubmatch(message)
		at := path
		if parts[1] != "" {
			at += ":" + parts[1]
		}
		errs[i] = fmt.Errorf("%s: %s", at, inWords(parts[2]))
	}
	return join(path, errs)
}

func inWords(message string) string {
	if m := wrongType.FindStringSubmatch(message); m != nil {
		return "this must be " + typeWords(m[1])
	}
	return "this is not YAML: " + quoted.ReplaceAllString(message, "a value")
}

func typeWords(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list: each entry on its own line after a hyphen"
	case goType == "bool":
		return "true or false"
	case goType == "string", strings.HasPrefix(goType, "secret."), goType == "link.EmailDecision",
		goType == "link.Existing":
		return "text"
	}
	return "a mapping: keys with their values, one per line"
}

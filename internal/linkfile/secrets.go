package linkfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// maxSecret bounds a file with a token or password.
const maxSecret = 16 << 10

// readSecrets reads the files that hold tokens and passwords.
func (r Reader) readSecrets(f *File) {
	for _, one := range []struct {
		key, path string
		to        *secret.Text
	}{
		{"authentik.token", f.Authentik.TokenFile, &f.Authentik.Token},
		{"pocketbase.token", f.PocketBase.TokenFile, &f.PocketBase.Token},
		{"pocketbase.password", f.PocketBase.PasswordFile, &f.PocketBase.Password},
	} {
		field := one.key + "_file"
		switch {
		case !f.sets(field):
			continue
		case f.sets(one.key):
			f.problems.Add(field, say.Of("%s is set, too.", one.key), say.Of("Keep one of the two."))
			continue
		case !r.mayRead(field, one.path):
			f.problems.Add(field, say.Of("Secrets are not taken from this file, because its name does not begin with "+
				"authentik or pocketbase."), // the value may be the secret itself
				say.Of("If this file may be sent to the address, run again with --allow-file %s.", "PATH"))
			continue
		}
		text, err := readSecret(one.path)
		if r.Note != nil && errors.Is(err, fs.ErrNotExist) {
			r.Note(Fault{Place: f.Place(field), Field: field, Words: say.Of("“%s” is not there", one.path)})
			continue
		} else if err != nil {
			f.problems.Add(field, say.Of("The file “%s” can't be used: %s.", one.path, wordsOf(err)),
				say.Of("Name a file that holds the secret and nothing else."))
		}
		*one.to = secret.New(text)
	}
}

// mayRead reports whether a link file may take a secret from the file. A file from elsewhere could otherwise have any
// file sent to an address of its choice.
func (r Reader) mayRead(field, path string) bool {
	system, _, _ := strings.Cut(field, ".")
	return strings.HasPrefix(strings.ToLower(filepath.Base(path)), system) || slices.Contains(r.Files, path)
}

// wordsOf returns what readSecret says is wrong.
func wordsOf(err error) say.Text {
	if list := report.Messages(err); len(list) > 0 {
		return list[0].Summary
	}
	return say.Raw(err.Error())
}

// readSecret returns the content of a file without the line break at its end.
func readSecret(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", cause(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	switch line := strings.TrimRight(string(text), "\r\n"); {
	case err != nil:
		return "", cause(err)
	case len(text) > maxSecret:
		return "", &report.Fault{Summary: say.Of("it is larger than %d kB", maxSecret>>10)}
	case line == "":
		return "", &report.Fault{Summary: say.Of("it is empty")}
	case strings.ContainsAny(line, "\r\n"):
		return "", &report.Fault{Summary: say.Of("it has more than one line")}
	default:
		return line, nil
	}
}

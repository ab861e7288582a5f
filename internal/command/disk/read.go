package disk

import (
	"context"
	"io"
	"os"
	"strings"

	"authpocket/internal/command/output"
	"authpocket/internal/connect"
	"authpocket/internal/linkfile"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

// read returns the content of a file, cut one byte after max.
func read(ctx context.Context, path string, max int64) ([]byte, error) {
	var (
		data []byte
		err  error
	)
	if stopped := linkfile.Wait(ctx, func() {
		var f *os.File
		if f, err = os.Open(path); err == nil {
			defer f.Close()
			data, err = io.ReadAll(io.LimitReader(f, max+1))
		}
	}); stopped != nil {
		return nil, stopped
	}
	return data, err
}

// maxSecret bounds a file with a secret, in bytes.
const maxSecret = 4096

// Secret returns the text of a file, or of a variable if no file is named,
// without the end of its line. The error does not have it.
func Secret(ctx context.Context, file, variable string) (secret.Text, error) {
	if file == "" {
		return secret.New(withoutNewline(os.Getenv(variable))), nil
	}
	text, err := read(ctx, file, maxSecret)
	if err != nil {
		return secret.Text{}, output.Interrupted(ctx, OfFile(file, err))
	}
	line := withoutNewline(string(text))
	switch {
	case len(text) > maxSecret:
		return secret.Text{}, output.Refused(say.Of("%s is too large for a password or code.", file), say.Text{})
	case line == "":
		return secret.Text{}, output.Refused(say.Of("%s is empty.", file), say.Text{})
	}
	return secret.New(line), nil
}

func withoutNewline(s string) string { return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r") }

// CA returns the text of a CA file, or nothing if none is given.
func CA(ctx context.Context, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	pem, err := readPEM(ctx, file)
	if err == nil {
		err = connect.CheckCA(string(pem))
	}
	return string(pem), err
}

// maxPEM bounds a CA file. A system's whole CA bundle has some 200 kB.
const maxPEM = 4 << 20

func readPEM(ctx context.Context, path string) ([]byte, error) {
	pem, err := read(ctx, path, maxPEM)
	if err == nil && len(pem) > maxPEM {
		return nil, output.Refused(say.Of("%s is larger than 4 MB, so it is not a CA file.", path), say.Text{})
	}
	return pem, err
}

package authpocket_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the program says passes one function for each kind of output.
func TestOutputIsMadeVisible(t *testing.T) {
	for dir, past := range map[string]string{
		"internal/command": `fmt\.(Fp|P)rint|\.WriteString\(p\.|\.Write\(`,
		"web":              `templ\.Handler\(|\.Render\(`,
	} {
		// Link files, their schema and saved plans are written as they are, as exports are: YAML escapes
		// control characters.
		allowed := regexp.MustCompile(`visible\.JSON\(|view\.Visible\(|page\.Render\(ctx, buffer\)|` +
			`linkfile\.Write\(|\.Write\(((link|plan|schema)File|exported)\)|format\.Write\(|file\.Write\(data\)`)
		err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
				strings.HasSuffix(path, "_templ.go") {
				return err
			}
			text, err := os.ReadFile(dir + "/" + path)
			for line := range strings.Lines(string(text)) {
				if regexp.MustCompile(past).MatchString(line) && !allowed.MatchString(line) {
					t.Errorf("%s/%s writes past package visible: %s", dir, path, line)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

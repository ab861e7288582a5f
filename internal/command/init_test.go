package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"authpocket/internal/command/output"
	"authpocket/internal/command/terminal"
	"authpocket/internal/preset"
)

// Whatever init writes, validate accepts. What it does not write, it says is missing.
func TestInitWritesWhatValidateAccepts(t *testing.T) {
	for _, name := range append(preset.Names(), "") {
		for _, app := range []string{"", "https://app.company", "app.company"} {
			file := filepath.Join(t.TempDir(), "link.yaml")
			args := []string{"init", "--authentik", "https://authentik.company", "--pocketbase",
				"https://pocketbase.company", "--email", "leave", "-o", file}
			if name != "" {
				args = append(args, "--preset", name)
			}
			if app != "" { // an empty one is refused
				args = append(args, "--app", app)
			}
			t.Setenv("POCKETBASE_TOKEN", "") // else init asks PocketBase which app it belongs to
			var said bytes.Buffer
			std := terminal.Streams{In: strings.NewReader(""), Out: &said, Err: &said}
			code := run(t.Context(), args, std)
			_, err := os.Stat(file)
			switch p := preset.Named(name); {
			case app == "app.company" || app == "" && p != nil && p.NeedsApp:
				if code != output.ExitError || err == nil || !strings.HasPrefix(said.String(), "--app: ") {
					t.Errorf("%v ends with %d: %s", args, code, said.String())
				}
			case code != output.ExitOK || err != nil:
				t.Errorf("%v ends with %d, %v: %s", args, code, err, said.String())
			default:
				t.Setenv("AUTHENTIK_TOKEN", "token")
				t.Setenv("POCKETBASE_TOKEN", "token")
				if code := run(t.Context(), []string{"validate", "-f", file}, std); code != output.ExitOK {
					t.Errorf("%v is not valid: %s", args, said.String())
				}
			}
		}
	}
}

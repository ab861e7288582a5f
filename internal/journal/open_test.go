//go:build unix

package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDefaultDir(t *testing.T) {
	env := func(v string, found bool) func(string) (string, bool) {
		return func(name string) (string, bool) { return v, found && name == "XDG_STATE_HOME" }
	}
	home := func() (string, error) { return filepath.FromSlash("/home/ada"), nil }
	local := func(name string) (string, bool) { return "/local", name == "LocalAppData" }
	for _, c := range []struct {
		name, goos string
		env        func(string) (string, bool)
		want       string
	}{
		{"not set", "linux", env("", false), "/home/ada/.local/state/authpocket"},
		{"set", "linux", env("/var/lib", true), "/var/lib/authpocket"},
		{"empty", "linux", env("", true), "/home/ada/.local/state/authpocket"},
		{"relative, which is to be ignored", "linux", env("state", true), "/home/ada/.local/state/authpocket"},
		{"another system's variable", "linux", local, "/home/ada/.local/state/authpocket"},
		{"macOS", "darwin", env("", false), "/home/ada/Library/Application Support/authpocket"},
		{"macOS, set", "darwin", env("/var/lib", true), "/var/lib/authpocket"},
		{"Windows", "windows", local, "/local/authpocket"},
		{"Windows, not set", "windows", env("", false), "/home/ada/AppData/Local/authpocket"},
	} {
		got, err := DefaultDir(c.goos, c.env, home)
		if err != nil || got != filepath.FromSlash(c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	homeless := func() (string, error) { return "", errors.New("$HOME is not defined") }
	_, err := DefaultDir("linux", env("", false), homeless)
	if said := wordsOf(t, err); !strings.Contains(said, "AUTHPOCKET_STATE") {
		t.Errorf("without a home it says %s", said)
	}
}

func permissions(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Mode().Perm()
}

func TestOpenMakesThePlaceForOneUser(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "home", ".local", "state", "authpocket")
	s := mustOpen(t, dir)
	r := mustBegin(t, s, smallPlan())
	unlock, err := s.Lock(t.Context(), r.Key())
	must(t, err)
	defer unlock()
	for at := dir; filepath.Base(at) != "home"; at = filepath.Dir(at) {
		if got := permissions(t, at); got != 0o700 {
			t.Errorf("%s has the mode %04o", at, got)
		}
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 4 { // a receipt, its link's lock, who holds it, and the directory lock
		t.Errorf("there are %v", entries)
	}
	for _, e := range entries {
		if got := permissions(t, filepath.Join(dir, e.Name())); got != 0o600 {
			t.Errorf("%s has the mode %04o", e.Name(), got)
		}
	}
}

func TestAWideUmaskMakesNoDifference(t *testing.T) {
	for _, mask := range []int{0, 0o777} {
		old := syscall.Umask(mask)
		f, err := system{}.Create(filepath.Join(t.TempDir(), "file"))
		syscall.Umask(old)
		must(t, err)
		info, err := f.(*os.File).Stat()
		must(t, err)
		must(t, f.Close())
		if info.Mode().Perm() != 0o600 {
			t.Errorf("with the umask %03o it is %04o", mask, info.Mode().Perm())
		}
	}
}

func TestWhatOthersMayReadIsClosed(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	r := mustBegin(t, s, smallPlan())
	path := filepath.Join(dir, r.fileName())
	aside := path + ".unreadable"
	must(t, os.WriteFile(aside, nil, 0o644))
	foreign := filepath.Join(dir, "notes.txt")
	must(t, os.WriteFile(foreign, nil, 0o644))
	must(t, os.Chmod(foreign, 0o644))
	must(t, os.Chmod(path, 0o666))
	must(t, os.Chmod(dir, 0o755))
	mustOpen(t, dir)
	for at, want := range map[string]fs.FileMode{dir: 0o700, path: 0o600, aside: 0o600, foreign: 0o644} {
		if got := permissions(t, at); got != want {
			t.Errorf("%s has the mode %04o", at, got)
		}
	}
}

// stubborn is a disk whose permissions cannot be changed.
type stubborn struct {
	system
	foreign bool
	refuses error
}

func (d stubborn) Chmod(string, os.FileMode) error { return d.refuses }
func (d stubborn) Ours(os.FileInfo) bool           { return !d.foreign }

func TestWhatCannotBeClosedIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		disk stubborn
		says string
	}{
		"a file system without permissions": {stubborn{}, "file system does not let"},
		"somebody else's":                   {stubborn{foreign: true}, "belongs to another user"},
		"chmod refused":                     {stubborn{refuses: syscall.EPERM}, "may not write"},
	} {
		for _, wide := range []string{"directory", "file"} {
			dir := t.TempDir()
			r := mustBegin(t, mustOpen(t, dir), smallPlan())
			if wide == "file" {
				must(t, os.Chmod(filepath.Join(dir, r.fileName()), 0o644))
			} else {
				must(t, os.Chmod(dir, 0o750))
			}
			_, err := open(dir, c.disk)
			if said := wordsOf(t, err); !strings.Contains(said, c.says) || !nothingWritten(err) {
				t.Errorf("%s, %s: it says %s", name, wide, said)
			}
		}
	}
}

func TestADirectoryThatCannotBeUsedIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	for dir, says := range map[string]string{
		"":                                  "no directory for receipts",
		file:                                "is a file",
		filepath.Join(file, "state", "x"):   "is a file",
		filepath.Join(t.TempDir(), "a\x00"): "cannot write receipts",
	} {
		_, err := Open(dir)
		if said := wordsOf(t, err); !strings.Contains(said, says) {
			t.Errorf("%q: it says %s", dir, said)
		}
	}
	if data, err := os.ReadFile(file); err != nil || len(data) > 0 {
		t.Errorf("the file in the way holds %q, %v", data, err)
	}
}

func TestOpenLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		mustOpen(t, dir)
	}
	if left := filesIn(t, dir); len(left) > 0 {
		t.Errorf("there is %v", left)
	}
}

// Package release_test makes a release in two directories, holds one to the other byte by byte, and reads what it made:
// for one platform, or with AUTHPOCKET_ALL=1 for all, with nothing of the first build left for the second.
package release_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const (
	repository = "../.."
	version    = "v1.2.3-check.1" // one before v1.2.3, which deb and rpm write in their own ways
)

// all reports whether everything is tested, which takes minutes.
func all() bool { return os.Getenv("AUTHPOCKET_ALL") == "1" }

func run(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// clone is a clone of the commit, which has the version as its tag.
func clone(t *testing.T, commit string) string {
	dir := filepath.Join(t.TempDir(), "clone")
	from, err := filepath.Abs(repository)
	if err != nil {
		t.Fatal(err)
	}
	run(t, ".", nil, "git", "clone", "--quiet", "--no-tags", "--no-checkout", from, dir)
	run(t, dir, nil, "git", "checkout", "--quiet", "--detach", commit)
	run(t, dir, nil, "git", "-c", "user.name=check", "-c", "user.email=check@localhost", "tag", "--message=check", version)
	return dir
}

// source is the source of the commit without its repository, which has to be told the version.
func source(t *testing.T, commit string) (dir string, env []string) {
	dir = filepath.Join(t.TempDir(), "some", "where", "else")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(t.TempDir(), "source.tar")
	run(t, repository, nil, "git", "archive", "--output", packed, commit)
	run(t, dir, nil, "tar", "xf", packed)
	env = []string{"VERSION=" + version, "COMMIT=" + commit, "TZ=Asia/Kathmandu", "LC_ALL=C.UTF-8", "GOFLAGS=-v",
		"SOURCE_DATE_EPOCH=" + run(t, repository, nil, "git", "log", "-1", "--format=%ct", commit)}
	if all() {
		env = append(env, "GOCACHE="+filepath.Join(t.TempDir(), "cache"))
	}
	return dir, env
}

// release makes a release in dir and returns its files by name.
func release(t *testing.T, dir string, env ...string) map[string][]byte {
	t.Helper()
	args := []string{"make", "release", "OUT=bin/release", "SBOM=no"}
	if !all() {
		args = append(args, "PLATFORMS=linux/"+runtime.GOARCH)
	}
	t.Log(run(t, dir, env, args...))
	entries, err := os.ReadDir(filepath.Join(dir, "bin/release"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = os.ReadFile(filepath.Join(dir, "bin/release", e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestARelease(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("releases are made on Linux")
	}
	commit := run(t, repository, nil, "git", "rev-parse", "HEAD")
	made := release(t, clone(t, commit))
	dir, env := source(t, commit)
	again := release(t, dir, env...)

	t.Run("is the same wherever it is made", func(t *testing.T) {
		if a, b := slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(again)); !slices.Equal(a, b) {
			t.Fatalf("there are %q, then %q", a, b)
		}
		for name, data := range made {
			if !bytes.Equal(data, again[name]) {
				t.Errorf("%s differs", name)
			}
		}
	})
	t.Run("has what it lists", func(t *testing.T) {
		want := 4 // an archive, a deb, an rpm and the sums
		if all() {
			want = 7 + 3*2 + 1
		}
		if len(made) != want {
			t.Errorf("there are %d files, want %d: %q", len(made), want, slices.Sorted(maps.Keys(made)))
		}
		sums := map[string]string{}
		for line := range strings.Lines(string(made["SHA256SUMS"])) {
			sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
			sums[name] = sum
		}
		for name, data := range made {
			if got := sha256.Sum256(data); name != "SHA256SUMS" && sums[name] != hex.EncodeToString(got[:]) {
				t.Errorf("the sum of %s is another one", name)
			}
		}
		if len(sums) != len(made)-1 {
			t.Errorf("there are sums of %d files", len(sums))
		}
	})
	for name, data := range made {
		t.Run(name, func(t *testing.T) { holds(t, name, data, commit) })
	}
}

// more are files that holds does not list.
var more = regexp.MustCompile(`/man/|/man1/|/docs/|/deploy/|/authpocket/(LICENSE|SECURITY\.md|CONTRIBUTING\.md)$`)

// inPage is a link to a file.
var inPage = regexp.MustCompile(`\]\(([^()\s#:]+)(?:#[^()\s]*)?\)`)

// leadsSomewhere tests that what the pages link to is beside them.
func leadsSomewhere(t *testing.T, files tree) {
	t.Helper()
	there, links := map[string]bool{}, 0
	for file := range files {
		for ; file != "/" && file != "."; file = path.Dir(file) {
			there[file] = true
		}
	}
	for file, f := range files {
		if path.Ext(file) != ".md" || strings.Contains(file, "/upstream/") { // those are for other sites
			continue
		}
		for _, found := range inPage.FindAllSubmatch(f.data, -1) {
			links++
			if to := path.Join(path.Dir(file), string(found[1])); !there[to] {
				t.Errorf("%s links to %s, which is not there", file, to)
			}
		}
	}
	if links < 100 {
		t.Errorf("the pages have %d links to files", links)
	}
}

// holds tests what an archive or a package holds.
func holds(t *testing.T, name string, data []byte, commit string) {
	const programs = 1 << 20 // bytes, that a program has at least
	var files tree
	var program string
	want := inArchive(name)
	switch filepath.Ext(name) {
	case ".gz":
		files = tarGz(t, data)
	case ".zip":
		files = zipped(t, data)
	case ".deb":
		files, want = debian(t, data), installed("/usr/share/zsh/vendor-completions/_authpocket",
			"/usr/share/doc/authpocket/copyright")
	case ".rpm":
		files, want = rpm(t, data), installed("/usr/share/zsh/site-functions/_authpocket",
			"/usr/share/licenses/authpocket/LICENSE")
	default:
		return
	}
	for at, mode := range want {
		f, found := files[at]
		if !found || f.mode.Perm() != mode || !f.mode.IsDir() && len(f.data) == 0 {
			t.Errorf("%s is there: %t, with the mode %04o, want %04o, and %d bytes", at, found, f.mode.Perm(), mode,
				len(f.data))
		}
		if len(f.data) > programs {
			program = at
		}
	}
	for at, f := range files {
		if _, found := want[at]; !found && !more.MatchString(at) && f.mode != fs.ModeDir|0o755 {
			t.Errorf("nobody expects %s", at)
		}
	}
	leadsSomewhere(t, files)
	if program == "" {
		t.Fatal("there is no program")
	}
	arch := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	switch {
	case strings.HasSuffix(name, "_"+runtime.GOARCH+".deb"):
		t.Run("is installed", func(t *testing.T) { installsDeb(t, data) })
	case strings.HasSuffix(name, "."+arch+".rpm"):
		t.Run("is installed", func(t *testing.T) { installsRPM(t, data) })
	}
	if strings.Contains(name, "linux-"+runtime.GOARCH) {
		prints(t, files[program].data, commit)
	}
}

// prints runs a program, which prints its version and its commit.
func prints(t *testing.T, program []byte, commit string) {
	path := filepath.Join(t.TempDir(), "authpocket")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	var built struct {
		Version, Commit, Go string
		Changed             bool
	}
	if err := json.Unmarshal([]byte(run(t, ".", nil, path, "version", "--json")), &built); err != nil {
		t.Fatal(err)
	}
	if built.Version != version || built.Commit != commit || built.Changed || built.Go == "" {
		t.Errorf("it is %+v, want the version %s and the commit %s", built, version, commit)
	}
	if out := run(t, ".", nil, path, "--version"); !strings.Contains(out, version) || !strings.Contains(out, commit) {
		t.Errorf("--version prints %q", out)
	}
}

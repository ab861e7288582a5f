package release_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/sassoftware/go-rpmutils"
	"pault.ag/go/debian/deb"
)

// tree is the files of an archive by path, and the directories of a package that are none of the system's.
type tree map[string]struct {
	mode fs.FileMode
	data []byte
}

func (f tree) add(t *testing.T, at string, mode fs.FileMode, content io.Reader) {
	t.Helper()
	data, err := io.ReadAll(content)
	if err != nil {
		t.Fatal(err)
	}
	f[at] = struct {
		mode fs.FileMode
		data []byte
	}{mode, data}
}

// inArchive returns the modes of what an archive holds besides manual pages.
func inArchive(name string) map[string]fs.FileMode {
	dir := strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".tar.gz")
	want := map[string]fs.FileMode{}
	for _, file := range []string{"LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "SECURITY.md",
		"CONTRIBUTING.md", "docs/README.md", "docs/pictures/review.png", "deploy/authpocket.service",
		"deploy/authpocket-verify.service", "deploy/authpocket-verify.timer", "man/authpocket.1",
		"man/authpocket-apply.1", "completions/authpocket.bash", "completions/_authpocket",
		"completions/authpocket.fish", "completions/authpocket.ps1"} {
		want[path.Join(dir, file)] = 0o644
	}
	switch program := path.Join(dir, "authpocket"); {
	case strings.Contains(name, "windows"):
		want[program+".exe"] = 0o755
	default:
		want[program] = 0o755
	}
	return want
}

// installed returns the modes of what a package installs besides manual pages. The service is not among those that
// start: there is no link to it in a directory of wants.
func installed(more ...string) map[string]fs.FileMode {
	want := map[string]fs.FileMode{"/usr/bin/authpocket": 0o755, "/etc/authpocket": 0o700}
	for _, file := range append(more, "/usr/lib/systemd/system/authpocket.service",
		"/usr/lib/systemd/system/authpocket-verify.service", "/usr/lib/systemd/system/authpocket-verify.timer",
		"/usr/share/bash-completion/completions/authpocket", "/usr/share/fish/vendor_completions.d/authpocket.fish",
		"/usr/share/doc/authpocket/NOTICE", "/usr/share/doc/authpocket/README.md",
		"/usr/share/doc/authpocket/CHANGELOG.md", "/usr/share/doc/authpocket/docs/README.md",
		"/usr/share/doc/authpocket/docs/pictures/review.png", "/usr/share/doc/authpocket/deploy/authpocket.service",
		"/usr/share/man/man1/authpocket.1.gz",
		"/usr/share/man/man1/authpocket-apply.1.gz") {
		want[file] = 0o644
	}
	return want
}

func tarGz(t *testing.T, data []byte) tree {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return tarred(t, tar.NewReader(z))
}

func tarred(t *testing.T, r *tar.Reader) tree {
	files := tree{}
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s belongs to %d:%d", h.Name, h.Uid, h.Gid)
		}
		if at, private := path.Clean(h.Name), h.FileInfo().Mode().Perm() != 0o755; h.Typeflag != tar.TypeDir || private {
			files.add(t, at, h.FileInfo().Mode(), r)
		}
	}
}

func zipped(t *testing.T, data []byte) tree {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := tree{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		files.add(t, f.Name, f.Mode(), r)
		_ = r.Close()
	}
	return files
}

// debian returns the files that a package of Debian installs.
func debian(t *testing.T, data []byte) tree {
	d, err := deb.Load(bytes.NewReader(data), "authpocket.deb")
	if err != nil {
		t.Fatal(err)
	}
	if c := d.Control; c.Package != "authpocket" || c.Version.Version != "1.2.3~check.1" || len(c.Depends.Relations) > 0 {
		t.Errorf("it is %s %s, and needs %v", c.Package, c.Version, c.Depends)
	}
	files := tree{}
	for at, f := range tarred(t, d.Data) {
		files[path.Join("/", at)] = f
	}
	return files
}

// rpm returns the files that a package of Fedora installs.
func rpm(t *testing.T, data []byte) tree {
	r, err := rpmutils.ReadRpm(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if nevra, err := r.Header.GetNEVRA(); err != nil || nevra.Name != "authpocket" || nevra.Version != "1.2.3~check.1" {
		t.Errorf("it is %v, %v", nevra, err)
	}
	for _, tag := range []int{rpmutils.POSTIN, rpmutils.PREUN} {
		if script, err := r.Header.GetString(tag); err != nil || !strings.Contains(script, "systemctl") {
			t.Errorf("the script %d is %q, %v", tag, script, err)
		}
	}
	list, err := r.Header.GetFiles()
	if err != nil {
		t.Fatal(err)
	}
	files := tree{}
	payload, err := r.PayloadReaderExtended()
	if err != nil {
		t.Fatal(err)
	}
	for {
		f, err := payload.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		mode := fs.FileMode(f.Mode() & 0o777)
		if f.Mode()&0o170000 == 0o040000 {
			mode |= fs.ModeDir
		}
		files.add(t, f.Name(), mode, payload)
		if f.UserName() != "root" || f.GroupName() != "root" {
			t.Errorf("%s belongs to %s:%s", f.Name(), f.UserName(), f.GroupName())
		}
	}
	if !slices.ContainsFunc(list, func(f rpmutils.FileInfo) bool { return f.Name() == "/usr/bin/authpocket" }) {
		t.Errorf("the header lists %d files", len(list))
	}
	return files
}

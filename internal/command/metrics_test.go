package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"authpocket/internal/command/output"
	"authpocket/internal/linkfile"
)

func TestTheMetricsReplaceThoseBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "authpocket.prom")
	f := verifyFlags{Metrics: path}
	list := []output.Verification{
		{File: linkfile.File{Name: "one"}, Took: time.Second}, {File: linkfile.File{Name: "two"}, Took: time.Second},
	}
	for _, list := range [][]output.Verification{list[:1], list[1:]} {
		if err := f.writeMetrics(list); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the file is %v, %v", info, err)
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), `link="one"`) || !strings.Contains(string(text), `link="two"`) {
		t.Errorf("the file holds %s, %v", text, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestMetricsThatCannotBeWrittenLeaveNothing(t *testing.T) {
	dir := t.TempDir()
	if err := (verifyFlags{Metrics: filepath.Join(dir, "missing", "a.prom")}).writeMetrics(nil); err == nil {
		t.Error("a directory that does not exist is no error")
	}
	taken := filepath.Join(dir, "a.prom")
	if err := os.Mkdir(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := (verifyFlags{Metrics: taken}).writeMetrics(nil); err == nil {
		t.Error("a directory in its place is no error")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

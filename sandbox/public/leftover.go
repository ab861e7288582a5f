package public

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// ownName is the pattern of a demo's directory, for os.MkdirTemp.
const ownName = "authpocket-demo-*"

// made is a name that os.MkdirTemp has made of ownName.
var made = regexp.MustCompile(`^authpocket-demo-[0-9]+$`)

// ownDir makes the directory of a demo in dir, and removes those of demos that were killed. It returns what release
// must be called before it is removed.
func ownDir(dir string) (path string, release func(), err error) {
	if dir == "" {
		dir = os.TempDir()
	}
	if path, err = os.MkdirTemp(dir, ownName); err != nil {
		return "", nil, fmt.Errorf("creating the demo's directory: %w", err)
	}
	release, ok := hold(path)
	if !ok { // another demo takes it for one that was killed
		release = func() {}
	}
	removeLeftovers(dir)
	return path, release, nil
}

// removeLeftovers removes the directories of demos that no program holds. What cannot be removed stays.
func removeLeftovers(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, entry := range list {
		path := filepath.Join(dir, entry.Name())
		if !entry.IsDir() || !made.MatchString(entry.Name()) {
			continue
		}
		if _, err := os.Stat(filepath.Join(path, templateName, "data.db")); err != nil {
			continue // it is just being made, or is nothing of ours
		}
		if release, ok := hold(path); ok {
			_ = os.RemoveAll(path)
			release()
		}
	}
}

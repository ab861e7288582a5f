package command

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// inMemory counts the copies of each secret in all memory that a process can
// write to, as a core dump would show them.
func inMemory(t *testing.T, pid int, secrets map[string]string) map[string]int {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatalf("the memory of another process is read from /proc, as Linux has it: %v", err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	found := map[string]int{}
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		region := make([]byte, to-from)
		n, _ := memory.ReadAt(region, from) // parts that were never used cannot be read
		for what, secret := range secrets {
			found[what] += bytes.Count(region[:n], []byte(secret))
		}
	}
	return found
}

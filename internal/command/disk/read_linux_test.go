package disk

import (
	"strings"
	"testing"
)

func TestACAFileWithoutAnEndIsRefused(t *testing.T) {
	if _, err := readPEM(t.Context(), "/dev/zero"); err == nil || !strings.Contains(err.Error(), "larger than 4 MB") {
		t.Errorf("the error is %v", err)
	}
}

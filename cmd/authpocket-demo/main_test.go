package main

import (
	"net"
	"strings"
	"testing"
)

func TestTakenPort(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	taken := other.Addr().String()

	var said strings.Builder
	ln, err := open(t.Context(), taken, false, &said)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	if ln.Addr().String() == taken || !strings.Contains(said.String(), taken+" is already in use") {
		t.Errorf("listens on %s and prints %q", ln.Addr(), said.String())
	}

	said.Reset()
	if _, err := open(t.Context(), taken, true, &said); err == nil || said.Len() > 0 {
		t.Errorf("a chosen address that is taken: %v, %q", err, said.String())
	} else if !strings.Contains(err.Error(), "the port is taken") || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("the error does not say what to do: %v", err)
	}
}

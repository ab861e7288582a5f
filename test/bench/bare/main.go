// Command bare is the least web server in Go, to compare authpocket with.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
	fmt.Printf("http://%s/\n", ln.Addr())
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello\n")) })
	fmt.Fprintln(os.Stderr, "bare:", http.Serve(ln, page)) //nolint:gosec // no timeouts: only the bench asks
}

package command

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/output"
	"authpocket/internal/listen"
	"authpocket/internal/say"
	"authpocket/internal/visible"
	"authpocket/web/door"
)

// healthTimeout is how long a wizard may take to answer.
const healthTimeout = 5 * time.Second

// newHealthcheck returns the command that containers and service managers run to see whether the wizard works.
func newHealthcheck(s *shared) *cobra.Command {
	var f listenFlags
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Check that the wizard on this machine answers",
		Long: "Asks the wizard that runs on this machine whether it works. Exit code 0: it answers, 1: it does not.\n" +
			"It needs the same --listen and --tls-cert as the wizard, or their environment variables.",
		Example: "  authpocket healthcheck\n" +
			"  authpocket healthcheck --listen :8443 --tls-cert cert.pem",
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.healthy(cmd.Context()); err != nil {
				visible.Fprintln(s.Err, s.Say(say.Of("authpocket: the wizard does not answer: %s", err.Error())))
				return output.ExitError
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

// healthy returns an error if the wizard does not answer as it should.
func (f listenFlags) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	host, port, err := net.SplitHostPort(listen.Address(f.Listen))
	if err != nil {
		return fmt.Errorf("reading --listen: %w", err)
	}
	switch host {
	case "", net.IPv4zero.String():
		host = "127.0.0.1" // localhost needs a hosts file
	case net.IPv6unspecified.String():
		host = net.IPv6loopback.String()
	}
	at := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: door.Healthy}
	if f.TLSCert != "" {
		at.Scheme = "https"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("building the request: %w", err)
	}
	client := http.Client{Transport: &http.Transport{
		// The certificate is for the public name. Nothing secret is sent, and nothing in the answer is used.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // #nosec G402
	}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing of it is read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", at.String(), resp.Status)
	}
	return nil
}

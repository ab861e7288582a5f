package command

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"authpocket/internal/command/option"
	"authpocket/internal/command/output"
	"authpocket/internal/command/program"
	"authpocket/internal/listen"
	"authpocket/internal/outbound"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/web/door"
)

// healthTimeout is how long a wizard may take to answer.
const healthTimeout = 5 * time.Second

// newHealthcheck returns the command that containers and service managers run to see whether the wizard works.
func newHealthcheck(s *program.Shared) *cobra.Command {
	var f listenFlags
	cmd := &cobra.Command{
		Use:   "healthcheck",
		Short: "Check that the wizard on this machine answers",
		Long: "Asks the wizard that runs on this machine whether it works. Exit code 0: it answers, 1: it does not.\n" +
			"It needs the same --listen and --tls-cert as the wizard, or their environment variables.",
		Example: "  authpocket healthcheck\n" +
			"  authpocket healthcheck --listen :8443 --tls-cert cert.pem",
		Args: option.AtMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.healthy(cmd.Context()); err != nil {
				return s.Run().View(false).Fail(err)
			}
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

// healthURL returns where the wizard says whether it works.
func (f listenFlags) healthURL(ctx context.Context) (at url.URL, err error) {
	host, service, err := net.SplitHostPort(listen.Address(f.Listen))
	var port int
	if err == nil {
		port, err = net.DefaultResolver.LookupPort(ctx, "tcp", service) // which has names, too
	}
	if err != nil {
		return at, output.Refused(say.Of("--listen is “%s”, which is not a host and a port.", f.Listen),
			say.Of("Give it the value that the wizard has, such as 127.0.0.1:8480."))
	}
	switch host {
	case "", net.IPv4zero.String():
		host = "127.0.0.1" // localhost needs a hosts file
	case net.IPv6unspecified.String():
		host = net.IPv6loopback.String()
	}
	at = url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(port)), Path: door.Healthy}
	if f.TLSCert != "" {
		at.Scheme = "https"
	}
	return at, nil
}

// healthy returns an error if the wizard does not answer as it should.
func (f listenFlags) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	at, err := f.healthURL(ctx)
	if err != nil {
		return err
	}
	silent := func(why say.Text, cause error) error {
		return &report.Fault{Err: cause,
			Summary: say.Of("The wizard does not answer at %s: %s.", at.Scheme+"://"+at.Host, why),
			Todo:    say.Of("Start it, or give --listen and --tls-cert the values that it has.")}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return silent(outbound.Reason(err), err)
	}
	client := http.Client{Transport: &http.Transport{
		// The certificate is for the public name. Nothing secret is sent, and nothing in the answer is used.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // #nosec G402
	}}
	resp, err := client.Do(req)
	if err != nil {
		return silent(outbound.Reason(err), err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing of it is read
	if resp.StatusCode != http.StatusOK {
		return silent(say.Of("what listens there answers %s", resp.Status), nil)
	}
	return nil
}

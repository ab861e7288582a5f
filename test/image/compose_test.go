//go:build linux

package image_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// composed loads deploy/compose.yaml as Compose does, with these variables.
func composed(t *testing.T, env ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{filepath.Join(repository, "deploy/compose.yaml")}, cli.WithEnv(env))
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func TestComposeRunsTheImage(t *testing.T) {
	if _, err := composed(t); err == nil || !strings.Contains(err.Error(), "docker network ls") {
		t.Errorf("without the network it says %v", err)
	}
	project, err := composed(t, "AUTHPOCKET_NETWORK=authentik_default")
	if err != nil {
		t.Fatal(err)
	}
	s, err := project.GetService("authpocket")
	if err != nil || len(project.Services) != 1 {
		t.Fatalf("there are the services %v, %v", project.ServiceNames(), err)
	}
	if n := project.Networks["systems"]; n.Name != "authentik_default" || !n.External || len(s.Networks) != 2 {
		t.Errorf("it is in %v, of which systems is %+v", s.NetworksByPriority(), n)
	}

	named, _ := stages(t)
	stage, found := named[s.Build.Target]
	if dir, err := filepath.Abs(repository); !found || err != nil || s.Build.Context != dir {
		t.Fatalf("it builds %s of %s, %v", s.Build.Target, s.Build.Context, err)
	}
	m := of(t, stage)
	if len(s.Volumes) != 1 || !slices.Contains(m.volumes, s.Volumes[0].Target) || s.Volumes[0].Type != "volume" {
		t.Errorf("the volumes are %+v, and those of the image %q", s.Volumes, m.volumes)
	}
	// Only this machine reaches the port, since it speaks plain http.
	_, port, _ := strings.Cut(value(m.env, "AUTHPOCKET_LISTEN"), ":")
	if len(s.Ports) != 1 || s.Ports[0].HostIP != "127.0.0.1" || s.Ports[0].Published != port {
		t.Errorf("the ports are %+v, and the image's %q", s.Ports, port)
	}
	if insecure := s.Environment["AUTHPOCKET_INSECURE_HTTP"]; insecure == nil || *insecure != "true" {
		t.Errorf("the environment is %v", s.Environment)
	}
	if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) ||
		!slices.Contains(s.SecurityOpt, "no-new-privileges:true") || s.MemLimit == 0 {
		t.Errorf("it is less closed: read-only %t, without %v, %v, %d bytes", s.ReadOnly, s.CapDrop, s.SecurityOpt,
			s.MemLimit)
	}
}

// value returns the value of a variable.
func value(env []string, name string) string {
	for _, e := range env {
		if v, found := strings.CutPrefix(e, name+"="); found {
			return v
		}
	}
	return ""
}

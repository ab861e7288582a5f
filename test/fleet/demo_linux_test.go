package fleet_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"authpocket/test/programs"

	"go.yaml.in/yaml/v3"
)

const demo = "../../deploy/kubernetes/demo"

// probed is the container of the demo, with what the kubelet asks.
type probed struct {
	container      `yaml:",inline"`
	ReadinessProbe probe `yaml:"readinessProbe"`
	LivenessProbe  probe `yaml:"livenessProbe"`
}

type probe struct {
	HTTPGet struct{ Path string } `yaml:"httpGet"`
}

// readDemo reads the container of the demo, and the metric of its autoscaler.
func readDemo(t *testing.T) (c probed, metric string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(demo, "base", "deployment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Spec struct {
			Template struct{ Spec struct{ Containers []probed } }
		}
	}
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if text, err = os.ReadFile(filepath.Join(demo, "overlays", "gateway", "autoscaler.yaml")); err != nil {
		t.Fatal(err)
	}
	var scaler struct {
		Spec struct {
			Metrics []struct {
				Pods struct{ Metric struct{ Name string } }
			}
		}
	}
	if err := yaml.Unmarshal(text, &scaler); err != nil {
		t.Fatal(err)
	}
	return manifest.Spec.Template.Spec.Containers[0], scaler.Spec.Metrics[0].Pods.Metric.Name
}

// The demo takes the arguments of its manifest, answers its probes, has the metric that the autoscaler wants, and ends
// when it is told to.
func TestTheDemoRunsAsItsManifestSays(t *testing.T) {
	c, metric := readDemo(t)
	binary := programs.Build(t, "authpocket-demo")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	_ = listener.Close()
	args, env := c.command(0, map[string]string{"data": t.TempDir(), "tmp": t.TempDir()})
	for i, a := range args {
		args[i] = strings.Replace(a, "-listen=:8480", "-listen="+addr, 1)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env = append(env, "TMPDIR="+t.TempDir())
	cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	for _, p := range []probe{c.ReadinessProbe, c.LivenessProbe} {
		if code, said := ask(t, "http://"+addr+p.HTTPGet.Path); code != http.StatusOK {
			t.Errorf("%s answers %d: %s", p.HTTPGet.Path, code, said)
		}
	}
	_, said := ask(t, "http://"+addr+"/metrics")
	if !regexp.MustCompile(`(?m)^` + metric + ` 0$`).MatchString(said) {
		t.Errorf("there is no metric %s:\n%s", metric, said)
	}
	if peak, limit := memoryOf(cmd.Process.Pid), c.limit(t); peak > limit/2 {
		t.Errorf("without a visitor it takes %.1f of %.1f MB", peak, limit)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("told to end, it ends with %v", err)
	}
}

// ask gets a page, once the program listens.
func ask(t *testing.T, url string) (code int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			return answer.StatusCode, string(text)
		}
		select {
		case <-ctx.Done():
			t.Fatal(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

package fleet_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const manifests = "../../deploy/kubernetes/fleet/base"

// job is what a manifest says of the pods of an indexed Job. test/kubernetes decodes all of it.
type job struct {
	Completions          int
	BackoffLimitPerIndex int `yaml:"backoffLimitPerIndex"`
	PodFailurePolicy     struct {
		Rules []struct {
			Action      string
			OnExitCodes struct{ Values []int } `yaml:"onExitCodes"`
		}
	} `yaml:"podFailurePolicy"`
	Template struct {
		Spec struct{ Containers []container }
	}
}

type container struct {
	Args         []string
	Env          []struct{ Name, Value string }
	Resources    struct{ Limits struct{ Memory string } }
	VolumeMounts []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

// read reads the Job of a manifest, or that of its CronJob.
func read(t *testing.T, name string) job {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(manifests, name))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Spec struct {
			job         `yaml:",inline"`
			JobTemplate struct{ Spec job } `yaml:"jobTemplate"`
		}
	}
	if err := yaml.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	j := manifest.Spec.job
	if j.Completions == 0 {
		j = manifest.Spec.JobTemplate.Spec
	}
	if len(j.Template.Spec.Containers) != 1 || j.Completions == 0 {
		t.Fatalf("%s has %d containers and %d completions", name, len(j.Template.Spec.Containers), j.Completions)
	}
	return j
}

// container returns the only container of the Job's pods.
func (j job) container() container { return j.Template.Spec.Containers[0] }

// lost reports whether the Job gives an index up after that exit code.
func (j job) lost(code int) bool {
	for _, rule := range j.PodFailurePolicy.Rules {
		for _, v := range rule.OnExitCodes.Values {
			if v == code && rule.Action == "FailIndex" {
				return true
			}
		}
	}
	return false
}

// command returns the arguments and environment of the pod of an index, where volumes are directories.
func (c container) command(index int, volumes map[string]string) (args, env []string) {
	values := []string{"$(JOB_COMPLETION_INDEX)", strconv.Itoa(index)}
	env = []string{fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index)}
	for _, e := range c.Env {
		values = append(values, "$("+e.Name+")", e.Value)
		env = append(env, e.Name+"="+e.Value)
	}
	for _, m := range c.VolumeMounts {
		values = append(values, "="+m.MountPath, "="+volumes[m.Name])
	}
	expand := strings.NewReplacer(values...)
	for _, a := range c.Args {
		args = append(args, expand.Replace(a))
	}
	return args, env
}

// limit returns the limit of memory, in MB.
func (c container) limit(t *testing.T) float64 {
	t.Helper()
	for unit, mb := range map[string]float64{"Mi": 1 << 20, "Gi": 1 << 30} {
		if text, found := strings.CutSuffix(c.Resources.Limits.Memory, unit); found {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n * mb / 1e6
		}
	}
	t.Fatalf("the limit is %q", c.Resources.Limits.Memory)
	return 0
}

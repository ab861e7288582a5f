package kubernetes_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// Each index of a Job is a part of all links, and all parts together are all links.
func TestFleetDividesTheLinks(t *testing.T) {
	for _, dir := range []string{"fleet/overlays/configmap", "fleet/overlays/volume"} {
		objects := build(t, dir)
		apply := find[batchv1.Job](objects, "authpocket-apply")
		verify := find[batchv1.CronJob](objects, "authpocket-verify")
		if apply == nil || verify == nil {
			t.Fatalf("%s: a job is not there", dir)
		}
		parts := *apply.Spec.Completions
		night := verify.Spec.JobTemplate.Spec
		for command, s := range map[string]batchv1.JobSpec{"apply": apply.Spec, "verify": night} {
			if *s.CompletionMode != batchv1.IndexedCompletion || *s.Completions != parts || *s.Parallelism < 1 ||
				*s.Parallelism > parts {
				t.Errorf("%s: %s has %v of %d, %d at a time", dir, command, *s.CompletionMode, *s.Completions,
					*s.Parallelism)
			}
			// What the API server refuses: these need the mode, Never and Failed.
			if s.BackoffLimitPerIndex == nil || s.PodFailurePolicy == nil ||
				*s.PodReplacementPolicy != batchv1.Failed || s.Template.Spec.RestartPolicy != "Never" {
				t.Errorf("%s: %s is not run again part by part", dir, command)
			}
			args := s.Template.Spec.Containers[0].Args
			if args[0] != command || !slices.Contains(args, fmt.Sprintf("--shard=$(JOB_COMPLETION_INDEX)/%d", parts)) ||
				!slices.ContainsFunc(args, func(a string) bool {
					return strings.HasPrefix(a, "--state=/state/$(JOB_COMPLETION_INDEX)")
				}) {
				t.Errorf("%s: %s runs %q", dir, command, args)
			}
			if image := s.Template.Spec.Containers[0].Image; image == "authpocket" {
				t.Errorf("%s: %s has no image of a registry", dir, command)
			}
		}
		// The second run would have the state directories of the first.
		if verify.Spec.ConcurrencyPolicy != batchv1.ForbidConcurrent {
			t.Errorf("%s: two nights may overlap", dir)
		}
		name := *night.PodFailurePolicy.Rules[0].OnExitCodes.ContainerName
		if name != night.Template.Spec.Containers[0].Name {
			t.Errorf("%s: the exit code is that of %s", dir, name)
		}
	}
}

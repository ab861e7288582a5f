package kubernetes_test

import (
	"flag"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

const demo = "authpocket-demo"

func TestDemoDrainsBeforeItIsKilled(t *testing.T) {
	for _, dir := range []string{"demo/overlays/gateway", "demo/overlays/ingress"} {
		objects := build(t, dir)
		pod := find[appsv1.Deployment](objects, demo).Spec.Template.Spec
		grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
		if drain := duration(t, pod.Containers[0].Args, "drain"); drain == 0 || grace < drain+30*time.Second {
			t.Errorf("%s: it drains for %s and is killed after %s", dir, drain, grace)
		}
		c := pod.Containers[0]
		if c.ReadinessProbe.HTTPGet.Path != "/readyz" || c.LivenessProbe.HTTPGet.Path != "/healthz" {
			t.Errorf("%s: the probes ask %s and %s", dir, c.ReadinessProbe.HTTPGet.Path, c.LivenessProbe.HTTPGet.Path)
		}
	}
}

// duration returns the value of a flag of the demo.
func duration(t *testing.T, args []string, name string) time.Duration {
	t.Helper()
	set := flag.NewFlagSet(demo, flag.ContinueOnError)
	set.Bool("public", false, "")
	for _, other := range []string{"listen", "public-url", "trusted-proxy", "max", "data", "pod-cookie"} {
		set.String(other, "", "")
	}
	values := map[string]*time.Duration{}
	for _, name := range []string{"lifetime", "drain"} {
		values[name] = set.Duration(name, 0, "")
	}
	if err := set.Parse(args); err != nil {
		t.Fatal(err)
	}
	return *values[name]
}

// kept is the most that a sandbox keeps on disk, in bytes: placeKept of sandbox/public.
const kept = 16 << 20

// A pod whose volume is fuller than its limit is evicted, with all visitors.
func TestSandboxesFitOnTheirVolume(t *testing.T) {
	for _, dir := range []string{"demo/overlays/gateway", "demo/overlays/ingress"} {
		pod := find[appsv1.Deployment](build(t, dir), demo).Spec.Template.Spec
		volume := pod.Volumes[slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == "data" })]
		limits := pod.Containers[0].Resources.Limits
		most := int64(maximum(t, pod.Containers[0].Args)) * kept
		if most > volume.EmptyDir.SizeLimit.Value() || most > limits.StorageEphemeral().Value() {
			t.Errorf("%s: %d MB may not fit into %s and %s", dir, most>>20, volume.EmptyDir.SizeLimit,
				limits.StorageEphemeral())
		}
	}
}

// maximum returns how many sandboxes there may be at once.
func maximum(t *testing.T, args []string) int {
	t.Helper()
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "-max="); ok {
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("%q say no number", args)
	return 0
}

func TestNothingComesOutOfTheDemo(t *testing.T) {
	for _, dir := range []string{"demo/overlays/gateway", "demo/overlays/ingress"} {
		for _, object := range build(t, dir) {
			if p, ok := object.(*networkingv1.NetworkPolicy); ok && len(p.Spec.Egress) > 0 {
				t.Errorf("%s: %s lets something out", dir, p.Name)
			}
		}
	}
}

// Who has the gateway's cookie is sent to all pods, and others to those that are ready.
func TestVisitorsStayAtTheirPod(t *testing.T) {
	objects := build(t, "demo/overlays/gateway")
	rules := find[gatewayv1.HTTPRoute](objects, demo).Spec.Rules
	if len(rules) != 2 || len(rules[0].Matches[0].Headers) != 1 {
		t.Fatalf("the rules are %+v", rules)
	}
	name := *rules[0].SessionPersistence.SessionName
	args := find[appsv1.Deployment](objects, demo).Spec.Template.Spec.Containers[0].Args
	if !slices.Contains(args, "-pod-cookie="+name) || *rules[0].Matches[0].Path.Value != "/" {
		t.Errorf("a pod that drains does not know the cookie %s of /: %q", name, args)
	}
	for i, wantsAll := range []bool{true, false} {
		backend := string(rules[i].BackendRefs[0].Name)
		if s := service(t, objects, backend); s.Spec.PublishNotReadyAddresses != wantsAll {
			t.Errorf("rule %d leads to %s, with all pods: %t", i, backend, s.Spec.PublishNotReadyAddresses)
		}
		p := rules[i].SessionPersistence
		if *p.SessionName != name || *p.Type != gatewayv1.CookieBasedSessionPersistence {
			t.Errorf("rule %d has the cookie %s", i, *p.SessionName)
		}
		// The queue may be as long as a sandbox lives.
		life := duration(t, args, "lifetime")
		if cookie, err := time.ParseDuration(string(*p.AbsoluteTimeout)); err != nil || cookie < 2*life {
			t.Errorf("the cookie lives %s, a sandbox %s: %v", cookie, life, err)
		}
	}
	cookie := regexp.MustCompile("^(?:" + rules[0].Matches[0].Headers[0].Value + ")$") // Envoy matches the whole value
	for value, want := range map[string]bool{name + "=a": true, "a=b; " + name + "=c": true,
		"a=b;" + name + "=c; d=e": true, "x" + name + "=a": false, "a=b": false} {
		if cookie.MatchString(value) != want {
			t.Errorf("the cookies %q match: %t", value, !want)
		}
	}
}

func service(t *testing.T, objects []runtime.Object, name string) *corev1.Service {
	t.Helper()
	s := find[corev1.Service](objects, name)
	if s == nil {
		t.Fatalf("there is no Service %s", name)
	}
	return s
}

// A full pod is not ready, and so may neither stop evictions nor keep the autoscaler from adding pods.
func TestFullPodsCount(t *testing.T) {
	objects := build(t, "demo/overlays/gateway")
	budget := find[policyv1.PodDisruptionBudget](objects, demo)
	if *budget.Spec.UnhealthyPodEvictionPolicy != policyv1.AlwaysAllow {
		t.Errorf("pods that are not ready are evicted by %s", *budget.Spec.UnhealthyPodEvictionPolicy)
	}
	scaler := find[autoscalingv2.HorizontalPodAutoscaler](objects, demo)
	target := scaler.Spec.ScaleTargetRef
	if d := find[appsv1.Deployment](objects, target.Name); target.Kind != "Deployment" || d == nil {
		t.Errorf("the autoscaler scales %s %s", target.Kind, target.Name)
	} else if d.Spec.Replicas != nil {
		t.Errorf("each kubectl apply sets %d pods, whatever the autoscaler wants", *d.Spec.Replicas)
	}
	metric := scaler.Spec.Metrics[0].Pods
	if metric.Metric.Name != "authpocket_demo_sandboxes" || metric.Target.AverageValue.Value() >= 100 {
		t.Errorf("it aims at %s of %s", metric.Target.AverageValue, metric.Metric.Name)
	}
}

func TestIngressLeadsToThePod(t *testing.T) {
	objects := build(t, "demo/overlays/ingress")
	if d := find[appsv1.Deployment](objects, demo); *d.Spec.Replicas != 1 || d.Spec.Strategy.Type != "Recreate" {
		t.Errorf("there may be %d pods or more: %s", *d.Spec.Replicas, d.Spec.Strategy.Type)
	}
	backend := find[networkingv1.Ingress](objects, demo).Spec.Rules[0].HTTP.Paths[0].Backend.Service
	s := service(t, objects, backend.Name)
	if !s.Spec.PublishNotReadyAddresses || s.Spec.Ports[0].Name != backend.Port.Name {
		t.Errorf("it leads to %s, port %s", backend.Name, backend.Port.Name)
	}
}

// Package kubernetes holds deploy/kubernetes to Kubernetes: kustomize builds each overlay, and each object of it is
// decoded strictly as the type that the API has, and held to Pod Security.
package kubernetes_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const manifests = "../../deploy/kubernetes"

// decoder decodes objects as the API server does with strict field validation: keys that a type does not have, and keys
// that stand twice, are errors.
func decoder(t *testing.T) runtime.Decoder {
	t.Helper()
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, autoscalingv2.AddToScheme,
		batchv1.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme, gatewayv1.Install} {
		if err := add(s); err != nil {
			t.Fatal(err)
		}
	}
	return serializer.NewCodecFactory(s, serializer.EnableStrict).UniversalDeserializer()
}

// build builds a kustomization as kubectl does, and decodes its objects.
func build(t *testing.T, dir string) (objects []runtime.Object) {
	t.Helper()
	options := krusty.MakeDefaultOptions()
	options.LoadRestrictions = types.LoadRestrictionsRootOnly
	made, err := krusty.MakeKustomizer(options).Run(filesys.MakeFsOnDisk(), filepath.Join(manifests, dir))
	if err != nil {
		t.Fatalf("kustomize build %s: %v", dir, err)
	}
	decode := decoder(t)
	for _, one := range made.Resources() {
		text, err := one.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		object, _, err := decode.Decode(text, nil, nil)
		if err != nil {
			t.Errorf("%s: %s: %v", dir, one.CurId(), err)
			continue
		}
		objects = append(objects, object)
	}
	return objects
}

// overlays returns the kustomizations that people apply.
func overlays(t *testing.T) (dirs []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(manifests, "*/overlays/*/kustomization.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		dir, err := filepath.Rel(manifests, filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, dir)
	}
	if len(dirs) < 4 {
		t.Fatalf("there are only the overlays %q", dirs)
	}
	return dirs
}

// Every file is part of an overlay, so that none is left untested.
func TestEveryManifestIsBuilt(t *testing.T) {
	used := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		at := filepath.Join(dir, "kustomization.yaml")
		text, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		used[at] = true
		var k types.Kustomization
		if err := k.Unmarshal(text); err != nil { // strictly
			t.Fatalf("%s: %v", at, err)
		}
		for _, r := range append(k.Resources, k.Components...) {
			path := filepath.Join(dir, r)
			if info, err := os.Stat(path); err == nil && info.IsDir() {
				visit(path)
			}
			used[path] = true
		}
		for _, g := range k.ConfigMapGenerator {
			for _, f := range g.FileSources {
				used[filepath.Join(dir, f)] = true
			}
		}
	}
	for _, dir := range overlays(t) {
		visit(filepath.Join(manifests, dir))
	}
	err := filepath.WalkDir(manifests, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".yaml") && !used[path] {
			t.Errorf("no overlay uses %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// template is the pod template of an object.
type template struct {
	name string
	corev1.PodTemplateSpec
}

// templates returns the pod templates of the objects.
func templates(objects []runtime.Object) (list []template) {
	for _, object := range objects {
		switch o := object.(type) {
		case *appsv1.Deployment:
			list = append(list, template{o.Name, o.Spec.Template})
		case *batchv1.Job:
			list = append(list, template{o.Name, o.Spec.Template})
		case *batchv1.CronJob:
			list = append(list, template{o.Name, o.Spec.JobTemplate.Spec.Template})
		}
	}
	return list
}

// find returns the object of a type with that name.
func find[T any, P interface {
	*T
	metav1.Object
}](objects []runtime.Object, name string) P {
	for _, object := range objects {
		if o, ok := object.(P); ok && o.GetName() == name {
			return o
		}
	}
	return nil
}

func TestOverlaysAreWhatTheAPITakes(t *testing.T) {
	for _, dir := range overlays(t) {
		t.Run(strings.ReplaceAll(dir, "/", "-"), func(t *testing.T) {
			objects := build(t, dir)
			var space *corev1.Namespace
			seen := map[string]bool{}
			for _, object := range objects {
				meta := object.(metav1.Object)
				kind := object.GetObjectKind().GroupVersionKind().Kind
				if n, ok := object.(*corev1.Namespace); ok {
					space = n
				} else if meta.GetNamespace() == "" {
					t.Errorf("%s %s is in no namespace", kind, meta.GetName())
				}
				if id := kind + "/" + meta.GetName(); seen[id] {
					t.Errorf("%s is there twice", id)
				} else {
					seen[id] = true
				}
			}
			if space == nil || space.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
				t.Error("the namespace does not enforce restricted Pod Security")
			}
			list := templates(objects)
			if len(list) == 0 {
				t.Fatal("there are no pods")
			}
			for _, one := range list {
				holdPod(t, one, objects)
			}
			holdSelectors(t, list, objects)
		})
	}
}

// holdPod holds a pod to Pod Security, to limits, and to what it mounts.
func holdPod(t *testing.T, one template, objects []runtime.Object) {
	t.Helper()
	checks, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	if r := policy.AggregateCheckResults(checks.EvaluatePod(level, &one.ObjectMeta, &one.Spec)); !r.Allowed {
		t.Errorf("%s: %s: %s", one.name, r.ForbiddenReason(), r.ForbiddenDetail())
	}
	if token := one.Spec.AutomountServiceAccountToken; token == nil || *token {
		t.Errorf("%s has a token of the cluster", one.name)
	}
	volumes := map[string]corev1.Volume{}
	for _, v := range one.Spec.Volumes {
		volumes[v.Name] = v
		if c := v.PersistentVolumeClaim; c != nil && find[corev1.PersistentVolumeClaim](objects, c.ClaimName) == nil {
			t.Errorf("%s mounts the claim %s, which is not there", one.name, c.ClaimName)
		}
		if c := v.ConfigMap; c != nil && find[corev1.ConfigMap](objects, c.Name) == nil {
			t.Errorf("%s mounts the ConfigMap %s, which is not there", one.name, c.Name)
		}
	}
	mounted := map[string]bool{}
	for _, c := range one.Spec.Containers {
		if s := c.SecurityContext; s == nil || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
			t.Errorf("%s can write to its image", one.name)
		}
		if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Memory().IsZero() ||
			c.Resources.Requests.Cpu().IsZero() {
			t.Errorf("%s has no limits", one.name)
		}
		for _, m := range c.VolumeMounts {
			mounted[m.Name] = true
			if _, found := volumes[m.Name]; !found {
				t.Errorf("%s mounts %s, which is no volume of it", one.name, m.Name)
			}
		}
	}
	for name := range volumes {
		if !mounted[name] {
			t.Errorf("%s does not mount %s", one.name, name)
		}
	}
}

// holdSelectors holds every selector to select pods that are there, and every pod to have a NetworkPolicy.
func holdSelectors(t *testing.T, list []template, objects []runtime.Object) {
	t.Helper()
	closed := map[string]bool{}
	for _, object := range objects {
		var s *metav1.LabelSelector
		switch o := object.(type) {
		case *corev1.Service:
			s = &metav1.LabelSelector{MatchLabels: o.Spec.Selector}
		case *networkingv1.NetworkPolicy:
			s = &o.Spec.PodSelector
		case *policyv1.PodDisruptionBudget:
			s = o.Spec.Selector
		case *appsv1.Deployment:
			s = o.Spec.Selector
		default:
			continue
		}
		selected := selects(t, s, list)
		if len(selected) == 0 {
			t.Errorf("%s selects nothing", object.(metav1.Object).GetName())
		}
		if p, ok := object.(*networkingv1.NetworkPolicy); ok && len(p.Spec.PolicyTypes) == 2 {
			for _, name := range selected {
				closed[name] = true
			}
		}
		if d, ok := object.(*appsv1.Deployment); ok && !slices.Equal(selected, []string{d.Name}) {
			t.Errorf("the Deployment %s selects the pods of %q", d.Name, selected)
		}
	}
	for _, one := range list {
		if !closed[one.name] {
			t.Errorf("no NetworkPolicy closes %s", one.name)
		}
	}
}

// selects returns the names of those whose pods are selected.
func selects(t *testing.T, s *metav1.LabelSelector, list []template) (names []string) {
	t.Helper()
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if selector.Matches(labels.Set(one.Labels)) {
			names = append(names, one.name)
		}
	}
	return names
}

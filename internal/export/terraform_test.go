package export

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"authpocket/internal/link"
	"authpocket/test/draw"
)

// terraformArguments returns the documented arguments by block.
func terraformArguments() map[string][]string {
	return map[string][]string{
		"terraform":                           {"required_version"},
		"required_providers":                  {"authentik", "tls"},
		"provider authentik":                  {"url"},
		"variable":                            {"description", "type", "sensitive"},
		"import":                              {"to", "id"},
		"subject":                             {"common_name"},
		"lifecycle":                           {"ignore_changes"},
		"data authentik_flow":                 {"slug"},
		"data authentik_certificate_key_pair": {"name", "fetch_certificate", "fetch_key"},
		"data authentik_property_mapping_provider_scope": {"name", "managed"},
		"data authentik_group":                           {"name", "include_users"},
		"data authentik_user":                            {"username"},
		"resource tls_private_key":                       {"algorithm", "rsa_bits", "ecdsa_curve"},
		"resource tls_self_signed_cert": {"private_key_pem", "validity_period_hours",
			"allowed_uses"},
		"resource authentik_certificate_key_pair":            {"name", "certificate_data", "key_data"},
		"resource authentik_property_mapping_provider_scope": {"name", "scope_name", "description", "expression"},
		"resource authentik_provider_oauth2": {"name", "client_type", "client_id", "client_secret",
			"authorization_flow", "invalidation_flow",
			"authentication_flow", "signing_key", "grant_types", "property_mappings", "allowed_redirect_uris",
			"access_code_validity",
			"access_token_validity", "refresh_token_validity", "refresh_token_threshold", "sub_mode", "issuer_mode",
			"include_claims_in_id_token"},
		"resource authentik_application": {"name", "slug", "protocol_provider", "group", "policy_engine_mode",
			"meta_launch_url", "meta_icon",
			"meta_publisher", "meta_description", "open_in_new_tab", "meta_hide"},
		"resource authentik_policy_binding": {"target", "group", "user", "policy", "order", "enabled", "negate"},
	}
}

func TestTerraformHasOnlyDocumentedArguments(t *testing.T) {
	for name, p := range allPlans(t) {
		f, diags := hclsyntax.ParseConfig([]byte(written(t, "terraform", p)), name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		body := f.Body.(*hclsyntax.Body)
		defined := definedIn(body)
		checkBlocks(t, body, defined)
	}
}

// definedIn returns the addresses of all objects in the file.
func definedIn(body *hclsyntax.Body) map[string]bool {
	defined := map[string]bool{"string": true}
	for _, b := range body.Blocks {
		switch b.Type {
		case "resource":
			defined[strings.Join(b.Labels, ".")] = true
		case "data":
			defined["data."+strings.Join(b.Labels, ".")] = true
		case "variable":
			defined["var."+b.Labels[0]] = true
		}
	}
	return defined
}

func checkBlocks(t *testing.T, body *hclsyntax.Body, defined map[string]bool) {
	t.Helper()
	for _, b := range body.Blocks {
		kind := b.Type
		if len(b.Labels) > 0 && kind != "variable" {
			kind += " " + b.Labels[0]
		}
		for name, a := range b.Body.Attributes {
			if !slices.Contains(terraformArguments()[kind], name) {
				t.Errorf("%s has no argument %s", kind, name)
			}
			if kind == "lifecycle" {
				continue // it names arguments of its resource, see below
			}
			for _, ref := range a.Expr.Variables() {
				path := string(hclwrite.TokensForTraversal(ref).Bytes())
				if !slices.ContainsFunc(prefixes(path), func(p string) bool { return defined[p] }) {
					t.Errorf("%s.%s refers to %s, which the file does not define", kind, name, path)
				}
			}
		}
		checkBlocks(t, b.Body, defined)
	}
}

// Terraform resets settings that a file does not name. Those of objects that are there already stay: it is told to
// leave them, and names none that the file sets.
func TestTerraformLeavesTheRestOfExistingObjects(t *testing.T) {
	known := map[string][]string{
		"authentik_provider_oauth2": {"encryption_key", "jwt_federation_providers", "jwt_federation_sources",
			"logout_method", "logout_uri"},
		"authentik_application":    {"backchannel_providers"},
		"authentik_policy_binding": {"failure_result", "timeout"},
	}
	for name, p := range allPlans(t) {
		f, diags := hclsyntax.ParseConfig([]byte(written(t, "terraform", p)), name, hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		blocks := f.Body.(*hclsyntax.Body).Blocks
		for _, b := range blocks {
			if b.Type != "resource" {
				continue
			}
			want := known[b.Labels[0]]
			if !imported(blocks, strings.Join(b.Labels, ".")) {
				want = nil
			}
			if got := left(b); !slices.Equal(got, want) {
				t.Errorf("%s: of %v it leaves %v, want %v", name, b.Labels, got, want)
			}
		}
	}
}

// imported reports whether an import block is for the resource.
func imported(blocks hclsyntax.Blocks, resource string) bool {
	return slices.ContainsFunc(blocks, func(b *hclsyntax.Block) bool {
		return b.Type == "import" &&
			string(hclwrite.TokensForTraversal(b.Body.Attributes["to"].Expr.Variables()[0]).Bytes()) == resource
	})
}

// left returns the arguments that a resource is told to leave.
func left(resource *hclsyntax.Block) []string {
	var names []string
	for _, b := range resource.Body.Blocks {
		if a := b.Body.Attributes["ignore_changes"]; a != nil {
			for _, one := range a.Expr.Variables() {
				names = append(names, one.RootName())
			}
		}
	}
	return names
}

// No data source of the provider finds a policy of any kind, so the file has its primary key, and says whose it is.
func TestTerraformBindsAPolicyByItsKey(t *testing.T) {
	const name = "office \"${hours}\"\n} resource"
	p := idToken(t)
	for i := range p.Desired.Bindings {
		if b := &p.Desired.Bindings[i]; b.Kind == "policy" {
			b.Target.Name = name
		}
	}
	out := written(t, "terraform", p)
	if strings.Contains(out, `data "authentik_policy`) {
		t.Errorf("it has a data source for policies:\n%s", out)
	}
	for _, want := range []string{`policy  = "77777777-0000-4000-8000-000000000001"`,
		`# The policy "office \"$${hours}\"\n} resource". Its key stands here`} {
		if !strings.Contains(out, want) {
			t.Errorf("it lacks %s:\n%s", want, out)
		}
	}
}

// Terraform destroys what a later export calls by another label, so a binding's is made of what it is for.
func TestTerraformKeepsTheLabelsOfBindings(t *testing.T) {
	p := idToken(t)
	bind := func(kind, id string) link.BindingState {
		return link.BindingState{Kind: kind, Target: link.Ref{ID: id, Name: "all"}, Enabled: true}
	}
	p.Desired.Bindings = []link.BindingState{bind("group", "6666-7777-01"), bind("group", "6666-7777-02"),
		bind("user", "31"), bind("policy", "6666-7777-01")}
	var got []string
	for line := range strings.Lines(written(t, "terraform", p)) {
		if label, found := strings.CutPrefix(line, `resource "authentik_policy_binding" `); found {
			got = append(got, strings.TrimSuffix(label, " {\n"))
		}
	}
	want := []string{`"group_6666"`, `"group_6666_7777_02"`, `"user_31"`, `"policy_6666"`}
	if !slices.Equal(got, want) {
		t.Errorf("the bindings are %v, want %v", got, want)
	}
}

// Links share the mapping of an e-mail decision, so Terraform must not turn it into that of another.
func TestTerraformHasAMappingForEachEmailDecision(t *testing.T) {
	for decision, want := range map[link.EmailDecision]string{link.EmailTrustAll: "trust_all",
		link.EmailTrustAttribute: "trust_attribute"} {
		out := written(t, "terraform", planOf(t, link.Spec{Email: decision}, freshAuthentik(), freshPocketBase()))
		resource := `resource "authentik_property_mapping_provider_scope" "` + want + `"`
		if !strings.Contains(out, resource) || !strings.Contains(out, "provider_scope."+want+".id,") {
			t.Errorf("%s has no %s:\n%s", decision, resource, out)
		}
	}
}

func prefixes(path string) []string {
	parts := strings.Split(path, ".")
	var all []string
	for i := range parts {
		all = append(all, strings.Join(parts[:i+1], "."))
	}
	return all
}

// The export is formatted, according to the library and to Terraform itself if
// installed.
func TestTerraformIsFormatted(t *testing.T) {
	dir := t.TempDir()
	names := carried(true)
	sources := map[string]string{}
	for name, p := range allPlans(t) {
		sources[name] = written(t, "terraform", p)
	}
	for _, i := range draw.Every(t, "names that formatted Terraform begins with", len(names), quickStep) {
		sources[strconv.Itoa(i)] = written(t, "terraform", fullPlan(t, nth(names, i)))
	}
	for name, source := range sources {
		if again := hclwrite.Format([]byte(source)); !bytes.Equal(again, []byte(source)) {
			t.Errorf("%s is not formatted", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".tf"), []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Log("NOT RUN: there is no Terraform here to format with")
		return
	}
	cmd := exec.CommandContext(t.Context(), terraform, "fmt", "-check", "-diff", dir)
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("terraform fmt: %v\n%s", err, out)
	}
}

func TestTerraformForAnOlderAuthentik(t *testing.T) {
	a := freshAuthentik()
	a.Features.GrantTypes, a.Features.MetaHide, a.Features.RedirectURI = false, false, false
	out := written(t, "terraform", planOf(t, newLink(t).Spec, a, freshPocketBase()))
	for _, unknown := range []string{"grant_types", "redirect_uri_type", "meta_hide"} {
		if strings.Contains(out, unknown) {
			t.Errorf("it has %s, which providers before 2026.5 do not know", unknown)
		}
	}
	if !strings.Contains(out, `">= 2025.12.0, < 2026.5.0"`) {
		t.Errorf("it allows any version of the provider:\n%s", out)
	}
}

// Older providers need not know all settings of newer ones, and Terraform refuses to ignore what a provider lacks.
func TestTerraformLeavesWhatOlderProvidersKnow(t *testing.T) {
	a, p := linked(t)
	a.Features.GrantTypes, a.Features.MetaHide, a.Features.RedirectURI = false, false, false
	a.Providers[0].GrantTypes = nil
	out := written(t, "terraform", planOf(t, link.Spec{Email: link.EmailTrustAll}, a, p))
	if !strings.Contains(out, "[encryption_key, jwt_federation_providers, jwt_federation_sources]") {
		t.Errorf("it leaves others:\n%s", out)
	}
}

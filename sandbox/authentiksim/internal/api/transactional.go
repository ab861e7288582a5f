package api

import (
	"net/http"

	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// transaction is the content of PUT core/transactional/applications/.
type transaction struct {
	app      *store.Application
	provider *store.Provider
	bindings []*store.Binding
}

// createTogether answers PUT core/transactional/applications/: it creates a provider, its application and their
// bindings, or nothing. It returns no IDs.
func createTogether(c *serve.Call) (serve.Answer, error) {
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	t, err := readTransaction(c, in)
	if err != nil {
		return serve.Answer{}, err
	}
	if err := mayApply(c, t); err != nil {
		return serve.Answer{}, err
	}
	ProviderResource().Add(c, t.provider)
	t.app.Provider = t.provider.PK
	ApplicationResource().Add(c, t.app)
	for _, b := range t.bindings {
		b.Target = t.app.PK
		BindingResource().Add(c, b)
	}
	return serve.OK(obj{"applied": true, "logs": []obj{}})
}

// readTransaction checks the application and the bindings first, and the provider only if those are valid.
func readTransaction(c *serve.Call, in obj) (*transaction, error) {
	t := &transaction{app: ApplicationResource().Fresh(c), provider: ProviderResource().Fresh(c)}
	app := func(t *transaction, v any) any { return readTransactionApp(c, t, v) }
	provider := func(_ *transaction, v any) any { return notADictionary(v) }
	bindings := func(t *transaction, v any) any { return readTransactionBindings(c, t, v) }
	errs := rest.Fill([]rest.Rule[transaction]{
		rest.Rule[transaction]{Key: "app", Set: app}.Required(),
		rest.Rule[transaction]{Key: "provider_model", Set: readProviderModel}.Required(),
		rest.Rule[transaction]{Key: "provider", Set: provider}.Required(),
		{Key: "policy_bindings", Set: bindings},
	}, t, in, false)
	if len(errs) > 0 {
		return nil, serve.Invalid(errs)
	}
	return t, readTransactionProvider(c, t, in["provider"].(obj))
}

func notADictionary(v any) any {
	if _, isObject := v.(obj); !isObject {
		return rest.Messages("Expected a dictionary of items but got type \"" + python.TypeOf(v) + "\".")
	}
	return nil
}

func readTransactionApp(c *serve.Call, t *transaction, v any) any {
	in, isObject := v.(obj)
	if !isObject {
		return obj{"non_field_errors": notADictionary(v)}
	}
	delete(in, "provider") // replaced by the provider of this request
	return orNil(ApplicationResource().Fill(c, t.app, in, false))
}

func readProviderModel(_ *transaction, v any) any {
	if v != "authentik_providers_oauth2.oauth2provider" {
		return rest.Messages(rest.NotAChoice(v))
	}
	return nil
}

func readTransactionBindings(c *serve.Call, t *transaction, v any) any {
	list, isList := v.([]any)
	if !isList {
		return obj{"non_field_errors": rest.NotAList(v)}
	}
	errs, wrong := []obj{}, false
	for _, item := range list {
		b := store.NewBinding()
		in, _ := item.(obj)
		problems := rest.Fill(bindingRules(c), b, in, false)
		if len(problems) == 0 {
			problems = checkBinding(b)
		}
		t.bindings, errs = append(t.bindings, b), append(errs, problems)
		wrong = wrong || len(problems) > 0
	}
	if wrong {
		return errs
	}
	return nil
}

// readTransactionProvider reads the provider. Without a name authentik crashes; a name that is taken has its own
// message.
func readTransactionProvider(c *serve.Call, t *transaction, in obj) error {
	name, named := in["name"]
	if !named {
		return c.Crash()
	}
	if c.State.Providers.Find(func(p *store.Provider) bool { return p.Name == name }) != nil {
		taken := rest.Messages("State is set to must_created and object exists already")
		return serve.Invalid(obj{"provider": obj{"name": taken}})
	}
	if errs := ProviderResource().Fill(c, t.provider, in, false); len(errs) > 0 {
		return serve.Invalid(obj{"provider": errs})
	}
	return nil
}

// mayApply checks the global permissions to create each object. The refusal is a string, not a list.
func mayApply(c *serve.Call, t *transaction) error {
	lacks := func(key, model string) error {
		return serve.Refuse(http.StatusForbidden, obj{key: "User lacks permission to create " + model})
	}
	if !c.May(ProviderResource().Permission("add")) {
		return lacks("provider", "authentik_providers_oauth2.oauth2provider")
	}
	if !c.May(ApplicationResource().Permission("add")) {
		return lacks("app", "authentik_core.application")
	}
	if len(t.bindings) > 0 && !c.May(BindingResource().Permission("add")) {
		return lacks("null", "authentik_policies.policybinding")
	}
	return nil
}

// orNil returns nil for no messages, which a rule takes for success.
func orNil(errs obj) any {
	if len(errs) == 0 {
		return nil
	}
	return errs
}

package authentiksim

import "net/http"

// transaction is what PUT core/transactional/applications/ creates together.
type transaction struct {
	app      *Application
	provider *Provider
	bindings []*Binding
}

// createTogether answers PUT core/transactional/applications/: a provider, its
// application and their bindings, all or nothing. It answers no ids.
func createTogether(c *call) (answer, error) {
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	t, err := c.readTransaction(in)
	if err != nil {
		return answer{}, err
	}
	if err := c.mayApply(t); err != nil {
		return answer{}, err
	}
	providerResource.add(c, t.provider)
	t.app.Provider = t.provider.PK
	applicationResource.add(c, t.app)
	for _, b := range t.bindings {
		b.Target = t.app.PK
		bindingResource.add(c, b)
	}
	return ok(obj{"applied": true, "logs": []obj{}})
}

// readTransaction checks first the application and the bindings, and only when
// they are well the provider.
func (c *call) readTransaction(in obj) (*transaction, error) {
	t := &transaction{app: applicationResource.fresh(c), provider: providerResource.fresh(c)}
	errs := fill([]rule[transaction]{
		rule[transaction]{key: "app", set: c.readTransactionApp}.need(),
		rule[transaction]{key: "provider_model", set: readProviderModel}.need(),
		rule[transaction]{key: "provider", set: func(_ *transaction, v any) any { return notADictionary(v) }}.need(),
		{key: "policy_bindings", set: c.readTransactionBindings},
	}, t, in, false)
	if len(errs) > 0 {
		return nil, invalid(errs)
	}
	return t, c.readTransactionProvider(t, in["provider"].(obj))
}

func notADictionary(v any) any {
	if _, isObject := v.(obj); !isObject {
		return messages("Expected a dictionary of items but got type \"" + pythonType(v) + "\".")
	}
	return nil
}

func (c *call) readTransactionApp(t *transaction, v any) any {
	in, isObject := v.(obj)
	if !isObject {
		return obj{"non_field_errors": notADictionary(v)}
	}
	delete(in, "provider") // overwritten by the provider of the same request
	return orNil(applicationResource.fill(c, t.app, in, false))
}

func readProviderModel(_ *transaction, v any) any {
	if v != "authentik_providers_oauth2.oauth2provider" {
		return messages(notAChoice(v))
	}
	return nil
}

func (c *call) readTransactionBindings(t *transaction, v any) any {
	list, isList := v.([]any)
	if !isList {
		return obj{"non_field_errors": messages("Expected a list of items but got type \"" + pythonType(v) + "\".")}
	}
	errs, wrong := []obj{}, false
	for _, item := range list {
		b := newBinding()
		in, _ := item.(obj)
		problems := fill(bindingRules(c), b, in, false)
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

// readTransactionProvider reads the provider. Without a name authentik crashes;
// with the name of another OAuth2 provider it says so in words of its own.
func (c *call) readTransactionProvider(t *transaction, in obj) error {
	name, named := in["name"]
	if !named {
		return c.crash()
	}
	if c.st.providers.find(func(p *Provider) bool { return p.Name == name }) != nil {
		return invalid(obj{"provider": obj{"name": messages("State is set to must_created and object exists already")}})
	}
	if errs := providerResource.fill(c, t.provider, in, false); len(errs) > 0 {
		return invalid(obj{"provider": errs})
	}
	return nil
}

// mayApply checks the permissions to create each of the objects. They must be
// held for all objects, and what lacks them is named as one string, not a list.
func (c *call) mayApply(t *transaction) error {
	lacks := func(key, model string) error {
		return refuse(http.StatusForbidden, obj{key: "User lacks permission to create " + model})
	}
	if !c.may(providerResource.permission("add")) {
		return lacks("provider", "authentik_providers_oauth2.oauth2provider")
	}
	if !c.may(applicationResource.permission("add")) {
		return lacks("app", "authentik_core.application")
	}
	if len(t.bindings) > 0 && !c.may(bindingResource.permission("add")) {
		return lacks("null", "authentik_policies.policybinding")
	}
	return nil
}

// orNil is nil in place of no messages, which a rule takes for success.
func orNil(errs obj) any {
	if len(errs) == 0 {
		return nil
	}
	return errs
}

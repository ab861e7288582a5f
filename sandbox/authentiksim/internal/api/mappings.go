package api

import (
	"net/http"
	"regexp"
	"strconv"

	"authpocket/sandbox/authentiksim/internal/oidc"
	"authpocket/sandbox/authentiksim/internal/python"
	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

var withoutSpaces = regexp.MustCompile(`^\S*$`)

// MappingResource describes scope mappings.
func MappingResource() *rest.Resource[store.ScopeMapping] {
	return &rest.Resource[store.ScopeMapping]{
		App: "authentik_providers_oauth2", Model: "scopemapping", Noun: "ScopeMapping",
		Rows:    func(st *store.State) []*store.ScopeMapping { return st.Mappings.All() },
		Key:     func(m *store.ScopeMapping) string { return m.PK },
		Title:   func(m *store.ScopeMapping) string { return "Scope Mapping " + m.Name + " (" + m.ScopeName + ")" },
		Render:  func(_ *serve.Call, m *store.ScopeMapping) (obj, error) { return renderMapping(m), nil },
		Filters: func(*serve.Call) rest.Filters[store.ScopeMapping] { return mappingFilters() },
		Search:  func(m *store.ScopeMapping) []string { return []string{m.Name, m.ScopeName} },
		Orders: rest.Orders[store.ScopeMapping]{
			"name":       rest.ByText(func(m *store.ScopeMapping) string { return m.Name }),
			"scope_name": rest.ByText(func(m *store.ScopeMapping) string { return m.ScopeName }),
			"managed":    rest.ByText(func(m *store.ScopeMapping) string { return m.Managed }),
		},
		ByDefault: "scope_name",

		Rules: mappingRules,
		Fresh: func(*serve.Call) *store.ScopeMapping { return &store.ScopeMapping{PK: store.NewID()} },
		Check: checkMapping,
		Store: func(c *serve.Call, m *store.ScopeMapping) { c.State.Mappings.Put(m.PK, m) },
		Remove: func(c *serve.Call, m *store.ScopeMapping) {
			c.State.Mappings.Remove(m.PK)
			for _, p := range c.State.Providers.All() {
				p.PropertyMappings = without(p.PropertyMappings, m.PK)
			}
		},
	}
}

func mappingFilters() rest.Filters[store.ScopeMapping] {
	return rest.Filters[store.ScopeMapping]{
		"managed":         rest.AnyOf(func(m *store.ScopeMapping) string { return m.Managed }),
		"managed__isnull": rest.IsTrue(func(m *store.ScopeMapping) bool { return m.Managed == "" }),
		"name":            rest.Equals(func(m *store.ScopeMapping) string { return m.Name }),
		"scope_name":      rest.Equals(func(m *store.ScopeMapping) string { return m.ScopeName }),
	}
}

func renderMapping(m *store.ScopeMapping) obj {
	return obj{
		"pk": m.PK, "managed": orNull(m.Managed), "name": m.Name, "expression": m.Expression,
		"component": "ak-property-mapping-provider-scope-form", "verbose_name": "Scope Mapping",
		"verbose_name_plural": "Scope Mappings", "meta_model_name": "authentik_providers_oauth2.scopemapping",
		"scope_name": m.ScopeName, "description": m.Description,
	}
}

func mappingRules(*serve.Call) []rest.Rule[store.ScopeMapping] {
	expression := rest.Text("expression", func(m *store.ScopeMapping) *string { return &m.Expression })
	expression.Set = func(m *store.ScopeMapping, v any) any {
		source, isText := v.(string)
		if !isText || source == "" {
			return rest.Text("", func(m *store.ScopeMapping) *string { return &m.Expression }).Set(m, v)
		}
		if problem := python.SyntaxProblem(source); problem != "" {
			return rest.Messages("Expression Syntax Error: " + problem)
		}
		m.Expression = source
		return nil
	}
	return []rest.Rule[store.ScopeMapping]{
		rest.Text("managed", func(m *store.ScopeMapping) *string { return &m.Managed }).Nullable().ClearOnNull(
			func(m *store.ScopeMapping) { m.Managed = "" }),
		rest.Text("name", func(m *store.ScopeMapping) *string { return &m.Name }).Required(),
		expression.Required(),
		rest.Text("scope_name", func(m *store.ScopeMapping) *string { return &m.ScopeName }).Required().
			Matching(withoutSpaces, "Value must not contain spaces."),
		rest.BlankText("description", func(m *store.ScopeMapping) *string { return &m.Description }),
	}
}

// checkMapping refuses the name of another mapping. Names are unique among all property mappings; the simulator only
// has scope mappings.
func checkMapping(c *serve.Call, m *store.ScopeMapping) obj {
	taken := func(other *store.ScopeMapping) bool { return other.PK != m.PK && other.Name == m.Name }
	if c.State.Mappings.Find(taken) != nil {
		return obj{"name": rest.Messages("Property Mapping with this name already exists.")}
	}
	return obj{}
}

// testMapping answers POST propertymappings/all/{key}/test/.
func testMapping(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_core.view_propertymapping") {
		return serve.Answer{}, serve.Forbidden()
	}
	m := c.State.Mappings.Get(c.Param("key"))
	if m == nil {
		return serve.Answer{}, serve.NotFound("PropertyMapping")
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	user := c.User
	if asked, named := in["user"]; named && asked != nil {
		pk, isNumber := rest.ReadNumber(asked)
		if user = c.State.Users.Get(pk); !isNumber || user == nil {
			return serve.Answer{}, serve.InvalidField("user", rest.NoSuchKey(asked))
		}
		if !c.MayOn("authentik_core.view_user", strconv.Itoa(pk)) {
			return serve.Answer{}, serve.Forbidden()
		}
	}
	claims, evaluated := oidc.Evaluate(c, m, user)
	if evaluated != nil {
		return serve.OK(obj{"result": evaluated.Error(), "successful": false})
	}
	result := serve.JSON(http.StatusOK, claims).Body
	return serve.OK(obj{"result": string(result), "successful": true})
}

// orNull returns nil for an empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

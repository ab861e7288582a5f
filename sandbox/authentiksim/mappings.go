package authentiksim

import (
	"net/http"
	"regexp"
	"slices"
)

var withoutSpaces = regexp.MustCompile(`^\S*$`)

var mappingResource = &resource[ScopeMapping]{
	app: "authentik_providers_oauth2", model: "scopemapping", noun: "ScopeMapping",
	rows:    func(st *state) []*ScopeMapping { return st.mappings.all() },
	key:     func(m *ScopeMapping) string { return m.PK },
	title:   func(m *ScopeMapping) string { return "Scope Mapping " + m.Name + " (" + m.ScopeName + ")" },
	render:  func(_ *call, m *ScopeMapping) (obj, error) { return renderMapping(m), nil },
	filters: func(*call) map[string]filter[ScopeMapping] { return mappingFilters },
	search:  func(m *ScopeMapping) []string { return []string{m.Name, m.ScopeName} },
	orders: map[string]func(a, b *ScopeMapping) int{
		"name":       byText(func(m *ScopeMapping) string { return m.Name }),
		"scope_name": byText(func(m *ScopeMapping) string { return m.ScopeName }),
		"managed":    byText(func(m *ScopeMapping) string { return m.Managed }),
	},
	byDefault: "scope_name",

	rules: mappingRules,
	fresh: func(*call) *ScopeMapping { return &ScopeMapping{PK: newID()} },
	check: checkMapping,
	store: func(c *call, m *ScopeMapping) { c.st.mappings.put(m.PK, m) },
	remove: func(c *call, m *ScopeMapping) {
		c.st.mappings.remove(m.PK)
		for _, p := range c.st.providers.all() {
			p.PropertyMappings = slices.DeleteFunc(slices.Clone(p.PropertyMappings), func(key string) bool { return key == m.PK })
		}
	},
}

var mappingFilters = map[string]filter[ScopeMapping]{
	"managed":         anyOf(func(m *ScopeMapping) string { return m.Managed }),
	"managed__isnull": whether(func(m *ScopeMapping) bool { return m.Managed == "" }),
	"name":            exactly(func(m *ScopeMapping) string { return m.Name }),
	"scope_name":      exactly(func(m *ScopeMapping) string { return m.ScopeName }),
}

func renderMapping(m *ScopeMapping) obj {
	return obj{
		"pk": m.PK, "managed": orNull(m.Managed), "name": m.Name, "expression": m.Expression,
		"component": "ak-property-mapping-provider-scope-form", "verbose_name": "Scope Mapping",
		"verbose_name_plural": "Scope Mappings", "meta_model_name": "authentik_providers_oauth2.scopemapping",
		"scope_name": m.ScopeName, "description": m.Description,
	}
}

func mappingRules(*call) []rule[ScopeMapping] {
	expression := text("expression", func(m *ScopeMapping) *string { return &m.Expression })
	expression.set = func(m *ScopeMapping, v any) any {
		source, isText := v.(string)
		if !isText || source == "" {
			return text("", func(m *ScopeMapping) *string { return &m.Expression }).set(m, v)
		}
		if problem := syntaxProblem(source); problem != "" {
			return messages("Expression Syntax Error: " + problem)
		}
		m.Expression = source
		return nil
	}
	return []rule[ScopeMapping]{
		text("managed", func(m *ScopeMapping) *string { return &m.Managed }).null().emptyOnNull(
			func(m *ScopeMapping) { m.Managed = "" }),
		text("name", func(m *ScopeMapping) *string { return &m.Name }).need(),
		expression.need(),
		text("scope_name", func(m *ScopeMapping) *string { return &m.ScopeName }).need().
			matching(withoutSpaces, "Value must not contain spaces."),
		blankText("description", func(m *ScopeMapping) *string { return &m.Description }),
	}
}

// emptyOnNull runs empty instead of the rule when the value is null.
func (r rule[T]) emptyOnNull(empty func(*T)) rule[T] {
	set := r.set
	r.set = func(row *T, v any) any {
		if v == nil {
			empty(row)
			return nil
		}
		return set(row, v)
	}
	return r
}

// checkMapping refuses a name another mapping has. Names are unique over all
// property mappings; scope mappings are the only kind the simulator has.
func checkMapping(c *call, m *ScopeMapping) obj {
	taken := c.st.mappings.find(func(other *ScopeMapping) bool { return other.PK != m.PK && other.Name == m.Name })
	if taken != nil {
		return obj{"name": messages("Property Mapping with this name already exists.")}
	}
	return obj{}
}

// testMapping answers POST propertymappings/all/{key}/test/.
func testMapping(c *call) (answer, error) {
	m, err := mappingResource.found(c)
	if err != nil {
		return answer{}, err
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	user := c.user
	if asked, named := in["user"]; named && asked != nil {
		pk, isNumber := readNumber(asked)
		if user = c.st.users.get(pk); !isNumber || user == nil {
			return answer{}, invalidField("user", noSuchKey(asked))
		}
	}
	claims, evaluated := c.evaluate(m.Expression, user)
	if evaluated != nil {
		return ok(obj{"result": evaluated.Error(), "successful": false})
	}
	result := jsonAnswer(http.StatusOK, claims).body
	return ok(obj{"result": string(result), "successful": true})
}

// orNull is null in place of an empty text.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

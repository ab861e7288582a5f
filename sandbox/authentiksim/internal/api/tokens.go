package api

import (
	"cmp"
	"time"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

func tokenIntents() []string {
	return []string{"verification", "api", "recovery", "app_password"}
}

func tokenResource() *rest.Resource[store.Token] {
	return &rest.Resource[store.Token]{
		App: "authentik_core", Model: "token", Noun: "Token",
		Rows:   func(st *store.State) []*store.Token { return st.Tokens.All() },
		Key:    func(t *store.Token) string { return t.PK },
		Lookup: func(t *store.Token) string { return t.Identifier },
		Title:  func(t *store.Token) string { return t.Identifier },
		Owned:  func(t *store.Token, u *store.User) bool { return t.User == u.PK },
		Render: func(c *serve.Call, t *store.Token) (obj, error) { return renderToken(c, t), nil },
		Filters: func(c *serve.Call) rest.Filters[store.Token] {
			return rest.Filters[store.Token]{
				"identifier":  rest.Equals(func(t *store.Token) string { return t.Identifier }),
				"intent":      rest.OneOf(tokenIntents(), func(t *store.Token) string { return t.Intent }),
				"description": rest.Equals(func(t *store.Token) string { return t.Description }),
				"expiring":    rest.IsTrue(func(t *store.Token) bool { return t.Expiring }),
				"user__username": rest.Equals(func(t *store.Token) string {
					return c.State.Users.Get(t.User).Username
				}),
			}
		},
		Search: func(t *store.Token) []string { return []string{t.Identifier, t.Intent, t.Description} },
		Orders: rest.Orders[store.Token]{
			"identifier": rest.ByText(func(t *store.Token) string { return t.Identifier }),
			"intent":     rest.ByText(func(t *store.Token) string { return t.Intent }),
			"expires": func(a, b *store.Token) int {
				return cmp.Compare(unixOrZero(a.Expires), unixOrZero(b.Expires))
			},
		},
		ByDefault: "identifier",

		Rules: tokenRules,
		Fresh: func(c *serve.Call) *store.Token {
			expires := c.Now().Add(c.State.Settings.Duration("default_token_duration"))
			return &store.Token{PK: store.NewID(), Intent: "api", User: c.User.PK, Expires: &expires, Expiring: true,
				Key: store.RandomText(c.State.Settings.TokenLength())}
		},
		Check: func(c *serve.Call, t *store.Token) obj {
			taken := func(other *store.Token) bool { return other.PK != t.PK && other.Identifier == t.Identifier }
			if c.State.Tokens.Find(taken) != nil {
				return obj{"identifier": rest.Messages("Token with this identifier already exists.")}
			}
			return obj{}
		},
		Store: func(c *serve.Call, t *store.Token) { c.State.Tokens.Put(t.Identifier, t) },
		Saved: func(c *serve.Call, before, t *store.Token) {
			c.State.Tokens.Remove(before.Identifier)
			c.State.Tokens.Put(t.Identifier, t)
		},
		Remove: func(c *serve.Call, t *store.Token) { c.State.Tokens.Remove(t.Identifier) },
	}
}

// tokenRules leaves out expires, which authentik replaces with the default duration, and two of the four intents,
// which cannot be created through the API.
func tokenRules(c *serve.Call) []rest.Rule[store.Token] {
	return []rest.Rule[store.Token]{
		rest.Text("identifier", func(t *store.Token) *string { return &t.Identifier }).Required().MaxLength(255).Slug(),
		rest.Choice("intent", []string{"api", "app_password"}, func(t *store.Token) *string { return &t.Intent }),
		rest.NumberRef("user", c.State.Users.Has, func(t *store.Token) *int { return &t.User }),
		rest.BlankText("description", func(t *store.Token) *string { return &t.Description }),
		rest.Flag("expiring", func(t *store.Token) *bool { return &t.Expiring }),
	}
}

func renderToken(c *serve.Call, t *store.Token) obj {
	return obj{
		"pk": t.PK, "managed": orNull(t.Managed), "identifier": t.Identifier, "intent": t.Intent, "user": t.User,
		"user_obj": renderUser(c, c.State.Users.Get(t.User)), "description": t.Description,
		"expires": timeOrNull(t.Expires), "expiring": t.Expiring,
	}
}

// viewKey answers GET core/tokens/{key}/view_key/.
func viewKey(c *serve.Call) (serve.Answer, error) {
	t, err := tokenResource().Found(c)
	if err != nil {
		return serve.Answer{}, err
	}
	if !c.MayOn("authentik_core.view_token_key", t.PK) && t.User != c.User.PK {
		return serve.Answer{}, serve.Forbidden()
	}
	c.Note(store.Event{Action: "secret_view", App: "authentik.core.api.tokens",
		Context: obj{"secret": serve.ModelContext("token", "authentik_core", serve.Undashed(t.PK), t.Identifier)}})
	return serve.OK(obj{"key": t.Key})
}

func unixOrZero(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}

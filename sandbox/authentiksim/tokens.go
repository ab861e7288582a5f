package authentiksim

import (
	"cmp"
	"regexp"
	"strings"
	"time"
)

var slugPattern = regexp.MustCompile(`^[-a-zA-Z0-9_]+$`)

const notASlug = "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."

var tokenIntents = []string{"verification", "api", "recovery", "app_password"}

var tokenResource = &resource[Token]{
	app: "authentik_core", model: "token", noun: "Token",
	rows:   func(st *state) []*Token { return st.tokens.all() },
	key:    func(t *Token) string { return t.PK },
	lookup: func(t *Token) string { return t.Identifier },
	title:  func(t *Token) string { return t.Identifier },
	owned:  func(t *Token, u *User) bool { return t.User == u.PK },
	render: func(c *call, t *Token) (obj, error) { return c.renderToken(t), nil },
	filters: func(c *call) map[string]filter[Token] {
		return map[string]filter[Token]{
			"identifier":     exactly(func(t *Token) string { return t.Identifier }),
			"intent":         oneOf(tokenIntents, func(t *Token) string { return t.Intent }),
			"description":    exactly(func(t *Token) string { return t.Description }),
			"expiring":       whether(func(t *Token) bool { return t.Expiring }),
			"user__username": exactly(func(t *Token) string { return c.st.users.get(t.User).Username }),
		}
	},
	search: func(t *Token) []string { return []string{t.Identifier, t.Intent, t.Description} },
	orders: map[string]func(a, b *Token) int{
		"identifier": byText(func(t *Token) string { return t.Identifier }),
		"intent":     byText(func(t *Token) string { return t.Intent }),
		"expires":    func(a, b *Token) int { return cmp.Compare(unixOrZero(a.Expires), unixOrZero(b.Expires)) },
	},
	byDefault: "identifier",

	rules: tokenRules,
	fresh: func(c *call) *Token {
		expires := c.now().Add(c.st.settings.duration("default_token_duration"))
		return &Token{PK: newID(), Intent: "api", User: c.user.PK, Expires: &expires, Expiring: true,
			key: randomText(c.st.settings.tokenLength())}
	},
	check: func(c *call, t *Token) obj {
		taken := c.st.tokens.find(func(other *Token) bool { return other.PK != t.PK && other.Identifier == t.Identifier })
		if taken != nil {
			return obj{"identifier": messages("Token with this identifier already exists.")}
		}
		return obj{}
	},
	store: func(c *call, t *Token) { c.st.tokens.put(t.Identifier, t) },
	saved: func(c *call, before, t *Token) {
		c.st.tokens.remove(before.Identifier)
		c.st.tokens.put(t.Identifier, t)
	},
	remove: func(c *call, t *Token) { c.st.tokens.remove(t.Identifier) },
}

// tokenRules leave "expires" out: a submitted time is replaced by the default
// duration, and two of the four intents cannot be made through the API.
func tokenRules(c *call) []rule[Token] {
	return []rule[Token]{
		text("identifier", func(t *Token) *string { return &t.Identifier }).need().longest(255).matching(slugPattern, notASlug),
		choice("intent", []string{"api", "app_password"}, func(t *Token) *string { return &t.Intent }),
		refNumber("user", c.st.users.has, func(t *Token) *int { return &t.User }),
		blankText("description", func(t *Token) *string { return &t.Description }),
		flag("expiring", func(t *Token) *bool { return &t.Expiring }),
	}
}

func (c *call) renderToken(t *Token) obj {
	return obj{
		"pk": t.PK, "managed": orNull(t.Managed), "identifier": t.Identifier, "intent": t.Intent, "user": t.User,
		"user_obj": c.renderUser(c.st.users.get(t.User)), "description": t.Description,
		"expires": timeOrNull(t.Expires), "expiring": t.Expiring,
	}
}

// viewKey answers GET core/tokens/{key}/view_key/.
func viewKey(c *call) (answer, error) {
	t, err := tokenResource.found(c)
	if err != nil {
		return answer{}, err
	}
	if !c.mayOn("authentik_core.view_token_key", t.PK) && t.User != c.user.PK {
		return answer{}, forbidden()
	}
	c.note(Event{Action: "secret_view", App: "authentik.core.api.tokens",
		Context: obj{"secret": modelContext("token", "authentik_core", undashed(t.PK), t.Identifier)}})
	return ok(obj{"key": t.key})
}

func unixOrZero(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}

// parseDuration reads authentik's "hours=1;minutes=2". The second result is
// false for a text of another form, such as "5m".
func parseDuration(text string) (time.Duration, bool) {
	units := map[string]time.Duration{
		"microseconds": time.Microsecond, "milliseconds": time.Millisecond, "seconds": time.Second,
		"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "weeks": 7 * 24 * time.Hour,
	}
	var total time.Duration
	for part := range strings.SplitSeq(text, ";") {
		name, amount, assigned := strings.Cut(part, "=")
		unit, known := units[strings.ToLower(strings.TrimSpace(name))]
		n, isNumber := readNumber(amount)
		if !assigned || !known || !isNumber {
			return 0, false
		}
		total += time.Duration(n) * unit
	}
	return total, true
}

// duration is a text in authentik's duration format.
func duration[T any](key string, field func(*T) *string) rule[T] {
	r := text(key, field)
	set := r.set
	r.set = func(row *T, v any) any {
		if s, isText := v.(string); isText && s != "" {
			if _, valid := parseDuration(s); !valid {
				return messages(s + " is not in the correct format of 'hours=3;minutes=1'.")
			}
		}
		return set(row, v)
	}
	return r
}

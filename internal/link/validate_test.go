package link_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/secret"
)

func TestValidateTakes(t *testing.T) {
	for name, edit := range map[string]func(*link.Spec){
		"a spec that leaves everything open": func(*link.Spec) {},
		"every e-mail decision":              func(s *link.Spec) { s.Email = link.EmailLeave },
		"the attribute":                      func(s *link.Spec) { s.Email = link.EmailTrustAttribute },
		"what is there":                      func(s *link.Spec) { s.Existing = link.ExistingUse },
		"a new one":                          func(s *link.Spec) { s.Existing = link.ExistingNew },
		"a slug in capitals":                 func(s *link.Spec) { s.Application.Slug = new("Pocket_Base-2") },
		"a launch URL with a placeholder": func(s *link.Spec) {
			s.Application.LaunchURL = new("https://shop.company/%(username)s/")
		},
		"the launch URL that hides":   func(s *link.Spec) { s.Application.LaunchURL = new("blank://blank") },
		"an icon of Font Awesome":     func(s *link.Spec) { s.Application.Icon = new("fa://fa-store") },
		"an icon of the media folder": func(s *link.Spec) { s.Application.Icon = new("media/icons/shop_2.svg") },
		"an icon elsewhere": func(s *link.Spec) {
			s.Application.Icon = new("https://shop.company/icon.svg?v=2")
		},
		"a description of many lines": func(s *link.Spec) {
			s.Application.Description = new(strings.Repeat("A line.\n", 100))
		},
		"255 letters that take two bytes": func(s *link.Spec) { s.Application.Name = new(strings.Repeat("ü", 255)) },
		"a secret of 255 characters": func(s *link.Spec) {
			s.Provider.ClientSecret = new(secret.New(strings.Repeat("ü", 255)))
		},
		"several units of time": func(s *link.Spec) { s.Provider.AccessTokenValidity = new("hours=1;minutes=30") },
		"a redirect URI of an app": func(s *link.Spec) {
			s.Provider.RedirectURIs = strict("myapp://redirect", "com.company.shop:/redirect")
		},
		"a redirect URI without a mode": func(s *link.Spec) {
			s.Provider.RedirectURIs = []link.RedirectURI{{URL: "https://pocketbase.company/x"}}
		},
		"a regular expression": func(s *link.Spec) {
			s.Provider.RedirectURIs = []link.RedirectURI{{URL: `https://.*\.company/x`, Mode: "regex"}}
		},
		"the ID token without its keys": idToken(func(b *link.PocketBase) {
			b.JWKSURL, b.UserInfoURL = new(""),
				new("")
		}),
		"a token URL on a Docker host": func(s *link.Spec) {
			s.PocketBase.TokenURL = new("http://authentik_server:9000/application/o/token/")
		},
		"empty rules and mapped fields": func(s *link.Spec) {
			s.PocketBase.CreateRule, s.PocketBase.MapName = new(""),
				new("")
		},
		"rules with a comment and a function": func(s *link.Spec) {
			s.PocketBase.CreateRule = new("@request.context = \"oauth2\" // not by hand")
			s.PocketBase.AuthRule = new("verified = true && (@request.body.a ?~ 'x' || geoDistance(1, 2, 3, 4) < 5)")
		},
	} {
		t.Run(name, func(t *testing.T) {
			if problems := specWith(edit).Validate(); len(problems) > 0 {
				t.Errorf("there are problems:\n%v", problems)
			}
		})
	}
}

// wrong is one thing that Validate tells of: where, and a part of the words.
type wrong struct {
	edit  func(*link.Spec)
	field string
	says  string
}

func TestValidateTellsEachProblem(t *testing.T) {
	for name, test := range wrongs() {
		t.Run(name, func(t *testing.T) {
			problems := specWith(test.edit).Validate()
			if len(problems) != 1 {
				t.Fatalf("there are %d problems:\n%v", len(problems), problems)
			}
			p := problems[0]
			if p.Field != test.field || !strings.Contains(say.Of("%s %s", p.Summary, p.Todo).String(), test.says) {
				t.Errorf("at %q: %s %s\nwant at %q: %s", p.Field, p.Summary, p.Todo, test.field, test.says)
			}
			if p.Todo.Empty() || strings.ContainsAny(p.Summary.String()[:1], "abcdefghijklmnopqrstuvwxyz") &&
				!strings.HasPrefix(p.Summary.String(), "authentik") {
				t.Errorf("%q, %q: say what is, then what to do", p.Summary, p.Todo)
			}
		})
	}
}

func wrongs() map[string]wrong {
	all := map[string]wrong{}
	for _, some := range []map[string]wrong{wrongDecisions(), wrongApplications(), wrongProviders(), wrongRedirects(),
		wrongPocketBases()} {
		for name, one := range some {
			all[name] = one
		}
	}
	return all
}

func wrongDecisions() map[string]wrong {
	return map[string]wrong{
		"no e-mail decision":      {func(s *link.Spec) { s.Email = "" }, "email", "Choose trust-all"},
		"another e-mail decision": {func(s *link.Spec) { s.Email = "trust-me" }, "email", "“trust-me”"},
		"another way to treat it": {func(s *link.Spec) { s.Existing = "adopt" }, "existing",
			"“adopt” is not a value of existing. Use “use” or “new”, or leave it out."},
	}
}

func wrongApplications() map[string]wrong {
	at := func(field, says string, edit func(*link.Application)) wrong {
		return wrong{func(s *link.Spec) { edit(&s.Application) }, "application." + field, says}
	}
	all := map[string]wrong{
		"an empty name": at("name", "is empty", func(a *link.Application) { a.Name = new(" ") }),
		"a long name": at("name", "longer than 255",
			func(a *link.Application) { a.Name = new(strings.Repeat("n", 256)) }),
		"a name of two lines": at("name", "control character",
			func(a *link.Application) { a.Name = new("a\nb") }),
		"an empty slug": at("slug", "Enter a slug", func(a *link.Application) { a.Slug = new("") }),
		"a slug with a space": at("slug", "“pocket base”",
			func(a *link.Application) { a.Slug = new("pocket base") }),
		"a slug with a dot": at("slug", "“pocket.base”",
			func(a *link.Application) { a.Slug = new("pocket.base") }),
		"a slug with a line break": at("slug", "does not allow",
			func(a *link.Application) { a.Slug = new("pocketbase\n") }),
		"a long slug": at("slug", "longer than 255",
			func(a *link.Application) { a.Slug = new(strings.Repeat("s", 256)) }),
		"a long group": at("group", "longer than 255",
			func(a *link.Application) { a.Group = new(strings.Repeat("g", 256)) }),
		"another policy engine mode": at("policy_engine_mode", "Use any or all.",
			func(a *link.Application) { a.PolicyEngineMode = new("some") }),
		"an empty policy engine mode": at("policy_engine_mode", "Use any or all.",
			func(a *link.Application) { a.PolicyEngineMode = new("") }),
		"a launch URL without scheme": at("launch_url", "not a web address",
			func(a *link.Application) { a.LaunchURL = new("shop.company") }),
		"a launch URL with a space after it": at("launch_url", "a space before or after it",
			func(a *link.Application) { a.LaunchURL = new("https://shop.company/#/cart ") }),
		"a launch URL that is script": at("launch_url", "javascript",
			func(a *link.Application) { a.LaunchURL = new("javascript://shop.company/%0aalert(1)") }),
		"an icon that is nothing": at("icon", "not a web address",
			func(a *link.Application) { a.Icon = new("a picture") }),
		"a publisher with a tab": at("publisher", "control character",
			func(a *link.Application) { a.Publisher = new("a\tb") }),
		"a NUL in the description": at("description", "NUL",
			func(a *link.Application) { a.Description = new("a\x00b") }),
		"a launch URL with a password": at("launch_url", "user name or password",
			func(a *link.Application) { a.LaunchURL = new("https://ada:pw@shop.company") }),
	}
	for _, slug := range link.ReservedSlugs() {
		all["the reserved slug "+slug] = at("slug", "reserves the slug “"+slug,
			func(a *link.Application) { a.Slug = &slug })
	}
	return all
}

func wrongProviders() map[string]wrong {
	at := func(field, says string, edit func(*link.Provider)) wrong {
		return wrong{func(s *link.Spec) { edit(&s.Provider) }, "provider." + field, says}
	}
	return map[string]wrong{
		"a secret that ends with a line break": {func(s *link.Spec) {
			s.Provider.ClientSecret = new(secret.New("s3cret-from-a-file\n"))
		}, "provider.client_secret", "begins or ends with white space"},
		"a client ID that begins with a space": {func(s *link.Spec) { s.Provider.ClientID = new(" pocketbase") },
			"provider.client_id", "begins or ends with white space"},
		"an empty provider name": at("name", "is empty", func(p *link.Provider) { p.Name = new("") }),
		"an empty client ID":     at("client_id", "is empty", func(p *link.Provider) { p.ClientID = new("") }),
		"a long client ID": at("client_id", "longer than 255",
			func(p *link.Provider) { p.ClientID = new(strings.Repeat("c", 256)) }),
		"an empty client secret": at("client_secret", "is empty",
			func(p *link.Provider) { p.ClientSecret = new(secret.Text{}) }),
		"a long client secret": at("client_secret", "longer than 255",
			func(p *link.Provider) { p.ClientSecret = new(secret.New(strings.Repeat("s", 256))) }),
		"a code validity in seconds": at("access_code_validity", "“60”",
			func(p *link.Provider) { p.AccessCodeValidity = new("60") }),
		"a token validity in short": at("access_token_validity", "“5m”",
			func(p *link.Provider) { p.AccessTokenValidity = new("5m") }),
		"an empty refresh validity": at("refresh_token_validity", "hours=1;minutes=30",
			func(p *link.Provider) { p.RefreshTokenValidity = new("") }),
		"a code validity of zero": at("access_code_validity", "expire at once",
			func(p *link.Provider) { p.AccessCodeValidity = new("seconds=0") }),
		"a token validity of zero in several units": at("access_token_validity", "expire at once",
			func(p *link.Provider) { p.AccessTokenValidity = new("hours=0;minutes=0.0") }),
		"a negative code validity": at("access_code_validity", "expire at once",
			func(p *link.Provider) { p.AccessCodeValidity = new("seconds=-5") }),
		"a refresh validity of zero": at("refresh_token_validity", "expire at once",
			func(p *link.Provider) { p.RefreshTokenValidity = new("days=0") }),
		"a threshold that ends with a semicolon": at("refresh_token_threshold", "“hours=1;”",
			func(p *link.Provider) { p.RefreshTokenThreshold = new("hours=1;") }),
		"a code validity with a space after it": at("access_code_validity", "“minutes=2 ”",
			func(p *link.Provider) { p.AccessCodeValidity = new("minutes=2 ") }),
		"a threshold of another unit": at("refresh_token_threshold", "“months=1”",
			func(p *link.Provider) { p.RefreshTokenThreshold = new("months=1") }),
		"another subject mode": at("subject_mode", "hashed_user_id",
			func(p *link.Provider) { p.SubjectMode = new("email") }),
		"another issuer mode": at("issuer_mode", "per_provider",
			func(p *link.Provider) { p.IssuerMode = new("each") }),
		"no redirect URI": at("redirect_uris", "trusts the first address that is used",
			func(p *link.Provider) { p.RedirectURIs = []link.RedirectURI{} }),
		"a threshold with a space in it": at("refresh_token_threshold", "“hours = 1”",
			func(p *link.Provider) { p.RefreshTokenThreshold = new("hours = 1") }),
	}
}

func TestWhatAuthentikTakesIsTaken(t *testing.T) {
	s := minimal()
	s.Application.LaunchURL, s.Application.Icon = new("https://pb.company/_/#/collections"),
		new("https://cdn.company/icon-%(theme)s.svg")
	s.Provider.AccessTokenValidity, s.Provider.AccessCodeValidity = new("hours=0.5"), new("Minutes= 1;seconds=30")
	s.Provider.RefreshTokenThreshold = new("seconds=0")
	s.Provider.RedirectURIs = []link.RedirectURI{{URL: `https://(?!evil)[a-z]+\.company/.*\Z`, Mode: "regex"}}
	if problems := s.Validate(); len(problems) > 0 {
		t.Error(problems)
	}
}

func wrongRedirects() map[string]wrong {
	at := func(says string, r link.RedirectURI) wrong {
		list := append(strict(pocketbaseURL+link.RedirectPath), r)
		return wrong{func(s *link.Spec) { s.Provider.RedirectURIs = list }, "provider.redirect_uris.1", says}
	}
	return map[string]wrong{
		"an empty redirect URI": at("is empty", link.RedirectURI{Mode: "strict"}),
		"a redirect URI without a scheme": at("has no scheme", link.RedirectURI{URL: "pocketbase.company/x",
			Mode: "strict"}),
		"a redirect URI with a space": at("is not an address",
			link.RedirectURI{URL: "https://pocketbase.company/a b", Mode: "strict"}),
		"a redirect URI that is none": at("is not an address", link.RedirectURI{URL: "https://[", Mode: "strict"}),
		"a redirect URI that is script": at("refuses the scheme javascript:",
			link.RedirectURI{URL: "javascript:alert(1)", Mode: "strict"}),
		"a redirect URI that is data": at("refuses the scheme", link.RedirectURI{URL: "DATA:text/html,x",
			Mode: "strict"}),
		"a redirect URI without a host": at("has no host", link.RedirectURI{URL: "https:/pocketbase.company/cb",
			Mode: "strict"}),
		"a redirect URI with a fragment": at("which OAuth2 does not allow",
			link.RedirectURI{URL: "https://pocketbase.company/cb?x=1#frag", Mode: "strict"}),
		"a fragment of an app's own": at("which OAuth2 does not allow", link.RedirectURI{URL: "myapp://cb#",
			Mode: "strict"}),
		"a redirect URI with a wildcard": at("strict URIs are compared literally",
			link.RedirectURI{URL: "http://pocketbase.company/*"}),
		"a redirect URI with a backslash": at("strict URIs are compared literally",
			link.RedirectURI{URL: `https://pocketbase\.company/cb`, Mode: "strict"}),
		"a redirect URI with a password": at("The redirect URI contains a user name or password",
			link.RedirectURI{URL: "https://ada:hunter2@pocketbase.company/cb"}),
		"a space after a redirect URI": at("a space before or after it",
			link.RedirectURI{URL: "https://pocketbase.company/cb ", Mode: "strict"}),
		"a redirect URI of a file": at("Browsers do not follow", link.RedirectURI{URL: "file:///cb",
			Mode: "strict"}),
		"a redirect URI without https": at("has no scheme", link.RedirectURI{URL: "localhost:8090/cb", Mode: "strict"}),
		"a space after a pattern": at("which no address matches", link.RedirectURI{URL: "https://a/.* ",
			Mode: "regex"}),
		"another matching mode":       at("“glob”", link.RedirectURI{URL: "https://*", Mode: "glob"}),
		"a broken regular expression": at("regular expression", link.RedirectURI{URL: "https://(", Mode: "regex"}),
		"an empty regular expression": at("regular expression", link.RedirectURI{Mode: "regex"}),
	}
}

func wrongPocketBases() map[string]wrong {
	at := func(field, says string, edit func(*link.PocketBase)) wrong {
		return wrong{func(s *link.Spec) { edit(&s.PocketBase) }, "pocketbase." + field, says}
	}
	all := map[string]wrong{
		"a create rule that nobody can read": at("create_rule", "missing 3 closing bracket(s)",
			func(b *link.PocketBase) { b.CreateRule = new("(((") }),
		"an auth rule that nobody can read": at("auth_rule", "Correct it.",
			func(b *link.PocketBase) { b.AuthRule = new("verified =") }),
		"a rule of spaces": at("auth_rule", "empty", func(b *link.PocketBase) { b.AuthRule = new(" ") }),
		"an empty collection": at("collection", "Choose an auth collection",
			func(b *link.PocketBase) { b.Collection = new("") }),
		"the superusers": at("collection", "Superusers cannot",
			func(b *link.PocketBase) { b.Collection = new("_superusers") }),
		"another slot": at("slot", "oidc, oidc2 or oidc3",
			func(b *link.PocketBase) { b.Slot = new("oidc4") }),
		"an empty display name": at("display_name", "is empty",
			func(b *link.PocketBase) { b.DisplayName = new("") }),
		"an empty auth URL": at("auth_url", "is empty", func(b *link.PocketBase) { b.AuthURL = new("") }),
		"an empty token URL": at("token_url", "is empty",
			func(b *link.PocketBase) { b.TokenURL = new("") }),
		"an empty user info URL": at("user_info_url", "is empty",
			func(b *link.PocketBase) { b.UserInfoURL = new("") }),
		"an auth URL without a scheme": at("auth_url", "not a web address",
			func(b *link.PocketBase) { b.AuthURL = new("authentik.company/x") }),
		"a token URL of another kind": at("token_url", "starts with ftp://",
			func(b *link.PocketBase) { b.TokenURL = new("ftp://authentik.company/x") }),
		"a user info URL with a fragment": at("user_info_url", "after #",
			func(b *link.PocketBase) { b.UserInfoURL = new("https://authentik.company/x#y") }),
		"a JWKS URL with a space": at("jwks_url", "not a web address",
			func(b *link.PocketBase) { b.JWKSURL = new("https://authentik.company/a b") }),
		"another source of user info": at("user_info", "userinfo or id_token",
			func(b *link.PocketBase) { b.UserInfo = new("token") }),
		"an issuer that is none": at("issuers.1", "not a web address",
			func(b *link.PocketBase) { b.Issuers = []string{"https://a.company/", "b"} }),
	}
	all["a public address that is none"] = wrong{func(s *link.Spec) { s.PocketBaseURLs = []string{pocketbaseURL, "b"} },
		"pocketbase.public_urls.1", "not a web address"}
	return all
}

func TestValidateTellsAllProblemsAtOnceInTheOrderOfThePage(t *testing.T) {
	var s link.Spec
	s.Existing, s.Application.Slug, s.Provider.ClientID = "x", new("a b"), new("")
	s.Provider.RedirectURIs = strict("", "also none")
	s.PocketBase.Slot, s.PocketBase.DisplayName = new("x"), new("")
	var fields []string
	for _, p := range s.Validate() {
		fields = append(fields, p.Field)
	}
	want := []string{
		"application.slug", "provider.client_id", "provider.redirect_uris.0", "provider.redirect_uris.1",
		"email", "existing", "pocketbase.slot", "pocketbase.display_name",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("the fields (want -, got +):\n%s", diff)
	}
}

func TestValidateNeverShowsASecret(t *testing.T) {
	s := minimal()
	s.Provider.ClientSecret = new(secret.New(strings.Repeat("hunter2", 40)))
	s.Application.LaunchURL = new("https://ada:hunter2@shop.company")
	s.PocketBase.TokenURL = new("https://ada:hunter2@authentik.company/x y")
	s.PocketBase.AuthURL = new("https://ada:hunter2@authentik.company:%/")
	problems := s.Validate()
	if len(problems) != 4 || strings.Contains(problems.Error(), "hunter2") {
		t.Errorf("there are %d problems:\n%v", len(problems), problems)
	}
}

func TestProblemsAreOneErrorOfManyLines(t *testing.T) {
	if err := (report.Problems{}).Err(); err != nil {
		t.Errorf("no problems are the error %v", err)
	}
	var p report.Problems
	p.Add("email", say.Of("It is missing."), say.Of("Choose one."))
	p.Add("", say.Of("Something else."), say.Text{})
	want := []string{"email: It is missing. Choose one.", "Something else."}
	if got := strings.Split(p.Err().Error(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

package checks

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sync"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

// sourcePolicy is the policy of authentik's flow for sources (default/flow-default-source-authentication.yaml). It
// passes only for people who come from an external identity provider.
const sourcePolicy = "default-source-authentication-if-sso"

// flows are the two flows that a sign-in goes through.
type flows struct {
	all    []rest.Object
	allErr error
	brand  rest.Answer
	// login is the authentication flow, consent the provider's authorization flow.
	login, consent flow
}

// flow is one of the two flows.
type flow struct {
	designation string
	rest.Object          // nil if unknown
	unknown     say.Text // why

	bindings, stages       []rest.Object
	bindingsErr, stagesErr error
	// denials are the bindings of each deny stage, by its name.
	denials    map[string][]rest.Object
	denialsErr error
}

// findFlows finds both flows, which needs the provider.
func (m *measured) findFlows() {
	if m.live.provider == nil {
		return
	}
	f := &m.flows
	f.consent = m.findFlow("authorization", "pk", m.live.state.AuthorizationFlow.ID)
	if own := m.live.state.AuthenticationFlow.ID; own != "" {
		f.login = m.findFlow("authentication", "pk", own)
	} else if brand, ok := f.brand.Object(); !ok || f.brand.Status != http.StatusOK {
		f.login = flow{unknown: say.Of("The provider leaves the authentication flow to authentik's brand, which "+
			"could not be read: %s.", outcome(f.brand))}
	} else if slug := brand.Text("flow_authentication"); slug == "" {
		f.login = flow{unknown: say.Of("Neither the provider nor authentik's brand names an authentication flow.")}
	} else {
		f.login = m.findFlow("authentication", "slug", slug)
	}
}

func (f *flow) bindingKey() string { return f.Text("policybindingmodel_ptr_id") }

// bound returns the objects whose policy bindings are read: the application and both flows.
func (m *measured) bound() []string {
	keys := []string{m.live.application.Text("pk"), m.flows.login.bindingKey(), m.flows.consent.bindingKey()}
	return slices.DeleteFunc(keys, func(key string) bool { return key == "" })
}

// Bound returns the objects whose policy bindings a Check reads, as far as they are known from what a moment has read.
func (c *Checker) Bound(ctx context.Context, application, provider rest.Object, flows []rest.Object) []string {
	m := &measured{c: c, live: live{application: application, provider: provider}}
	m.flows.all = flows
	if provider != nil {
		m.live.state = rest.ProviderState(provider)
	}
	m.flows.brand.Answer, _ = wire.Known(ctx, rest.AnonymousKey(c.URL+rest.BrandPath))
	m.findFlows()
	return m.bound()
}

// readBindings reads the bindings of the application and both flows.
func (m *measured) readBindings(ctx context.Context) {
	bound, err := m.c.Bindings(ctx, m.bound()...)
	m.live.bindings, m.live.bindingsErr = bound[m.live.application.Text("pk")], err
	for _, f := range []*flow{&m.flows.login, &m.flows.consent} {
		f.bindings, f.bindingsErr = bound[f.bindingKey()], err
	}
}

// readStages reads the stages of both flows.
func (m *measured) readStages(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { m.c.readStages(ctx, &m.flows.login) })
	group.Go(func() { m.c.readStages(ctx, &m.flows.consent) })
	group.Wait()
}

func (m *measured) findFlow(designation, key, value string) flow {
	f := flow{designation: designation}
	i := slices.IndexFunc(m.flows.all, func(o rest.Object) bool { return o.Text(key) == value })
	switch {
	case m.flows.allErr != nil:
		f.unknown = rest.FaultWords(m.flows.allErr)
	case i < 0:
		f.unknown = say.Of("The token may not see the %s flow.", designation)
	default:
		f.Object = m.flows.all[i]
	}
	return f
}

// readStages reads the stages of a flow, and the bindings of its deny stages.
func (c *Checker) readStages(ctx context.Context, f *flow) {
	if f.Object == nil || f.Has("stages") && len(f.List("stages")) == 0 {
		return
	}
	if f.stages, f.stagesErr = c.All(ctx, rest.StageBindingList(f.Text("pk"))); f.stagesErr != nil {
		return
	}
	denying := slices.DeleteFunc(slices.Clone(f.stages),
		func(b rest.Object) bool { return rest.StageKind(b.Object("stage_obj")) != "deny" })
	key := func(b rest.Object) string { return b.Text("policybindingmodel_ptr_id") }
	bound, err := c.Bindings(ctx, link.Each(denying, key)...)
	if f.denialsErr = err; err != nil {
		return
	}
	f.denials = map[string][]rest.Object{}
	for _, b := range denying {
		f.denials[rest.Plain(b.Object("stage_obj").Text("name"))] = enabled(bound[key(b)])
	}
}

func enabled(bindings []rest.Object) []rest.Object {
	return slices.DeleteFunc(slices.Clone(bindings), func(o rest.Object) bool {
		return o.Has("enabled") && !o.Flag("enabled")
	})
}

// name returns the flow's name in evidence.
func (f *flow) name() say.Text {
	if f.designation == "authentication" {
		return say.Of("The authentication flow “%s”", rest.Plain(f.Text("slug")))
	}
	return say.Of("The authorization flow “%s”", rest.Plain(f.Text("slug")))
}

func chooseFlow() say.Text {
	return say.Of("Choose another flow for the provider in authentik, or for the brand if the provider has none.")
}

// refuses returns why the flow lets nobody in, or not this person, and what to do. Both are empty if that is not known.
func (m *measured) refuses(f *flow) (why, remedy say.Text) {
	for _, reason := range []func(*flow) say.Text{m.unmetLevel, refusingBinding} {
		if why = reason(f); !why.Empty() {
			return why, chooseFlow()
		}
	}
	if why = refusingStage(f); !why.Empty() {
		return why, say.Of("Correct the stages of the flow in authentik, or choose another flow for the provider.")
	}
	return say.Text{}, say.Text{}
}

// wrongDesignation returns that the flow is made for something else. authentik runs it all the same.
func wrongDesignation(f *flow) say.Text {
	if named := f.Text("designation"); named != "" && named != f.designation {
		return say.Of("%s is made for another purpose: its designation is %s.", f.name(), rest.Plain(named))
	}
	return say.Text{}
}

// unmetLevel returns why the flow's level of authentication can't be met (flows/planner.py): nobody has signed in yet
// at the authentication flow, and everybody has at the authorization flow.
func (m *measured) unmetLevel(f *flow) say.Text {
	level := f.Text("authentication")
	switch level {
	case "require_authenticated":
		if f.designation == "authentication" {
			return say.Of("%s requires people to be signed in already, so nobody can sign in with it.", f.name())
		}
	case "require_unauthenticated":
		if f.designation == "authorization" {
			return say.Of("%s requires people not to be signed in, but everybody is at this point.", f.name())
		}
	case "require_superuser":
		if f.designation == "authentication" {
			return say.Of("%s requires a superuser who is signed in already, so nobody can sign in with it.",
				f.name())
		}
		if super, known := m.isSuperuser(); known && !super {
			return say.Of("%s lets in superusers only, and %s is none.", f.name(), m.who())
		}
	case "require_redirect", "require_outpost", "require_token":
		return say.Of("%s applies only to people who come from elsewhere in authentik (%s), not to those who come "+
			"from PocketBase.", f.name(), level)
	}
	return say.Text{}
}

func (m *measured) isSuperuser() (super, known bool) {
	if m.own() {
		return m.c.Identity().Superuser, true
	}
	return m.user.Flag("is_superuser"), m.user.Has("is_superuser")
}

// refusing reports whether a binding refuses everyone who comes from PocketBase.
func refusing(f *flow, b rest.Object) bool {
	if b.Flag("negate") {
		return false
	}
	if b.Text("policy") != "" {
		return b.Object("policy_obj").Text("name") == sourcePolicy
	}
	return f.designation == "authentication" // nobody is known to be in a group before the sign-in
}

func refusingBinding(f *flow) say.Text {
	bound := enabled(f.bindings)
	refuses := func(b rest.Object) bool { return refusing(f, b) }
	admits := func(b rest.Object) bool { return !refusing(f, b) }
	if len(bound) == 0 || f.Text("policy_engine_mode") != "all" && slices.ContainsFunc(bound, admits) ||
		!slices.ContainsFunc(bound, refuses) {
		return say.Text{}
	}
	one := bound[slices.IndexFunc(bound, refuses)]
	if one.Text("policy") != "" {
		return say.Of("%s lets in nobody who comes from PocketBase: its policy “%s” passes only for people who come "+
			"from an external identity provider.", f.name(), sourcePolicy)
	}
	return say.Of("%s is bound to %s, but nobody is known before the sign-in.", f.name(),
		boundNames([]rest.Object{one}))
}

func boundNames(bindings []rest.Object) say.Text {
	names := make([]say.Text, len(bindings))
	for i, o := range bindings {
		b := rest.BindingState(o)
		names[i] = quoted(b)
	}
	return say.List(names...)
}

func quoted(b link.BindingState) say.Text {
	name := rest.Plain(b.Target.Name)
	switch b.Kind {
	case "group":
		return say.Of("group “%s”", name)
	case "user":
		return say.Of("user “%s”", name)
	}
	return say.Of("policy “%s”", name)
}

// refusingStage returns why the stages can't lead to a sign-in.
func refusingStage(f *flow) say.Text {
	for _, name := range slices.Sorted(maps.Keys(f.denials)) {
		if len(f.denials[name]) == 0 {
			return say.Of("%s denies everyone: its deny stage “%s” has no policy.", f.name(), name)
		}
	}
	if f.designation != "authentication" || f.stagesErr != nil || len(f.stages) == 0 && !f.Has("stages") {
		return say.Text{}
	}
	if has, sure := f.has("identification", "source", "mtls", "redirect", "authenticator_validate"); sure && !has {
		return say.Of("%s has no identification stage, so nobody can say who they are.", f.name())
	}
	if has, sure := f.has("user_login", "redirect", "source"); sure && !has {
		return say.Of("%s has no user login stage, so nobody is signed in at its end.", f.name())
	}
	return say.Text{}
}

// has reports whether the flow has a stage of one of the kinds. sure is false if a stage's kind is unknown.
func (f *flow) has(kinds ...string) (has, sure bool) {
	sure = true
	for _, b := range f.stages {
		kind := rest.StageKind(b.Object("stage_obj"))
		has = has || slices.Contains(kinds, kind)
		sure = sure && kind != ""
	}
	return has, sure
}

// doubts returns why it is not known whether the flow lets people in.
func (m *measured) doubts(f *flow) []say.Text {
	if f.Object == nil {
		return []say.Text{f.unknown}
	}
	var doubts []say.Text
	for _, err := range []error{f.bindingsErr, f.stagesErr, f.denialsErr} {
		if err != nil {
			doubts = append(doubts, rest.FaultWords(err))
		}
	}
	if bound := enabled(f.bindings); len(bound) > 0 {
		doubts = append(doubts, say.Of("%s is bound to %s, whose result can't be known beforehand.", f.name(),
			boundNames(bound)))
	}
	for _, name := range slices.Sorted(maps.Keys(f.denials)) {
		doubts = append(doubts, say.Of("%s has the deny stage “%s”, and whether %s leads to it can't be known "+
			"beforehand.", f.name(), name, boundNames(f.denials[name])))
	}
	if _, known := m.isSuperuser(); f.Text("authentication") == "require_superuser" && !known {
		doubts = append(doubts, say.Of("%s lets in superusers only.", f.name()))
	}
	if f.designation == "authentication" && f.stagesErr == nil {
		doubts = append(doubts, f.oddStages()...)
	}
	return doubts
}

// oddStages returns doubts about an authentication flow that signs people in by other stages than usual.
func (f *flow) oddStages() []say.Text {
	identifies, known := f.has("identification")
	signsIn, _ := f.has("user_login")
	switch {
	case !known:
		return []say.Text{say.Of("%s has a stage of a kind that authpocket doesn't know.", f.name())}
	case !identifies:
		return []say.Text{say.Of("%s has no identification stage, and whether its other stages replace it can't be "+
			"known beforehand.", f.name())}
	case !signsIn:
		return []say.Text{say.Of("%s has no user login stage, and whether another flow signs people in can't be "+
			"known beforehand.", f.name())}
	}
	return nil
}

// judgeFlows checks that the flows that a sign-in goes through let people in who come from PocketBase.
func (m *measured) judgeFlows() *report.Check {
	check := newCheck(report.CheckAuthentikFlows, say.Of("The flows let people in"))
	if m.live.provider == nil {
		return check.SkipsSaying(m.live.missing, m.live.err)
	}
	both := []*flow{&m.flows.login, &m.flows.consent}
	for _, f := range both {
		if f.Object == nil {
			continue
		}
		if why, remedy := m.refuses(f); !why.Empty() {
			return check.Fails(report.CauseFlow, why, remedy)
		}
	}
	for _, f := range both {
		if why := wrongDesignation(f); !why.Empty() {
			return check.Warns(report.CauseFlow, why, chooseFlow())
		}
	}
	var doubts []say.Text
	for _, f := range both {
		for _, one := range m.doubts(f) {
			if !slices.Contains(doubts, one) {
				doubts = append(doubts, one)
			}
		}
	}
	if len(doubts) > 0 {
		return check.Skips(say.Join(doubts...))
	}
	return check.Passes(say.Of("People sign in through “%s” and continue through “%s”. Neither has a policy.",
		rest.Plain(m.flows.login.Text("slug")), rest.Plain(m.flows.consent.Text("slug"))))
}

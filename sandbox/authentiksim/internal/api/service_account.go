package api

import (
	"fmt"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// serviceAccountForm is the body of POST core/users/service_account/.
type serviceAccountForm struct {
	name            string
	group, expiring bool
}

// serviceAccount answers POST core/users/service_account/. The token it returns is an app password, not an API token.
func serviceAccount(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_core.add_user") || !c.May("authentik_core.add_token") {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	values := serviceAccountForm{expiring: true}
	errs := rest.Fill([]rest.Rule[serviceAccountForm]{
		rest.Text("name", func(f *serviceAccountForm) *string { return &f.name }).Required(),
		rest.Flag("create_group", func(f *serviceAccountForm) *bool { return &f.group }),
		rest.Flag("expiring", func(f *serviceAccountForm) *bool { return &f.expiring }),
	}, &values, in, false)
	if c.State.Users.Find(func(u *store.User) bool { return u.Username == values.name }) != nil {
		errs["name"] = rest.Messages(fmt.Sprintf("User with the username %s already exists", values.name))
	}
	if len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	return addServiceAccount(c, values)
}

func addServiceAccount(c *serve.Call, form serviceAccountForm) (serve.Answer, error) {
	u, name := c.State.NewUser(c.Now()), form.name
	u.Username, u.Name, u.Type, u.Path = name, name, "service_account", "goauthentik.io/service-accounts"
	u.Attributes = obj{"goauthentik.io/user/token-expires": form.expiring}
	c.State.AddUser(u)
	noteUser(c, "model_created", u)
	result := obj{"username": name, "user_uid": u.UID, "user_pk": u.PK}
	if form.group {
		g := GroupResource().Fresh(c)
		g.Name, g.Users = name, []int{u.PK}
		GroupResource().Add(c, g)
		result["group_pk"] = g.PK
	}
	expires := c.Now().AddDate(0, 0, 360)
	token := &store.Token{
		PK: store.NewID(), Identifier: "service-account-" + name + "-password", Intent: "app_password", User: u.PK,
		Expires: &expires, Expiring: form.expiring, Key: store.RandomText(c.State.Settings.TokenLength()),
	}
	c.State.Tokens.Put(token.Identifier, token)
	result["token"] = token.Key
	return serve.OK(result)
}

package authentiksim

import "fmt"

// serviceAccountForm is the body of POST core/users/service_account/.
type serviceAccountForm struct {
	name            string
	group, expiring bool
}

// serviceAccount answers POST core/users/service_account/. The token it gives
// back is an app password, which is no API token.
func serviceAccount(c *call) (answer, error) {
	if !c.may("authentik_core.add_user") || !c.may("authentik_core.add_token") {
		return answer{}, forbidden()
	}
	in, err := c.body()
	if err != nil {
		return answer{}, err
	}
	values := serviceAccountForm{expiring: true}
	errs := fill([]rule[serviceAccountForm]{
		text("name", func(f *serviceAccountForm) *string { return &f.name }).need(),
		flag("create_group", func(f *serviceAccountForm) *bool { return &f.group }),
		flag("expiring", func(f *serviceAccountForm) *bool { return &f.expiring }),
	}, &values, in, false)
	if c.st.users.find(func(u *User) bool { return u.Username == values.name }) != nil {
		errs["name"] = messages(fmt.Sprintf("User with the username %s already exists", values.name))
	}
	if len(errs) > 0 {
		return answer{}, invalid(errs)
	}
	return c.addServiceAccount(values)
}

func (c *call) addServiceAccount(form serviceAccountForm) (answer, error) {
	u, name := c.freshUser(), form.name
	u.Username, u.Name, u.Type, u.Path = name, name, "service_account", "goauthentik.io/service-accounts"
	u.Attributes = obj{"goauthentik.io/user/token-expires": form.expiring}
	c.st.addUser(u)
	c.noteUser("model_created", u)
	result := obj{"username": name, "user_uid": u.UID, "user_pk": u.PK}
	if form.group {
		g := groupResource.fresh(c)
		g.Name, g.Users = name, []int{u.PK}
		groupResource.add(c, g)
		result["group_pk"] = g.PK
	}
	expires := c.now().AddDate(0, 0, 360)
	token := &Token{PK: newID(), Identifier: "service-account-" + name + "-password", Intent: "app_password",
		User: u.PK, Expires: &expires, Expiring: form.expiring, key: randomText(c.st.settings.tokenLength())}
	c.st.tokens.put(token.Identifier, token)
	result["token"] = token.key
	return ok(result)
}

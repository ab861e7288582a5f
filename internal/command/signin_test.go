package command

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/pocketbase/core"
	"github.com/rogpeppe/go-internal/testscript"

	"authpocket/internal/connect"
	"authpocket/sandbox/authentiksim"
)

// appSecret and recoveryCode are the second factors that a script can give.
const (
	appSecret    = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	recoveryCode = "recovery-4711"
)

// changeLogin changes authentik's login flow, or the sandbox's person: login
// captcha, login app, login inactive and so on.
func changeLogin(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: login HOW")
	}
	sim := boxOf(ts).Authentik()
	ada, err := strconv.Atoi(ts.Getenv("PERSON"))
	ts.Check(err)
	sim.SetLogin(authentiksim.LoginFlow{PasswordOnFirstPage: args[0] == "one-page", Captcha: args[0] == "captcha"})
	switch args[0] {
	case "plain", "one-page", "captcha":
	case "app":
		sim.GiveDevices(ada, authentiksim.Devices{TOTP: appSecret})
	case "codes":
		sim.GiveDevices(ada, authentiksim.Devices{Codes: []string{recoveryCode, "another"}})
	case "inactive":
		sim.Deactivate(ada)
	default:
		ts.Fatalf("unknown: %s", args[0])
	}
}

// accounts counts PocketBase's accounts: accounts 0.
func accounts(ts *testscript.TestScript, neg bool, args []string) {
	n, err := boxOf(ts).PocketBase().App().CountRecords("users")
	ts.Check(err)
	if got := strconv.FormatInt(n, 10); neg || len(args) != 1 || got != args[0] {
		ts.Fatalf("there are %s accounts, want %v", got, args)
	}
}

// people counts the people in authentik whom tests made: people 0.
func people(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	for _, u := range boxOf(ts).Authentik().Snapshot().Users {
		if strings.HasPrefix(u.Username, "authpocket-test-") {
			n++
		}
	}
	if got := strconv.Itoa(n); neg || len(args) != 1 || got != args[0] {
		ts.Fatalf("there are %s people, want %v", got, args)
	}
}

// lacking puts a token into a variable that lacks some of the permissions that authpocket asks for:
// lacking TOKEN authentik_core.view_user.
func lacking(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: lacking VARIABLE PERMISSION...")
	}
	sim, key := boxOf(ts).Authentik(), "ak-token-of-"+strings.ToLower(args[0])
	person := sim.AddPerson(args[0], args[0], args[0]+"@example.com", "", nil)
	sim.AddAPIToken(person, args[0], key)
	var granted []string
	for _, p := range connect.Permissions() {
		if !slices.Contains(args[1:], string(p.Codename)) {
			granted = append(granted, string(p.Codename))
		}
	}
	body, err := json.Marshal(map[string]any{"permissions": granted})
	ts.Check(err)
	askAuthentik(ts, false, []string{http.MethodPost,
		"/rbac/permissions/assigned_by_roles/" + sim.GiveRole(person, args[0]) + "/assign/", string(body)})
	ts.Setenv(args[0], key)
}

// gone links an account of PocketBase with a person that authentik does not have: gone ada@acme.example.
func gone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: gone ADDRESS [COLLECTION]")
	}
	app := boxOf(ts).PocketBase().App()
	users, err := app.FindCollectionByNameOrId(append(args, "users")[1])
	ts.Check(err)
	account := core.NewRecord(users)
	account.SetEmail(args[0])
	account.SetRandomPassword()
	ts.Check(app.Save(account))
	linked := core.NewExternalAuth(app)
	linked.SetCollectionRef(users.Id)
	linked.SetRecordRef(account.Id)
	linked.SetProvider("oidc")
	linked.SetProviderId(fmt.Sprintf("%x", sha256.Sum256([]byte(args[0]))))
	ts.Check(app.Save(linked))
}

package api

import (
	"time"

	"authpocket/sandbox/authentiksim/internal/rest"
	"authpocket/sandbox/authentiksim/internal/serve"
	"authpocket/sandbox/authentiksim/internal/store"
)

// keyForm is the body of POST crypto/certificatekeypairs/generate/.
type keyForm struct {
	name, algorithm, alternatives string
	days                          int
}

// generateKey answers POST crypto/certificatekeypairs/generate/.
func generateKey(c *serve.Call) (serve.Answer, error) {
	if !c.May("authentik_crypto.add_certificatekeypair") {
		return serve.Answer{}, serve.Forbidden()
	}
	in, err := c.Body()
	if err != nil {
		return serve.Answer{}, err
	}
	asked := keyForm{algorithm: "rsa"}
	algorithms := []string{"rsa", "ecdsa", "ed25519", "ed448"}
	errs := rest.Fill([]rest.Rule[keyForm]{
		rest.Text("common_name", func(f *keyForm) *string { return &f.name }).Required(),
		rest.BlankText("subject_alt_name", func(f *keyForm) *string { return &f.alternatives }),
		rest.Number("validity_days", -1<<31, func(f *keyForm) *int { return &f.days }).Required(),
		rest.Choice("alg", algorithms, func(f *keyForm) *string { return &f.algorithm }),
	}, &asked, in, false)
	if len(errs) == 0 && asked.algorithm == "ed448" {
		errs["alg"] = rest.Messages("This simulated authentik cannot generate Ed448 keys.")
	}
	if taken := checkKey(c, &store.KeyPair{Name: asked.name}); len(errs) == 0 && len(taken) > 0 {
		errs = obj{"common_name": taken["name"]}
	}
	if len(errs) > 0 {
		return serve.Answer{}, serve.Invalid(errs)
	}
	pair, err := store.NewKeyPair(c.Now(), asked.name, asked.algorithm, time.Duration(asked.days)*24*time.Hour)
	if err != nil {
		return serve.Answer{}, err
	}
	KeyResource().Add(c, pair)
	return serve.OK(renderKey(c, pair))
}

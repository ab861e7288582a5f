package apply

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"authpocket/internal/authentik/rest"
	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
	"authpocket/internal/wire"
)

func (c *Writer) people() *kind[*struct{}, *link.PersonState] {
	return &kind[*struct{}, *link.PersonState]{
		to: c, of: link.KindPerson, table: link.PersonAttrs(), list: rest.PathUsers,
		need: func(p *link.PersonState) rest.Need {
			return rest.Need{What: say.Of("user “%s”", p.Username)}
		},
		key:   func(p *link.PersonState) string { return strconv.Itoa(p.PK) },
		state: func(o rest.Object) *link.PersonState { return new(rest.PersonState(o)) },
		read: func(ctx context.Context, p *link.PersonState) (rest.Object, error) {
			found, err := c.Exactly(ctx, rest.UserByName(p.Username), "username", p.Username)
			return first(found), err
		},
	}
}

// createPerson creates the person of a proof and sets the password.
func (c *Writer) createPerson(ctx context.Context, wanted *link.PersonState) error {
	p, k := new(*wanted), c.people()
	names := rest.KeysOf(k.table)
	body := k.body(p, names)
	body["attributes"] = p.Attributes()
	err := k.create(ctx, p, body, func(ctx context.Context) (finding, error) {
		found, err := k.read(ctx, p)
		if found == nil || err != nil {
			return finding{}, err
		}
		made := rest.PersonState(found)
		p.PK = made.PK
		if made.Mark != p.Mark {
			return seen([]string{"attributes"}, false), nil
		}
		return k.compare(p, found, names), nil
	})
	if err != nil {
		return err
	}
	return afterAnother(c.setPassword(ctx, p))
}

// setPassword sets the password of a person who exists. Setting it twice is harmless.
func (c *Writer) setPassword(ctx context.Context, p *link.PersonState) error {
	w := write{need: c.people().need(p), verb: password, kind: link.KindPerson}
	w.need.Perm = report.PermSetPassword
	call := rest.Call{Method: http.MethodPost, Path: c.people().path(p) + "set_password/",
		Body: map[string]any{"password": p.Password.Reveal()}}
	a := rest.Answer{Answer: c.Reads.Repeat(ctx, nil,
		func(ctx context.Context) wire.Answer { return c.Send(ctx, call).Answer })}
	switch {
	case a.Err != nil:
		return c.NoAnswer(a.Err)
	case a.Status != http.StatusNoContent:
		return c.refusal(w, a)
	}
	return nil
}

// deletePerson deletes the person of a proof, found by username because a plan does not know the primary key. It
// refuses to delete a user without the proof's mark.
func (c *Writer) deletePerson(ctx context.Context, p *link.PersonState) error {
	k := c.people()
	now, err := k.read(ctx, p)
	if err != nil || now == nil {
		return err
	}
	found := rest.PersonState(now)
	if p.Mark == "" || found.Mark != p.Mark {
		return rest.NewFault(report.FaultRefused, "", say.Of("The user “%s” is not deleted: it lacks the mark that "+
			"authpocket gave the person of its test.", rest.Plain(found.Username)),
			say.Of("Look at the user in authentik, and delete it there if nobody needs it."),
			errors.New("it has no mark"))
	}
	return k.delete(ctx, &found)
}

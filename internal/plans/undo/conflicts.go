package undo

import (
	"slices"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// changedSince reports whether the object differs both from what the apply left and from what was there before,
// and adds a problem if so. Fields as they were before are no conflict: the change may have been written in
// part, or undone in part.
func (u *undoer) changedSince(c *link.Change, now, left []link.FieldValue) bool {
	differs := slices.DeleteFunc(link.Diff(left, now),
		func(f link.Field) bool { return f.Sensitive || asBefore(c, now, f.Name) })
	if len(differs) == 0 || u.force {
		return false
	}
	is := link.Each(differs, func(f link.Field) say.Text { return say.Of("%s is now “%s”", f.Name, f.After.Words()) })
	u.conflict(c, say.Series(is...))
	return true
}

// conflict adds the problem of an object that has changed since.
func (u *undoer) conflict(c *link.Change, is say.Text) {
	u.ask(say.Of("%s: %s has changed since: %s.", c.System.Label(), c.Object, is),
		say.Of("to discard that change as well"))
}

// ask adds a problem that force solves, and what it is for.
func (u *undoer) ask(since, force say.Text) {
	u.problems.Add("", since, say.Text{}, report.Way{Run: report.RunForce, For: force})
}

// asBefore reports whether a field that an update wrote has its previous value.
func asBefore(c *link.Change, now []link.FieldValue, name string) bool {
	if c.Action != link.Update {
		return false
	}
	was := link.Find(c.Fields, func(f link.Field) bool { return f.Name == name })
	v := link.Find(now, func(v link.FieldValue) bool { return v.Name == name })
	switch {
	case was == nil || v == nil:
		return false
	case v.Unordered:
		return v.Of.Sorted().String() == was.Before.Sorted().String()
	}
	return v.Of.String() == was.Before.String()
}

// written returns the values whose fields a change wrote.
func written(list []link.FieldValue, fields []link.Field) []link.FieldValue {
	return slices.DeleteFunc(slices.Clone(list), func(v link.FieldValue) bool {
		return !slices.ContainsFunc(fields, func(f link.Field) bool { return f.Name == v.Name })
	})
}

// revert gives an object the values back that an update changed, unless they have changed since. back is a copy of the
// object as it is now.
func revert[W any, O link.Object](u *undoer, table []*link.Attr[W, O], c *link.Change, now, back, was, after O) {
	values := func(o O) []link.FieldValue { return link.Values(table, o, u.a.Features) }
	if u.changedSince(c, written(values(now), c.Fields), written(values(after), c.Fields)) {
		return
	}
	link.Restore(table, back, was, c.Fields)
	u.add(c, now, back, values(now), values(back))
}

// renamed has the change name its object as it is called now, and not as when it was applied.
func renamed(c *link.Change, then, now say.Text) {
	if c.Object.Equal(then) {
		c.Object = now
	}
}

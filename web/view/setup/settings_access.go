package setup

import (
	"slices"
	"strings"

	"authpocket/internal/link"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// access returns the group of who may use the application.
func (b settings) access() AccessPart {
	part := AccessPart{Mode: b.choose(link.Group(link.ApplicationAttrs(), link.AskAccess)[0])}
	part.Now = say.Of("everyone with an account")
	names := []string{part.Mode.Name}
	for _, a := range link.AccessAttrs() {
		names = append(names, a.Spec)
		part.Lists = append(part.Lists, b.field(a.Meta))
	}
	named := 0
	for _, f := range part.Lists {
		named += len(strings.Fields(f.Value))
	}
	if b.in.Authentik.ClosedByDefault {
		part.Now = say.Of("nobody yet: this authentik denies access to applications without bindings")
	}
	if b.in.Authentik.AccessUnknown {
		part.Now = say.Of("unknown: the token cannot see whether everyone or nobody has access by default")
	}
	there := 0
	for _, one := range b.in.Authentik.Bindings {
		if one.Enabled {
			there++
		}
	}
	switch {
	case named > 0:
		part.Now = say.Of("only those listed below")
	case there == 0 && b.in.Authentik.Application != nil &&
		slices.Contains(b.in.Authentik.Missing, report.PermViewBinding):
		part.Now = say.Of("unknown: the token cannot see the bindings")
	case there > 0:
		part.Now = say.Count(there, "those allowed by the application's %d binding",
			"those allowed by the application's %d bindings")
	}
	part.Open = named > 0 || b.problems.In(names...)
	return part
}

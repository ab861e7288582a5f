package main

import (
	"errors"
	"flag"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"authpocket/web/door"
)

// clash returns an error for arguments that are no flags, and for flags that mean nothing beside the others.
func clash(set *flag.FlagSet, public, pages bool) error {
	if set.NArg() > 0 {
		return fmt.Errorf("%q is not a flag: it begins with -", set.Arg(0))
	}
	kind, means := "without -public", []string{"listen", "tokens", "authentik", "storybook", "public"}
	switch {
	case public && pages:
		return errors.New("-public and -storybook are two things to serve: give one of them")
	case public:
		kind, means = "with -public", nil
		set.VisitAll(func(f *flag.Flag) {
			if f.Name != "tokens" && f.Name != "storybook" {
				means = append(means, f.Name)
			}
		})
	case pages:
		kind, means = "with -storybook", []string{"listen", "storybook", "public"}
	}
	var nothing []string
	set.Visit(func(f *flag.Flag) {
		if !slices.Contains(means, f.Name) && f.Value.String() != "false" {
			nothing = append(nothing, "-"+f.Name)
		}
	})
	if len(nothing) == 0 {
		return nil
	}
	return fmt.Errorf("%s has no meaning %s: leave it out", strings.Join(nothing, ", "), kind)
}

// checkVersion returns an error if no authentik has this version.
func checkVersion(version string) error {
	if !regexp.MustCompile(`^20\d\d\.(1[0-2]|[1-9])(\.\d{1,4}(-rc\d{1,4})?)?$`).MatchString(version) {
		return fmt.Errorf("-authentik %q is not a version such as 2026.8 or 2026.5.3", version)
	}
	return nil
}

// check returns an error for values that no demo can have.
func (f *publicFlags) check() error {
	var errs []error
	wrong := func(bad bool, format string, values ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, values...))
		}
	}
	const most = 10_000
	wrong(f.max < 1 || f.max > most, "-max %d is not between 1 and %d", f.max, most)
	wrong(f.starts < 1, "-starts-per-minute %d is not 1 or more", f.starts)
	wrong(f.life < time.Second, "-lifetime %s is shorter than a second", f.life)
	wrong(f.drain < 0, "-drain %s is less than none", f.drain)
	wrong(!isCookieName(f.pod), "-pod-cookie %q is not the name of a cookie", f.pod)
	if f.url != "" {
		base, err := f.base("")
		errs = append(errs, err)
		wrong(err == nil && len(f.frames) > 0 && base.Scheme != "https" && !door.Loopback(base.Host),
			"-frame-origin needs an https -public-url: browsers keep the cookies of a frame over https only")
	}
	for _, origin := range f.frames {
		if err := door.CheckOrigin(origin); err != nil {
			errs = append(errs, fmt.Errorf("-frame-origin: %w", err))
		}
	}
	return errors.Join(errs...)
}

// isCookieName reports whether it is a token of HTTP, or empty.
func isCookieName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("()<>@,;:\\\"/[]?={}", r)
	})
}

// hasPort reports whether the port of an address, if it has one, is a number that a port can have.
func hasPort(u *url.URL) bool {
	var port uint16
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	_, err := fmt.Sscan(u.Port(), &port)
	return err == nil && port > 0
}

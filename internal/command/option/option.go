// Package option has the kinds of values that flags take, and sets flags from environment variables.
package option

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"authpocket/internal/linkfile"
	"authpocket/internal/report"
	"authpocket/internal/say"
)

// Path is the path of a file. A ~ at its beginning is the home directory.
type Path string

func (p *Path) Set(value string) error {
	if value == "" { // as of a variable that is not set
		return errors.New("name a file")
	}
	if rest, found := strings.CutPrefix(value, "~/"); found {
		home, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		value = filepath.Join(home, rest)
	}
	*p = Path(value)
	return nil
}

func (p *Path) String() string { return string(*p) }

func (*Path) Type() string { return "file" }

// Beside is the path of a file that is written beside what standard output gets, or read beside what standard input
// may have, so that it is not that itself.
type Beside string

func (b *Beside) Set(value string) error {
	if value == "-" {
		return errors.New("name a file")
	}
	return (*Path)(b).Set(value)
}

func (b *Beside) String() string { return string(*b) }

func (*Beside) Type() string { return "file" }

// CommaList is a flag that can be repeated, and has several values between commas, quoted as in CSV where they have
// commas themselves. Unlike pflag's own, it takes no buffer in each command, at each start, to show that it is empty.
type CommaList []string

func (l *CommaList) Set(value string) error {
	if value == "" { // Given refuses it
		return nil
	}
	values, err := csv.NewReader(strings.NewReader(value)).Read()
	*l = append(*l, values...)
	return err
}

func (l *CommaList) String() string { return strings.Join(*l, ",") }

func (*CommaList) Type() string { return "strings" }

// Repeated is a flag that can be repeated.
type Repeated []string

func (l *Repeated) Set(value string) error {
	if value == "" {
		return errors.New("name one")
	}
	*l = append(*l, value)
	return nil
}

func (l *Repeated) String() string { return strings.Join(*l, ",") }

func (*Repeated) Type() string { return "stringArray" }

// Once is a path that can be given only once. Completion parses the flags of a
// command twice, so that only a command itself can refuse another one.
type Once struct {
	*Path
	times int
}

func (o *Once) Set(value string) error {
	o.times++
	return o.Path.Set(value)
}

// Given returns an error if a flag that can be given only once was repeated, or if one is empty, as with a variable
// that is not set: what the flag would have narrowed would be done in full.
func Given(flags *pflag.FlagSet) (wrong error) {
	flags.Visit(func(f *pflag.Flag) {
		if o, ok := f.Value.(*Once); ok && o.times > 1 {
			wrong = &report.Fault{Summary: say.Of("there is more than one --%s; a directory can hold several "+
				"link files", f.Name)}
		} else if f.Value.String() == "" {
			wrong = &report.Fault{Summary: say.Of("--%s is empty; give it a value, or leave it out", f.Name)}
		}
	})
	return wrong
}

// choice is the value of a flag that takes one of some words.
type choice struct {
	to    *string
	words []string
}

// Choose adds a flag that takes one of some words, and completes them.
func Choose(cmd *cobra.Command, flags *pflag.FlagSet, to *string, name, usage string, words ...string) {
	flags.Var(&choice{to, words}, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
}

func (c *choice) Set(word string) error {
	if last := len(c.words) - 1; !slices.Contains(c.words, word) {
		return errors.New("use " + strings.Join(c.words[:last], ", ") + " or " + c.words[last])
	}
	*c.to = word
	return nil
}

func (c *choice) String() string { return *c.to }

func (*choice) Type() string { return "word" }

// Variables is the annotation of a flag that an environment variable can set.
const Variables = "authpocket_variables"

// FromEnv lets an environment variable set a flag that the command line does
// not have.
func FromEnv(flags *pflag.FlagSet, name, variable string) {
	flags.Lookup(name).Usage += " ($" + variable + ")"
	_ = flags.SetAnnotation(name, Variables, []string{variable})
}

// ReadEnv sets flags from their environment variables. An empty variable is no
// variable.
func ReadEnv(flags *pflag.FlagSet) (failed error) {
	flags.VisitAll(func(f *pflag.Flag) {
		for _, variable := range f.Annotations[Variables] {
			value := os.Getenv(variable)
			if value == "" || f.Changed {
				continue
			}
			if f.Value.Type() == "bool" {
				value = cmp.Or(map[string]string{"yes": "true", "no": "false"}[strings.ToLower(value)], value)
			}
			if err := flags.Set(f.Name, value); err != nil {
				err = fmt.Errorf("the environment variable %s is %q: %w", variable, value, cause(err))
				failed = cmp.Or(failed, err)
			}
		}
	})
	return failed
}

// Wrong returns the error of a flag in our words.
func Wrong(_ *cobra.Command, err error) error {
	invalid, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("--%s is %q: %w", invalid.GetFlag().Name, invalid.GetValue(), cause(err))
}

// cause returns what is wrong with the value of a flag.
func cause(err error) error {
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = invalid.Unwrap()
	}
	if _, ok := errors.AsType[*strconv.NumError](err); ok { // pflag's own, of a switch
		return errors.New("use true or false")
	}
	return err
}

// AtMost returns the check that a command has no more than n arguments, and none is empty.
func AtMost(n int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return &report.Fault{Summary: say.Of("unexpected argument %q", args[n])}
		}
		if slices.Contains(args, "") {
			return &report.Fault{Summary: say.Of("an argument is empty; give it a value, or leave it out")}
		}
		return nil
	}
}

// Parallel is how many links are worked on at a time.
type Parallel int

const maxParallel = 64

func (p *Parallel) Set(value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxParallel {
		return fmt.Errorf("use a number from 1 to %d", maxParallel)
	}
	*p = Parallel(n)
	return nil
}

func (p *Parallel) String() string { return strconv.Itoa(int(*p)) }

func (*Parallel) Type() string { return "number" }

// Shard is a part of the links on the command line, such as 0/4.
type Shard linkfile.Shard

func (s *Shard) Set(value string) error {
	part, parts, _ := strings.Cut(value, "/")
	k, err := strconv.ParseUint(part, 10, 32)
	n, err2 := strconv.ParseUint(parts, 10, 32)
	if err != nil || err2 != nil || k >= n {
		return errors.New("use K/N with K from 0 to N-1, such as 0/4")
	}
	*s = Shard{Part: uint32(k), Parts: uint32(n)}
	return nil
}

func (s *Shard) String() string {
	if s.Parts == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Part, s.Parts)
}

func (*Shard) Type() string { return "part" }

// Interval is the value of --watch.
type Interval time.Duration

func (i *Interval) Set(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return errors.New("use a number with a unit, such as 30s or 5m")
	}
	*i = Interval(d)
	return nil
}

// String returns nothing for the default, which is no interval.
func (i *Interval) String() string {
	if *i == 0 {
		return ""
	}
	return time.Duration(*i).String()
}

func (*Interval) Type() string { return "interval" }

package docs_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"authpocket/internal/command"
)

// mention is a call of the program in a sentence, a unit of systemd, a crontab or a container's arguments.
var mention = regexp.MustCompile("(?m)(?:^|[ `/])authpocket ((?:[a-z][a-z-]*|-)[^`\n]*)")

// shown is a command of a console block.
var shown = regexp.MustCompile(`(?m)^[a-z]*\$ (.*)$`)

// TestEveryMentionedCommandExists parses the commands that stand in sentences and in configuration.
func TestEveryMentionedCommandExists(t *testing.T) {
	count := 0
	for _, p := range written(t) {
		var texts []string
		for _, span := range codeSpan.FindAllString(p.prose, -1) {
			texts = append(texts, strings.Trim(span, "`"))
		}
		for _, b := range p.blocks {
			if b.language == "cron" || b.language == "ini" || b.language == "sh" {
				texts = append(texts, b.text)
			}
			for _, found := range shown.FindAllStringSubmatch(b.text, -1) {
				texts = append(texts, found[1])
			}
		}
		for _, span := range codeSpan.FindAllString(p.prose, -1) {
			if text := strings.Trim(span, "`"); flagAlone.MatchString(text) {
				count++
				if err := parsesAny(text); err != nil {
					t.Errorf("%s: %s: %v", p.path, text, err)
				}
			}
		}
		for _, text := range texts {
			for _, found := range mention.FindAllStringSubmatch(text, -1) {
				count++
				if err := parses(found[1]); err != nil {
					t.Errorf("%s: authpocket %s: %v", p.path, found[1], err)
				}
			}
		}
	}
	if count < 70 {
		t.Errorf("the pages mention only %d commands", count)
	}
}

// flagAlone is a flag in a sentence, alone or after the name of its command.
var flagAlone = regexp.MustCompile(`^(?:[a-z]+(?:-[a-z]+)* )?--[a-z]`)

// parsesAny returns an error if the flag is one of no command, or not of the one that is named.
func parsesAny(text string) error {
	if !strings.HasPrefix(text, "-") {
		if cmd, _, err := command.Tree().Find(strings.Fields(text)[:1]); err == nil && cmd.HasParent() {
			return parses(text)
		}
		return nil // another program's
	}
	var err error
	for _, cmd := range command.Tree().Commands() {
		if err = parses(cmd.Name() + " " + text); err == nil {
			return nil
		}
	}
	return err
}

// parses returns an error if the command has no such subcommand or flag.
func parses(text string) error {
	text, _, _ = strings.Cut(text, " #")
	text, _, _ = strings.Cut(text, " > ")
	text, _, _ = strings.Cut(text, " | ")
	args := strings.Fields(strings.NewReplacer("[", "", "]", "", "(", "", ")", "", "'", "", `\`, "").Replace(text))
	cmd, rest, err := command.Tree().Find(args)
	if err != nil {
		return err
	}
	if cmd.Name() == "authpocket" && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return fmt.Errorf("there is no command %s", rest[0])
	}
	for i, arg := range rest {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case arg == "--" || arg == "--help" || arg == "--version" || !strings.HasPrefix(arg, "-"):
		case strings.HasPrefix(arg, "--"):
			if flag := cmd.Flag(name); flag == nil {
				return fmt.Errorf("there is no flag %s", arg)
			} else if flag.NoOptDefVal == "" && i == len(rest)-1 && !strings.Contains(arg, "=") {
				continue // --sign-in, named in a sentence
			}
		case len(arg) > 1 && cmd.Flags().ShorthandLookup(arg[1:2]) == nil:
			return fmt.Errorf("there is no flag %s", arg)
		}
	}
	return nil
}

func TestUnknownCommandsAreFound(t *testing.T) {
	for text, want := range map[string]bool{
		"plan -f link.yaml --all # why": true, "--listen 9000": true, "undo -f link.yaml [receipt]": true,
		"plan --only": true, "validate --only shop": false, "paint": false, "plan --paint": false, "verify -x": false,
	} {
		if err := parses(text); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

package linkfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"authpocket/internal/linkfile"
)

// doubled returns nested mappings that each merge the previous one twice.
func doubled(levels int) string {
	text := "{url: a}"
	for i := range levels {
		text = fmt.Sprintf("{<<: &a%d %s, <<: *a%d}", i, text, i)
	}
	return "authentik: " + text + "\n"
}

// doubledLists returns nested lists that each contain the previous one twice.
func doubledLists(levels int) string {
	text := "access:\n  groups: &g0 [x]\n  users:\n"
	for i := range levels {
		text += fmt.Sprintf("    - &g%d [*g%d, *g%d]\n", i+1, i, i)
	}
	return text
}

// Any file is accepted or rejected quickly, with few lines of error.
func TestASmallFileNeverTakesLong(t *testing.T) {
	for name, test := range map[string]struct{ text, says string }{
		"a mapping merged into itself": {"email: leave\nauthentik: &a\n  url: a\n  <<: *a\n",
			"link.yaml:4:7: this alias names a value that contains the alias itself"},
		"a list merged into itself": {"authentik: &a\n  <<: [*a, *a]\n",
			"link.yaml:2:8: this alias names a value that contains the alias itself"},
		"a list in itself": {"access:\n  groups: &g [*g]\n",
			"link.yaml:2:15: this alias names a value that contains the alias itself"},
		"merges that double": {doubled(26), "link.yaml:1:157: more than 10000 values once its aliases are " +
			"replaced"},
		"lists that double": {doubledLists(40), "more than 10000 values once its aliases are replaced"},
		"aliases of a long list": {"access:\n  groups: &g [" + strings.Repeat("a, ", 200) + "]\n  users: [" +
			strings.Repeat("*g, ", 200) + "]\n", "link.yaml:3:10: more than 10000 values"},
		"brackets without an end": {"access: " + strings.Repeat("[", 9000), "link.yaml"},
		"deep brackets": {"access: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "\n",
			"link.yaml:1:8957: nested more than 50 levels deep"},
		"very deep brackets": {"access: " + strings.Repeat("[", 500_000), "link.yaml"},
		"a key that is repeated": {strings.Repeat("email: leave\n", 4000),
			"link.yaml:2:1: the key email is already set on line 1"},
		"a key that is repeated in text": {"access: {groups: [{" + strings.Repeat("a: 1, ", 4000) + "}]}\n",
			"link.yaml:1:26: the key a is already set on line 1"},
		"unknown keys without an end": {strings.Repeat("x: 1\n", 4000), "link.yaml: 3979 more like these"},
		"a key of a megabyte":         {strings.Repeat("x", 1000_000) + ": 1\n", "link.yaml"},
		"a million entries": {"access:\n  groups: [" + strings.Repeat("a,", 500_000) + "]\n",
			"more than 10000 values"},
		"values of another type": {"access: {groups: [" + strings.Repeat("[],", 4000) + "]}\n",
			"link.yaml: 3980 more like these"},
		"a variable that grows": {"application: {name: \"" + strings.Repeat("${LONG}", 100_000) + "\"}\n",
			"link.yaml:1:21: with its variables larger than 1 MB"},
		"a key that is an alias": {"email: &a leave\n*a : x\n",
			"link.yaml:2:1: a key is a word, not a list, a mapping or an alias"},
		"an unknown key of a merged list": {"application:\n  <<: [{name: a}, {nam: a}]\n",
			"link.yaml:2:20: there is no key application.nam; did you mean application.name?"},
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			_, err := parseWith(test.text, "LONG", strings.Repeat("v", 10_000))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %.500v", err)
			} else if lines := strings.Count(err.Error(), "\n"); lines > 20 || len(err.Error()) > 5000 {
				t.Errorf("the error has %d lines and %d bytes", lines, len(err.Error()))
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func TestPatternsAndAddressesOfALinkFileTakeNoTime(t *testing.T) {
	for name, entry := range map[string]string{
		"patterns that repeat": "{url: '(a{900})|(b{900})', mode: regex}",
		"patterns of nothing":  "{url: '((((a?){9}){9}){9})', mode: regex}",
		"addresses":            "'https://a.company/b'",
	} {
		t.Run(name, func(t *testing.T) {
			text := whole + "provider:\n  redirect_uris: [" + strings.Repeat(entry+", ", 1800) + "]\n"
			begun := time.Now()
			file, err := parse(text)
			if err != nil {
				t.Fatal(err)
			}
			if _, problems := file.Spec(); len(problems) > 0 {
				t.Errorf("%.500v", problems)
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	for name, host := range map[string]string{
		"a name of a megabyte":       strings.Repeat("a", linkfile.MaxSize-1000),
		"an international name":      strings.Repeat("ü", linkfile.MaxSize/2-1000),
		"a name of many characters":  manyRunes(),
		"a name of many parts":       strings.Repeat("a.", linkfile.MaxSize/2-1000),
		"a path of pages":            "a/" + strings.Repeat("api/", linkfile.MaxSize/4-1000),
		"an address in its brackets": "[" + strings.Repeat(":", linkfile.MaxSize-1000) + "]",
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			file, err := parse("authentik: {url: \"https://" + host + "\"}\n")
			if err != nil {
				t.Fatal(err)
			}
			if _, problems := file.Spec(); len(problems) == 0 || len(problems.Error()) > 5000 {
				t.Errorf("%d problems, %.500v", len(problems), problems)
			}
			if took := time.Since(begun); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func manyRunes() string {
	var b strings.Builder
	for r := rune(0x4e00); r < 0x9f00 && b.Len() < linkfile.MaxSize-1000; r++ {
		b.WriteString(strings.Repeat(string(r), 12))
	}
	return b.String()
}

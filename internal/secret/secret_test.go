package secret_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"authpocket/internal/secret"
)

const hidden = "hunter2 of nobody"

// holders returns types that hold a value in different ways.
func holders() map[string]any {
	text := secret.New(hidden)
	type exported struct{ Token secret.Text }
	type unexported struct{ token secret.Text }
	type pointers struct{ Token *secret.Text }
	return map[string]any{
		"itself":                 text,
		"a pointer":              &text,
		"a field":                exported{text},
		"an unexported field":    unexported{text},
		"a field of a pointer":   &exported{text},
		"a pointer in a field":   pointers{&text},
		"a list":                 []secret.Text{text},
		"a map":                  map[string]secret.Text{"token": text},
		"an interface in a list": []any{text, &text},
	}
}

func TestNothingPrintsTheValue(t *testing.T) {
	for name, holder := range holders() {
		t.Run(name, func(t *testing.T) {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%10s", "%!"} {
				refuse(t, format, fmt.Sprintf(format, holder))
			}
			refuse(t, "Sprint", fmt.Sprint(holder, holder))
			refuse(t, "an error", fmt.Errorf("doing %v: %w", holder, fmt.Errorf("%+v", holder)).Error())
			for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal, xml.Marshal} {
				out, err := marshal(holder)
				if err == nil {
					refuse(t, "marshalled", string(out))
				}
			}
			var text, lines, page bytes.Buffer
			slog.New(slog.NewTextHandler(&text, nil)).Info("message", "holder", holder, slog.Any("again", holder))
			slog.New(slog.NewJSONHandler(&lines, nil)).Info("message", "holder", holder,
				slog.Group("g", "again", holder))
			refuse(t, "a log of text", text.String())
			refuse(t, "a log of JSON", lines.String())
			if err := template.Must(template.New("").Parse("{{.}}{{printf `%v` .}}")).Execute(&page,
				holder); err == nil {
				refuse(t, "a page", page.String())
			}
		})
	}
}

func refuse(t *testing.T, how, printed string) {
	t.Helper()
	for _, form := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden),
		strings.Trim(fmt.Sprint([]byte(hidden)), "[]")} {
		if strings.Contains(printed, form) {
			t.Errorf("%s shows the value: %s", how, printed)
		}
	}
}

func TestReflectionFindsNoBytes(t *testing.T) {
	v := reflect.ValueOf(secret.New(hidden)).Field(0)
	if v.Kind() != reflect.Pointer {
		t.Errorf("the value is in a %s", v.Kind())
	}
}

func TestTheMask(t *testing.T) {
	for want, text := range map[string]secret.Text{"set": secret.New("x"), "not set": {}} {
		if got := text.String(); got != want {
			t.Errorf("String is %q, want %q", got, want)
		}
		if got, err := json.Marshal(text); err != nil || string(got) != `"`+want+`"` {
			t.Errorf("JSON is %s, %v", got, err)
		}
		if got, err := text.MarshalText(); err != nil || string(got) != want {
			t.Errorf("text is %s, %v", got, err)
		}
		if got := text.LogValue().String(); got != want {
			t.Errorf("the log value is %q", got)
		}
		if got := text.GoString(); got != "secret.Text("+want+")" {
			t.Errorf("GoString is %q", got)
		}
	}
}

func TestRevealGivesTheValue(t *testing.T) {
	for _, value := range []string{"", "x", hidden, "ü\x00\n"} {
		text := secret.New(value)
		if text.Reveal() != value || text.IsSet() != (value != "") {
			t.Errorf("%q is revealed as %q, set: %v", value, text.Reveal(), text.IsSet())
		}
	}
}

func TestEqual(t *testing.T) {
	for name, test := range map[string]struct {
		a, b secret.Text
		want bool
	}{
		"the same":            {secret.New("a"), secret.New("a"), true},
		"another":             {secret.New("a"), secret.New("b"), false},
		"a longer one":        {secret.New("a"), secret.New("aa"), false},
		"set and not set":     {secret.New("a"), secret.Text{}, false},
		"neither is set":      {secret.Text{}, secret.New(""), true},
		"one that was wiped":  {wiped("a"), secret.New("a"), false},
		"one wiped, one none": {wiped("a"), secret.Text{}, true},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func wiped(value string) secret.Text {
	text := secret.New(value)
	text.Wipe()
	return text
}

func TestWipeReachesEveryCopy(t *testing.T) {
	text := secret.New(hidden)
	twin, list := text, []secret.Text{text}
	text.Wipe()
	text.Wipe() // a second call does no harm
	for i, one := range []secret.Text{text, twin, list[0]} {
		if one.IsSet() || one.Reveal() != "" || one.String() != "not set" {
			t.Errorf("copy %d is %q", i, one.Reveal())
		}
	}
	secret.Text{}.Wipe()
}

func TestItIsReadFromTextJSONAndYAML(t *testing.T) {
	var fromText, fromJSON secret.Text
	if err := fromText.UnmarshalText([]byte(hidden)); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`"`+hidden+`"`), &fromJSON); err != nil {
		t.Fatal(err)
	}
	var fromYAML struct{ Token, Number, None secret.Text }
	if err := yaml.Unmarshal([]byte("token: "+hidden+"\nnumber: 007\nnone:\n"), &fromYAML); err != nil {
		t.Fatal(err)
	}
	for _, got := range []secret.Text{fromText, fromJSON, fromYAML.Token} {
		if got.Reveal() != hidden {
			t.Errorf("got %q", got.Reveal())
		}
	}
	if fromYAML.Number.Reveal() != "007" || fromYAML.None.IsSet() {
		t.Errorf("the number is %q, the other is set: %v", fromYAML.Number.Reveal(), fromYAML.None.IsSet())
	}
}

func TestAWipeMayComeWhileSomebodyReads(t *testing.T) {
	text := secret.New("canary-value")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := text.Reveal(); got != "canary-value" && got != "" {
				t.Errorf("a torn value: %q", got)
			}
		})
	}
	group.Go(text.Wipe)
	group.Wait()
	if text.IsSet() {
		t.Error("it is still set")
	}
}

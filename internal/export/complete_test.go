package export

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"authpocket/internal/link"
	"authpocket/internal/report"
)

// Every text of a plan is either checked before it is written or not written at
// all, so that a new field cannot bypass the check.
func TestEveryTextIsLookedAt(t *testing.T) {
	for name, fixture := range map[string]func(testing.TB) link.Plan{"id-token": idToken, "keyless": keyless,
		"drift": drifted, "orphan": orphan} {
		plan := fixture(t)
		seen := 0
		visit := func(path string, v reflect.Value) {
			seen++
			old := v.String()
			v.SetString("UNSEEN\x00" + old)
			defer v.SetString(old)
			for _, f := range Formats() {
				var out strings.Builder
				err := f.Write(&out, plan)
				if _, refused := errors.AsType[report.Problems](err); err != nil && !refused {
					t.Errorf("%s of %s with a NUL in %s: %v", f.Name, name, path, err)
				}
				if strings.Contains(out.String(), "UNSEEN") {
					t.Errorf("%s of %s writes %s without looking at it", f.Name, name, path)
				}
			}
		}
		eachText(reflect.ValueOf(&plan.Desired).Elem(), "Desired", visit)
		for i, c := range plan.Changes {
			eachText(reflect.ValueOf(&plan.Changes[i]).Elem(), c.ID(), visit)
		}
		if seen < 40 {
			t.Errorf("only %d texts were found in %s", seen, name)
		}
	}
}

// eachText visits all settable texts in v.
func eachText(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			visit(path, v)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachText(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachText(v.Index(i), path+"[]", visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			eachText(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	}
}

func TestFindKnowsEveryFormat(t *testing.T) {
	names, files := map[string]bool{}, map[string]bool{}
	for _, f := range Formats() {
		found, ok := Find(f.Name)
		if !ok || found.Title != f.Title || f.Title.Empty() || f.MediaType == "" || f.Write == nil {
			t.Errorf("the format %q is not whole", f.Name)
		}
		names[f.Name], files[f.FileName] = true, true
	}
	if len(names) != 5 || len(files) != 5 {
		t.Errorf("there are the formats %v with the files %v", names, files)
	}
	at := time.Unix(1764000000, 0)
	for name, want := range map[string]string{migrationName: "1764000000_authpocket_oauth2.js",
		"curl": "authpocket.sh"} {
		if f, _ := Find(name); f.FileNameAt(at) != want {
			t.Errorf("%s is saved as %s", name, f.FileNameAt(at))
		}
	}
	if _, ok := Find("word"); ok {
		t.Error("a format is found that there is none of")
	}
}

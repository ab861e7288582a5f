package command

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"authpocket/internal/command/output"
)

// schemasOf returns the names of the schemas that the JSON documents of a command follow.
func schemasOf(name string) []string {
	several := []string{name, "errors", "links"}
	return map[string][]string{
		"plan": several, "apply": {"apply", "errors", "links"}, "verify": several,
		"check-people": {"check-people", "apply", "errors", "links"},
		"undo":         {"apply", "errors"}, "rotate": {"apply", "errors"}, "remove": {"apply", "errors"},
		"receipts": {"receipts", "receipt", "errors"}, "validate": {"validate"}, "version": {"version"},
	}[name]
}

// followsSchema holds what a command of a script printed with --json to the schemas of docs/schemas. A command line
// that is not understood prints nothing.
func followsSchema(ts *testscript.TestScript, args []string, code int) {
	asJSON := slices.Contains(args, "--json") || strings.Contains(strings.Join(args, " "), "--format json")
	if args[0] != "authpocket" || !asJSON || len(args) < 2 || strings.HasPrefix(args[1], "_") {
		return
	}
	if code == int(output.ExitError) && strings.HasSuffix(ts.ReadFile("stderr"), " --help.\n") {
		return
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	dec.UseNumber()
	for n := 0; ; n++ {
		var document any
		if err := dec.Decode(&document); errors.Is(err, io.EOF) && n > 0 {
			return
		} else if err != nil {
			ts.Fatalf("%v prints no JSON: %v", args, err)
		}
		if err := followsOne(schemasOf(args[1]), document); err != nil {
			ts.Fatalf("%v prints what follows no schema: %v", args, err)
		}
	}
}

// followsOne returns an error if a document follows none of the schemas.
func followsOne(names []string, document any) error {
	all := []error{errors.New("there are these schemas: " + strings.Join(names, ", "))}
	for _, name := range names {
		schema, err := jsonschema.NewCompiler().Compile("../../docs/schemas/" + name + ".json")
		if err == nil {
			err = schema.Validate(document)
		}
		if err == nil {
			return nil
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}

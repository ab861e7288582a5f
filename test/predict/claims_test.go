package predict_test

import (
	"encoding/json"
	"strings"
)

// missing stands for a claim that is not sent.
const missing = "<missing>"

func quoted(texts ...string) (list []string) {
	for _, one := range texts {
		list = append(list, string(text(one)))
	}
	return list
}

// texts returns texts as they may stand in a name, username or subject.
func texts() []string {
	return append(quoted("Ada", "", " ", "ada", "ADA", "Ada King Lovelace", "ada lovelace", " ada ", "ada@example.com",
		"Ада Лавлейс", "阿达", "e\u0301té", "été", "👩‍💻", "a\nb", "a\tb", `say "hi"`, `back\slash`, "100%", "a_b", "it's",
		"<b>bold</b>", "null", "abcdefghijklmno", "ABCDEFGHIJKLMNO", strings.Repeat("x", 255), strings.Repeat("é", 255),
		strings.Repeat("x", 256), strings.Repeat("x", 5000), strings.Repeat("x", 5001), "\u200b", "red", "7"),
		missing, "null", "7")
}

// fitting returns claims that a field of the type may or may not take.
func fitting(kind string) []string {
	switch kind {
	case "email":
		return append(quoted("ada@example.com", "Ada@Example.com", "ada@other.example", "ada@sub.example.com", "ada",
			"ada@", "", "a b@example.com", "ä@example.com", strings.Repeat("a", 65)+"@example.com"), missing)
	case "url":
		return append(quoted("https://example.com/ada", "http://example.com", "example.com", "ftp://example.com/x",
			"https://other.example/ada", "data:image/png;base64,AAAA", "javascript:1", "https://", "", "//example.com",
			"https://EXAMPLE.com", "http://localhost:1/x", "mailto:ada@example.com"), missing)
	case "number":
		return append(quoted("7", "0", "", "1.5", "-3", "1e3", "0x10", "abc", "7 ", "1,5", "010",
			"12345678901234567890", "NaN", "Inf", "true"), missing)
	case "bool":
		return append(quoted("true", "false", "1", "0", "t", "T", "yes", "", "TRUE", "2"), missing)
	case "select":
		return append(quoted("red", "blue", "green", "", "Red", `["red"]`, `["red","blue"]`, "red,blue", "[]"), missing)
	case "date", "autodate":
		return append(quoted("2024-05-06", "2024-05-06 07:08:09.000Z", "2024-05-06T07:08:09Z", "06.05.2024", "", "0",
			"1700000000", "never", "1999-01-01", "2030-01-01", "2024-02-30", "12:00"), missing)
	case "json":
		return append(quoted("ada", `{"a":1}`, "[1,2]", "12", "true", "null", "", `"quoted"`, `{"a":`, "[]", "{}"),
			missing)
	case "relation":
		return append(quoted("abcdefghijklmno", "", `["abcdefghijklmno"]`, "[]", "nobody", `["a","b","c"]`), missing)
	case "geoPoint":
		return append(quoted("", `{"lon":1,"lat":2}`, `{"lon":200,"lat":2}`, `{"lon":1,"lat":100}`, "1,2", "{}", "[]",
			"0"), missing)
	case "editor":
		return append(quoted("<p>Ada</p>", "", "Ada", "abcdef", "ééé"), missing)
	case "file":
		return append(quoted("", "a.png", "https://127.0.0.1:1/a.png", pictures, "data:image/png;base64,AAAA",
			`["a.png"]`), missing)
	case "password":
		return append(quoted("correct horse battery", "", "short", strings.Repeat("x", 71), strings.Repeat("x", 72)),
			missing)
	}
	return texts()
}

// mistyped returns claims that are no text.
func mistyped() []string {
	return []string{"null", "7", "1.5", "true", "false", `["ada"]`, "[]", `{"a":1}`, "{}", "12345678901234567890"}
}

func verifieds() []string {
	return append([]string{"false", missing, "null", "1", "0", "1.5", "-1", "[]", "[true]", "{}"},
		quoted("true", "false", "True", "TRUE", "tRUE", "1", "t", "T", "yes", "", "0", " true")...)
}

func emails() []string {
	return append(quoted("", "Ada@Example.com", "ada@other.example", "ada", "ada@", " ada@example.com",
		"ada+x@example.com", "ada@sub.example.com", "ä@example.com", "ada@localhost", "\"a b\"@example.com",
		"ada@xn--bcher-kva.example", "ada@bücher.example", strings.Repeat("a", 64)+"@example.com",
		strings.Repeat("a", 65)+"@example.com", "ada@"+strings.Repeat("a.", 120)+"example.com", "ada@example",
		"ada@example.com\n", "ada@[127.0.0.1]"), missing, "null", "7", "true", `["ada@example.com"]`)
}

func subjects() []string {
	return append(quoted("", " ", "7", "ada", "abcdefghijklmno", "ABCDEFGHIJKLMNO", "a/b", "a.b", "../x", "con",
		strings.Repeat("x", 300), strings.Repeat("x", 5001), "Ада", `it's "quoted" \ % _`, "a\nb"), missing, "null",
		"7", "true", `["a"]`)
}

func images() []string {
	return append(quoted(pictures, "", "https://127.0.0.1:1/a.png", "data:image/png;base64,AAAA", "a.png",
		"data:image/svg+xml;base64,"+strings.Repeat("A", 6000), "https://", "http://127.0.0.1:1/"+strings.Repeat("x",
			3000)), missing, "null", "7", "true", `["a"]`, "{}")
}

// set gives the world the claim, or takes it away.
func (w *world) set(name, claim string) {
	if claim == missing {
		delete(w.Claims, name)
		return
	}
	w.Claims[name] = json.RawMessage(claim)
}

// oddClaim changes one claim.
func oddClaim(d dice, w *world) {
	name := likely(d, weighted[string]{3, "name"}, weighted[string]{3, "email"}, weighted[string]{3, "email_verified"},
		weighted[string]{3, "preferred_username"}, weighted[string]{2, "picture"}, weighted[string]{2, "sub"},
		weighted[string]{1, "groups"})
	values := map[string][]string{"name": texts(), "email": emails(), "email_verified": verifieds(),
		"preferred_username": texts(), "picture": images(), "sub": subjects(), "groups": mistyped()}[name]
	if name != "groups" && name != "email_verified" && d.chance(8) {
		values = mistyped()
	}
	w.set(name, one(d, values...))
}

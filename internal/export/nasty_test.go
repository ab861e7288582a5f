package export

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// nastyNames returns texts that are special to one of the formats, to a terminal
// or to a reader.
func nastyNames() []string {
	list := []string{
		// quotes and escapes
		`"`, `""`, `'`, `''`, `"'"`, `'"'"'`, `\`, `\\`, `\"`, `\'`, `a\`, `a"`, `a'`, `"a`, `'a`, `\n`, `\u0000`,
		`\x41`, `\U0001F600`, `\0`, `%00`,
		"`", "``", "```", "`id`", "a`b`c", `“quoted”`, `«»`, `'; echo pwned; '`, `"; echo pwned; "`,
		`\"; echo pwned; \"`,
		// lines
		"\n", "a\nb", "\na", "a\n", "\n\n", "a\r\nb", "\r", "a\rb", "\t", "a\tb", "\ta", "a\t", "a\vb", "a\fb",
		"a\u0085b", "a\u2028b", "a\u2029b",
		"a\n---\nb", "a\n...\nb", "a\nEOT\nb", "a\nEOF\nb", "a\n'\nb", "a\n\"\nb", "a\n# b", "a\n// b", "a\n| b |",
		"a\n\n# b\n", "line one\n    indented\nline three",
		// spaces
		" ", "  ", " a", "a ", " a ", "a  b", "\u00a0", "a\u00a0b", "\u3000", "\u200a",
		// templates and expansions
		"${", "${}", "${a}", "$${", "$${a}", "$$${a}", "$$$${a}", "%{", "%{}", "%{ if true }", "%%{", "%%%{a}", "$%{",
		"%${", "${${a}}", "${file(\"/etc/passwd\")}", "%{for x in y}",
		"{{", "{{ . }}", "{{ 7*7 }}", "{% raw %}", "{%", "%}", "}}", "{#", "#{a}", "#{", "<%= 1 %>", "<?php", "$(id)",
		"$(touch pwned)", "`touch pwned`", "$HOME", "${HOME}", "$$", "$!", "$'a'", "$\"a\"",
		"!!", "!$", "~", "~root", "*", "?", "[a-z]", "{a,b}", "a;b", "a&b", "a&&b", "a||b", "a|b", "a>b", "a<b",
		"<<EOF", "<(id)", ">pwned", "2>&1", "&", ";", "|", "(", ")", "()", "() { :;}; touch pwned",
		// comments
		"#", "# a", "a # b", "//", "// a", "/*", "*/", "a */ b", "/* a */", "--", "-- a", "-->", "<!--", "<!-- a -->",
		"<![CDATA[", "]]>",
		// YAML
		"!Env HOME", "!Find [a, [b, c]]", "!KeyOf provider", "!!str a", "!!python/object/apply:os.system [id]",
		"&anchor", "*alias", "<<", "<<: *a", "---", "--- a", "...", "%YAML 1.2", "%TAG", "@a", "`a",
		"yes", "no", "Yes", "NO", "on", "off", "y", "n", "true", "false", "null", "Null", "NULL", "~", "nil", "1", "0",
		"-1", "+1", "1e3", "1.5", ".5", "0x10", "0o17", "017", "1_000", "1:30", "12:30:45", "2001-01-01",
		"2001-12-14t21:59:43.10-05:00", ".inf", "-.inf", ".nan", "=",
		"- a", "-", "-a", "? a", "a: b", "a:b", ": a", "a :b", "[a]", "[", "]", "{a: b}", "{", "}", ",", "a, b", ">",
		"|", ">-", "|-", "|2", "%a", "key: [unclosed", "a: !Env B",
		// JSON, JavaScript, HTML
		`{"a":1}`, `","b":"`, `"}]}`, `", "client_secret": "`, `"+process.exit(1)+"`, `');process.exit(1);('`, `\u0022`,
		`\u2028`, "__proto__", "constructor", "toString", "</script>", "<script>alert(1)</script>",
		"<img src=x onerror=alert(1)>", "&amp;", "&lt;", "&#124;", "&#x41;", "<br>", "<b>", "</td>",
		"javascript:alert(1)",
		// Markdown
		"**a**", "*a*", "_a_", "__a__", "~~a~~", "[a](https://example.com)", "![a](https://example.com/x.png)",
		"[a]: https://example.com", "https://example.com", "www.example.com", "a@example.com", "@everyone", "@team/all",
		"#123", "!45", ":smile:", "| a | b |", "|---|---|", "\\|", "\\\\|", "a\\|b", "`|`", "1. a", "# a", "> a",
		"    a", "===", "$a$", "$$a$$", "[[a]]", "*none*", "*empty*", "(none)", "yes", "set", "• a", "⟨U+202E⟩", "⟨",
		// names that the exports use themselves
		"'\"$client_secret\"'", "\"$client_secret\"", "$client_secret", "@CLIENT_SECRET@", "client_secret",
		"POCKETBASE_CLIENT_SECRET", "var.pocketbase_client_secret", "${var.pocketbase_client_secret}",
		"data.authentik_flow.authorization.id",
		// invisible or misleading
		"\u202eevil", "a\u202eb\u202cc", "\u2066a\u2069", "\u200b", "a\u200bb", "a\u200db", "\ufeff", "a\ufeffb",
		"\u00ad", "\u061c", "\u200e", "\u2060", "\x01", "\x07", "a\x08b", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07",
		"\x7f", "\u0080", "\u009f", "\ufffd", "\ufffe", "\uffff", "\U0001fffe", "\U000e0041", "\ue000", "\U0010ffff",
		// other scripts
		"é", "e\u0301", "Å", "A\u030a", "ﬁ", "ſ", "ẞ", "İ", "ı", "日本語", "한국어", "\u1112\u1161\u11ab", "العربية", "עברית",
		"हिन्दी", "ไทย", "🙂", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "𝔘𝔫𝔦", "\u0300a", "a\u0300\u0301\u0302",
		// long
		strings.Repeat("a", 300), strings.Repeat("long ", 3000), strings.Repeat(`'"\${`, 500),
		strings.Repeat("🙂", 2000), strings.Repeat("a\n", 200),
	}
	// rejected
	list = append(list, "\x00", "a\x00b", "a\x00", "\xff", "a\xffb", "\xc3", "\xed\xa0\x80", "\xed\xb0\x80",
		"a\xed\xa0\xbd\xed\xb8\x80b", "\xf8\x88\x80\x80\x80", "\xc0\x80")
	return list
}

func TestTheCorpusIsLargeAndWithoutRepetition(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range nastyNames() {
		seen[s] = true
	}
	if len(seen) < 200 {
		t.Errorf("there are %d nasty names, and there should be 200", len(seen))
	}
	t.Logf("%d nasty names", len(seen))
}

// carried returns the nasty names that every format can represent, except, for
// Terraform, those that it would change.
func carried(composedOnly bool) []string {
	var list []string
	for _, s := range nastyNames() {
		if utf8.ValidString(s) && !strings.ContainsRune(s, 0) && !(composedOnly && refusedByTerraform(s) != "") {
			list = append(list, s)
		}
	}
	return list
}

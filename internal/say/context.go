package say

import (
	"context"
	"html"
	"io"
)

type languageKey struct{}

// With returns a context in which texts are said in the language.
func With(ctx context.Context, l *Language) context.Context {
	return context.WithValue(ctx, languageKey{}, l)
}

// chosen returns the context's language, nil for none.
func chosen(ctx context.Context) *Language {
	l, _ := ctx.Value(languageKey{}).(*Language)
	return l
}

// Tag returns the tag of the context's language, as in RFC 5646, and that of English if it has none.
func Tag(ctx context.Context) string {
	if l := chosen(ctx); l != nil {
		return l.Tag
	}
	return source
}

// In returns the text in the language of the context, English if it has none.
func In(ctx context.Context, t Text) string { return chosen(ctx).Say(t) }

// It returns the text of a format and its values in the language of the context.
func It(ctx context.Context, format string, values ...any) string {
	own := make([]any, len(values))
	for i, v := range values {
		own[i] = kept(v)
	}
	return chosen(ctx).say(format, own)
}

// Render writes the text, escaped, in the language of the context: a text is a component of a template. That takes half
// the code of a string in braces, which may fail where it stands.
func (t Text) Render(ctx context.Context, w io.Writer) error {
	_, err := io.WriteString(w, html.EscapeString(In(ctx, t)))
	return err
}

// HTML returns a text whose formats have markup in the language of the context. Values that are strings are escaped.
func HTML(ctx context.Context, t Text) string { return In(ctx, t.Values(html.EscapeString)) }

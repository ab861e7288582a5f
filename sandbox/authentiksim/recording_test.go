package authentiksim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// recording is a recorded scenario of a real authentik.
type recording struct {
	Scenario  string     `json:"scenario"`
	Exchanges []exchange `json:"exchanges"`
}

type exchange struct {
	Note    string `json:"note"`
	Request struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Auth    string            `json:"auth"`
		JSON    any               `json:"json"`
		Form    map[string]string `json:"form"`
		Basic   []string          `json:"basic"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Response response          `json:"response"`
	Save     map[string]string `json:"save"`
}

// response is an answer of the real server or of the simulator.
type response struct {
	Status    int               `json:"status"`
	Headers   map[string]string `json:"headers"`
	JSON      any               `json:"json"`
	CardTitle string            `json:"html_card_title"`
	Title     string            `json:"html_title"`
}

func readRecordings(t *testing.T) []recording {
	t.Helper()
	files, err := filepath.Glob("testdata/recordings/*.json")
	if err != nil || len(files) != 12 {
		t.Fatalf("found %d recordings, want 12 (%v)", len(files), err)
	}
	recordings := make([]recording, len(files))
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &recordings[i]); err != nil {
			t.Fatalf("reading %s: %v", file, err)
		}
	}
	return recordings
}

// player sends the requests of a recording, filling in saved values.
type player struct {
	t      *testing.T
	server *httptest.Server
	client *http.Client
	saved  map[string]any
}

func newPlayer(t *testing.T, scenario, adminToken string, handler http.Handler) *player {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if strings.HasPrefix(scenario, "signin") || scenario == "events" {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client.Jar = jar
	}
	return &player{t: t, server: server, client: client, saved: map[string]any{
		"base": server.URL, "base_quoted": url.QueryEscape(server.URL), "admin": adminToken, "garbage": "garbage",
	}}
}

// play sends the request of an exchange, saves its values and returns the response.
func (p *player) play(e exchange) response {
	p.t.Helper()
	request := p.request(e)
	answered, err := p.client.Do(request)
	if err != nil {
		p.t.Fatalf("%s: %v", e.Note, err)
	}
	defer answered.Body.Close()
	body, err := io.ReadAll(answered.Body)
	if err != nil {
		p.t.Fatalf("%s: reading the answer: %v", e.Note, err)
	}
	got := responseOf(answered, body)
	for name, where := range e.Save {
		if value := pick(got, where); value != nil {
			p.saved[name] = value
		}
	}
	return got
}

func (p *player) request(e exchange) *http.Request {
	var body, kind string
	switch {
	case e.Request.JSON != nil:
		encoded, err := json.Marshal(p.fill(e.Request.JSON))
		if err != nil {
			p.t.Fatal(err)
		}
		body, kind = string(encoded), "application/json"
	case e.Request.Form != nil:
		values := url.Values{}
		for key, value := range e.Request.Form {
			values.Set(key, fmt.Sprint(p.fill(value)))
		}
		body, kind = values.Encode(), "application/x-www-form-urlencoded"
	}
	path, _ := p.fill(e.Request.Path).(string)
	request, err := http.NewRequest(e.Request.Method, p.server.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("User-Agent", "Python-urllib/3.11")
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for key, value := range e.Request.Headers {
		request.Header.Set(key, value)
	}
	switch auth := e.Request.Auth; auth {
	case "none":
	case "basic":
		request.SetBasicAuth(e.Request.Basic[0], e.Request.Basic[1])
	default:
		request.Header.Set("Authorization", fmt.Sprintf("Bearer %v", p.saved[auth]))
	}
	return request
}

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

// fill replaces placeholders with saved values. A text that is only a placeholder becomes the value with its type.
func (p *player) fill(value any) any {
	switch value := value.(type) {
	case string:
		if name := placeholder.FindStringSubmatch(value); name != nil && name[0] == value {
			return p.value(name[1])
		}
		return placeholder.ReplaceAllStringFunc(value, func(place string) string {
			return fmt.Sprint(p.value(place[2 : len(place)-1]))
		})
	case []any:
		filled := make([]any, len(value))
		for i, item := range value {
			filled[i] = p.fill(item)
		}
		return filled
	case map[string]any:
		filled := map[string]any{}
		for key, item := range value {
			filled[key] = p.fill(item)
		}
		return filled
	}
	return value
}

func (p *player) value(name string) any {
	value, saved := p.saved[name]
	if !saved {
		p.t.Fatalf("no value saved as %s", name)
	}
	return value
}

func responseOf(answered *http.Response, body []byte) response {
	got := response{Status: answered.StatusCode, Headers: map[string]string{}}
	for key := range answered.Header {
		got.Headers[strings.ToLower(key)] = answered.Header.Get(key)
	}
	if strings.HasPrefix(got.Headers["content-type"], "application/json") {
		if err := json.Unmarshal(body, &got.JSON); err != nil {
			got.JSON = "not JSON: " + err.Error()
		}
		return got
	}
	got.Title = textOf(`(?s)<title>(.*?)</title>`, body)
	got.CardTitle = textOf(`(?s)<h1[^>]*data-test-id="card-title"[^>]*>(.*?)</h1>`, body)
	return got
}

func textOf(pattern string, body []byte) string {
	found := regexp.MustCompile(pattern).FindSubmatch(body)
	if found == nil {
		return ""
	}
	return strings.TrimSpace(string(found[1]))
}

// pick returns a value of a response: a dotted path into the JSON, header:NAME, or query:NAME of the Location.
func pick(from response, where string) any {
	if name, is := strings.CutPrefix(where, "header:"); is {
		return from.Headers[strings.ToLower(name)]
	}
	if name, is := strings.CutPrefix(where, "query:"); is {
		location, err := url.Parse(from.Headers["location"])
		if err != nil || !location.Query().Has(name) {
			return nil
		}
		return location.Query().Get(name)
	}
	value := from.JSON
	for part := range strings.SplitSeq(where, ".") {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(inner) {
				return nil
			}
			value = inner[i]
		default:
			return nil
		}
	}
	return value
}

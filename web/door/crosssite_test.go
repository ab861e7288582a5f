package door

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyOwnPagesWriteAndRead(t *testing.T) {
	const own = "http://127.0.0.1:8480"
	deny := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := OwnPagesOnly(deny)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for name, one := range map[string]struct {
		method string
		header map[string]string
		want   bool
	}{
		"a form of ours": {"POST", map[string]string{"Origin": own, "Sec-Fetch-Site": "same-origin"},
			true},
		"a form of ours, plain http":    {"POST", map[string]string{"Origin": own}, true},
		"a form of ours without Origin": {"POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, true},
		"no word of where from":         {"POST", nil, false},
		"another site": {"POST", map[string]string{"Origin": "http://evil.example",
			"Sec-Fetch-Site": "cross-site"}, false},
		"another port": {"POST", map[string]string{"Origin": "http://127.0.0.1:3000",
			"Sec-Fetch-Site": "same-site"}, false},
		"another site, plain http": {"POST", map[string]string{"Origin": "http://evil.example"}, false},
		"nobody's page":            {"POST", map[string]string{"Origin": "null"}, false},
		"another method":           {"DELETE", nil, false},
		"typed into the address bar": {"GET", map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate",
			"Sec-Fetch-Dest": "document"}, true},
		"a link on another site": {"GET", map[string]string{"Sec-Fetch-Site": "cross-site",
			"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, true},
		"a frame on another site": {"GET", map[string]string{"Sec-Fetch-Site": "cross-site",
			"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, false},
		"a frame on another port": {"GET", map[string]string{"Sec-Fetch-Site": "same-site",
			"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, false},
		"a script on another port": {"GET", map[string]string{"Sec-Fetch-Site": "same-site",
			"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}, false},
		"an image on another site": {"GET", map[string]string{"Sec-Fetch-Site": "cross-site",
			"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, false},
		"an event stream elsewhere": {"GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors",
			"Origin": "http://127.0.0.1:3000"}, false},
		"an event stream of ours": {"GET", map[string]string{"Sec-Fetch-Site": "same-origin",
			"Sec-Fetch-Mode": "cors"}, true},
		"a foreign read, plain http": {"GET", map[string]string{"Origin": "http://evil.example"}, false},
		"a program":                  {"GET", nil, true},
		"asking for leave": {"OPTIONS", map[string]string{"Origin": "http://evil.example",
			"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(one.method, own+"/", nil)
			for key, value := range one.header {
				req.Header.Set(key, value)
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			if (rec.Code == http.StatusOK) != one.want {
				t.Errorf("it is answered with %d", rec.Code)
			}
		})
	}
}

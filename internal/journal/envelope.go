package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// version is the version of the format of receipts. Every change of the format needs a
// new one: older programs set newer files aside instead of misreading them.
const version = 1

// envelope is the file:
//
//	{
//	 "version": 1,
//	 "sha256": "…",
//	 "receipt": { … }
//	}
//
// or a saved plan, with the key "plan". The checksum covers the content without insignificant white space. An undo
// writes the receipt's content to the two systems, so damage must be detected.
// There is no line break at the end, so that every truncation is.
type envelope struct {
	Version int             `json:"version"`
	Sum     string          `json:"sha256"`
	Receipt json.RawMessage `json:"receipt"`
	Plan    json.RawMessage `json:"plan"`
}

func encode(r *Receipt) ([]byte, error) {
	rec, err := toRecord(r)
	if err != nil {
		return nil, err
	}
	body, err := encodeJSON(rec)
	if err != nil {
		return nil, fmt.Errorf("writing a receipt: %w", err)
	}
	return seal(body)
}

// seal returns the file for a receipt's compact JSON.
func seal(body []byte) ([]byte, error) { return sealAs("receipt", version, body) }

// sealAs returns the file for compact JSON, indented for people.
func sealAs(key string, version int, body []byte) ([]byte, error) {
	head := fmt.Sprintf(`{"version":%d,"sha256":%q,%q:`, version, checksum(body), key)
	var out bytes.Buffer
	if err := json.Indent(&out, append(append([]byte(head), body...), '}'), "", " "); err != nil {
		return nil, fmt.Errorf("writing a %s: %w", key, err)
	}
	return out.Bytes(), nil
}

// unseal returns the compact JSON of a receipt's file.
func unseal(data []byte) ([]byte, error) { return unsealAs("receipt", version, data) }

// unsealAs returns the compact JSON in a file. The error wraps ErrNewer or
// ErrUnreadable and reveals none of the file's values.
func unsealAs(key string, version int, data []byte) ([]byte, error) {
	var sniff struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &sniff); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if sniff.Version > version {
		return nil, fmt.Errorf("%w: it has the version %d", ErrNewer, sniff.Version)
	}
	var e envelope
	if err := decodeJSON(data, &e); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if e.Version != version {
		return nil, fmt.Errorf("%w: it has the version %d", ErrUnreadable, e.Version)
	}
	content, other := e.Receipt, e.Plan
	if key == savedKey {
		content, other = other, content
	}
	var body bytes.Buffer
	if err := json.Compact(&body, content); err != nil || checksum(body.Bytes()) != e.Sum || other != nil {
		return nil, fmt.Errorf("%w: its checksum does not fit its content", ErrUnreadable)
	}
	return body.Bytes(), nil
}

// decode reads a receipt. Its errors are like those of unseal.
func decode(data []byte) (*Receipt, error) {
	body, err := unseal(data)
	if err != nil {
		return nil, err
	}
	var rec record
	if err := decodeJSON(body, &rec); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	r, err := fromRecord(rec)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return r, nil
}

func checksum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// encodeJSON is json.Marshal without HTML escaping.
func encodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// decodeJSON is json.Unmarshal without unknown keys: those would be lost with
// the next write.
func decodeJSON(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after its end")
	}
	return nil
}

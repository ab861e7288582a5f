package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// version is the version of the format of receipts. Every change of the format needs a
// new one: older programs set newer files aside instead of misreading them.
const version = 1

// receiptKey is the key of a receipt, and of the note of a sign-in, in its file.
const receiptKey = "receipt"

// fileKeys is the number of keys of a file: its version, its checksum and the content's.
const fileKeys = 3

func encode(r *Receipt) ([]byte, error) {
	rec, err := toRecord(r)
	if err != nil {
		return nil, err
	}
	body, err := encodeJSON(rec)
	if err != nil {
		return nil, fmt.Errorf("writing a receipt: %w", err)
	}
	return seal(receiptKey, version, body)
}

// seal returns the file for compact JSON, indented for people:
//
//	{
//	 "version": 1,
//	 "sha256": "…",
//	 "receipt": { … }
//	}
//
// The checksum covers the content without insignificant white space. An undo writes the content of a receipt to the
// two systems, so damage must be detected. There is no line break at the end, so that every truncation is.
func seal(key string, version int, body []byte) ([]byte, error) {
	head := fmt.Sprintf(`{"version":%d,"sha256":%q,%q:`, version, checksum(body), key)
	var out bytes.Buffer
	if err := json.Indent(&out, append(append([]byte(head), body...), '}'), "", " "); err != nil {
		return nil, fmt.Errorf("writing a %s: %w", key, err)
	}
	return out.Bytes(), nil
}

// unseal returns the compact JSON in a file. The error wraps ErrNewer or ErrUnreadable and reveals none of the file's
// values.
func unseal(key string, version int, data []byte) ([]byte, error) {
	var file map[string]json.RawMessage
	var found int
	err := json.Unmarshal(data, &file)
	if err == nil {
		err = json.Unmarshal(file["version"], &found)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	case found > version:
		return nil, fmt.Errorf("%w: it has the version %d", ErrNewer, found)
	case found < version:
		return nil, fmt.Errorf("%w: it has the version %d", ErrUnreadable, found)
	}
	var sum string
	var body bytes.Buffer
	err = errors.Join(json.Unmarshal(file["sha256"], &sum), json.Compact(&body, file[key]))
	if err != nil || checksum(body.Bytes()) != sum || len(file) != fileKeys {
		return nil, fmt.Errorf("%w: its checksum does not fit its content", ErrUnreadable)
	}
	return body.Bytes(), nil
}

// decode reads a receipt. Its errors are like those of unseal.
func decode(data []byte) (*Receipt, error) {
	body, err := unseal(receiptKey, version, data)
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

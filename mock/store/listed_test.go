package store

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is what decodeListed promises of an object.
func told(o Object) Object {
	return Object{
		VersionID: o.VersionID, DeleteMarker: o.DeleteMarker, Size: o.Size, ETag: o.ETag, Modified: o.Modified.UTC(),
		Headers: o.Headers, Checksums: o.Checksums,
	}
}

func TestAListingReadsRecordsAsTheyWereWritten(t *testing.T) {
	at := time.Date(2026, 11, 25, 1, 2, 3, 450e6, time.UTC)
	for name, row := range map[string]struct {
		rec  record
		fast bool
	}{
		"bare": {record{Object: Object{VersionID: "null", ETag: "e", Modified: at}}, true},
		"all": {record{ID: "i", File: "f", Sealed: &sealedRecord{Envelope: []byte{1}}, Object: Object{
			VersionID: "v7", DeleteMarker: true, Size: 5 << 40, ETag: "e-7", Modified: at, Headers: map[string]string{"Content-Type": "a/b", "X": ""},
			UserMetadata: map[string]string{"q": "\"}],{"}, Tags: map[string]string{"a": "b"}, Encryption: Encryption{Mode: SSEKMS, Context: map[string]string{"{": "}"}},
			Checksums: Checksums{Values: map[string]string{"SHA256": "x="}, Type: "FULL_OBJECT"}, CRC64NVME: "c", PartCount: 3,
		}}, true},
		"escaped": {record{Object: Object{ETag: "<e>", Modified: at}}, false},
		"foreign": {record{Object: Object{ETag: "e", Modified: at, Headers: map[string]string{"X": "\u00e4"}}}, false},
	} {
		raw, err := encode(row.rec)
		require.NoError(t, err)
		var got Object
		assert.Equal(t, row.fast, scanListed(raw, &got), name)
		require.NoError(t, decodeListed(raw, &got))
		assert.Equal(t, told(row.rec.Object), told(got), name)
	}
	for _, broken := range []string{
		``, `{`, `[]`, `{"size"}`, `{"size":`, `{"size":1`, `{"size":1]`, `{size:1}`, `{"size":1}}`, `{"size":1,}`, `{"a":[1}`, `{"a":"x}`, `{"a":"\\`, `{"a":["x]}`,
		`{"size":}`, `{"size":01}`, `{"size":1.5}`, `{"size":1234567890123456789}`, `{"etag":1}`, `{"deleteMarker":1}`, `{"modified":"today"}`,
	} {
		var o Object
		assert.False(t, scanListed([]byte(broken), &o), broken)
	}
	var o Object
	assert.ErrorIs(t, decodeListed([]byte("{"), &o), ErrCorrupt)
	for _, unsure := range []string{`{"headers":{"a":"b"},"headers":{"c":"d"}}`, `{"checksums":{"type":"a"},"checksums":{"type":"b"}}`, `{"checksums":{"more":1}}`, `{"a\u0062":1}`} {
		assert.False(t, scanListed([]byte(unsure), &o), unsure)
		assert.NoError(t, decodeListed([]byte(unsure), &o), "encoding/json decides")
	}
}

func TestTheSweepFindsTheFileOfEveryRecord(t *testing.T) {
	known := map[string]struct{}{}
	for _, raw := range []string{`{"file":"one"}`, `{"x":{"file":"not this"},"file":"two"}`, ` { "file" : "three" } `, `{"file":"\u0066our"}`, `{"id":"no file"}`} {
		require.NoError(t, addFile(known, []byte(raw)))
	}
	for _, broken := range []string{`{`, `{"file":"x`, `{"file":"x"]`, `{"file":"x"}}`, `{"file":5}`, ``} {
		assert.ErrorIs(t, addFile(known, []byte(broken)), ErrCorrupt, broken)
	}
	assert.Equal(t, map[string]struct{}{"one": {}, "two": {}, "three": {}, "four": {}}, known)
}

// Whatever scanListed takes it reads as encoding/json does, if that takes it.
func FuzzListedRecords(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"size":1}`, `{"size":01,"etag":""}`, `{"etag":"a","etag":"b"}`, `{"headers":{"a":"b"}}`, `{"headers":null,"size":-1}`,
		`{"versionId":"null","size":1,"etag":"9dd4","modified":"2026-11-25T22:59:58.853Z","encryption":{"mode":"SSE-S3"},"checksums":{},"id":"1e"}`,
		`{"checksums":{"values":{"a":"b"},"type":"c"}}`, `{"Size":1}`, `{"a":[{"b":"]"}],"size":2}`, `{"deleteMarker":true}`, `{"modified":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fast Object
		var rec record
		if !scanListed(raw, &fast) || json.Unmarshal(raw, &rec) != nil {
			return
		}
		var names map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &names))
		for name := range names {
			if !ours[name] { // of another case, which encoding/json takes too, and encode never writes
				return
			}
		}
		assert.Equal(t, told(rec.Object), told(fast))
	})
}

var ours = map[string]bool{
	"versionId": true, "deleteMarker": true, "size": true, "etag": true, "modified": true, "headers": true, "checksums": true,
	"encryption": true, "id": true, "a": true,
}

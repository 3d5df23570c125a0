package mock_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// The matrix: every way to encrypt, by every way to write, read whole and in 40
// ranges, by plain HTTP requests. An object is a cell of it.

const (
	matrixCanary = "matrix-canary"
	ranges       = 40
)

// method is one way to encrypt, and the headers that belong to it.
type method struct {
	name                         string
	ask, onWrite, onRead, toRead map[string]string
}

func methods(key mock.NamedKey) []method {
	under := func(ref string) map[string]string { return map[string]string{sse: "aws:kms", kid: ref} }
	back := under(key.ARN)
	bucketKey := plus(back, map[string]string{bk: "true"})
	aes, dsse := map[string]string{sse: "AES256"}, map[string]string{sse: "aws:kms:dsse", kid: key.ARN}
	cust := custHeaders(9)
	custBack := map[string]string{custAlg: "AES256", custMD5: cust[custMD5]}
	context := base64.StdEncoding.EncodeToString([]byte(`{"team":"red"}`))
	return []method{
		{"none", nil, aes, aes, nil},
		{"S3", aes, aes, aes, nil},
		{"KMS-id", under(key.ID), back, back, nil},
		{"KMS-ARN", under(key.ARN), back, back, nil},
		{"KMS-alias", under(key.Alias), back, back, nil},
		{"KMS-alias-ARN", under(strings.Replace(key.ARN, "key/"+key.ID, key.Alias, 1)), back, back, nil},
		{"KMS-bucket-key", plus(under(key.ID), map[string]string{bk: "true"}), bucketKey, bucketKey, nil},
		{"KMS-context", plus(under(key.ID), map[string]string{ctx: context}), plus(back, map[string]string{ctx: "the whole context"}), back, nil},
		{"DSSE", map[string]string{sse: "aws:kms:dsse", kid: key.ID}, dsse, dsse, nil},
		{"C", cust, custBack, custBack, cust},
	}
}

// written is what the answer to a write must carry: the context names the object.
func (m method) written(key string) map[string]string {
	if m.onWrite[ctx] == "" {
		return m.onWrite
	}
	context := fmt.Sprintf(`{"aws:s3:arn":"arn:aws:s3:::bucket/%s","team":"red"}`, key)
	return plus(m.onWrite, map[string]string{ctx: base64.StdEncoding.EncodeToString([]byte(context))})
}

// asSource are the headers that let a copy read.
func (m method) asSource() map[string]string {
	h := map[string]string{}
	for name, v := range m.toRead {
		h[strings.Replace(name, "X-Amz-", "X-Amz-Copy-Source-", 1)] = v
	}
	return h
}

// cell is one stored object, or one version of it.
type cell struct {
	key string
	method
	body    string
	version string // empty in a bucket without versioning
}

// path names a cell to read it, or to copy from it.
func (c cell) path() string {
	if c.version == "" {
		return c.key
	}
	return c.key + "?versionId=" + c.version
}

type matrix struct {
	t      *testing.T
	e      *mock.Endpoint
	client *http.Client
	random *rand.Rand
	cells  []cell
}

// answer is a response read to its end; cut says that the connection broke.
type answer struct {
	*http.Response
	body string
	cut  bool
}

func (x *matrix) send(verb, path, body string, headers ...map[string]string) answer {
	x.t.Helper()
	all := map[string]string{}
	for _, h := range headers {
		all = plus(all, h)
	}
	resp := rawBy(x.t, x.client, x.e, verb, "/bucket/"+path, body, all, time.Now())
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		require.ErrorIs(x.t, err, io.ErrUnexpectedEOF)
	}
	return answer{resp, string(raw), err != nil}
}

func (x *matrix) ok(a answer, onAnswer map[string]string, what string) answer {
	x.t.Helper()
	require.Equal(x.t, 200, a.StatusCode, "%s: %s", what, a.body)
	require.Equal(x.t, onAnswer, sseHeaders(a.Header), what)
	return a
}

// text has no two equal stretches, so that a range from a wrong place shows.
func text(key string, size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		fmt.Fprintf(&b, "%s of %s, line %d\n", matrixCanary, key, n)
	}
	return b.String()[:size]
}

// sizes lie around the borders of the 64 KiB packages of a sealed body.
var sizes = []int{65537, 131072, 65535, 0, 65536, 131073, 1, 196607, 70000, 196608}

// keep notes a cell, under the version that the answer to its write tells.
func (x *matrix) keep(c cell, answer http.Header) cell {
	c.version = answer.Get(versionID)
	x.cells = append(x.cells, c)
	return c
}

func (x *matrix) put(m method, key string, size int) cell {
	c := cell{key: key, method: m, body: text(m.name+" "+key, size)}
	a := x.ok(x.send("PUT", key, c.body, m.ask), m.written(key), "PutObject "+key)
	return x.keep(c, a.Header)
}

func (x *matrix) post(m method, key string, size int) {
	c := cell{key: key, method: m, body: text(m.name+" "+key, size)}
	resp := sendForm(x.t, x.client, x.e, formOf(x.e, time.Now(), plus(m.ask, map[string]string{"key": key})), c.body)
	defer resp.Body.Close()
	require.Equal(x.t, 204, resp.StatusCode, key)
	require.Equal(x.t, m.onRead, sseHeaders(resp.Header), "POST "+key)
	x.keep(c, resp.Header)
}

// begin opens an upload.
func (x *matrix) begin(m method, key string) string {
	a := x.ok(x.send("POST", key+"?uploads=", "", m.ask), m.written(key), "CreateMultipartUpload "+key)
	_, rest, _ := strings.Cut(a.body, "<UploadId>")
	id, _, found := strings.Cut(rest, "</UploadId>")
	require.True(x.t, found)
	return id
}

func (x *matrix) part(m method, key, id string, number int, body string) string {
	a := x.send("PUT", fmt.Sprintf("%s?partNumber=%d&uploadId=%s", key, number, id), body, m.toRead)
	return x.ok(a, m.onRead, "UploadPart "+key).Header.Get("Etag")
}

func (x *matrix) finish(m method, key, id string, etags ...string) http.Header {
	onAnswer := m.onRead
	if m.toRead != nil {
		onAnswer = map[string]string{} // no customer headers here
	}
	a := x.ok(x.send("POST", key+"?uploadId="+id, completion(etags...), m.toRead), onAnswer, "CompleteMultipartUpload "+key)
	require.Contains(x.t, a.body, "<ETag>")
	return a.Header
}

func (x *matrix) multipart(m method, key string, size int) {
	c := cell{key: key, method: m, body: text(m.name+" "+key, size+65537)}
	id := x.begin(m, key)
	first := x.part(m, key, id, 1, c.body[:65537])
	second := x.part(m, key, id, 2, c.body[65537:])
	x.keep(c, x.finish(m, key, id, first, second))
}

func (x *matrix) copy(m method, key string, from cell) {
	a := x.send("PUT", key, "", m.ask, from.asSource(), map[string]string{"X-Amz-Copy-Source": "/bucket/" + from.path()})
	x.ok(a, m.written(key), "CopyObject "+key)
	require.Equal(x.t, from.version, a.Header.Get("X-Amz-Copy-Source-Version-Id"))
	x.keep(cell{key: key, method: m, body: from.body}, a.Header)
}

// partCopy makes an object of a stretch of another and a part of its own.
func (x *matrix) partCopy(m method, key string, from cell) {
	id := x.begin(m, key)
	source := map[string]string{"X-Amz-Copy-Source": "/bucket/" + from.path()}
	stretch := from.body
	if len(stretch) > 1000 {
		stretch = stretch[500 : len(stretch)-1]
		source["X-Amz-Copy-Source-Range"] = fmt.Sprintf("bytes=500-%d", len(from.body)-2)
	}
	a := x.send("PUT", fmt.Sprintf("%s?partNumber=1&uploadId=%s", key, id), "", m.toRead, from.asSource(), source)
	x.ok(a, m.onRead, "UploadPartCopy "+key)
	_, rest, _ := strings.Cut(a.body, "<ETag>")
	etag, _, _ := strings.Cut(rest, "</ETag>")
	tail := text(m.name+" "+key, 300)
	second := x.part(m, key, id, 2, tail)
	x.keep(cell{key: key, method: m, body: stretch + tail}, x.finish(m, key, id, etag, second))
}

// read compares a cell whole and in ranges, half of them across a border.
func (x *matrix) read(c cell) {
	x.t.Helper()
	a := x.ok(x.send("GET", c.path(), "", c.toRead), c.onRead, "GetObject "+c.key)
	require.True(x.t, a.body == c.body, "%s: whole", c.key)
	h := x.ok(x.send("HEAD", c.path(), "", c.toRead), c.onRead, "HeadObject "+c.key)
	require.EqualValues(x.t, len(c.body), h.ContentLength, c.key)
	size := len(c.body)
	for n := range ranges {
		if size == 0 {
			return
		}
		first := x.random.IntN(size)
		if border := 65536 * (1 + x.random.IntN(3)); n%2 == 0 && border < size {
			first = max(0, border-x.random.IntN(40))
		}
		last := min(size-1, first+x.random.IntN([]int{1, 80, size}[n%3]))
		header := fmt.Sprintf("bytes=%d-%d", first, last)
		a := x.send("GET", c.path(), "", c.toRead, map[string]string{"Range": header})
		require.Equal(x.t, 206, a.StatusCode, "%s %s", c.key, header)
		require.Equal(x.t, c.onRead, sseHeaders(a.Header), c.key)
		require.Equal(x.t, fmt.Sprintf("bytes %d-%d/%d", first, last, size), a.Header.Get("Content-Range"))
		require.True(x.t, a.body == c.body[first:last+1], "%s %s", c.key, header)
	}
}

// refused reads and copies a cell, which must answer an error in these words and
// no byte. id is of an open upload.
func (x *matrix) refused(c cell, id string, header map[string]string, status int, code, message string) {
	x.t.Helper()
	from := method{toRead: header}.asSource()
	from["X-Amz-Copy-Source"] = "/bucket/" + c.path()
	for _, a := range []answer{
		x.send("GET", c.path(), "", header),
		x.send("GET", c.path(), "", header, map[string]string{"Range": "bytes=0-0"}),
		x.send("PUT", "none", "", from),
		x.send("PUT", "none?partNumber=1&uploadId="+id, "", from),
	} {
		require.Equal(x.t, status, a.StatusCode, c.key)
		require.Contains(x.t, a.body, "<Code>"+code+"</Code>", c.key)
		require.Contains(x.t, a.body, message, c.key)
		require.NotContains(x.t, a.body, matrixCanary)
	}
}

func (c cell) kms() bool { return strings.HasPrefix(c.ask[sse], "aws:kms") }

// spoil changes one byte of every body on disk; an empty one gets a byte more.
func (x *matrix) spoil(dir string) (count int) {
	require.NoError(x.t, filepath.WalkDir(filepath.Join(dir, "store", "bodies"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		count++
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if len(raw) == 0 {
			return os.WriteFile(path, []byte{0}, 0o600)
		}
		raw[x.random.IntN(len(raw))] ^= 1 << x.random.IntN(8)
		return os.WriteFile(path, raw, 0o600)
	}))
	return count
}

func TestTheMatrixOfEncryptionAndOperations(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	key := e.NamedKeys()[0]
	x := &matrix{t: t, e: e, client: httpClient(t, e), random: rand.New(rand.NewPCG(1, 2))}
	all := methods(key)
	var sources []cell
	for i, m := range all {
		sources = append(sources, x.put(m, "put-"+m.name, sizes[i]))
		x.put(m, "put-empty-"+m.name, 0)
		x.multipart(m, "parts-"+m.name, sizes[len(sizes)-1-i])
		x.post(m, "post-"+m.name, sizes[(i+4)%len(sizes)])
	}
	for i, m := range all {
		for j := range sources {
			from := sources[(i+j)%len(sources)]
			x.copy(m, "copy-"+from.name+"-to-"+m.name, from)
			x.partCopy(m, "part-copy-"+from.name+"-to-"+m.name, from)
		}
	}
	for _, c := range x.cells {
		x.read(c)
	}
	assert.False(t, holds(t, dir, matrixCanary), "plaintext is nowhere on disk")

	open := x.begin(all[0], "none")
	for _, c := range x.cells {
		if c.toRead != nil {
			x.refused(c, open, custHeaders(8), 403, "AccessDenied", "must provide the correct secret key.")
			x.refused(c, open, nil, 400, "InvalidRequest", "The object was stored using a form of Server Side Encryption.")
		}
	}
	underKey := map[string]string{} // uploads begun while the key could be used
	for _, m := range all {
		if m.ask[kid] != "" {
			underKey[m.name] = x.begin(m, "none")
		}
	}
	require.NoError(t, e.Keys().Disable(key.ID))
	x.withoutKey(open, underKey, "KMS.DisabledException", key.ARN+" is disabled.")
	_, err := e.Keys().ScheduleDeletion(key.ID, 7)
	require.NoError(t, err)
	x.withoutKey(open, underKey, "KMS.KMSInvalidStateException", key.ARN+" is pending deletion.")
	_, err = e.Keys().CancelDeletion(key.ID)
	require.NoError(t, errors.Join(err, e.Keys().Enable(key.ID)))

	require.Greater(t, x.spoil(dir), len(x.cells))
	for _, c := range x.cells {
		x.damaged(c)
	}
}

// damaged reads a cell with a changed byte in each of its bodies, whole and in
// stretches: nothing wrong comes out, and somewhere the damage shows.
func (x *matrix) damaged(c cell) {
	x.t.Helper()
	require.False(x.t, x.trueOrRefused(c, 0, len(c.body), nil), "%s: a changed byte was handed out as if it were whole", c.key)
	shown := len(c.body) == 0
	for first := 0; first < len(c.body); first += 65536 {
		last := min(first+65536, len(c.body)) - 1
		if !x.trueOrRefused(c, first, last+1, map[string]string{"Range": fmt.Sprintf("bytes=%d-%d", first, last)}) {
			shown = true
		}
	}
	require.True(x.t, shown, "%s: no range showed the damage", c.key)
}

// trueOrRefused tells whether a stretch came whole; whatever came is true.
func (x *matrix) trueOrRefused(c cell, from, to int, ranged map[string]string) bool {
	x.t.Helper()
	a := x.send("GET", c.path(), "", c.toRead, ranged)
	if a.StatusCode == 200 || a.StatusCode == 206 {
		require.True(x.t, strings.HasPrefix(c.body[from:to], a.body), "%s: what came before the damage is true", c.key)
		return !a.cut
	}
	require.Equal(x.t, 500, a.StatusCode, c.key)
	require.NotContains(x.t, a.body, matrixCanary)
	return false
}

// withoutKey tries every cell, and every way to write, while the KMS key cannot
// be used. Each method under the key has an upload of its own.
func (x *matrix) withoutKey(open string, uploads map[string]string, code, message string) {
	x.t.Helper()
	for _, c := range x.cells {
		if c.kms() {
			x.refused(c, open, nil, 400, code, message)
			h := x.ok(x.send("HEAD", c.path(), ""), c.onRead, "HEAD asks nothing of KMS")
			require.EqualValues(x.t, len(c.body), h.ContentLength)
			continue
		}
		a := x.send("GET", c.path(), "", c.toRead)
		require.True(x.t, a.StatusCode == 200 && a.body == c.body, "%s does not need the key", c.key)
	}
	for _, m := range methods(x.e.NamedKeys()[0]) {
		if c := (cell{method: m}); !c.kms() {
			continue
		}
		source := map[string]string{"X-Amz-Copy-Source": "/bucket/put-S3"}
		form := sendForm(x.t, x.client, x.e, formOf(x.e, time.Now(), plus(m.ask, map[string]string{"key": "none"})), "x")
		raw, err := io.ReadAll(form.Body)
		require.NoError(x.t, err)
		part := "none?partNumber=1&uploadId=" + uploads[m.name]
		for how, a := range map[string]answer{
			"PUT":       x.send("PUT", "none", "x", m.ask),
			"create":    x.send("POST", "none?uploads=", "", m.ask),
			"copy":      x.send("PUT", "none", "", m.ask, source),
			"POST":      {form, string(raw), false},
			"part":      x.send("PUT", part, "x"),
			"part copy": x.send("PUT", part, "", source),
		} {
			require.Equal(x.t, 400, a.StatusCode, "%s by %s: %s", m.name, how, a.body)
			require.Contains(x.t, a.body, "<Code>"+code+"</Code>")
			require.Contains(x.t, a.body, message)
		}
	}
	require.Equal(x.t, 404, x.send("HEAD", "none", "").StatusCode)
}

package mock_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// A form upload is signed here from the text of the API reference, with nothing
// of the server's.

// sign signs a policy for the fields of a form.
func sign(secret string, at time.Time, policy string) string {
	key := []byte("AWS4" + secret)
	for _, s := range []string{at.UTC().Format("20060102"), "us-east-1", "s3", "aws4_request", policy} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		key = h.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// formOf completes fields to a signed form whose policy speaks of each; further
// conditions come last.
func formOf(e *mock.Endpoint, at time.Time, fields map[string]string, conditions ...any) map[string]string {
	f := plus(fields, map[string]string{
		"x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-date": at.UTC().Format("20060102T150405Z"),
		"x-amz-credential": e.AccessKey + "/" + at.UTC().Format("20060102") + "/us-east-1/s3/aws4_request",
	})
	all := []any{map[string]string{"bucket": "bucket"}}
	for name, value := range f {
		all = append(all, []string{"eq", "$" + name, value})
	}
	policy, err := json.Marshal(map[string]any{"expiration": at.Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000Z"), "conditions": append(all, conditions...)})
	if err != nil {
		panic(err)
	}
	f["policy"] = base64.StdEncoding.EncodeToString(policy)
	f["x-amz-signature"] = sign(e.SecretKey, at, f["policy"])
	return f
}

func encodeForm(t testing.TB, fields map[string]string, file string) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		require.NoError(t, w.WriteField(name, fields[name]))
	}
	part, err := w.CreateFormFile("file", "photo.jpg")
	require.NoError(t, err)
	_, err = io.WriteString(part, file)
	require.NoError(t, err)
	require.NoError(t, w.WriteField("after", "what comes after the file is ignored"))
	require.NoError(t, w.Close())
	return w.FormDataContentType(), b.Bytes()
}

func sendForm(t testing.TB, c *http.Client, e *mock.Endpoint, fields map[string]string, file string) *http.Response {
	t.Helper()
	contentType, body := encodeForm(t, fields, file)
	return postBody(t, c, e, contentType, body)
}

func postBody(t testing.TB, c *http.Client, e *mock.Endpoint, contentType string, body []byte) *http.Response {
	t.Helper()
	r, err := http.NewRequest("POST", e.URL+"/bucket", bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", contentType)
	resp, err := c.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func TestABrowserUploadsByAForm(t *testing.T) {
	e := mock.Start(t)
	c := httpClient(t, e)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fields := map[string]string{
		"key": "user/${filename}", "Content-Type": "image/jpeg", "x-amz-meta-who": "ada", "success_action_status": "201",
		"tagging": `<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>`, "x-ignore-this": "x",
	}
	resp := sendForm(t, c, e, formOf(e, time.Now(), fields, []any{"content-length-range", 1, 10}, []any{"starts-with", "$key", "user/"}), "hello")
	require.Equal(t, 201, resp.StatusCode)
	raw1, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(raw1), "<PostResponse>")
	assert.Contains(t, string(raw1), "<Key>user/photo.jpg</Key>")
	body, out, err := get(t, s3Client(t, e), "user/photo.jpg")
	require.NoError(t, err)
	assert.Equal(t, "hello", body)
	assert.Equal(t, "image/jpeg", *out.ContentType)
	assert.Equal(t, map[string]string{"who": "ada"}, out.Metadata)
	assert.EqualValues(t, 1, *out.TagCount)

	resp = sendForm(t, c, e, formOf(e, time.Now(), map[string]string{"key": "k", "success_action_redirect": "https://example.org/done?a=b"}), "x")
	assert.Equal(t, 303, resp.StatusCode)
	assert.Regexp(t, `^https://example.org/done\?a=b&bucket=bucket&etag=%22[0-9a-f]{32}%22&key=k$`, resp.Header.Get("Location"))
	assert.Equal(t, 204, sendForm(t, c, e, formOf(e, time.Now(), map[string]string{"key": "k"}), "x").StatusCode)
	assert.Equal(t, 200, sendForm(t, c, e, formOf(e, time.Now(), map[string]string{"key": "k", "success_action_status": "200"}), "x").StatusCode)
}

func TestAFormIsRefusedBeforeAnythingIsStored(t *testing.T) {
	guest := user("guest", "Allow s3:GetObject *")
	e := startWith(t, guest)
	c := httpClient(t, e)
	now := time.Now()
	good := func() map[string]string { return map[string]string{"key": "k"} }
	with := func(name, value string) map[string]string {
		return plus(formOf(e, now, good()), map[string]string{name: value})
	}
	signed := func(policy string) map[string]string {
		f := formOf(e, now, good())
		f["policy"] = base64.StdEncoding.EncodeToString([]byte(policy))
		f["x-amz-signature"] = sign(e.SecretKey, now, f["policy"])
		return f
	}
	without := func(name string) map[string]string {
		f := formOf(e, now, good())
		delete(f, name)
		return f
	}
	later := now.Add(time.Hour).UTC().Format(time.RFC3339)
	for name, row := range map[string]struct {
		fields        map[string]string
		status        int
		code, message string
	}{
		"another key":          {with("key", "other"), 403, "AccessDenied", `Invalid according to Policy: Policy Condition failed: ["eq","$key","k"]`},
		"a field more":         {with("acl", "private"), 403, "AccessDenied", "Invalid according to Policy: Extra input fields: acl"},
		"encryption smuggled":  {with("x-amz-server-side-encryption", "AES256"), 403, "AccessDenied", "Extra input fields"},
		"changed policy":       {with("policy", "e30="), 403, "SignatureDoesNotMatch", ""},
		"no policy":            {without("policy"), 400, "InvalidArgument", "must contain a field named 'policy'"},
		"no signature":         {without("x-amz-signature"), 400, "InvalidArgument", "must contain a field named 'x-amz-signature'"},
		"other algorithm":      {with("x-amz-algorithm", "AWS4"), 400, "InvalidArgument", "Only AWS4-HMAC-SHA256 is supported"},
		"bad credential":       {with("x-amz-credential", "x"), 400, "InvalidArgument", "mal-formed"},
		"other day":            {with("x-amz-date", "20200101T000000Z"), 400, "InvalidArgument", "not the same"},
		"other region":         {with("x-amz-credential", e.AccessKey+"/"+now.UTC().Format("20060102")+"/eu-west-1/s3/aws4_request"), 400, "InvalidArgument", `the region "eu-west-1" is wrong; expecting "us-east-1"`},
		"unknown person":       {with("x-amz-credential", "nobody/"+now.UTC().Format("20060102")+"/us-east-1/s3/aws4_request"), 403, "InvalidAccessKeyId", ""},
		"too old":              {formOf(e, now.Add(-8*24*time.Hour), good()), 403, "AccessDenied", "Request has expired"},
		"from the future":      {formOf(e, now.Add(time.Hour), good()), 403, "AccessDenied", "not yet valid"},
		"policy expired":       {formOf(e, now.Add(-2*time.Hour), good()), 403, "AccessDenied", "Invalid according to Policy: Policy expired."},
		"too large":            {formOf(e, now, good(), []any{"content-length-range", 0, 4}), 400, "EntityTooLarge", ""},
		"too small":            {formOf(e, now, good(), []any{"content-length-range", 6, "10"}), 400, "EntityTooSmall", ""},
		"a wrong checksum":     {formOf(e, now, plus(good(), map[string]string{"x-amz-checksum-crc32": "AAAAAA=="})), 400, "BadDigest", ""},
		"unknown key id":       {formOf(e, now, plus(good(), map[string]string{sse: "aws:kms", kid: "none"})), 400, "KMS.NotFoundException", ""},
		"unlike":               {formOf(e, now, good(), []any{"starts-with", "$Content-Type", "image/"}), 403, "AccessDenied", `["starts-with","$Content-Type","image/"]`},
		"no key":               {formOf(e, now, nil), 400, "InvalidArgument", "must contain a field named 'key'"},
		"key too long":         {formOf(e, now, map[string]string{"key": strings.Repeat("k", 1025)}), 400, "KeyTooLongError", ""},
		"fields too large":     {formOf(e, now, map[string]string{"key": "k", "x-amz-meta-a": strings.Repeat("k", 21<<10)}), 400, "MaxPostPreDataLengthExceeded", ""},
		"not allowed":          {formOf(as(e, guest), now, good()), 403, "AccessDenied", "s3:PutObject"},
		"bad tags":             {formOf(e, now, plus(good(), map[string]string{"tagging": "x"})), 400, "MalformedXML", ""},
		"bad class":            {formOf(e, now, plus(good(), map[string]string{"x-amz-storage-class": "x"})), 400, "InvalidStorageClass", ""},
		"bad MD5":              {formOf(e, now, plus(good(), map[string]string{"content-md5": "x"})), 400, "InvalidDigest", ""},
		"spare session token":  {formOf(e, now, plus(good(), map[string]string{"x-amz-security-token": "x"})), 400, "InvalidToken", ""},
		"policy not JSON":      {signed(`x`), 400, "InvalidPolicyDocument", "Invalid JSON"},
		"policy without end":   {signed(`{"conditions":[]}`), 400, "InvalidPolicyDocument", "missing expiration"},
		"policy of nothing":    {signed(`{"expiration":"` + later + `"}`), 400, "InvalidPolicyDocument", "missing conditions"},
		"condition of two":     {signed(`{"expiration":"` + later + `","conditions":[["eq","$key"]]}`), 400, "InvalidPolicyDocument", "Invalid eq: wrong number of arguments."},
		"condition of a kind":  {signed(`{"expiration":"` + later + `","conditions":[["like","$key","k"]]}`), 400, "InvalidPolicyDocument", "unknown operation 'like'"},
		"range of words":       {signed(`{"expiration":"` + later + `","conditions":[["content-length-range","a","b"]]}`), 400, "InvalidPolicyDocument", "Invalid JSON."},
		"policy speaks little": {signed(`{"expiration":"` + later + `","conditions":[]}`), 403, "AccessDenied", "Extra input fields"},
	} {
		t.Run(name, func(t *testing.T) {
			resp := sendForm(t, c, e, row.fields, "hello")
			assert.Equal(t, row.status, resp.StatusCode)
			got := errorOf(t, resp)
			assert.Equal(t, row.code, got.Code)
			assert.Contains(t, got.Message, row.message)
			assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode, "nothing is stored")
		})
	}
	contentType, body := encodeForm(t, formOf(e, now, good()), "hello")
	for cut, want := range map[int]string{30: "MalformedPOSTRequest", bytes.Index(body, []byte("hello")) + 3: "IncompleteBody", 0: "MalformedPOSTRequest"} {
		assert.Equal(t, want, errorOf(t, postBody(t, c, e, contentType, body[:cut])).Code, fmt.Sprint(cut))
	}
	assert.Equal(t, "PreconditionFailed", errorOf(t, postBody(t, c, e, "text/plain", body)).Code)
	assert.Equal(t, "PreconditionFailed", errorOf(t, raw(t, e, "POST", "/bucket", "x", nil)).Code)
	twice := strings.Replace(string(body), `name="x-amz-date"`, `name="key"`, 1)
	assert.Equal(t, "InvalidArgument", errorOf(t, postBody(t, c, e, contentType, []byte(twice))).Code)
	fileless := strings.Replace(string(body), `name="file"`, `name="other"`, 1)
	assert.Contains(t, errorOf(t, postBody(t, c, e, contentType, []byte(fileless))).Message, "exactly one file upload")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
}

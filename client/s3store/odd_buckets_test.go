package s3store

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func bucketList(inside string) string {
	return xmlAnswer("<ListAllMyBucketsResult>" + inside + "</ListAllMyBucketsResult>")
}

func inBuckets(inside string) string { return bucketList("<Buckets>" + inside + "</Buckets>") }

var oddBucketLists = map[string]struct {
	raw  string
	want []string // names and dates; nil: not believed
	says string
}{
	"none":                  {raw: bucketList(""), want: []string{}},
	"no owner":              {raw: inBuckets("<Bucket><Name>a</Name></Bucket>"), want: []string{"a -"}},
	"a date that is none":   {raw: inBuckets("<Bucket><Name>a</Name><CreationDate>?</CreationDate></Bucket><Bucket><Name>b</Name><CreationDate>2025-01-02T03:04:05Z</CreationDate></Bucket>"), want: []string{"a -", "b 2025-01-02T03:04:05Z"}},
	"a date of HTTP":        {raw: inBuckets("<Bucket><Name>a</Name><CreationDate>Thu, 02 Jan 2025 03:04:05 GMT</CreationDate></Bucket>"), want: []string{"a 2025-01-02T03:04:05Z"}},
	"the year 1":            {raw: inBuckets("<Bucket><Name>a</Name><CreationDate>0001-01-01T00:00:00Z</CreationDate></Bucket>"), want: []string{"a -"}},
	"an owner of its own":   {raw: bucketList("<Owner><ID><b>1</b></ID></Owner><Buckets><Bucket><Name>a</Name></Bucket></Buckets>"), want: []string{"a -"}},
	"out of order":          {raw: inBuckets("<Bucket><Name>b</Name></Bucket><Bucket><Name>a</Name></Bucket>"), want: []string{"a -", "b -"}},
	"one without a name":    {raw: inBuckets("<Bucket><Name/></Bucket>"), says: "without a name"},
	"the same place":        {raw: bucketList("<Buckets><Bucket><Name>a</Name></Bucket></Buckets><ContinuationToken>T</ContinuationToken>"), says: "circles"},
	"a list of objects":     {raw: list(entry("k")), says: "<ListBucketResult>"},
	"a document of nothing": {raw: xmlAnswer(""), says: "application/xml"},
}

func TestAnOddListOfBucketsIsReadOrRefused(t *testing.T) {
	for name, c := range oddBucketLists {
		t.Run(name, func(t *testing.T) {
			all, err := oddly(t, constantly(c.raw)).Buckets(t.Context())
			if c.want == nil {
				assert.ErrorContains(t, err, c.says)
				assert.Empty(t, all)
				return
			}
			require.NoError(t, err)
			got := []string{}
			for _, b := range all {
				got = append(got, b.Name+" "+stamped(b.Created))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestBucketsThatNeverEndAreNotListedForEver(t *testing.T) {
	n := 0
	s := oddly(t, func(*http.Request) string {
		n++
		return bucketList(fmt.Sprintf("<Buckets><Bucket><Name>b%d</Name></Bucket></Buckets><ContinuationToken>%d</ContinuationToken>", n, n%5))
	})
	_, err := s.Buckets(t.Context())
	assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
	assert.Less(t, n, 10)
}

const sseAlgorithm = "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>%s</SSEAlgorithm></ApplyServerSideEncryptionByDefault>%s</Rule>"

// oddDefaults are answers to GetBucketEncryption: what is told of the default.
var oddDefaults = map[string]struct {
	raw  string
	want string
	kind client.Kind // of an error
}{
	"none":                    {raw: wire("404 Not Found", "<Error><Code>ServerSideEncryptionConfigurationNotFoundError</Code></Error>"), want: "none reported"},
	"SSE-S3":                  {raw: xmlAnswer("<ServerSideEncryptionConfiguration>" + fmt.Sprintf(sseAlgorithm, "AES256", "") + "</ServerSideEncryptionConfiguration>"), want: "SSE-S3"},
	"an odd bucket key":       {raw: xmlAnswer("<ServerSideEncryptionConfiguration>" + fmt.Sprintf(sseAlgorithm, "aws:kms", "<BucketKeyEnabled>?</BucketKeyEnabled>") + "</ServerSideEncryptionConfiguration>"), want: "SSE-KMS, key not reported"},
	"no rule":                 {raw: xmlAnswer("<ServerSideEncryptionConfiguration/>"), want: "not told by the server"},
	"Ceph's nothing":          {raw: wire("200 OK", "", "x-amz-request-id: R"), want: "not told by the server"},
	"the list of the bucket":  {raw: wire("200 OK", "<ListBucketResult/>", "x-amz-request-id: R"), want: "not told by the server"},
	"denied":                  {raw: wire("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"), want: "not told by the server"},
	"no such call":            {raw: wire("501 Not Implemented", ""), want: "not told by the server"},
	"a page":                  {raw: pages["a login page"].raw, kind: client.KindNotS3},
	"a redirect to somewhere": {raw: wire("302 Found", "", "Location: https://sso.example.test/"), kind: client.KindRedirected},
}

func TestAnOddDefaultOfABucketIsNotTold(t *testing.T) {
	for name, c := range oddDefaults {
		t.Run(name, func(t *testing.T) {
			r, err := oddly(t, constantly(c.raw)).DefaultEncryption(t.Context(), "bkt")
			if c.kind != 0 {
				assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, r.Describe().String())
		})
	}
}

// oddTags are answers to GetObjectTagging.
var oddTags = map[string]struct {
	raw  string
	want map[string]string
	kind client.Kind
}{
	"two":                  {raw: xmlAnswer("<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b</Key><Value/></Tag></TagSet></Tagging>"), want: map[string]string{"a": "1", "b": ""}},
	"none":                 {raw: xmlAnswer("<Tagging><TagSet/></Tagging>"), want: map[string]string{}},
	"none, as an error":    {raw: wire("404 Not Found", "<Error><Code>NoSuchTagSet</Code></Error>"), want: map[string]string{}},
	"no set of tags":       {raw: xmlAnswer("<Tagging/>"), kind: client.KindUnsupported},
	"the object itself":    {raw: wire("200 OK", "the content", `ETag: "abc"`, "x-amz-request-id: R"), kind: client.KindUnsupported},
	"an object of XML":     {raw: wire("200 OK", "<note>mine</note>", `ETag: "abc"`, "x-amz-request-id: R"), kind: client.KindUnsupported},
	"a page":               {raw: pages["a login page"].raw, kind: client.KindNotS3},
	"a document too large": {raw: bare("200 OK", "<Tagging>"+strings.Repeat(" ", largestDocument)), kind: client.KindContradiction},
}

func TestOddTagsAreReadOrRefused(t *testing.T) {
	for name, c := range oddTags {
		t.Run(name, func(t *testing.T) {
			tags, err := oddly(t, constantly(c.raw)).Tags(t.Context(), anywhere, "")
			if c.want == nil {
				assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, tags)
		})
	}
}

func TestKeysThatNeverEndAreNotListedForEver(t *testing.T) {
	rec := &recorder{answer: func(r *http.Request, n int) *http.Response {
		list := map[string]string{"TrentService.ListKeys": `"Keys":[{"KeyId":"k"}]`, "TrentService.ListAliases": `"Aliases":[]`}[r.Header.Get("X-Amz-Target")]
		return reply(200, []string{"Content-Type", "application/x-amz-json-1.1"}, fmt.Sprintf(`{%s,"Truncated":true,"NextMarker":"%d"}`, list, n%2))
	}}
	s := openRecorded(t, rec, "", Options{})
	keys, ok := s.KMS()
	require.True(t, ok)
	_, err := keys.Keys(t.Context())
	assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
	assert.Empty(t, s.kms.aliases(t.Context()), "names are a convenience, and end too")
}

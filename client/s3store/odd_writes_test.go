package s3store

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// begun is an upload under way.
var begun = client.Upload{At: anywhere, ID: "U"}

// oddWrites are odd answers to calls that change something: what they mean.
var oddWrites = map[string]struct {
	call string
	raw  string
	kind client.Kind
	says string // "" is success
}{
	"put, no ETag":                     {"PutObject", wire("200 OK", "", "x-amz-request-id: R"), 0, ""},
	"put, an odd date and length":      {"PutObject", wire("200 OK", "", `ETag: W/"e"`, "Last-Modified: ?", "x-amz-object-size: ?"), 0, ""},
	"put, a document nobody asked for": {"PutObject", wire("200 OK", "<Done/>", `ETag: "e"`), 0, ""},
	"put, quota":                       {"PutObject", wire("403 Forbidden", "<Error><Code>QuotaExceeded</Code></Error>"), client.KindFull, "QuotaExceeded"},
	"put, disk full":                   {"PutObject", wire("507 Insufficient Storage", "<Error><Code>XMinioStorageFull</Code></Error>"), client.KindFull, "XMinioStorageFull"},
	"put, too large":                   {"PutObject", wire("400 Bad Request", "<Error><Code>EntityTooLarge</Code></Error>"), client.KindTooLarge, "EntityTooLarge"},
	"put, KMS is silent":               {"PutObject", wire("500 Internal Server Error", "<Error><Code>KMS.KMSInternalException</Code></Error>"), client.KindKeyService, "KMSInternal"},
	"put, refused with 200":            {"PutObject", wire("200 OK", "<Error><Code>AccessDenied</Code></Error>"), client.KindDenied, "AccessDenied"},
	"part, no ETag":                    {"UploadPart", wire("200 OK", "", "x-amz-request-id: R"), client.KindContradiction, "no name (ETag)"},
	"part, a bare ETag":                {"UploadPart", wire("200 OK", "", "ETag: e"), 0, ""},
	"create, no id":                    {"CreateMultipartUpload", wire("200 OK", "<InitiateMultipartUploadResult/>", "x-amz-request-id: R"), client.KindUnsupported, "without giving it an id"},
	"create, an odd abort date":        {"CreateMultipartUpload", wire("200 OK", "<InitiateMultipartUploadResult><UploadId>U</UploadId></InitiateMultipartUploadResult>", "x-amz-abort-date: ?"), 0, ""},
	"create, another document":         {"CreateMultipartUpload", wire("200 OK", "<ListMultipartUploadsResult/>", "x-amz-request-id: R"), client.KindUnsupported, "a document <ListMultipartUploadsResult>"},
	"complete, nothing":                {"CompleteMultipartUpload", wire("200 OK", "", "x-amz-request-id: R"), client.KindUnsupported, "the answer is empty"},
	"complete, blanks and a refusal":   {"CompleteMultipartUpload", wire("200 OK", "   \n<Error><Code>InvalidPart</Code></Error>"), client.KindInvalid, "InvalidPart"},
	"complete, broken off":             {"CompleteMultipartUpload", wire("200 OK", "<CompleteMultipartUploadResult><ETag>"), client.KindNotS3, "cannot be read"},
	"complete, no ETag":                {"CompleteMultipartUpload", wire("200 OK", "<CompleteMultipartUploadResult/>"), 0, ""},
	"parts, as usual":                  {"ListParts", wire("200 OK", "<ListPartsResult><Part><PartNumber>1</PartNumber><Size>?</Size><LastModified>?</LastModified></Part></ListPartsResult>"), 0, ""},
	"parts, a part of no number":       {"ListParts", wire("200 OK", "<ListPartsResult><Part><PartNumber>?</PartNumber></Part></ListPartsResult>"), client.KindContradiction, "part 0"},
	"parts, the same twice":            {"ListParts", wire("200 OK", "<ListPartsResult><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>1</PartNumber></Part></ListPartsResult>"), client.KindContradiction, "part 1 after"},
	"parts, in circles":                {"ListParts", wire("200 OK", "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker><Part><PartNumber>1</PartNumber></Part></ListPartsResult>"), client.KindContradiction, "part 1 after"},
	"copy, as usual":                   {"CopyObject", wire("200 OK", "<CopyObjectResult><ETag>e</ETag><LastModified>?</LastModified></CopyObjectResult>"), 0, ""},
	"copy, refused with 200":           {"CopyObject", wire("200 OK", "  \n<Error><Code>AccessDenied</Code></Error>"), client.KindDenied, "AccessDenied"},
	"copy, nothing":                    {"CopyObject", wire("200 OK", "", "x-amz-request-id: R"), client.KindUnsupported, "the answer is empty"},
	"copy, taken for a PUT":            {"CopyObject", wire("200 OK", "", `ETag: "e"`), client.KindNotS3, "the answer is empty"},
	"copy, another document":           {"CopyObject", wire("200 OK", "<CopyPartResult/>", "x-amz-request-id: R"), client.KindUnsupported, "a document <CopyPartResult>"},
	"copy, broken off":                 {"CopyObject", wire("200 OK", "<CopyObjectResult><ETag>"), client.KindNotS3, "cannot be read"},
	"copied part, as usual":            {"UploadPartCopy", wire("200 OK", "<CopyPartResult><ETag>e</ETag></CopyPartResult>"), 0, ""},
	"copied part, refused with 200":    {"UploadPartCopy", wire("200 OK", "<Error><Code>InvalidPart</Code></Error>"), client.KindInvalid, "InvalidPart"},
	"copied part, no ETag":             {"UploadPartCopy", wire("200 OK", "<CopyPartResult/>"), client.KindContradiction, "no name (ETag)"},
	"copied part, taken for a part":    {"UploadPartCopy", wire("200 OK", "", `ETag: "e"`), client.KindNotS3, "the answer is empty"},
	"bucket, a refusal with 200":       {"CreateBucket", wire("200 OK", "<Error><Code>BucketAlreadyExists</Code></Error>"), client.KindExists, "BucketAlreadyExists"},
	"bucket, a document of its own":    {"CreateBucket", wire("200 OK", "<CreateBucketResponse/>", "x-amz-request-id: R"), 0, ""},
}

func TestAnOddAnswerToAWriteIsNoSuccess(t *testing.T) {
	for name, c := range oddWrites {
		t.Run(name, func(t *testing.T) {
			err := calls[c.call](t, oddly(t, constantly(c.raw)).Store)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
			assert.ErrorContains(t, err, c.says)
		})
	}
}

func TestAPartWhoseSizeIsNotToldHasNone(t *testing.T) {
	s := oddly(t, constantly(oddWrites["parts, as usual"].raw))
	parts, err := s.Parts(t.Context(), begun)
	require.NoError(t, err)
	assert.Equal(t, []client.Part{{Number: 1, Size: client.NotTold}}, parts)
}

// oddDeletions are results of DeleteObjects for the keys a and b, with what
// becomes of each: "" is gone.
var oddDeletions = map[string]struct{ raw, a, b string }{
	"both":               {"<Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted>", "", ""},
	"none":               {"", "did not say", "did not say"},
	"one":                {"<Deleted><Key>b</Key></Deleted>", "did not say", ""},
	"others":             {"<Deleted><Key>x</Key></Deleted><Deleted><Key>y</Key></Deleted>", "did not say", "did not say"},
	"one denied":         {"<Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error>", "", "denied"},
	"one of no key":      {"<Deleted><Key>a</Key></Deleted><Error><Code>InternalError</Code></Error>", "", "did not say"},
	"one that is gone":   {"<Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>NoSuchKey</Code></Error>", "", ""},
	"odd truth":          {"<Deleted><Key>a</Key><DeleteMarker>?</DeleteMarker></Deleted><Deleted><Key>b</Key></Deleted>", "", ""},
	"gone and not gone":  {"<Deleted><Key>a</Key></Deleted><Deleted><Key>b</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error>", "", "denied"},
	"locked, and denied": {"<Error><Key>a</Key><Code>AccessDenied</Code></Error><Error><Key>b</Key><Code>ObjectLocked</Code><Message>WORM</Message></Error>", "denied", "ObjectLocked"},
}

func TestOnlyWhatTheAnswerNamesIsDeleted(t *testing.T) {
	for name, c := range oddDeletions {
		t.Run(name, func(t *testing.T) {
			s := oddly(t, constantly(xmlAnswer("<DeleteResult>"+c.raw+"</DeleteResult>")))
			results, err := s.Delete(t.Context(), []client.Location{{Bucket: "bkt", Key: "a"}, {Bucket: "bkt", Key: "b"}})
			require.NoError(t, err)
			for i, want := range []string{c.a, c.b} {
				if want == "" {
					assert.NoError(t, results[i])
				} else {
					assert.ErrorContains(t, results[i], want)
				}
			}
		})
	}
}

func TestADeletionThatIsThrottledObjectByObjectIsPatientToo(t *testing.T) {
	throttled := "<Error><Key>b</Key><Code>SlowDown</Code></Error>"
	for name, c := range map[string]struct {
		answers []string // the last one stays
		asked   int
		b       string // what becomes of b
	}{
		"twice":     {[]string{"<Deleted><Key>a</Key></Deleted>" + throttled, throttled, "<Deleted><Key>b</Key></Deleted>"}, 3, ""},
		"for ever":  {[]string{"<Deleted><Key>a</Key></Deleted>" + throttled, throttled}, throttledTries, "throttled"},
		"then lost": {[]string{"<Deleted><Key>a</Key></Deleted>" + throttled, "no document"}, 2, "no document"},
	} {
		n := 0
		s := oddly(t, func(*http.Request) string {
			text := c.answers[min(n, len(c.answers)-1)]
			n++
			if text == "no document" {
				return wire("200 OK", text)
			}
			return xmlAnswer("<DeleteResult>" + text + "</DeleteResult>")
		})
		told := 0
		ctx := client.WithMonitor(t.Context(), &client.RequestMonitor{OnSlowDown: func(client.RequestState) { told++ }})
		results, err := s.Delete(ctx, []client.Location{{Bucket: "bkt", Key: "a"}, {Bucket: "bkt", Key: "b"}})
		require.NoError(t, err, name)
		assert.NoError(t, results[0], "%s: what is gone is gone", name)
		if c.b == "" {
			assert.NoError(t, results[1], name)
		} else {
			assert.ErrorContains(t, results[1], c.b, name)
		}
		assert.Equal(t, c.asked, n, name)
		assert.Equal(t, c.asked-1, told, "%s: whoever waits is told", name)
	}
}

func TestADeletionNobodyWaitsForAnyMoreEnds(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := oddly(t, func(*http.Request) string {
		return xmlAnswer("<DeleteResult><Error><Key>k</Key><Code>SlowDown</Code></Error></DeleteResult>")
	})
	s.waiting.backoff = func(int, error) (time.Duration, error) { stop(); return time.Hour, nil }
	results, err := s.Delete(ctx, []client.Location{anywhere})
	require.NoError(t, err)
	assert.Equal(t, client.KindThrottled.String(), client.KindOf(results[0]).String())
	assert.Equal(t, 1, s.asked())
}

func TestADeletionAnsweredBy204NeedsNobodyToVouchForIt(t *testing.T) {
	s := oddly(t, constantly(bare("204 No Content", "")))
	require.NoError(t, s.deleteOne(t.Context(), client.Object{At: anywhere}))
	assert.Equal(t, 1, s.asked())
}

func TestARefusalThatBrokeOffIsAskedForAgain(t *testing.T) {
	n := 0
	s := oddly(t, func(*http.Request) string {
		if n++; n == 1 {
			return bare("403 Forbidden", "<Error><Code>Inval", "Content-Length: 200")
		}
		return wire("403 Forbidden", "<Error><Code>InvalidAccessKeyId</Code><Message>kms-keyid: k</Message></Error>")
	})
	err := calls["PutObject"](t, s.Store)
	assert.Equal(t, client.KindKeyUnknown.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 2, n)
}

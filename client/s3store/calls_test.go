package s3store

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

func listing(inside string) *http.Response {
	return reply(200, nil, `<?xml version="1.0"?><ListBucketResult>`+inside+`</ListBucketResult>`)
}

func keysOf(p client.Page) []string {
	var keys []string
	for _, o := range p.Objects {
		keys = append(keys, o.At.Key)
	}
	return keys
}

func TestEncodedKeysAreDecoded(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response {
		return listing(`<EncodingType>url</EncodingType><Contents><Key>a+b%2Bc%01</Key></Contents><CommonPrefixes><Prefix>%E4%B8%AD/</Prefix></CommonPrefixes>`)
	})}
	page, err := openRecorded(t, rec, "", Options{}).List(t.Context(), client.Location{Bucket: "bkt"}, client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a b+c\x01", "中/"}, keysOf(page))
	assert.Equal(t, "url", rec.last().URL.Query().Get("encoding-type"))
}

func TestAKeyThatCannotBeDecodedIsNotGuessed(t *testing.T) {
	for _, inside := range []string{`<Contents><Key>%zz</Key></Contents>`, `<CommonPrefixes><Prefix>%zz/</Prefix></CommonPrefixes>`} {
		rec := &recorder{answer: always(func() *http.Response { return listing(`<EncodingType>url</EncodingType>` + inside) })}
		_, err := openRecorded(t, rec, "", Options{}).List(t.Context(), client.Location{Bucket: "bkt"}, client.ListOptions{})
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
	}
}

func TestAListingXMLCannotHoldIsAskedForEncoded(t *testing.T) {
	for name, plain := range map[string]string{
		"a control character": "<Contents><Key>one\x01</Key></Contents>",
		"a line feed":         "<Contents><Key>a\rb</Key></Contents>",
		"in a folder":         "<CommonPrefixes><Prefix>a\rb/</Prefix></CommonPrefixes>",
	} {
		rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
			if r.URL.Query().Get("encoding-type") == "url" {
				return listing(`<EncodingType>url</EncodingType><Contents><Key>a%0Db</Key></Contents>`)
			}
			return listing(plain)
		}}
		page, err := openRecorded(t, rec, compatible, Options{}).List(t.Context(), client.Location{Bucket: "bkt"}, client.ListOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, []string{"a\rb"}, keysOf(page), name)
		assert.Equal(t, 2, rec.count(), name)
	}
}

func TestAListOfPartsThatDoesNotSayWhereToGoOnIsNotTakenForWhole(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response {
		return reply(200, nil, `<ListPartsResult><IsTruncated>true</IsTruncated><Part><PartNumber>1</PartNumber></Part></ListPartsResult>`)
	})}
	_, err := openRecorded(t, rec, compatible, Options{}).Parts(t.Context(), client.Upload{At: anywhere, ID: "U"})
	assert.Equal(t, client.KindContradiction.String(), client.KindOf(err).String(), "%v", err)
}

func TestBytesThatWereNotAskedForAreFoundOut(t *testing.T) {
	for name, c := range map[string]struct {
		answer *http.Response
		want   client.Kind
	}{
		"the whole object":  {reply(200, nil, "0123456789"), client.KindUnsupported},
		"another part":      {reply(206, []string{"Content-Range", "bytes 0-3/10"}, "0123"), client.KindContradiction},
		"more than asked":   {reply(206, []string{"Content-Range", "bytes 2-9/10", "Content-Length", "8"}, "23456789"), client.KindContradiction},
		"nonsense in range": {reply(206, []string{"Content-Range", "bytes"}, "23"), client.KindContradiction},
		"another length":    {reply(206, []string{"Content-Range", "bytes 2-3/10", "Content-Length", "9"}, "234567890"), client.KindContradiction},
		"beyond its end":    {reply(206, []string{"Content-Range", "bytes 2-3/3"}, "23"), client.KindContradiction},
	} {
		rec := &recorder{answer: func(*http.Request, int) *http.Response { return c.answer }}
		_, _, err := openRecorded(t, rec, compatible, Options{}).Get(t.Context(), anywhere, client.ReadOptions{Offset: 2, Length: 2})
		assert.Equal(t, c.want.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Equal(t, name == "the whole object", errors.Is(err, client.ErrNoRanges), name)
	}
}

func TestAStrayChunkedEncodingIsIgnored(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return reply(200, []string{"Content-Encoding", "aws-chunked"}, "as it is") })}
	assert.Equal(t, "as it is", contentOf(t, openRecorded(t, rec, compatible, Options{}), anywhere))
}

func TestHeadOfAnObjectWhoseKeyMayNotDecryptShowsTheRest(t *testing.T) {
	rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
		if r.Header.Get("X-Amz-Checksum-Mode") != "" {
			return reply(403, nil, "")
		}
		return reply(200, []string{"X-Amz-Server-Side-Encryption", "aws:kms"}, "")
	}}
	o, err := openRecorded(t, rec, "", Options{}).Head(t.Context(), anywhere, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, o.Encryption.Type)
}

func TestHeadKeepsItsOwnErrorWhereAReadExplainsNothing(t *testing.T) {
	rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
		if r.Method == http.MethodGet {
			return reply(400, nil, "")
		}
		return reply(403, nil, "")
	}}
	_, err := openRecorded(t, rec, compatible, Options{}).Head(t.Context(), anywhere, client.ReadOptions{})
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
	assert.Equal(t, 3, rec.count(), "with the checksums, without, and why")
}

func TestADeniedHeadGivesWayToAReadThatIsAllowed(t *testing.T) {
	for name, get := range map[string]func(*http.Request) *http.Response{
		"nine bytes": func(*http.Request) *http.Response {
			return reply(206, []string{"Content-Range", "bytes 0-0/9", "Etag", `"e"`}, "x")
		},
		"empty": func(r *http.Request) *http.Response {
			if r.Header.Get("Range") != "" {
				return refusal(416, "InvalidRange", "no")
			}
			return reply(200, []string{"Etag", `"e"`, "Content-Length", "0"}, "")
		},
	} {
		rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
			if r.Method == http.MethodGet {
				return get(r)
			}
			return reply(403, nil, "")
		}}
		o, err := openRecorded(t, rec, compatible, Options{}).Head(t.Context(), anywhere, client.ReadOptions{})
		require.NoError(t, err, name)
		assert.Equal(t, map[string]int64{"nine bytes": 9, "empty": 0}[name], o.Size)
		assert.Equal(t, "e", o.ETag)
	}
}

func TestAThousandObjectsAreRemovedWithOneRequest(t *testing.T) {
	e := mock.Start(t, mock.As("ceph16"))
	s := openAt(t, e, e.SecretKey, Options{})
	at := make([]client.Location, 1001)
	for i := range at {
		at[i] = client.Location{Bucket: "bucket", Key: fmt.Sprintf("k%04d", i)}
	}
	for _, i := range []int{0, 999, 1000} {
		_, err := s.Put(t.Context(), at[i], newBody("x"), 1, client.PutOptions{Encryption: client.Inherit{}})
		require.NoError(t, err)
	}
	results, err := s.Delete(t.Context(), at)
	require.NoError(t, err)
	assert.Equal(t, make([]error, 1001), results)
	page, err := s.List(t.Context(), client.Location{Bucket: "bucket"}, client.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, page.Objects)
}

func TestEachObjectHasItsOwnResult(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response {
		return reply(200, nil, `<DeleteResult><Deleted><Key>gone</Key></Deleted><Error><Key>kept</Key><Code>AccessDenied</Code><Message>no</Message></Error>`+
			`<Error><Key>never</Key><Code>NoSuchKey</Code></Error></DeleteResult>`)
	})}
	s := openRecorded(t, rec, compatible, Options{})
	at := func(k string) client.Location { return client.Location{Bucket: "bkt", Key: k} }
	results, err := s.Delete(t.Context(), []client.Location{at("kept"), at("silent"), at("gone"), at("never")})
	require.NoError(t, err)
	assert.Equal(t, client.KindDenied.String(), client.KindOf(results[0]).String())
	assert.ErrorContains(t, results[1], "did not say")
	assert.NoError(t, results[2])
	assert.NoError(t, results[3])
	assert.NotEmpty(t, rec.last().Header.Get("Content-Md5"), "older services want it")
}

func TestAServerWithoutDeleteObjectsIsAskedOneByOne(t *testing.T) {
	rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
		switch {
		case r.Method == http.MethodPost:
			return refusal(501, "NotImplemented", "")
		case strings.HasSuffix(r.URL.Path, "/kept"):
			return refusal(403, "AccessDenied", "no")
		case strings.HasSuffix(r.URL.Path, "/never"):
			return refusal(404, "NoSuchKey", "")
		}
		return reply(204, nil, "")
	}}
	at := func(k string) client.Location { return client.Location{Bucket: "bkt", Key: k} }
	results, err := openRecorded(t, rec, compatible, Options{}).Delete(t.Context(), []client.Location{at("a"), at("kept"), at("never")})
	require.NoError(t, err)
	assert.NoError(t, results[0])
	assert.Equal(t, client.KindDenied.String(), client.KindOf(results[1]).String())
	assert.NoError(t, results[2])
}

func TestWhenNothingIsKnownDeleteFailsAsAWhole(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return refusal(403, "AccessDenied", "no") })}
	s := openRecorded(t, rec, compatible, Options{})
	_, err := s.Delete(t.Context(), []client.Location{anywhere})
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String())
	results, err := s.Delete(t.Context(), []client.Location{{Bucket: "bkt", Key: "one\x01"}, anywhere})
	require.NoError(t, err, "of the first one something is known")
	assert.Equal(t, client.KindDenied.String(), client.KindOf(results[0]).String())
	assert.Equal(t, client.KindDenied.String(), client.KindOf(results[1]).String())
}

func TestADefaultEncryptionIsNotToldWhereItIsNotKnown(t *testing.T) {
	for name, c := range map[string]struct {
		answer *http.Response
		want   client.Reported
		kind   client.Kind
	}{
		"KMS": {
			reply(200, nil, `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>`+
				`<KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`),
			client.ReportedFrom("aws:kms", "k", true, "", ""), 0,
		},
		"a listing instead (Ceph)": {listing(""), client.Reported{}, 0},
		"an empty answer":          {reply(200, nil, ""), client.Reported{}, 0},
		"said to be none":          {refusal(404, "ServerSideEncryptionConfigurationNotFoundError", ""), client.ReportedFrom("", "", false, "", ""), 0},
		"denied":                   {refusal(403, "AccessDenied", ""), client.Reported{}, 0},
		"not implemented":          {refusal(501, "NotImplemented", ""), client.Reported{}, 0},
		"no bucket":                {refusal(404, "NoSuchBucket", ""), client.Reported{}, client.KindNoBucket},
	} {
		rec := &recorder{answer: func(*http.Request, int) *http.Response { return c.answer }}
		got, err := openRecorded(t, rec, compatible, Options{Attempts: 1}).DefaultEncryption(t.Context(), "bkt")
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.kind.String(), client.KindOf(err).String(), name)
	}
}

func TestACompletionThatCephCallsInProgressIsLookedInto(t *testing.T) {
	for parts, want := range map[*http.Response]client.Kind{
		refusal(404, "NoSuchKey", ""):         client.KindNoUpload,
		reply(200, nil, "<ListPartsResult/>"): client.KindUnavailable,
	} {
		rec := &recorder{answer: func(r *http.Request, _ int) *http.Response {
			if r.Method == http.MethodGet {
				return parts
			}
			return refusal(500, "InternalError", "This multipart completion is already in progress")
		}}
		_, err := openRecorded(t, rec, compatible, Options{}).CompleteUpload(t.Context(), client.Upload{At: anywhere, ID: "U"}, []client.Part{{Number: 1}}, client.Checksum{})
		assert.Equal(t, want.String(), client.KindOf(err).String(), "%v", err)
		assert.Equal(t, 2, rec.count())
	}
}

func TestAnUploadWithoutAnIDIsNotBegun(t *testing.T) {
	rec := &recorder{answer: always(func() *http.Response { return reply(200, nil, "<InitiateMultipartUploadResult/>") })}
	_, _, err := openRecorded(t, rec, compatible, Options{}).CreateUpload(t.Context(), anywhere, client.PutOptions{Encryption: client.Inherit{}})
	assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
}

func TestBucketsAreMadeInTheAccountsRegionAtAWSOnly(t *testing.T) {
	for endpoint, want := range map[string]bool{"": true, compatible: false} {
		rec := &recorder{}
		s, err := onPath(client.Account{Name: "a", Endpoint: endpoint, Region: "eu-west-1", AccessKeyID: "AKID"},
			client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{Transport: rec})
		require.NoError(t, err)
		require.NoError(t, s.MakeBucket(t.Context(), "bkt"))
		assert.Equal(t, want, strings.Contains(rec.bodies[0], "eu-west-1"), "%q", endpoint)
	}
}

func TestKeysThatCanEncryptAreListedTheCustomersFirst(t *testing.T) {
	e := mock.Start(t, mock.With(func(c *mock.Config) {
		c.Keys = []mock.KeySpec{{Alias: "alias/zebra"}, {Alias: "alias/ant"}}
	}))
	s := openAt(t, e, e.SecretKey, Options{})
	service, ok := s.KMS()
	require.True(t, ok)
	keys, err := service.Keys(t.Context())
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(keys), 2)
	assert.Equal(t, []string{"alias/ant"}, keys[0].Aliases)
	assert.Equal(t, []string{"alias/zebra"}, keys[1].Aliases)
	for _, k := range keys {
		assert.True(t, k.Enabled)
		assert.Equal(t, "Enabled", k.State)
		assert.NotEmpty(t, k.ARN)
	}
	named, err := service.DescribeKey(t.Context(), "alias/zebra")
	require.NoError(t, err)
	assert.Equal(t, keys[1].ARN, named.ARN, "an alias says what it points at")
	_, err = service.DescribeKey(t.Context(), "alias/nobody")
	var unknown *client.Error
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, client.KindKeyUnknown.String(), unknown.Kind.String())
	assert.Equal(t, client.KeyID("alias/nobody"), unknown.Key)

	_, err = openAt(t, e, "not the secret", Options{}).kms.Keys(t.Context())
	assert.Equal(t, client.KindBadCredentials.String(), client.KindOf(err).String(), "%v", err)
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "ListAliases", Do: mock.AnswerStatus, Status: 400, Code: "AccessDeniedException"}}}))
	keys, err = service.Keys(t.Context())
	require.NoError(t, err, "names are not needed")
	assert.Empty(t, keys[0].Aliases)
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "DescribeKey", Do: mock.AnswerStatus, Status: 400, Code: "AccessDeniedException"}}}))
	_, err = service.Keys(t.Context())
	assert.Equal(t, client.KindDenied.String(), client.KindOf(err).String(), "%v", err)
}

// MinIO says "Access Denied." to both.
func TestAWrongCustomerKeyIsToldFromAMissingPermission(t *testing.T) {
	e := mock.Start(t, mock.As("minio"))
	s := openAt(t, e, e.SecretKey, Options{})
	at := client.Location{Bucket: ownBucket(t, s), Key: "k"}
	mine, err := client.NewCustomerKey(bytes.Repeat([]byte{1}, client.CustomerKeyBytes))
	require.NoError(t, err)
	other, err := client.NewCustomerKey(bytes.Repeat([]byte{2}, client.CustomerKeyBytes))
	require.NoError(t, err)
	_, err = s.Put(t.Context(), at, strings.NewReader("x"), 1, client.PutOptions{Encryption: client.SSEC{Key: mine}})
	require.NoError(t, err)

	_, err = s.Head(t.Context(), at, client.ReadOptions{Key: other})
	assert.Equal(t, client.KindWrongKey, client.KindOf(err))
	denied := []mock.Fault{
		{Op: "GetObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied", Message: "Access Denied."},
		{Op: "HeadObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied", Message: "Access Denied."},
	}
	require.NoError(t, e.SetFaults(mock.Faults{Faults: denied}))
	for _, key := range []client.CustomerKey{mine, other} {
		_, err = s.Head(t.Context(), at, client.ReadOptions{Key: key})
		assert.Equal(t, client.KindDenied, client.KindOf(err), "who may not read learns nothing of keys")
	}
	denied[0].Count = 1 // once, and without a key it is open
	require.NoError(t, e.SetFaults(mock.Faults{Faults: denied[:1]}))
	_, err = s.Put(t.Context(), at, strings.NewReader("x"), 1, client.PutOptions{Encryption: client.SSES3{}})
	require.NoError(t, err)
	_, _, err = s.Get(t.Context(), at, client.ReadOptions{Key: other})
	assert.Equal(t, client.KindDenied, client.KindOf(err))
}

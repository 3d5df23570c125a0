package mock_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

const (
	lockMode  = "X-Amz-Object-Lock-Mode"
	lockUntil = "X-Amz-Object-Lock-Retain-Until-Date"
	legalHold = "X-Amz-Object-Lock-Legal-Hold"
	bypass    = "X-Amz-Bypass-Governance-Retention"
	isLocked  = "Access Denied because object protected by object lock."
)

// startLocked starts an endpoint with a bucket "locked" that has object lock.
func startLocked(t testing.TB, options ...mock.Option) *mock.Endpoint {
	t.Helper()
	e := mock.Start(t, options...)
	require.Equal(t, 200, raw(t, e, "PUT", "/locked", "", map[string]string{"X-Amz-Bucket-Object-Lock-Enabled": "true"}).StatusCode)
	return e
}

// in is a time so many hours ahead, as headers and documents have it.
func in(hours int) string {
	return time.Now().Add(time.Duration(hours) * time.Hour).UTC().Format("2006-01-02T15:04:05.000Z")
}

// withMD5 sends a body with the digest that locks demand.
func withMD5(t testing.TB, e *mock.Endpoint, method, path, body string, headers ...map[string]string) *http.Response {
	t.Helper()
	all := map[string]string{"Content-Md5": md5Of(body)}
	for _, h := range headers {
		all = plus(all, h)
	}
	return raw(t, e, method, path, body, all)
}

func putRetention(t testing.TB, e *mock.Endpoint, path, mode, until string, headers ...map[string]string) *http.Response {
	t.Helper()
	return withMD5(t, e, "PUT", path, fmt.Sprintf("<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>", mode, until), headers...)
}

func lockConfiguration(rule string) string {
	return "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>" + rule + "</ObjectLockConfiguration>"
}

func defaultRetention(inner string) string {
	return lockConfiguration("<Rule><DefaultRetention>" + inner + "</DefaultRetention></Rule>")
}

func TestABucketIsMadeWithObjectLock(t *testing.T) {
	e := startLocked(t)
	c := s3Client(t, e)
	bucket := aws.String("locked")
	v, err := c.GetBucketVersioning(bg, &s3.GetBucketVersioningInput{Bucket: bucket})
	require.NoError(t, err)
	assert.Equal(t, types.BucketVersioningStatusEnabled, v.Status)
	l, err := c.GetObjectLockConfiguration(bg, &s3.GetObjectLockConfigurationInput{Bucket: bucket})
	require.NoError(t, err)
	assert.Equal(t, types.ObjectLockEnabledEnabled, l.ObjectLockConfiguration.ObjectLockEnabled)
	assert.Nil(t, l.ObjectLockConfiguration.Rule)
	_, err = c.PutBucketVersioning(bg, &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusSuspended}})
	refused(t, err, 409, "InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")

	_, err = c.GetObjectLockConfiguration(bg, &s3.GetObjectLockConfigurationInput{Bucket: aws.String("bucket")})
	refused(t, err, 404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
	put := func() error {
		_, err := c.PutObjectLockConfiguration(bg, &s3.PutObjectLockConfigurationInput{Bucket: aws.String("bucket"), ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule:              &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Years: aws.Int32(1)}},
		}})
		return err
	}
	refused(t, put(), 409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
	setVersioning(t, e, "bucket", "Enabled")
	require.NoError(t, put(), "a bucket that is there gets it later")
	l, err = c.GetObjectLockConfiguration(bg, &s3.GetObjectLockConfigurationInput{Bucket: aws.String("bucket")})
	require.NoError(t, err)
	assert.Equal(t, types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Years: aws.Int32(1)}, *l.ObjectLockConfiguration.Rule.DefaultRetention)
}

func TestALockConfigurationThatMakesNoSenseIsRefused(t *testing.T) {
	e := startLocked(t)
	ten := "<Mode>GOVERNANCE</Mode><Days>10</Days>"
	require.Equal(t, 200, withMD5(t, e, "PUT", "/locked?object-lock=", defaultRetention(ten)).StatusCode)
	for document, want := range map[string]string{
		"":                                  "MissingRequestBodyError: Request Body is empty",
		"no":                                "MalformedXML: The XML",
		"<ObjectLockConfiguration/>":        "MalformedXML: The XML",
		lockConfiguration("<Rule/>"):        "MalformedXML: The XML",
		defaultRetention("<Days>10</Days>"): "MalformedXML: The XML",
		defaultRetention("<Mode>GOVERNANCE</Mode>"):                   "MalformedXML: The XML",
		defaultRetention(ten + "<Years>1</Years>"):                    "MalformedXML: The XML",
		defaultRetention("<Mode>x</Mode><Days>10</Days>"):             "MalformedXML: The XML",
		defaultRetention("<Mode>COMPLIANCE</Mode><Days>0</Days>"):     "InvalidArgument: Default retention period must be a positive integer value.",
		defaultRetention("<Mode>COMPLIANCE</Mode><Years>-1</Years>"):  "InvalidArgument: Default retention period must be a positive integer value.",
		defaultRetention("<Mode>COMPLIANCE</Mode><Days>36501</Days>"): "InvalidArgument: Default retention period too large.",
		defaultRetention("<Mode>COMPLIANCE</Mode><Years>101</Years>"): "InvalidArgument: Default retention period too large.",
	} {
		resp := withMD5(t, e, "PUT", "/locked?object-lock=", document)
		require.Equal(t, 400, resp.StatusCode, document)
		answer := errorOf(t, resp)
		assert.Contains(t, answer.Code+": "+answer.Message, want, document)
	}
	assert.Equal(t, "NoSuchBucket", errorOf(t, withMD5(t, e, "PUT", "/none?object-lock=", defaultRetention(ten))).Code)
	assert.Equal(t, "InvalidRequest", errorOf(t, raw(t, e, "PUT", "/locked?object-lock=", defaultRetention(ten), nil)).Code, "a digest is demanded")
	assert.Contains(t, bodyOf(t, raw(t, e, "GET", "/locked?object-lock=", "", nil)), "<DefaultRetention>"+ten+"</DefaultRetention>")
	require.Equal(t, 200, withMD5(t, e, "PUT", "/locked?object-lock=", lockConfiguration("")).StatusCode)
	assert.NotContains(t, bodyOf(t, raw(t, e, "GET", "/locked?object-lock=", "", nil)), "Rule")
}

func TestEveryWriteTakesLocksAndReadsTellThem(t *testing.T) {
	e := startLocked(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/source", "x", nil).StatusCode)
	until := in(2)
	ask := map[string]string{lockMode: "COMPLIANCE", lockUntil: until, legalHold: "ON"}
	for op, write := range map[string]func(key string) *http.Response{
		"PutObject": func(key string) *http.Response { return withMD5(t, e, "PUT", key, "x", ask) },
		"CopyObject": func(key string) *http.Response {
			return raw(t, e, "PUT", key, "", plus(ask, map[string]string{"X-Amz-Copy-Source": "bucket/source"}))
		},
		"CompleteMultipartUpload": func(key string) *http.Response {
			id := uploadID(t, raw(t, e, "POST", key+"?uploads=", "", ask))
			part := withMD5(t, e, "PUT", key+"?partNumber=1&uploadId="+id, "x")
			return raw(t, e, "POST", key+"?uploadId="+id, completion(part.Header.Get("Etag")), nil)
		},
	} {
		resp := write("/locked/" + op)
		require.Equal(t, 200, resp.StatusCode, op)
		id := resp.Header.Get(versionID)
		for _, method := range []string{"GET", "HEAD"} {
			told := raw(t, e, method, "/locked/"+op, "", nil).Header
			assert.Equal(t, []string{"COMPLIANCE", until, "ON"}, []string{told.Get(lockMode), told.Get(lockUntil), told.Get(legalHold)}, op)
		}
		resp = raw(t, e, "DELETE", "/locked/"+op+"?versionId="+id, "", map[string]string{bypass: "true"})
		require.Equal(t, 403, resp.StatusCode, op)
		assert.Equal(t, isLocked, errorOf(t, resp).Message)
		require.Equal(t, 204, raw(t, e, "DELETE", "/locked/"+op, "", nil).StatusCode)
		require.Equal(t, 200, raw(t, e, "GET", "/locked/"+op+"?versionId="+id, "", nil).StatusCode)
	}
	copied := raw(t, e, "PUT", "/locked/free", "", map[string]string{"X-Amz-Copy-Source": "locked/PutObject?versionId=" + latestOf(t, e, "PutObject")})
	require.Equal(t, 200, copied.StatusCode)
	assert.Empty(t, raw(t, e, "HEAD", "/locked/free", "", nil).Header.Values(lockMode), "the lock of a source stays with it")
}

// latestOf is the newest version of a key that is no delete marker.
func latestOf(t testing.TB, e *mock.Endpoint, key string) string {
	t.Helper()
	out, err := s3Client(t, e).ListObjectVersions(bg, &s3.ListObjectVersionsInput{Bucket: aws.String("locked"), Prefix: &key})
	require.NoError(t, err)
	require.NotEmpty(t, out.Versions)
	return *out.Versions[0].VersionId
}

func TestAFormTakesLocks(t *testing.T) {
	e := startLocked(t)
	require.Equal(t, 200, withMD5(t, e, "PUT", "/locked?object-lock=", defaultRetention("<Mode>GOVERNANCE</Mode><Days>1</Days>")).StatusCode)
	setVersioning(t, e, "bucket", "Enabled")
	require.Equal(t, 200, withMD5(t, e, "PUT", "/bucket?object-lock=", lockConfiguration("")).StatusCode)
	lock := map[string]string{"key": "form", "x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-retain-until-date": in(2)}
	resp := sendForm(t, httpClient(t, e), e, formOf(e, time.Now(), lock), "x")
	require.Equal(t, 400, resp.StatusCode)
	assert.Contains(t, errorOf(t, resp).Message, "Content-MD5 OR x-amz-checksum- HTTP header is required")
	resp = sendForm(t, httpClient(t, e), e, formOf(e, time.Now(), plus(lock, map[string]string{"content-md5": md5Of("x")})), "x")
	require.Equal(t, 204, resp.StatusCode)
	assert.Equal(t, "GOVERNANCE", raw(t, e, "HEAD", "/bucket/form", "", nil).Header.Get(lockMode))
}

func TestLockHeadersThatMakeNoSenseAreRefused(t *testing.T) {
	e := startLocked(t)
	const both = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied."
	for name, c := range map[string]struct {
		header        map[string]string
		code, message string
	}{
		"no date":      {map[string]string{lockMode: "GOVERNANCE"}, "InvalidArgument", both},
		"no mode":      {map[string]string{lockUntil: in(1)}, "InvalidArgument", both},
		"another mode": {map[string]string{lockMode: "governance", lockUntil: in(1)}, "InvalidArgument", "Unknown wormMode directive."},
		"no such date": {map[string]string{lockMode: "GOVERNANCE", lockUntil: "tomorrow"}, "InvalidArgument", "The retain until date must be provided in ISO 8601 format"},
		"yesterday":    {map[string]string{lockMode: "GOVERNANCE", lockUntil: in(-24)}, "InvalidArgument", "The retain until date must be in the future!"},
		"another hold": {map[string]string{legalHold: "on"}, "InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'"},
	} {
		for op, answer := range map[string]*http.Response{
			"PutObject":             withMD5(t, e, "PUT", "/locked/k", "x", c.header),
			"CopyObject":            raw(t, e, "PUT", "/locked/k", "", plus(c.header, map[string]string{"X-Amz-Copy-Source": "locked/source"})),
			"CreateMultipartUpload": raw(t, e, "POST", "/locked/k?uploads=", "", c.header),
		} {
			if op == "CopyObject" {
				require.Equal(t, 200, raw(t, e, "PUT", "/locked/source", "x", nil).StatusCode)
				answer = raw(t, e, "PUT", "/locked/k", "", plus(c.header, map[string]string{"X-Amz-Copy-Source": "locked/source"}))
			}
			require.Equal(t, 400, answer.StatusCode, "%s %s", name, op)
			e := errorOf(t, answer)
			assert.Equal(t, []string{c.code, c.message}, []string{e.Code, e.Message}, "%s %s", name, op)
		}
	}
	resp := withMD5(t, e, "PUT", "/bucket/k", "x", map[string]string{legalHold: "OFF"})
	assert.Equal(t, "Bucket is missing ObjectLockConfiguration", errorOf(t, resp).Message)
	for _, bucket := range []string{"locked", "bucket"} {
		assert.Equal(t, 404, raw(t, e, "HEAD", "/"+bucket+"/k", "", nil).StatusCode)
	}
}

func TestALockedUploadNeedsADigest(t *testing.T) {
	e := startLocked(t)
	lock := map[string]string{lockMode: "GOVERNANCE", lockUntil: in(1)}
	const object = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters"
	resp := raw(t, e, "PUT", "/locked/k", "x", lock)
	require.Equal(t, 400, resp.StatusCode)
	assert.Equal(t, object, errorOf(t, resp).Message)
	id := uploadID(t, raw(t, e, "POST", "/locked/k?uploads=", "", lock))
	resp = raw(t, e, "PUT", "/locked/k?partNumber=1&uploadId="+id, "x", nil)
	require.Equal(t, 400, resp.StatusCode)
	assert.Contains(t, errorOf(t, resp).Message, "is required for Put Part requests")
	require.Equal(t, 200, raw(t, e, "PUT", "/locked/free", "x", nil).StatusCode, "what is not locked needs none")
	require.Equal(t, 200, withMD5(t, e, "PUT", "/locked?object-lock=", defaultRetention("<Mode>GOVERNANCE</Mode><Days>1</Days>")).StatusCode)
	resp = raw(t, e, "PUT", "/locked/k", "x", nil)
	assert.Equal(t, object, errorOf(t, resp).Message, "the bucket's default counts too")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/locked/k", "", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/locked/k", "x", map[string]string{"X-Amz-Checksum-Crc32": "jNwWgw=="}).StatusCode)
	until, err := time.Parse(time.RFC3339, raw(t, e, "HEAD", "/locked/k", "", nil).Header.Get(lockUntil))
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now().AddDate(0, 0, 1), until, time.Minute)
}

func TestARetentionIsSetReadAndBypassed(t *testing.T) {
	e := startLocked(t)
	id := raw(t, e, "PUT", "/locked/k", "x", nil).Header.Get(versionID)
	path := "/locked/k?retention=&versionId=" + id
	resp := raw(t, e, "GET", path, "", nil)
	require.Equal(t, 404, resp.StatusCode)
	assert.Equal(t, "NoSuchObjectLockConfiguration", errorOf(t, resp).Code)
	until := in(2)
	resp = putRetention(t, e, path, "GOVERNANCE", until)
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, id, resp.Header.Get(versionID))
	assert.Contains(t, bodyOf(t, raw(t, e, "GET", path, "", nil)), "<Mode>GOVERNANCE</Mode><RetainUntilDate>"+until+"</RetainUntilDate>")
	require.Equal(t, 200, raw(t, e, "PUT", "/locked/k", "y", nil).StatusCode)

	for name, resp := range map[string]*http.Response{
		"shorter":       putRetention(t, e, path, "GOVERNANCE", in(1)),
		"to compliance": putRetention(t, e, path, "COMPLIANCE", in(3)),
		"removed":       withMD5(t, e, "PUT", path, "<Retention/>"),
		"deleted":       raw(t, e, "DELETE", "/locked/k?versionId="+id, "", nil),
	} {
		require.Equal(t, 403, resp.StatusCode, name)
		answer := errorOf(t, resp)
		assert.Equal(t, []string{"AccessDenied", isLocked}, []string{answer.Code, answer.Message}, name)
	}
	doc := "<Delete><Object><Key>k</Key><VersionId>" + id + "</VersionId></Object></Delete>"
	assert.Contains(t, bodyOf(t, withMD5(t, e, "POST", "/locked?delete=", doc)), "<Code>AccessDenied</Code><Message>"+isLocked)
	require.Equal(t, 200, putRetention(t, e, path, "GOVERNANCE", in(3)).StatusCode)
	require.Equal(t, 200, putRetention(t, e, path, "GOVERNANCE", in(1), map[string]string{bypass: "true"}).StatusCode)
	assert.NotContains(t, bodyOf(t, withMD5(t, e, "POST", "/locked?delete=", doc, map[string]string{bypass: "true"})), "Error")
	assert.Equal(t, 404, raw(t, e, "HEAD", "/locked/k?versionId="+id, "", nil).StatusCode)
}

func TestALegalHoldIsPutOnAndLifted(t *testing.T) {
	e := startLocked(t)
	id := raw(t, e, "PUT", "/locked/k", "x", nil).Header.Get(versionID)
	path := "/locked/k?legal-hold=&versionId=" + id
	assert.Equal(t, "NoSuchObjectLockConfiguration", errorOf(t, raw(t, e, "GET", path, "", nil)).Code)
	for _, status := range []string{"ON", "OFF"} {
		resp := withMD5(t, e, "PUT", path, "<LegalHold><Status>"+status+"</Status></LegalHold>")
		require.Equal(t, 200, resp.StatusCode)
		assert.Contains(t, bodyOf(t, raw(t, e, "GET", path, "", nil)), "<Status>"+status+"</Status>")
		assert.Equal(t, status, raw(t, e, "HEAD", "/locked/k", "", nil).Header.Get(legalHold))
		resp = raw(t, e, "DELETE", "/locked/k?versionId="+id, "", map[string]string{bypass: "true"})
		assert.Equal(t, map[string]int{"ON": 403, "OFF": 204}[status], resp.StatusCode)
	}
}

func TestTheLocksOfWhatIsNotThereAreRefused(t *testing.T) {
	e := startLocked(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
	require.Equal(t, 200, raw(t, e, "PUT", "/locked/k", "x", nil).StatusCode)
	marker := raw(t, e, "DELETE", "/locked/gone", "", nil).Header.Get(versionID)
	for sub, document := range map[string]string{
		"retention":  "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>" + in(1) + "</RetainUntilDate></Retention>",
		"legal-hold": "<LegalHold><Status>ON</Status></LegalHold>",
	} {
		for path, want := range map[string]string{
			"/none/k?" + sub + "=":                          "NoSuchBucket",
			"/locked/none?" + sub + "=":                     "NoSuchKey",
			"/locked/k?" + sub + "=&versionId=" + noVersion: "NoSuchVersion",
			"/locked/k?" + sub + "=&versionId=nonsense":     "InvalidArgument",
			"/locked/gone?" + sub + "=&versionId=" + marker: "MethodNotAllowed",
			"/bucket/k?" + sub + "=":                        "InvalidRequest",
		} {
			assert.Equal(t, want, errorOf(t, raw(t, e, "GET", path, "", nil)).Code, path)
			assert.Equal(t, want, errorOf(t, withMD5(t, e, "PUT", path, document)).Code, path)
		}
		for _, document := range []string{"", "no", "<Retention><Mode>x</Mode></Retention>", "<Retention><Mode>GOVERNANCE</Mode></Retention>", "<LegalHold><Status>x</Status></LegalHold>"} {
			assert.Equal(t, "MalformedXML", errorOf(t, withMD5(t, e, "PUT", "/locked/k?"+sub+"=", document)).Code, document)
		}
	}
	assert.Equal(t, "The retain until date must be in the future!", errorOf(t, putRetention(t, e, "/locked/k?retention=", "GOVERNANCE", in(-1))).Message)
	told := raw(t, e, "HEAD", "/locked/k", "", nil).Header
	assert.Empty(t, told.Get(lockMode)+told.Get(legalHold))
}

func TestALockedObjectKeepsItsEncryption(t *testing.T) {
	e := startLocked(t)
	require.Equal(t, 200, withMD5(t, e, "PUT", "/locked/k", "x", map[string]string{legalHold: "ON"}).StatusCode)
	update := "<ObjectEncryption><SSE-KMS><KMSKeyArn>" + e.NamedKeys()[0].ARN + "</KMSKeyArn></SSE-KMS></ObjectEncryption>"
	resp := withMD5(t, e, "PUT", "/locked/k?encryption=", update)
	require.Equal(t, 403, resp.StatusCode)
	assert.Contains(t, errorOf(t, resp).Message, "can’t be updated because that object is protected by S3 Object Lock")
	assert.Equal(t, map[string]string{sse: "AES256"}, sseHeaders(raw(t, e, "HEAD", "/locked/k", "", nil).Header))
}

func TestLocksNeedPermissionsOfTheirOwn(t *testing.T) {
	e := startLocked(t, mock.With(func(c *mock.Config) {
		c.Users = []mock.User{user("ada", "Allow s3:GetObject* *", "Allow s3:PutObject *", "Allow s3:DeleteObject* *", "Allow s3:CreateBucket *",
			"Deny s3:GetObjectRetention *", "Deny s3:GetObjectLegalHold *"), user("keeper", "Allow s3:* *", "Deny s3:BypassGovernanceRetention *")}
	}))
	ada, keeper := as(e, user("ada")), as(e, user("keeper"))
	lock := map[string]string{lockMode: "GOVERNANCE", lockUntil: in(1)}
	id := withMD5(t, keeper, "PUT", "/locked/k", "x", lock, map[string]string{legalHold: "OFF"}).Header.Get(versionID)
	require.NotEmpty(t, id)
	told := raw(t, ada, "GET", "/locked/k", "", nil)
	require.Equal(t, 200, told.StatusCode)
	assert.Empty(t, told.Header.Get(lockMode)+told.Header.Get(lockUntil)+told.Header.Get(legalHold), "who may not know the lock is not told")
	assert.Equal(t, "GOVERNANCE", raw(t, keeper, "HEAD", "/locked/k", "", nil).Header.Get(lockMode))
	version := "/locked/k?versionId=" + id
	many := "<Delete><Object><Key>k</Key><VersionId>" + id + "</VersionId></Object></Delete>"
	for _, c := range []struct {
		resp   *http.Response
		action string
	}{
		{withMD5(t, ada, "PUT", "/locked/k", "x", lock), "s3:PutObjectRetention"},
		{withMD5(t, ada, "PUT", "/locked/k", "x", map[string]string{legalHold: "ON"}), "s3:PutObjectLegalHold"},
		{raw(t, ada, "POST", "/locked/k?uploads=", "", lock), "s3:PutObjectRetention"},
		{raw(t, ada, "GET", "/locked/k?retention=", "", nil), "s3:GetObjectRetention"},
		{raw(t, ada, "GET", "/locked?object-lock=", "", nil), "s3:GetBucketObjectLockConfiguration"},
		{raw(t, ada, "PUT", "/more", "", map[string]string{"X-Amz-Bucket-Object-Lock-Enabled": "true"}), "s3:PutBucketObjectLockConfiguration"},
		{raw(t, keeper, "DELETE", version, "", map[string]string{bypass: "true"}), "s3:BypassGovernanceRetention"},
		{putRetention(t, keeper, "/locked/k?retention=", "GOVERNANCE", in(1), map[string]string{bypass: "TRUE"}), "s3:BypassGovernanceRetention"},
	} {
		require.Equal(t, 403, c.resp.StatusCode, c.action)
		assert.Contains(t, errorOf(t, c.resp).Message, "not authorized to perform: "+c.action+" on")
	}
	assert.Contains(t, bodyOf(t, withMD5(t, keeper, "POST", "/locked?delete=", many, map[string]string{bypass: "true"})), "s3:BypassGovernanceRetention")
	assert.Equal(t, isLocked, errorOf(t, raw(t, keeper, "DELETE", version, "", nil)).Message)
	assert.Equal(t, 404, raw(t, e, "HEAD", "/more", "", nil).StatusCode)
	require.Equal(t, 204, raw(t, e, "DELETE", version, "", map[string]string{bypass: "true"}).StatusCode)
}

func TestALockIsOverWhenItsTimeIs(t *testing.T) {
	var ahead atomic.Int64 // hours
	e := startLocked(t, mock.With(func(c *mock.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load()) * time.Hour) }
	}))
	id := withMD5(t, e, "PUT", "/locked/k", "x", map[string]string{lockMode: "COMPLIANCE", lockUntil: in(48)}).Header.Get(versionID)
	require.NotEmpty(t, id)
	send := func() int {
		at := time.Now().Add(time.Duration(ahead.Load()) * time.Hour)
		return rawAt(t, e, "DELETE", "/locked/k?versionId="+id, "", nil, at).StatusCode
	}
	ahead.Store(47)
	assert.Equal(t, 403, send())
	ahead.Store(49)
	assert.Equal(t, 204, send())
}

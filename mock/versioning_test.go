package mock_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
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
	versionID  = "X-Amz-Version-Id"
	isMarker   = "X-Amz-Delete-Marker"
	noVersion  = "01BX5ZZKBKACTAV9WEVGEMMVRZ"       // has the form, and nobody has it
	ofAmazon   = "3HL4kqtJvjVBH40Nrjfkd_uMkdJzkBVx" // the same in the form of Amazon S3
	badVersion = "Invalid version id specified"     //
	versioned  = "<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>"
)

func setVersioning(t testing.TB, e *mock.Endpoint, bucket, status string) {
	t.Helper()
	resp := raw(t, e, "PUT", "/"+bucket+"?versioning=", strings.Replace(versioned, "%s", status, 1), nil)
	require.Equal(t, 200, resp.StatusCode)
}

// startVersioned starts an endpoint whose bucket keeps versions.
func startVersioned(t testing.TB, options ...mock.Option) *mock.Endpoint {
	t.Helper()
	e := mock.Start(t, options...)
	setVersioning(t, e, "bucket", "Enabled")
	return e
}

func bodyOf(t testing.TB, resp *http.Response) string {
	t.Helper()
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(all)
}

func TestVersioningIsOffUntilItIsSwitchedOnAndNeverAgain(t *testing.T) {
	e := mock.Start(t)
	configuration := func() string {
		resp := raw(t, e, "GET", "/bucket?versioning=", "", nil)
		require.Equal(t, 200, resp.StatusCode)
		body := bodyOf(t, resp)
		_, inner, _ := strings.Cut(body, `doc/2006-03-01/">`)
		return strings.TrimSuffix(inner, "</VersioningConfiguration>")
	}
	assert.Empty(t, configuration())
	for name, c := range map[string]struct {
		bucket, document string
		status           int
		code             string
	}{
		"no bucket":      {"none", strings.Replace(versioned, "%s", "Enabled", 1), 404, "NoSuchBucket"},
		"no status":      {"bucket", "<VersioningConfiguration/>", 400, "IllegalVersioningConfigurationException"},
		"another status": {"bucket", strings.Replace(versioned, "%s", "On", 1), 400, "MalformedXML"},
		"no document":    {"bucket", "", 400, "MalformedXML"},
		"with a device":  {"bucket", "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>", 403, "AccessDenied"},
		"with what":      {"bucket", "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>x</MfaDelete></VersioningConfiguration>", 400, "MalformedXML"},
	} {
		resp := raw(t, e, "PUT", "/"+c.bucket+"?versioning=", c.document, nil)
		assert.Equal(t, c.status, resp.StatusCode, name)
		assert.Equal(t, c.code, errorOf(t, resp).Code, name)
	}
	assert.Empty(t, configuration())
	setVersioning(t, e, "bucket", "Enabled")
	assert.Equal(t, "<Status>Enabled</Status>", configuration())
	resp := raw(t, e, "PUT", "/bucket?versioning=", "<VersioningConfiguration><Status>Suspended</Status><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>", nil)
	require.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "<Status>Suspended</Status><MfaDelete>Disabled</MfaDelete>", configuration(), "told once it was said")
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "GET", "/none?versioning=", "", nil)).Code)
}

func TestEveryWriteTellsTheVersionItMade(t *testing.T) {
	e := mock.Start(t)
	writes := map[string]func() *http.Response{
		"PutObject": func() *http.Response { return raw(t, e, "PUT", "/bucket/k", "x", nil) },
		"CopyObject": func() *http.Response {
			return raw(t, e, "PUT", "/bucket/k", "", map[string]string{"X-Amz-Copy-Source": "bucket/source"})
		},
		"PostObject": func() *http.Response {
			return sendForm(t, httpClient(t, e), e, formOf(e, time.Now(), map[string]string{"key": "k"}), "x")
		},
		"CompleteMultipartUpload": func() *http.Response {
			id := uploadID(t, raw(t, e, "POST", "/bucket/k?uploads=", "", nil))
			part := raw(t, e, "PUT", "/bucket/k?partNumber=1&uploadId="+id, "x", nil)
			assert.Empty(t, part.Header.Values(versionID))
			return raw(t, e, "POST", "/bucket/k?uploadId="+id, completion(part.Header.Get("Etag")), nil)
		},
	}
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/source", "x", nil).StatusCode)
	for _, status := range []string{"", "Enabled", "Suspended"} {
		if status != "" {
			setVersioning(t, e, "bucket", status)
		}
		seen := map[string]bool{}
		for op, write := range writes {
			resp := write()
			require.Less(t, resp.StatusCode, 300, op)
			made := resp.Header.Get(versionID)
			read := raw(t, e, "HEAD", "/bucket/k", "", nil)
			switch status {
			case "Enabled":
				require.NotEmpty(t, made, op)
				assert.False(t, seen[made], op)
				seen[made] = true
				assert.Equal(t, made, read.Header.Get(versionID))
			case "Suspended":
				assert.Empty(t, resp.Header.Values(versionID), op)
				assert.Equal(t, "null", read.Header.Get(versionID))
			default:
				assert.Empty(t, resp.Header.Values(versionID), op)
				assert.Empty(t, read.Header.Values(versionID), op)
			}
		}
	}
}

func TestAVersionIsReadByItsID(t *testing.T) {
	e := startVersioned(t)
	c := s3Client(t, e)
	first := mustPut(t, c, "k", "first")
	second := mustPut(t, c, "k", "second")
	for id, want := range map[string]string{*first.VersionId: "first", *second.VersionId: "second", "": "second"} {
		body, out, err := get(t, c, "k", func(in *s3.GetObjectInput) {
			if id != "" {
				in.VersionId = &id
			}
		})
		require.NoError(t, err)
		assert.Equal(t, want, body)
		if id == "" {
			id = *second.VersionId
		}
		assert.Equal(t, id, *out.VersionId)
	}
	resp := raw(t, e, "GET", "/bucket/k?versionId="+*first.VersionId, "", map[string]string{"Range": "bytes=1-2"})
	assert.Equal(t, "ir", bodyOf(t, resp))
}

func TestAnIDThatNoVersionCanHaveIsToldFromOneThatNoneHas(t *testing.T) {
	e := startVersioned(t)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "x", nil).StatusCode)
	upload := uploadID(t, raw(t, e, "POST", "/bucket/up?uploads=", "", nil))
	tags := "<Tagging><TagSet/></Tagging>"
	update := "<ObjectEncryption><SSE-KMS><KMSKeyArn>" + e.NamedKeys()[0].ARN + "</KMSKeyArn></SSE-KMS></ObjectEncryption>"
	for _, op := range []struct{ method, path, body, source string }{
		{"GET", "/bucket/k?versionId=", "", ""},
		{"HEAD", "/bucket/k?versionId=", "", ""},
		{"GET", "/bucket/k?acl=&versionId=", "", ""},
		{"GET", "/bucket/k?tagging=&versionId=", "", ""},
		{"PUT", "/bucket/k?tagging=&versionId=", tags, ""},
		{"DELETE", "/bucket/k?tagging=&versionId=", "", ""},
		{"PUT", "/bucket/k?encryption=&versionId=", update, ""},
		{"PUT", "/bucket/copy", "", "bucket/k?versionId="},
		{"PUT", "/bucket/copy", "", "bucket%2Fk%3FversionId%3D"},
		{"PUT", "/bucket/up?partNumber=1&uploadId=" + upload, "", "bucket/k?versionId="},
	} {
		for id, want := range map[string]struct {
			status int
			code   string
		}{"nonsense": {400, "InvalidArgument"}, noVersion: {404, "NoSuchVersion"}, ofAmazon: {404, "NoSuchVersion"}, "null": {404, "NoSuchVersion"}} {
			header, path := map[string]string{}, op.path
			if op.body != "" {
				header["Content-Md5"] = md5Of(op.body)
			}
			if op.source != "" {
				header["X-Amz-Copy-Source"] = op.source + id
			} else {
				path += id
			}
			resp := raw(t, e, op.method, path, op.body, header)
			require.Equal(t, want.status, resp.StatusCode, "%s %s %v", op.method, path, header)
			if op.method == "HEAD" {
				continue
			}
			answer := errorOf(t, resp)
			assert.Equal(t, want.code, answer.Code, "%s %s", op.method, path)
			if want.status == 400 {
				assert.Equal(t, badVersion, answer.Message)
				assert.Equal(t, map[bool]string{true: "versionId", false: "x-amz-copy-source"}[op.source == ""], answer.ArgumentName)
			}
		}
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/copy", "", nil).StatusCode)
	for path, message := range map[string]string{
		"GET /bucket/k?versionId=":                         "Version id cannot be the empty string",
		"PUT /bucket/new?versionId=":                       "This operation does not accept a version-id.",
		"PUT /bucket/new?versionId=" + noVersion:           "This operation does not accept a version-id.",
		"POST /bucket/new?uploads=&versionId=" + noVersion: "This operation does not accept a version-id.",
		"GET /bucket?acl=&versionId=" + noVersion:          "This operation does not accept a version-id.",
	} {
		method, path, _ := strings.Cut(path, " ")
		answer := errorOf(t, raw(t, e, method, path, "", nil))
		assert.Equal(t, []string{"InvalidArgument", message}, []string{answer.Code, answer.Message}, path)
	}
	answer := errorOf(t, raw(t, e, "PUT", "/bucket/new", "", map[string]string{"X-Amz-Copy-Source": "bucket/k?versionId="}))
	assert.Equal(t, []string{"Version id cannot be the empty string", "x-amz-copy-source"}, []string{answer.Message, answer.ArgumentName})
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/new", "", nil).StatusCode)
	resp := raw(t, e, "DELETE", "/bucket/k?versionId=nonsense", "", nil)
	assert.Equal(t, badVersion, errorOf(t, resp).Message)
	resp = raw(t, e, "DELETE", "/bucket/k?versionId="+noVersion, "", nil)
	assert.Equal(t, 204, resp.StatusCode, "what is not there is deleted")
	assert.Equal(t, noVersion, resp.Header.Get(versionID))
	assert.Equal(t, 200, raw(t, e, "HEAD", "/bucket/k", "", nil).StatusCode)
}

func TestADeleteMarkerAnswersInPlaceOfTheObject(t *testing.T) {
	e := startVersioned(t)
	object := raw(t, e, "PUT", "/bucket/k", "x", nil).Header.Get(versionID)
	gone := raw(t, e, "DELETE", "/bucket/k", "", nil)
	require.Equal(t, 204, gone.StatusCode)
	marker := gone.Header.Get(versionID)
	assert.Equal(t, "true", gone.Header.Get(isMarker))
	for _, method := range []string{"GET", "HEAD"} {
		hidden := raw(t, e, method, "/bucket/k", "", nil)
		assert.Equal(t, 404, hidden.StatusCode)
		named := raw(t, e, method, "/bucket/k?versionId="+marker, "", nil)
		assert.Equal(t, 405, named.StatusCode)
		assert.Equal(t, "DELETE", named.Header.Get("Allow"))
		_, err := http.ParseTime(named.Header.Get("Last-Modified"))
		require.NoError(t, err)
		for _, resp := range []*http.Response{hidden, named} {
			assert.Equal(t, "true", resp.Header.Get(isMarker))
			assert.Equal(t, marker, resp.Header.Get(versionID))
		}
		if method == "GET" {
			assert.Equal(t, "NoSuchKey", errorOf(t, hidden).Code)
			assert.Equal(t, "MethodNotAllowed", errorOf(t, named).Code)
		}
	}
	for _, op := range []struct{ method, path, source string }{
		{"GET", "/bucket/k?tagging=", ""}, {"GET", "/bucket/k?acl=", ""}, {"PUT", "/bucket/copy", "bucket/k"},
	} {
		resp := raw(t, e, op.method, op.path, "", map[string]string{"X-Amz-Copy-Source": op.source})
		answer := errorOf(t, resp)
		assert.Equal(t, []string{"NoSuchKey", "k"}, []string{answer.Code, answer.Key}, op)
		assert.Equal(t, marker, resp.Header.Get(versionID), op)
	}
	resp := raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": "bucket/k?versionId=" + marker})
	require.Equal(t, 400, resp.StatusCode)
	assert.Equal(t, "The source of a copy request may not specifically refer to a delete marker by version id.", errorOf(t, resp).Message)
	assert.Empty(t, resp.Header.Values(isMarker))
	for _, version := range []string{"", "&versionId=" + marker} {
		resp := raw(t, e, "DELETE", "/bucket/k?tagging="+version, "", nil)
		require.Equal(t, 405, resp.StatusCode, "a marker is not changed, named or not")
		assert.Equal(t, "DELETE", resp.Header.Get("Allow"))
		assert.Equal(t, version != "", resp.Header.Get(isMarker) == "true", "only a named one is told")
		assert.Empty(t, resp.Header.Values("Last-Modified"))
	}
	assert.Equal(t, 404, raw(t, e, "HEAD", "/bucket/copy", "", nil).StatusCode)
	old := raw(t, e, "GET", "/bucket/k?versionId="+object, "", nil)
	assert.Equal(t, "x", bodyOf(t, old))
	assert.Empty(t, old.Header.Values(isMarker))

	resp = raw(t, e, "DELETE", "/bucket/k?versionId="+marker, "", nil)
	assert.Equal(t, []string{"true", marker}, []string{resp.Header.Get(isMarker), resp.Header.Get(versionID)})
	back := raw(t, e, "GET", "/bucket/k", "", nil)
	assert.Equal(t, "x", bodyOf(t, back), "the key is back")
	resp = raw(t, e, "DELETE", "/bucket/k?versionId="+object, "", nil)
	assert.Equal(t, object, resp.Header.Get(versionID))
	assert.Empty(t, resp.Header.Values(isMarker))
	resp = raw(t, e, "GET", "/bucket/k", "", nil)
	assert.Equal(t, 404, resp.StatusCode)
	assert.Empty(t, resp.Header.Values(isMarker))
}

func TestWhoMayNotListLearnsOfNoMarker(t *testing.T) {
	e := startVersioned(t, mock.With(func(c *mock.Config) {
		c.Users = []mock.User{{Name: "ada", AccessKey: "AKIAADA", SecretKey: "secret", Policy: []byte(
			`{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],"Resource":"*"}]}`)}}
	}))
	id := raw(t, e, "PUT", "/bucket/k", "x", nil).Header.Get(versionID)
	ada := as(e, mock.User{AccessKey: "AKIAADA", SecretKey: "secret"})
	for _, op := range []struct{ method, path, source, action string }{
		{"GET", "/bucket/k?versionId=" + id, "", "s3:GetObjectVersion"},
		{"DELETE", "/bucket/k?versionId=" + id, "", "s3:DeleteObjectVersion"},
		{"GET", "/bucket/k?tagging=&versionId=" + id, "", "s3:GetObjectVersionTagging"},
		{"PUT", "/bucket/copy", "bucket/k?versionId=" + id, "s3:GetObjectVersion"},
		{"PUT", "/bucket?versioning=", "", "s3:PutBucketVersioning"},
		{"GET", "/bucket?versions=", "", "s3:ListBucketVersions"},
	} {
		resp := raw(t, ada, op.method, op.path, "", map[string]string{"X-Amz-Copy-Source": op.source})
		require.Equal(t, 403, resp.StatusCode, op)
		assert.Contains(t, errorOf(t, resp).Message, "not authorized to perform: "+op.action+" on", op)
	}
	require.Equal(t, 200, raw(t, ada, "GET", "/bucket/k", "", nil).StatusCode)
	many := deleteMany(t, ada, "<Object><Key>k</Key><VersionId>"+id+"</VersionId></Object>")
	assert.Contains(t, many, "<Code>AccessDenied</Code>")
	require.Equal(t, 204, raw(t, ada, "DELETE", "/bucket/k", "", nil).StatusCode, "a marker needs no more than s3:DeleteObject")
	resp := raw(t, ada, "GET", "/bucket/k", "", nil)
	require.Equal(t, 403, resp.StatusCode)
	assert.Empty(t, resp.Header.Values(isMarker))
	assert.Empty(t, resp.Header.Values(versionID))
}

func deleteMany(t testing.TB, e *mock.Endpoint, objects string) string {
	t.Helper()
	doc := "<Delete>" + objects + "</Delete>"
	resp := raw(t, e, "POST", "/bucket?delete=", doc, map[string]string{"Content-Md5": md5Of(doc)})
	require.Equal(t, 200, resp.StatusCode)
	return bodyOf(t, resp)
}

func TestManyVersionsAreDeletedInOneCall(t *testing.T) {
	e := startVersioned(t)
	c := s3Client(t, e)
	kept, gone := mustPut(t, c, "a", "1"), mustPut(t, c, "a", "2")
	mustPut(t, c, "b", "1")
	out, err := c.DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("a"), VersionId: gone.VersionId},
		{Key: aws.String("b")},
		{Key: aws.String("a"), VersionId: aws.String("nonsense")},
		{Key: aws.String("a"), VersionId: aws.String(noVersion)},
		{Key: aws.String("a"), ETag: aws.String("other")},
	}}})
	require.NoError(t, err)
	require.Len(t, out.Deleted, 3)
	assert.Equal(t, types.DeletedObject{Key: aws.String("a"), VersionId: gone.VersionId, DeleteMarker: aws.Bool(false)}, out.Deleted[0])
	marker := out.Deleted[1].DeleteMarkerVersionId
	require.NotNil(t, marker)
	assert.Equal(t, types.DeletedObject{Key: aws.String("b"), DeleteMarker: aws.Bool(true), DeleteMarkerVersionId: marker}, out.Deleted[1])
	require.Len(t, out.Errors, 2)
	assert.Equal(t, []string{"InvalidArgument", "nonsense"}, []string{*out.Errors[0].Code, *out.Errors[0].VersionId})
	assert.Equal(t, "PreconditionFailed", *out.Errors[1].Code)
	body, _, err := get(t, c, "a")
	require.NoError(t, err)
	assert.Equal(t, "1", body)
	out, err = c.DeleteObjects(bg, &s3.DeleteObjectsInput{Bucket: aws.String("bucket"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("b"), VersionId: marker}, {Key: aws.String("a"), VersionId: kept.VersionId},
	}}})
	require.NoError(t, err)
	assert.Equal(t, types.DeletedObject{Key: aws.String("b"), VersionId: marker, DeleteMarker: aws.Bool(true), DeleteMarkerVersionId: marker}, out.Deleted[0])
	_, err = head(t, c, "b")
	require.NoError(t, err)
}

func TestAnOldVersionIsCopiedOverTheNewOne(t *testing.T) {
	e := startVersioned(t)
	key := "a b?ü"
	path := "/bucket/" + url.PathEscape(key)
	old := raw(t, e, "PUT", path, "old", nil).Header.Get(versionID)
	now := raw(t, e, "PUT", path, "new", nil).Header.Get(versionID)
	copyFrom := func(source string) *http.Response {
		t.Helper()
		resp := raw(t, e, "PUT", path, "", map[string]string{"X-Amz-Copy-Source": source})
		require.Equal(t, 200, resp.StatusCode, source)
		return resp
	}
	source := "bucket/" + url.PathEscape(key)
	resp := copyFrom(source + "?versionId=" + old)
	assert.Equal(t, old, resp.Header.Get("X-Amz-Copy-Source-Version-Id"))
	assert.NotContains(t, []string{old, now, ""}, resp.Header.Get(versionID))
	assert.Equal(t, "old", bodyOf(t, raw(t, e, "GET", path, "", nil)))
	copyFrom(url.PathEscape("bucket/" + key + "?versionId=" + now))
	assert.Equal(t, "new", bodyOf(t, raw(t, e, "GET", path, "", nil)), "the whole header escaped")
	plain := raw(t, e, "PUT", "/bucket/copy", "", map[string]string{"X-Amz-Copy-Source": source})
	assert.Equal(t, raw(t, e, "HEAD", path, "", nil).Header.Get(versionID), plain.Header.Get("X-Amz-Copy-Source-Version-Id"))

	id := uploadID(t, raw(t, e, "POST", "/bucket/parts?uploads=", "", nil))
	part := raw(t, e, "PUT", "/bucket/parts?partNumber=1&uploadId="+id, "", map[string]string{"X-Amz-Copy-Source": source + "?versionId=" + old, "X-Amz-Copy-Source-Range": "bytes=0-1"})
	require.Equal(t, 200, part.StatusCode)
	assert.Equal(t, old, part.Header.Get("X-Amz-Copy-Source-Version-Id"))
}

func TestAnOldVersionIsTaggedAndWrappedAnew(t *testing.T) {
	e := startVersioned(t)
	key := e.NamedKeys()[0]
	old := raw(t, e, "PUT", "/bucket/k", "old", nil).Header.Get(versionID)
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k", "new", nil).StatusCode)
	tags := "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
	resp := raw(t, e, "PUT", "/bucket/k?tagging=&versionId="+old, tags, map[string]string{"Content-Md5": md5Of(tags)})
	require.Equal(t, 200, resp.StatusCode)
	update := "<ObjectEncryption><SSE-KMS><KMSKeyArn>" + key.ARN + "</KMSKeyArn></SSE-KMS></ObjectEncryption>"
	require.Equal(t, 200, raw(t, e, "PUT", "/bucket/k?encryption=&versionId="+old, update, map[string]string{"Content-Md5": md5Of(update)}).StatusCode)
	told := raw(t, e, "GET", "/bucket/k?tagging=&versionId="+old, "", nil)
	assert.Equal(t, old, told.Header.Get(versionID))
	assert.Contains(t, bodyOf(t, told), "<Key>a</Key>")
	assert.NotContains(t, bodyOf(t, raw(t, e, "GET", "/bucket/k?tagging=", "", nil)), "<Key>a</Key>")
	resp = raw(t, e, "GET", "/bucket/k?versionId="+old, "", nil)
	assert.Equal(t, map[string]string{sse: "aws:kms", kid: key.ARN}, sseHeaders(resp.Header))
	assert.Equal(t, "old", bodyOf(t, resp))
	assert.Equal(t, map[string]string{sse: "AES256"}, sseHeaders(raw(t, e, "HEAD", "/bucket/k", "", nil).Header))
}

func TestABucketWithVersionsIsNotDeleted(t *testing.T) {
	e := startVersioned(t)
	c := s3Client(t, e)
	mustPut(t, c, "k", "x")
	_, err := c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
	require.NoError(t, err)
	_, err = c.DeleteBucket(bg, &s3.DeleteBucketInput{Bucket: aws.String("bucket")})
	refused(t, err, 409, "BucketNotEmpty", "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
}

func TestVersionsAreListedAsTheSDKReadsThem(t *testing.T) {
	e := startVersioned(t)
	c := s3Client(t, e)
	first := mustPut(t, c, "a b", "1")
	second := mustPut(t, c, "a b", "22", func(in *s3.PutObjectInput) { in.StorageClass = types.StorageClassStandardIa })
	gone, err := c.DeleteObject(bg, &s3.DeleteObjectInput{Bucket: aws.String("bucket"), Key: aws.String("a b")})
	require.NoError(t, err)
	mustPut(t, c, "dir/x", "3")
	out, err := c.ListObjectVersions(bg, &s3.ListObjectVersionsInput{Bucket: aws.String("bucket"), Delimiter: aws.String("/"), EncodingType: types.EncodingTypeUrl})
	require.NoError(t, err)
	require.Len(t, out.Versions, 2)
	require.Len(t, out.DeleteMarkers, 1)
	v := out.Versions[0]
	assert.Equal(t, []any{"a%20b", *second.VersionId, *second.ETag, int64(2), types.ObjectVersionStorageClass("STANDARD_IA"), false},
		[]any{*v.Key, *v.VersionId, *v.ETag, *v.Size, v.StorageClass, *v.IsLatest})
	assert.Equal(t, *first.VersionId, *out.Versions[1].VersionId)
	m := out.DeleteMarkers[0]
	assert.Equal(t, []any{"a%20b", *gone.VersionId, true}, []any{*m.Key, *m.VersionId, *m.IsLatest})
	assert.NotEmpty(t, *m.Owner.ID)
	assert.Equal(t, "dir/", *out.CommonPrefixes[0].Prefix)

	var ids []string
	pages := s3.NewListObjectVersionsPaginator(c, &s3.ListObjectVersionsInput{Bucket: aws.String("bucket"), MaxKeys: aws.Int32(1)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(bg)
		require.NoError(t, err)
		for _, v := range page.Versions {
			ids = append(ids, *v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			ids = append(ids, *m.VersionId)
		}
	}
	require.Len(t, ids, 4)
	assert.Equal(t, []string{*gone.VersionId, *second.VersionId, *first.VersionId}, ids[:3])

	order := bodyOf(t, raw(t, e, "GET", "/bucket?versions=&prefix=a", "", nil))
	assert.Less(t, strings.Index(order, "<DeleteMarker>"), strings.Index(order, "<Version>"), "one list, newest first")
	assert.NotContains(t, order, "dir")
	for query, message := range map[string]string{
		"version-id-marker=" + noVersion:       "A version-id marker cannot be specified without a key marker.",
		"key-marker=a&version-id-marker=":      "A version-id marker cannot be empty.",
		"key-marker=a&version-id-marker=wrong": badVersion,
		"encoding-type=base64":                 "Invalid Encoding Method specified in Request",
		"max-keys=-1":                          "max-keys cannot be negative",
		"max-keys=many":                        "not an integer or within integer range",
	} {
		resp := raw(t, e, "GET", "/bucket?versions=&"+query, "", nil)
		require.Equal(t, 400, resp.StatusCode, query)
		assert.Contains(t, errorOf(t, resp).Message, message)
	}
	assert.Equal(t, "NoSuchBucket", errorOf(t, raw(t, e, "GET", "/none?versions=", "", nil)).Code)
}

func TestConditionalWritesAndDeletesAreAboutTheCurrentVersion(t *testing.T) {
	e := startVersioned(t)
	old := raw(t, e, "PUT", "/bucket/k", "old", nil)
	now := raw(t, e, "PUT", "/bucket/k", "now", map[string]string{"If-Match": old.Header.Get("Etag")})
	require.Equal(t, 200, now.StatusCode)
	for _, c := range []struct {
		method, condition, value string
		status                   int
	}{
		{"PUT", "If-Match", old.Header.Get("Etag"), 412},
		{"PUT", "If-None-Match", "*", 412},
		{"DELETE", "If-Match", old.Header.Get("Etag"), 412},
		{"DELETE", "If-Match", now.Header.Get("Etag"), 204},
		{"PUT", "If-Match", now.Header.Get("Etag"), 404},
		{"PUT", "If-None-Match", "*", 200},
	} {
		resp := raw(t, e, c.method, "/bucket/k", "", map[string]string{c.condition: c.value})
		assert.Equal(t, c.status, resp.StatusCode, c)
	}
}

func TestVersionsOfAnEndpointOutliveIt(t *testing.T) {
	dir := t.TempDir()
	e, err := mock.Serve(mock.Config{Dir: dir, Fast: true, Buckets: []string{"bucket"}}, mock.Listen{})
	require.NoError(t, err)
	setVersioning(t, e, "bucket", "Enabled")
	id := raw(t, e, "PUT", "/bucket/k", "one", nil).Header.Get(versionID)
	require.Equal(t, 204, raw(t, e, "DELETE", "/bucket/k", "", nil).StatusCode)
	require.NoError(t, e.Close())
	e, err = mock.Serve(mock.Config{Dir: dir, Fast: true, Buckets: []string{"bucket"}}, mock.Listen{})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	assert.Equal(t, "one", bodyOf(t, raw(t, e, "GET", "/bucket/k?versionId="+id, "", nil)))
	assert.Equal(t, "true", raw(t, e, "GET", "/bucket/k", "", nil).Header.Get(isMarker))
}

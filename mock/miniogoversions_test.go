package mock_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/encrypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestMinioGoReadsEveryVersionUnderItsEncryption(t *testing.T) {
	dir := t.TempDir()
	e := startIn(t, dir, "aws")
	c, _ := minioGo(t, e, true)
	require.NoError(t, c.EnableVersioning(bg, "bucket"))
	state, err := c.GetBucketVersioning(bg, "bucket")
	require.NoError(t, err)
	require.True(t, state.Enabled())

	type version struct {
		id, content string
		read        encrypt.ServerSide
		told        map[string]string
	}
	var versions []version
	for name, m := range minioModes(t, e.NamedKeys()[0]) {
		content := name + " " + secretText
		up, err := c.PutObject(bg, "bucket", "k", strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{ServerSideEncryption: m.write})
		require.NoError(t, err, name)
		require.NotEmpty(t, up.VersionID)
		versions = append(versions, version{up.VersionID, content, m.read, m.told})
	}
	require.NoError(t, c.RemoveObject(bg, "bucket", "k", minio.RemoveObjectOptions{}))
	_, err = c.StatObject(bg, "bucket", "k", minio.StatObjectOptions{})
	assert.Equal(t, "NoSuchKey", minio.ToErrorResponse(err).Code, "a marker hides it")

	var listed []string
	markers := 0
	for o := range c.ListObjects(bg, "bucket", minio.ListObjectsOptions{WithVersions: true, MaxKeys: 2}) {
		require.NoError(t, o.Err)
		if o.IsDeleteMarker {
			markers++
			continue
		}
		listed = append(listed, o.VersionID)
	}
	assert.Equal(t, 1, markers)
	slices.Reverse(listed)
	require.Len(t, listed, len(versions))
	for i, v := range versions {
		assert.Equal(t, v.id, listed[i], "the newest is listed first")
		o := minio.GetObjectOptions{VersionID: v.id, ServerSideEncryption: v.read}
		info, err := c.StatObject(bg, "bucket", "k", o)
		require.NoError(t, err)
		assert.Equal(t, v.told, sseHeaders(info.Metadata))
		assert.Equal(t, v.id, info.VersionID)
		assert.True(t, v.content == minioRead(t, c, "k", o))
		_, err = c.CopyObject(bg, minio.CopyDestOptions{Bucket: "bucket", Object: "copy"},
			minio.CopySrcOptions{Bucket: "bucket", Object: "k", VersionID: v.id, Encryption: v.read})
		require.NoError(t, err)
		assert.True(t, v.content == minioRead(t, c, "copy", minio.GetObjectOptions{}))
	}
	assert.False(t, holds(t, dir, "canary jumps over"), "the plaintext is nowhere")

	require.NoError(t, c.RemoveObject(bg, "bucket", "k", minio.RemoveObjectOptions{VersionID: versions[0].id}))
	_, err = c.StatObject(bg, "bucket", "k", minio.StatObjectOptions{VersionID: versions[0].id, ServerSideEncryption: versions[0].read})
	assert.Equal(t, 404, minio.ToErrorResponse(err).StatusCode)
	require.NoError(t, c.SuspendVersioning(bg, "bucket"))
	up, err := c.PutObject(bg, "bucket", "k", strings.NewReader("x"), 1, minio.PutObjectOptions{})
	require.NoError(t, err)
	assert.Contains(t, []string{"", "null"}, up.VersionID)
}

func TestMinioGoLocksObjects(t *testing.T) {
	e := mock.Start(t)
	c, _ := minioGo(t, e, false)
	require.NoError(t, c.MakeBucket(bg, "locked", minio.MakeBucketOptions{ObjectLocking: true}))
	until := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	up, err := c.PutObject(bg, "locked", "k", strings.NewReader("x"), 1, minio.PutObjectOptions{Mode: minio.Governance, RetainUntilDate: until, SendContentMd5: true})
	require.NoError(t, err)
	mode, date, err := c.GetObjectRetention(bg, "locked", "k", up.VersionID)
	require.NoError(t, err)
	assert.Equal(t, minio.Governance, *mode)
	assert.True(t, until.Equal(*date), date)
	remove := func(bypass bool) error {
		return c.RemoveObject(bg, "locked", "k", minio.RemoveObjectOptions{VersionID: up.VersionID, GovernanceBypass: bypass})
	}
	assert.Equal(t, "AccessDenied", minio.ToErrorResponse(remove(false)).Code)

	on, off := minio.LegalHoldEnabled, minio.LegalHoldDisabled
	require.NoError(t, c.PutObjectLegalHold(bg, "locked", "k", minio.PutObjectLegalHoldOptions{VersionID: up.VersionID, Status: &on}))
	held, err := c.GetObjectLegalHold(bg, "locked", "k", minio.GetObjectLegalHoldOptions{VersionID: up.VersionID})
	require.NoError(t, err)
	assert.Equal(t, on, *held)
	assert.Equal(t, "AccessDenied", minio.ToErrorResponse(remove(true)).Code, "a hold knows no bypass")
	require.NoError(t, c.PutObjectLegalHold(bg, "locked", "k", minio.PutObjectLegalHoldOptions{VersionID: up.VersionID, Status: &off}))
	require.NoError(t, remove(true))

	days, unit := uint(1), minio.Days
	compliance := minio.Compliance
	require.NoError(t, c.SetBucketObjectLockConfig(bg, "locked", &compliance, &days, &unit))
	lock, setMode, setDays, setUnit, err := c.GetObjectLockConfig(bg, "locked")
	require.NoError(t, err)
	assert.Equal(t, "Enabled", lock)
	assert.Equal(t, []any{compliance, days, unit}, []any{*setMode, *setDays, *setUnit})
	up, err = c.PutObject(bg, "locked", "k", strings.NewReader("x"), 1, minio.PutObjectOptions{SendContentMd5: true})
	require.NoError(t, err)
	assert.Equal(t, "AccessDenied", minio.ToErrorResponse(remove(true)).Code, "nor does compliance")
}

func TestMinioGoReadsAttributesAndDocuments(t *testing.T) {
	e := mock.Start(t)
	c, _ := minioGo(t, e, true)
	customer, err := encrypt.NewSSEC(bytes.Repeat([]byte{5}, 32))
	require.NoError(t, err)
	content := text("attributes", 11<<20)
	_, err = c.PutObject(bg, "bucket", "k", strings.NewReader(content), int64(len(content)),
		minio.PutObjectOptions{ServerSideEncryption: customer, PartSize: 5 << 20, Checksum: minio.ChecksumSHA256})
	require.NoError(t, err)
	told, err := c.GetObjectAttributes(bg, "bucket", "k", minio.ObjectAttributesOptions{ServerSideEncryption: customer})
	require.NoError(t, err)
	assert.EqualValues(t, len(content), told.ObjectSize)
	assert.Equal(t, 3, told.ObjectParts.PartsCount)
	assert.Equal(t, minio.ChecksumSHA256, told.ChecksumType())
	_, err = c.GetObjectAttributes(bg, "bucket", "k", minio.ObjectAttributesOptions{})
	assert.Equal(t, 400, minio.ToErrorResponse(err).StatusCode, "without the key")

	const policy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::000000000000:root"]},"Action":["s3:GetObject"],"Resource":["arn:aws:s3:::bucket/*"]}]}`
	require.NoError(t, c.SetBucketPolicy(bg, "bucket", policy))
	got, err := c.GetBucketPolicy(bg, "bucket")
	require.NoError(t, err)
	assert.JSONEq(t, policy, got)
	require.NoError(t, c.SetBucketPolicy(bg, "bucket", ""))
	got, err = c.GetBucketPolicy(bg, "bucket")
	require.NoError(t, err)
	assert.Empty(t, got)

	rule := cors.Rule{AllowedHeader: []string{"*"}, AllowedMethod: []string{"PUT", "GET"}, AllowedOrigin: []string{"https://a.example"}, ExposeHeader: []string{"ETag"}, MaxAgeSeconds: 60}
	require.NoError(t, c.SetBucketCors(bg, "bucket", cors.NewConfig([]cors.Rule{rule})))
	set, err := c.GetBucketCors(bg, "bucket")
	require.NoError(t, err)
	assert.Equal(t, []cors.Rule{rule}, set.CORSRules)
	require.NoError(t, c.SetBucketCors(bg, "bucket", nil))
	set, err = c.GetBucketCors(bg, "bucket")
	require.NoError(t, err)
	assert.Nil(t, set)

	object, err := c.GetObject(bg, "bucket", "k", minio.GetObjectOptions{ServerSideEncryption: customer})
	require.NoError(t, err)
	defer object.Close()
	all, err := io.ReadAll(object)
	require.NoError(t, err)
	assert.True(t, content == string(all))
}

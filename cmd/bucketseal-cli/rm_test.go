package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keepsVersions has the bucket keep versions from now on, by a request of its own.
func (u *user) keepsVersions(bucket string) {
	u.t.Helper()
	ca, err := os.ReadFile(u.server.CAFile)
	require.NoError(u.t, err)
	known := x509.NewCertPool()
	require.True(u.t, known.AppendCertsFromPEM(ca))
	_, err = s3.New(s3.Options{
		BaseEndpoint: &u.server.URL, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(u.server.AccessKey, u.server.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: known}}},
	}).PutBucketVersioning(u.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	require.NoError(u.t, err)
}

func TestWhatIsRemovedFromABucketThatKeepsVersionsIsSaidToBeStoredStill(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	for _, name := range []string{"n/a", "n/b"} {
		u.file(name, []byte("four"))
	}
	u.runs("cp", "-r", "n", "s3://bucket/plain/", "--quiet").ends(0)
	r := u.runs("rm", "-r", "s3://bucket/plain/").ends(0)
	assert.Contains(t, r.err, "2 objects are removed.")
	assert.NotContains(t, r.err, "keeps versions")

	u.keepsVersions("bucket")
	for range 2 {
		u.runs("cp", "-r", "n", "s3://bucket/n/", "--quiet").ends(0)
	}
	assert.Contains(t, u.runs("rm", "-r", "-n", "s3://bucket/n/").ends(0).out, "nothing was removed: 2 objects, 8 B")
	assert.Contains(t, u.runs("rm", "-r", "s3://bucket/n/").ends(0).err, "the bucket keeps versions")
	assert.Contains(t, u.runs("rm", "--versions", "-n", "s3://bucket/n/a").ends(0).out, "nothing was removed: 3 objects")

	r = u.runs("rm", "--versions", "s3://bucket/n/a").ends(0)
	assert.Equal(t, 3, strings.Count(r.out, "removed s3://bucket/n/a (version "), "two versions and a marker")
	lines := u.runs("rm", "-r", "--versions", "s3://bucket/n/", "--json").ends(0).lines()
	require.Len(t, lines, 3)
	for _, l := range lines {
		assert.Equal(t, "s3://bucket/n/b", l["target"])
		assert.NotEmpty(t, l["versionId"])
	}
	u.runs("rm", "-r", "--versions", "s3://bucket/n/").ends(1)
}

package s3store

import (
	"cmp"
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/mock"
)

// openAt opens a store at an endpoint that runs in this test.
func openAt(t *testing.T, e *mock.Endpoint, secret string, o Options) *Store {
	t.Helper()
	if o.backoff == nil {
		o.backoff = atOnce
	}
	s, err := onPath(
		client.Account{Name: "test", Endpoint: e.URL, CAFile: e.CAFile, AccessKeyID: e.AccessKey, KMSEndpoint: e.URL},
		client.Credentials{AccessKeyID: e.AccessKey, Secret: client.NewSecret(secret)}, o)
	require.NoError(t, err)
	return s
}

func atOnce(int, error) (time.Duration, error) { return 0, nil }

// twoKeys makes an endpoint with two keys that were chosen by id.
func twoKeys(c *mock.Config) {
	c.Keys = []mock.KeySpec{{ID: "11111111-2222-3333-4444-555555555555"}, {ID: "66666666-7777-8888-9999-000000000000"}}
}

// ownBucket is a bucket for one case.
func ownBucket(t *testing.T, s *Store) string {
	t.Helper()
	name := "bucketseal-test-" + strings.ToLower(rand.Text()) // nobody else's, anywhere
	require.NoError(t, s.MakeBucket(t.Context(), name))
	t.Cleanup(func() { removeWhole(t, s, name) })
	if s.atAWS {
		takeSSEC(t, s, name)
	}
	return name
}

// takeSSEC lets a bucket take SSE-C, which new ones at AWS refuse since 2026.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html
func takeSSEC(t *testing.T, s *Store, bucket string) {
	t.Helper()
	_, err := unguarded(s).PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: &bucket,
		ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{{
			ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAes256},
			BlockedEncryptionTypes:             &types.BlockedEncryptionTypes{EncryptionType: []types.EncryptionType{types.EncryptionTypeNone}},
		}}},
	})
	require.NoError(t, err)
}

// unguarded are the calls of the SDK that the store itself never makes.
func unguarded(s *Store) *s3.Client {
	o := s.s3.Options()
	o.APIOptions = nil
	return s3.New(o)
}

// ownVersioned is a bucket for one case that keeps versions.
func ownVersioned(s *Store) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		name := ownBucket(t, s)
		_, err := unguarded(s).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
			Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		})
		require.NoError(t, err)
		return name
	}
}

// ownLocked is a bucket for one case that has object lock.
func ownLocked(s *Store) func(*testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		name := "bucketseal-test-" + strings.ToLower(rand.Text())
		in := &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(true)}
		if s.atAWS && s.region != client.DefaultRegion {
			in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(s.region)}
		}
		_, err := unguarded(s).CreateBucket(t.Context(), in)
		require.NoError(t, err)
		t.Cleanup(func() { removeWhole(t, s, name) })
		return name
	}
}

// tags gives an object tags.
func tags(s *Store) func(*testing.T, client.Location, map[string]string) {
	return func(t *testing.T, at client.Location, tags map[string]string) {
		t.Helper()
		var set []types.Tag
		for k, v := range tags {
			set = append(set, types.Tag{Key: aws.String(k), Value: aws.String(v)})
		}
		_, err := unguarded(s).PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: &at.Bucket, Key: &at.Key, Tagging: &types.Tagging{TagSet: set}})
		require.NoError(t, err)
	}
}

// removeWhole leaves a real server as it was found: what lies in the bucket goes
// with all its versions, and the uploads that a failed case left open.
func removeWhole(t *testing.T, s *Store, bucket string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer stop()
	open, err := s.OpenUploads(ctx, client.Location{Bucket: bucket})
	require.NoError(t, err)
	for _, u := range open {
		require.NoError(t, s.AbortUpload(ctx, client.Upload{At: u.At, ID: u.ID}))
	}
	removeAll(ctx, t, s, bucket)
	for truncated := true; truncated; { // what is left are versions
		page, err := s.s3.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &bucket})
		require.NoError(t, err)
		for _, v := range page.Versions {
			removeVersion(ctx, t, s, bucket, v.Key, v.VersionId)
		}
		for _, m := range page.DeleteMarkers {
			removeVersion(ctx, t, s, bucket, m.Key, m.VersionId)
		}
		truncated = aws.ToBool(page.IsTruncated)
	}
	require.NoError(t, s.RemoveBucket(ctx, bucket))
}

func removeAll(ctx context.Context, t *testing.T, s *Store, bucket string) {
	t.Helper()
	for {
		page, err := s.List(ctx, client.Location{Bucket: bucket}, client.ListOptions{Recursive: true})
		require.NoError(t, err)
		var at []client.Location
		for _, o := range page.Objects {
			at = append(at, o.At)
		}
		_, err = s.Delete(ctx, at)
		require.NoError(t, err)
		if page.Next == "" {
			return
		}
	}
}

func removeVersion(ctx context.Context, t *testing.T, s *Store, bucket string, key, version *string) {
	t.Helper()
	_, err := s.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: key, VersionId: version, BypassGovernanceRetention: aws.Bool(true)})
	require.NoError(t, err, "%q", aws.ToString(key))
}

// fixture is a server's store in a bucket of its own.
func fixture(t *testing.T, server storetest.Server, s *Store, stranger client.Store) storetest.Fixture {
	t.Helper()
	f := storetest.Fixture{Server: server, Store: s, Stranger: stranger, Bucket: ownBucket(t, s), Versioned: ownVersioned(s), Locked: ownLocked(s), Tag: tags(s)}
	if s.kms != nil {
		f.Store = keyed{s, s.kms}
	}
	return f
}

// mocked is a fixture at the mock.
func mocked(t *testing.T, server storetest.Server, e *mock.Endpoint, s *Store, stranger client.Store) storetest.Fixture {
	t.Helper()
	f, keys := fixture(t, server, s, stranger), e.NamedKeys()
	f.Key, f.OtherKey = client.KeyID(keys[0].ID), client.KeyID(keys[1].ID)
	return f
}

func TestAStoreAtAWSMeansWhatItSays(t *testing.T) {
	e := mock.Start(t, mock.As("aws"), mock.With(twoKeys))
	s, stranger := openAt(t, e, e.SecretKey, Options{atAWS: true}), openAt(t, e, "not the secret", Options{atAWS: true})
	storetest.Run(t, func(t *testing.T) storetest.Fixture { return mocked(t, storetest.AWS, e, s, stranger) })
}

func TestAStoreAtACompatibleServiceMeansWhatItSays(t *testing.T) {
	for server, personality := range map[string]string{"ceph": "ceph16", "minio": "minio"} {
		t.Run(server, func(t *testing.T) {
			e := mock.Start(t, mock.As(personality), mock.With(twoKeys))
			s, stranger := openAt(t, e, e.SecretKey, Options{}), openAt(t, e, "not the secret", Options{})
			storetest.Run(t, func(t *testing.T) storetest.Fixture { return mocked(t, storetest.Servers[server], e, s, stranger) })
		})
	}
}

// The real thing: scripts/interop.sh starts it, or finds an account at AWS, and
// sets the environment.
func TestInteropAStoreAtARealServerMeansWhatItSays(t *testing.T) {
	server, known := storetest.Servers[os.Getenv("BUCKETSEAL_INTEROP_SERVER")]
	if !known {
		t.Skip("NO REAL SERVER: run make interop, or scripts/interop.sh aws with an account (see CONTRIBUTING.md)")
	}
	account := client.Account{
		Name: "interop", Endpoint: os.Getenv("BUCKETSEAL_INTEROP_ENDPOINT"), CAFile: os.Getenv("BUCKETSEAL_INTEROP_CA"),
		Region: os.Getenv("AWS_REGION"), AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"),
	}
	open := func(secret string) *Store {
		s, err := onPath(account, client.Credentials{Secret: client.NewSecret(secret), SessionToken: client.NewSecret(os.Getenv("AWS_SESSION_TOKEN"))}, Options{})
		require.NoError(t, err)
		return s
	}
	s, stranger := open(os.Getenv("AWS_SECRET_ACCESS_KEY")), open("not the secret")
	require.True(t, s.https, "over plain http the faults of old servers do not show")
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		f := fixture(t, server, s, stranger)
		f.Key = client.KeyID(os.Getenv("BUCKETSEAL_INTEROP_KEY"))
		f.OtherKey = cmp.Or(client.KeyID(os.Getenv("BUCKETSEAL_INTEROP_OTHER_KEY")), f.Key)
		return f
	})
}

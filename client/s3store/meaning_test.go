package s3store

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	s, err := Open(
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

var bucketNumber atomic.Int64

// ownBucket is a bucket for one case.
func ownBucket(t *testing.T, s *Store) string {
	t.Helper()
	name := fmt.Sprintf("case-%d-%d", os.Getpid(), bucketNumber.Add(1))
	require.NoError(t, s.MakeBucket(t.Context(), name))
	t.Cleanup(func() { empty(t, s, name) })
	return name
}

// empty leaves a real server as it was found.
func empty(t *testing.T, s *Store, bucket string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
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
			break
		}
	}
	require.NoError(t, s.RemoveBucket(ctx, bucket))
}

func TestAStoreAtAWSMeansWhatItSays(t *testing.T) {
	e := mock.Start(t, mock.As("aws"), mock.With(twoKeys))
	keys := e.NamedKeys()
	s, stranger := openAt(t, e, e.SecretKey, Options{atAWS: true}), openAt(t, e, "not the secret", Options{atAWS: true})
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		return storetest.Fixture{
			Server: storetest.AWS, Store: s, Stranger: stranger, Bucket: ownBucket(t, s),
			Key: client.KeyID(keys[0].ID), OtherKey: client.KeyID(keys[1].ID),
		}
	})
}

func TestAStoreAtACompatibleServiceMeansWhatItSays(t *testing.T) {
	for server, personality := range map[string]string{"ceph": "ceph16", "minio": "minio"} {
		t.Run(server, func(t *testing.T) {
			e := mock.Start(t, mock.As(personality), mock.With(twoKeys))
			keys := e.NamedKeys()
			s, stranger := openAt(t, e, e.SecretKey, Options{}), openAt(t, e, "not the secret", Options{})
			storetest.Run(t, func(t *testing.T) storetest.Fixture {
				return storetest.Fixture{
					Server: storetest.Servers[server], Store: s, Stranger: stranger, Bucket: ownBucket(t, s),
					Key: client.KeyID(keys[0].ID), OtherKey: client.KeyID(keys[1].ID),
				}
			})
		})
	}
}

// The real thing: scripts/interop.sh starts it and sets the environment.
func TestInteropAStoreAtARealServerMeansWhatItSays(t *testing.T) {
	endpoint := os.Getenv("BUCKETSEAL_INTEROP_ENDPOINT")
	if endpoint == "" {
		t.Skip("no real server: run make interop")
	}
	open := func(secret string) *Store {
		s, err := Open(
			client.Account{Name: "interop", Endpoint: endpoint, CAFile: os.Getenv("BUCKETSEAL_INTEROP_CA"), AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID")},
			client.Credentials{Secret: client.NewSecret(secret)}, Options{})
		require.NoError(t, err)
		return s
	}
	s, stranger := open(os.Getenv("AWS_SECRET_ACCESS_KEY")), open("not the secret")
	require.True(t, strings.HasPrefix(endpoint, "https://"), "over plain http the faults of old servers do not show")
	storetest.Run(t, func(t *testing.T) storetest.Fixture {
		key := client.KeyID(os.Getenv("BUCKETSEAL_INTEROP_KEY"))
		return storetest.Fixture{
			Server: storetest.Servers[os.Getenv("BUCKETSEAL_INTEROP_SERVER")], Store: s, Stranger: stranger, Bucket: ownBucket(t, s),
			Key: key, OtherKey: cmp.Or(client.KeyID(os.Getenv("BUCKETSEAL_INTEROP_OTHER_KEY")), key),
		}
	})
}

package listing_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/listing"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/mock"
)

// small is a store whose pages are small.
type small struct {
	client.Store
	versions client.Versions
	page     int
}

func (s small) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	o.Max = s.page
	return s.Store.List(ctx, under, o)
}

func (s small) ListVersions(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	o.Max = s.page
	return s.versions.ListVersions(ctx, under, o)
}

// paginated lists page by page, and asks nobody else.
func paginated(t *testing.T, list func(context.Context, client.Location, client.ListOptions) (client.Page, error), under client.Location) (keys []string) {
	t.Helper()
	for o := (client.ListOptions{Recursive: true}); ; {
		page, err := list(t.Context(), under, o)
		require.NoError(t, err)
		for _, x := range page.Objects {
			key := x.At.Key
			if x.VersionID != "" {
				key += fmt.Sprint(" ", x.VersionID, x.Latest, x.DeleteMarker)
			}
			keys = append(keys, key)
		}
		if o.After = page.Next; page.Next == "" {
			return keys
		}
	}
}

// LISTING_TREES says how many trees, 12 where it does not.
func TestATreeOverHTTPIsListedAsByAPlainPaginatorVersionsToo(t *testing.T) {
	server := mock.Start(t, mock.As("aws"))
	account := client.Account{Name: "mock", Endpoint: server.URL, CAFile: server.CAFile, AccessKeyID: server.AccessKey}
	store, err := s3store.Dial(account, client.Credentials{AccessKeyID: server.AccessKey, Secret: client.NewSecret(server.SecretKey)}, s3store.Options{})
	require.NoError(t, err)
	require.NoError(t, store.MakeBucket(t.Context(), "trees"))
	keepVersions(t, server, "trees")
	pieces := []string{"a", "a/", "//", "/", "b", "é", "中文", "\U0001F600", "\uffee", " ", "0", "-", "a+b", "%2F", "z", "~"}
	trees := uint64(12)
	if all, _ := strconv.ParseUint(os.Getenv("LISTING_TREES"), 10, 64); all > 0 {
		trees = all
	}
	for seed := range trees {
		r := rand.New(rand.NewPCG(seed, 8))
		under := client.Location{Bucket: "trees", Key: fmt.Sprintf("%03d/", seed)}
		var group errgroup.Group
		group.SetLimit(8)
		var all []client.Location
		for range 20 + r.IntN(40) {
			key := under.Key
			for range 1 + r.IntN(5) {
				key += pieces[r.IntN(len(pieces))]
			}
			at := client.Location{Bucket: "trees", Key: key}
			all = append(all, at)
			group.Go(func() error {
				_, err := store.Put(t.Context(), at, bytes.NewReader(nil), 0, client.PutOptions{Encryption: client.Inherit{}})
				return err
			})
		}
		require.NoError(t, group.Wait())
		_, err := store.Delete(t.Context(), all[:r.IntN(len(all))])
		require.NoError(t, err)

		versions, ok := client.As[client.Versions](store)
		require.True(t, ok)
		s := small{store, versions, 1 + r.IntN(6)}
		for _, versions := range []bool{false, true} {
			list := s.List
			if versions {
				list = s.ListVersions
			}
			want := paginated(t, list, under)
			for _, o := range []listing.Options{{InOrder: true, Versions: versions}, {Versions: versions, AtOnce: 7}} {
				got, err := keysOf(t, s, under, o)
				require.NoError(t, err, "seed %d", seed)
				if !o.InOrder {
					slices.Sort(got)
					require.Equal(t, slices.Sorted(slices.Values(want)), got, "seed %d", seed)
					continue
				}
				require.Equal(t, want, got, "seed %d", seed)
			}
		}
	}
}

// keepVersions has a bucket keep versions, by a request of its own: no word of
// client.Store does.
func keepVersions(t *testing.T, server *mock.Endpoint, bucket string) {
	t.Helper()
	ca, err := os.ReadFile(server.CAFile)
	require.NoError(t, err)
	known := x509.NewCertPool()
	require.True(t, known.AppendCertsFromPEM(ca))
	_, err = s3.New(s3.Options{
		BaseEndpoint: &server.URL, UsePathStyle: true, Region: "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider(server.AccessKey, server.SecretKey, ""),
		HTTPClient:  &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: known}}},
	}).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	require.NoError(t, err)
}

func TestTenThousandFoldersAreListed(t *testing.T) {
	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bkt"}, PageSize: 500})
	for i := range 10_000 {
		store.Fill(1, fmt.Sprintf("bkt/folder %d/x", i))
	}
	want := paginated(t, store.List, everywhere)
	got, err := keysOf(t, store, everywhere, listing.Options{InOrder: true})
	require.NoError(t, err)
	require.Len(t, got, 10_000)
	require.Equal(t, want, got)
}

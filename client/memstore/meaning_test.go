package memstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// What stands in no words of client.Store is no business of this store, and what
// does is: every server of storetest, the ones without their abilities too.
func TestAStoreInMemoryMeansWhatAnyStoreMeans(t *testing.T) {
	servers := map[string]storetest.Server{"whole objects": {WholeObjects: true}}
	for name, server := range storetest.Servers {
		servers[name] = server
	}
	for name, server := range servers {
		t.Run(name, func(t *testing.T) {
			s := memstore.New(memstore.Options{Server: server, Keys: []client.Key{
				{ID: "11111111-2222-3333-4444-555555555555", ARN: "arn:aws:kms:us-east-1:1:key/11111111-2222-3333-4444-555555555555", Enabled: true},
				{ID: "testkey-2", Enabled: true},
			}})
			stranger := memstore.New(memstore.Options{})
			stranger.Before(func(_ context.Context, c memstore.Call) error { return c.Error(client.KindBadCredentials) })
			var buckets atomic.Int64
			storetest.Run(t, func(t *testing.T) storetest.Fixture {
				bucket := fmt.Sprintf("case-%d", buckets.Add(1))
				if err := s.MakeBucket(t.Context(), bucket); err != nil {
					t.Fatal(err)
				}
				return storetest.Fixture{
					Server: server, Store: s.WithKMS(), Stranger: stranger, Bucket: bucket, Key: "11111111-2222-3333-4444-555555555555", OtherKey: "testkey-2",
					Versioned: func(t *testing.T) string { t.Helper(); s.KeepVersions(bucket); return bucket },
					Locked:    func(t *testing.T) string { t.Helper(); s.LockObjects(bucket); return bucket },
					Tag:       func(_ *testing.T, at client.Location, tags map[string]string) { s.Tag(at, tags) },
				}
			})
		})
	}
}

package uitest

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// Epoch is the time of everything in these tests.
var Epoch = time.Date(2026, 11, 23, 9, 41, 0, 0, time.UTC)

// Key is the key this store's key service knows.
const Key = client.KeyID("arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555")

// NewStore makes a store with empty buckets and one key, which alias/reports
// names too, at a server that can do everything but say how its buckets encrypt.
func NewStore(buckets ...string) *memstore.Store {
	server := storetest.AWS
	server.DefaultEncryption = client.Reported{}
	return memstore.New(memstore.Options{
		Server: server, Buckets: buckets, Now: func() time.Time { return Epoch },
		Keys: []client.Key{{ID: "11111111-2222-3333-4444-555555555555", ARN: Key, Aliases: []string{"alias/reports"}, Enabled: true, State: "Enabled"}},
	})
}

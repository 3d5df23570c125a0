package transfer

import (
	"context"
	"io"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// modified is when everything in the store was written.
var modified = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// keepsNoChecksums is a server of today in all but checksums, which it neither
// looks at nor keeps.
func keepsNoChecksums() storetest.Server {
	server := storetest.AWS
	server.Checksums, server.DefaultEncryption = false, client.Reported{}
	return server
}

// newStore is a store for the engine: it has the keys of these tests.
func newStore() *memstore.Store {
	return memstore.New(memstore.Options{
		Server: keepsNoChecksums(), Buckets: []string{remote.Bucket}, Now: func() time.Time { return modified },
		Keys: []client.Key{
			{ID: string(keyID), Aliases: []string{string(alias)}, Enabled: true},
			{ID: string(otherID), Enabled: true},
		},
	})
}

// add puts an object where a download finds it, with its checksum where the
// server keeps them.
func (w *workbench) add(at client.Location, data []byte, o client.PutOptions) {
	w.Helper()
	o.Checksum = memstore.ChecksumOf(data)
	w.store.Write(at, data, o)
}

// there is an object that must lie in the store.
func (w *workbench) there(at client.Location) client.Object {
	w.Helper()
	o, ok := w.store.Object(at)
	require.True(w, ok, "there is no %s", at)
	return o
}

// says is a hook by which the answers to a call say something else of the
// encryption: "answer" are all answers but HEAD's, "all" all of them.
func says(op memstore.Op, r client.Reported) func(memstore.Call, *client.Object) error {
	return func(c memstore.Call, o *client.Object) error {
		if c.Op == op || op == "all" || op == "answer" && c.Op != memstore.HeadObject {
			o.Encryption = r
		}
		return nil
	}
}

// honest is the report of a server that did what was asked.
func honest(asked client.Encryption) client.Reported {
	r := client.Reported{Told: true, Type: client.TypeOf(asked), Key: client.KeyOf(asked)}
	switch e := asked.(type) {
	case client.Inherit:
		r.Type = client.TypeNone
	case client.SSEC:
		r.CustomerKeyMD5 = e.Key.MD5()
	}
	return r
}

// deafToIfMatch is a server that does not know If-Match.
type deafToIfMatch struct{ *memstore.Store }

func (d deafToIfMatch) Get(ctx context.Context, at client.Location, o client.ReadOptions) (client.Object, io.ReadCloser, error) {
	o.IfMatch = ""
	return d.Store.Get(ctx, at, o)
}

// customerKey is the SSE-C key asked for, zero where there is none.
func customerKey(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}

// Package storetest says what the words of [client.Store] mean: one suite which
// every implementation runs against every server it claims to speak with.
//
//	storetest.Run(t, func(t *testing.T) storetest.Fixture { ... })
//
// A case uses nothing but client.Store, an empty bucket of its own, and what
// the [Fixture] says of the server. Servers differ, so a case asks the Fixture
// for what a server may lack and never for what a Store must do. After a
// failure that was provoked a case also looks for what must not be there.
package storetest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// A Fixture is a store with an empty bucket, and what its server can do.
type Fixture struct {
	Server
	Store  client.Store
	Bucket string // exists, is empty and belongs to this case alone
	// Stranger is the same server asked with a wrong secret; nil to leave out.
	Stranger      client.Store
	Key, OtherKey client.KeyID // two KMS keys the server knows; "" is no KMS

	// What no word of client.Store does; nil to leave out.
	Versioned func(*testing.T) string                              // makes an empty bucket that keeps versions
	Locked    func(*testing.T) string                              // makes an empty bucket with object lock
	Tag       func(*testing.T, client.Location, map[string]string) // gives an object tags
}

// A testCase is one sentence about stores.
type testCase struct {
	name string
	run  func(*testing.T, Fixture)
}

// Run runs every case, each with a fixture of its own.
func Run(t *testing.T, fresh func(t *testing.T) Fixture) {
	t.Helper()
	for _, group := range [][]testCase{buckets, objects, deletions, listings, behind, encryptions, uploads, copies, checksums, versions, grants, documents, locks, archives, keys} {
		for _, c := range group {
			t.Run(c.name, func(t *testing.T) { c.run(t, fresh(t)) })
		}
	}
}

func (f Fixture) at(key string) client.Location { return client.Location{Bucket: f.Bucket, Key: key} }

// plain asks for nothing: what is in the store is then the server's business.
var plain = client.PutOptions{Encryption: client.Inherit{}}

// put writes an object that must be written.
func (f Fixture) put(t *testing.T, key, content string, o client.PutOptions) client.Object {
	t.Helper()
	obj, err := f.Store.Put(t.Context(), f.at(key), bytes.NewReader([]byte(content)), int64(len(content)), o)
	require.NoError(t, err, "put %q", key)
	return obj
}

// get reads an object that must be readable to its end.
func (f Fixture) get(t *testing.T, key string, o client.ReadOptions) (client.Object, string) {
	t.Helper()
	obj, body, err := f.Store.Get(t.Context(), f.at(key), o)
	require.NoError(t, err, "get %q", key)
	content, err := io.ReadAll(body)
	require.NoError(t, err, "read %q", key)
	require.NoError(t, body.Close())
	return obj, string(content)
}

// part reads a part of an object; where the server sends whole objects only, the
// error must say so and nothing is given. want is what it must be.
func (f Fixture) part(t *testing.T, key string, o client.ReadOptions, want string) client.Object {
	t.Helper()
	if f.WholeObjects {
		_, _, err := f.Store.Get(t.Context(), f.at(key), o)
		fails(t, client.KindUnsupported, f.at(key), err)
		require.ErrorIs(t, err, client.ErrNoRanges)
		o.Offset, o.Length = 0, 0
		obj, _ := f.get(t, key, o)
		return obj
	}
	obj, content := f.get(t, key, o)
	assert.Equal(t, want, content, "%d bytes of %q from %d on", o.Length, key, o.Offset)
	return obj
}

// absent says that there is no such object.
func (f Fixture) absent(t *testing.T, key string) {
	t.Helper()
	page, err := f.Store.List(context.WithoutCancel(t.Context()), f.at(key), client.ListOptions{Recursive: true})
	require.NoError(t, err)
	for _, o := range page.Objects {
		assert.NotEqual(t, key, o.At.Key, "the object must not be there")
	}
}

// fails says that an error is a *client.Error of a kind and names its place.
func fails(t *testing.T, want client.Kind, at client.Location, err error) *client.Error {
	t.Helper()
	var e *client.Error
	if !assert.ErrorAs(t, err, &e, "want a *client.Error of kind %v, got %v", want, err) {
		return &client.Error{}
	}
	assert.Equal(t, want.String(), e.Kind.String(), "%v", err)
	assert.NotEmpty(t, e.Op)
	assert.Equal(t, at, e.At, "the error names its place")
	return e
}

// customerKey is an SSE-C key told apart by one byte.
func customerKey(t *testing.T, b byte) client.CustomerKey {
	t.Helper()
	k, err := client.NewCustomerKey(bytes.Repeat([]byte{b}, client.CustomerKeyBytes))
	require.NoError(t, err)
	return k
}

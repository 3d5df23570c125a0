package session

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// All that a key can be called is copied and moved, inside an account and to another one,
// with each name as it was, its own contents, and nothing beside.
func TestHostileKeysAreCopiedAndMovedUnchanged(t *testing.T) {
	keys := slices.DeleteFunc(storetest.HostileKeys(transfer.PartSuffix), func(k string) bool { return client.Location{Bucket: "bucket", Key: "to/" + k}.CheckKey() != nil })
	require.GreaterOrEqual(t, len(keys), 300)
	here := open(t, nil)
	elsewhere := open(t, nil)
	for _, k := range keys {
		_, err := here.store.Put(t.Context(), client.Location{Bucket: "bucket", Key: "from/" + k}, bytes.NewReader([]byte(k)), int64(len(k)), client.PutOptions{Encryption: client.Inherit{}})
		require.NoError(t, err, "%q", k)
	}
	into := client.Location{Bucket: "bucket", Key: "to/"}
	folder := []client.Object{{At: client.Location{Bucket: "bucket", Key: "from/"}, IsFolder: true}}
	account := here.account()
	account.ID, account.Name = "id of another", "another"
	source, err := here.opener().Open(t.Context(), account)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, source.Close(context.Background())) })

	for _, c := range []struct {
		to *desk
		o  CopyOptions
	}{
		{here, CopyOptions{Contents: true}},
		{elsewhere, CopyOptions{Contents: true, From: source}},
		{here, CopyOptions{Contents: true, Move: true}},
	} {
		if c.o.Move {
			c.to.removeAll(t, "to/")
		}
		rows := c.to.carry(whole(c.to.PlanCopy(t.Context(), folder, into, c.o, Choice{})))
		require.Len(t, rows, len(keys))
		for _, r := range rows {
			require.NoError(t, r.Err, "%q", r.Job.To.At.Key)
		}
		assert.Equal(t, len(keys), c.to.holds(t, "to/", keys))
	}
	left, err := here.store.List(t.Context(), client.Location{Bucket: "bucket", Key: "from/"}, client.ListOptions{Recursive: true})
	require.NoError(t, err)
	assert.Empty(t, left.Objects)
}

// holds asserts that below a prefix is what is called so, and nothing else, and counts it.
func (d *desk) holds(t *testing.T, prefix string, keys []string) (n int) {
	t.Helper()
	var there []string
	require.NoError(t, d.walk(t.Context(), client.Location{Bucket: "bucket", Key: prefix}, func(o client.Object) { there = append(there, o.At.Key[len(prefix):]) }))
	slices.Sort(there)
	assert.Equal(t, slices.Sorted(slices.Values(keys)), there)
	for _, k := range there {
		_, body, err := d.store.Get(t.Context(), client.Location{Bucket: "bucket", Key: prefix + k}, client.ReadOptions{})
		require.NoError(t, err, "%q", k)
		var content bytes.Buffer
		_, err = content.ReadFrom(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		assert.Equal(t, k, content.String())
	}
	return len(there)
}

func (d *desk) removeAll(t *testing.T, prefix string) {
	t.Helper()
	var there []client.Location
	require.NoError(t, d.walk(t.Context(), client.Location{Bucket: "bucket", Key: prefix}, func(o client.Object) { there = append(there, o.At) }))
	for some := range slices.Chunk(there, client.MaxEntries) {
		_, err := d.store.Delete(t.Context(), some)
		require.NoError(t, err)
	}
}

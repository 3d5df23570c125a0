package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// A cutting store gives a first page that is cut short and claims to be whole.
type cutting struct {
	client.Store
	asked  int
	begins bool // it begins behind a name as it is asked to
}

func (c *cutting) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	if c.asked++; c.asked > 1 {
		if !c.begins {
			return client.Page{}, &client.Error{Op: "ListObjectsV2", Kind: client.KindContradiction}
		}
		return c.Store.List(ctx, under, o)
	}
	page, err := c.Store.List(ctx, under, o)
	page.Objects, page.Next = page.Objects[:2], ""
	return page, err
}

func TestAFolderOfWhichAPageIsCutShortIsListedWhole(t *testing.T) {
	for _, begins := range []bool{true, false} {
		store := memstore.New(memstore.Options{})
		require.NoError(t, store.MakeBucket(t.Context(), "bkt"))
		for _, key := range []string{"p/a", "p/b/1", "p/b/2", "p/c", "p/d/1"} {
			store.Write(client.Location{Bucket: "bkt", Key: key}, []byte("x"), client.PutOptions{})
		}
		s := &Session{store: &cutting{Store: store, begins: begins}}
		var got []string
		for page, err := range s.Folder(t.Context(), client.Location{Bucket: "bkt", Key: "p/"}) {
			require.NoError(t, err)
			for _, o := range page {
				got = append(got, o.At.Key)
			}
		}
		want := []string{"p/a", "p/b/", "p/c", "p/d/"}
		if !begins {
			want = want[:2] // nobody can ask it what is behind
		}
		assert.Equal(t, want, got)
	}
}

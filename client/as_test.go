package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
)

type plainStore struct{ Store }

type keyStore struct {
	Store
	keys int
}

func (k keyStore) Keys(context.Context) ([]Key, error)             { return make([]Key, k.keys), nil }
func (k keyStore) DescribeKey(context.Context, KeyID) (Key, error) { return Key{}, nil }

type wrapper struct{ inner Store }

func (w wrapper) Unwrap() Store { return w.inner }

type wrapping struct {
	Store
	wrapper
}

func TestWhatAStoreCanDoIsSeenThroughItsWrappers(t *testing.T) {
	_, ok := As[Keys](plainStore{})
	assert.False(t, ok)
	_, ok = As[Keys](nil)
	assert.False(t, ok)
	_, ok = As[Keys](wrapping{wrapper: wrapper{plainStore{}}})
	assert.False(t, ok)
	keys, ok := As[Keys](wrapping{wrapper: wrapper{wrapping{wrapper: wrapper{keyStore{keys: 2}}}}})
	assert.True(t, ok)
	all, _ := keys.Keys(t.Context())
	assert.Len(t, all, 2)
	outer, _ := As[Keys](keyStore{keys: 1, Store: wrapping{wrapper: wrapper{keyStore{keys: 2}}}})
	all, _ = outer.Keys(t.Context())
	assert.Len(t, all, 1, "the outermost counts")
}

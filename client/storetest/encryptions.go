package storetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var encryptions = []testCase{
	{"WhatNobodyDecidedIsRefused", func(t *testing.T, f Fixture) {
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, client.PutOptions{})
		fails(t, client.KindRefused, f.at("a"), err)
		assert.ErrorIs(t, err, client.ErrUndecided)
		_, _, err = f.Store.CreateUpload(t.Context(), f.at("a"), client.PutOptions{})
		fails(t, client.KindRefused, f.at("a"), err)
		_, err = f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, client.PutOptions{Encryption: client.SSEC{}})
		fails(t, client.KindRefused, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"EncryptionIsReportedAsItIs", func(t *testing.T, f Fixture) {
		for name, e := range f.encryptions(t) {
			t.Run(name, func(t *testing.T) {
				put := f.put(t, name, "content", client.PutOptions{Encryption: e})
				f.reports(t, e, put.Encryption, "the answer to PUT")
				read := client.ReadOptions{Key: keyFor(e)}
				head, err := f.Store.Head(t.Context(), f.at(name), read)
				require.NoError(t, err)
				f.reports(t, e, head.Encryption, "HEAD")
				got, content := f.get(t, name, read)
				f.reports(t, e, got.Encryption, "GET")
				assert.Equal(t, "content", content)
				assert.EqualValues(t, 7, head.Size, "the size is the plaintext's")
				part := f.part(t, name, client.ReadOptions{Key: keyFor(e), Offset: 2, Length: 3}, "nte")
				f.reports(t, e, part.Encryption, "GET of a part")
			})
		}
	}},
	{"AKeyTheServerDoesNotKnowIsNamed", func(t *testing.T, f Fixture) {
		if f.Key == "" {
			t.Skip("no KMS at this server")
		}
		const nobodys client.KeyID = "0f0f0f0f-1111-2222-3333-444444444444"
		for _, e := range []client.Encryption{client.SSEKMS{Key: nobodys}, client.SSEKMS{Key: nobodys, Context: map[string]string{"a": "b"}}} {
			_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, client.PutOptions{Encryption: e})
			told := fails(t, client.KindKeyUnknown, f.at("a"), err)
			assert.Equal(t, nobodys, told.Key)
		}
		f.absent(t, "a")
	}},
	{"WithoutAKeyIDTheManagedKeyIsUsedOrTheKeyIsAskedFor", func(t *testing.T, f Fixture) {
		if f.Key == "" {
			t.Skip("no KMS at this server")
		}
		put, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, client.PutOptions{Encryption: client.SSEKMS{}})
		if f.ManagedKey {
			require.NoError(t, err)
			assert.Equal(t, client.TypeSSEKMS, put.Encryption.Type)
			assert.NotEmpty(t, put.Encryption.Key)
			return
		}
		fails(t, client.KindKeyRequired, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"ACustomerKeyOpensItsObjectAndNoOtherDoes", func(t *testing.T, f Fixture) {
		key, other := customerKey(t, 1), customerKey(t, 2)
		f.put(t, "a", "sealed", client.PutOptions{Encryption: client.SSEC{Key: key}})
		_, content := f.get(t, "a", client.ReadOptions{Key: key})
		assert.Equal(t, "sealed", content)

		_, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		fails(t, client.KindNeedsKey, f.at("a"), err)
		_, _, err = f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{})
		fails(t, client.KindNeedsKey, f.at("a"), err)
		_, err = f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{Key: other})
		fails(t, client.KindWrongKey, f.at("a"), err)
		_, _, err = f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{Key: other})
		fails(t, client.KindWrongKey, f.at("a"), err)
		assert.NotContains(t, err.Error(), other.Secret().Reveal())
	}},
	{"ASecondPutDecidesTheEncryptionAnew", func(t *testing.T, f Fixture) {
		f.put(t, "a", "sealed", client.PutOptions{Encryption: client.SSEC{Key: customerKey(t, 1)}})
		f.put(t, "a", "open", plain)
		got, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "open", content)
		assert.NotEqual(t, client.TypeSSEC, got.Encryption.Type)
		f.put(t, "a", "sealed again", client.PutOptions{Encryption: client.SSEC{Key: customerKey(t, 2)}})
		_, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		fails(t, client.KindNeedsKey, f.at("a"), err)
	}},
	{"ACustomerKeyForAnObjectStoredOtherwise", func(t *testing.T, f Fixture) {
		f.put(t, "a", "open", plain)
		key := customerKey(t, 1)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{Key: key})
		if f.StrictCustomerKey {
			fails(t, client.KindNotCustomerKey, f.at("a"), err)
			return
		}
		require.NoError(t, err)
		assert.NotEqual(t, client.TypeSSEC, head.Encryption.Type, "the object is not encrypted with this key")
	}},
}

// encryptions are the ways the server can store an object, by name.
func (f Fixture) encryptions(t *testing.T) map[string]client.Encryption {
	all := map[string]client.Encryption{"sse-c": client.SSEC{Key: customerKey(t, 7)}}
	if f.SSES3 {
		all["sse-s3"] = client.SSES3{}
	}
	if f.Key != "" {
		all["sse-kms"] = client.SSEKMS{Key: f.Key}
		all["sse-kms with the other key"] = client.SSEKMS{Key: f.OtherKey}
		all["sse-kms with a context"] = client.SSEKMS{Key: f.Key, Context: map[string]string{"project": "中文", "n": "1"}}
		all["sse-kms with a bucket key"] = client.SSEKMS{Key: f.Key, BucketKey: true}
	}
	if f.DSSE {
		all["dsse-kms"] = client.DSSEKMS{Key: f.Key}
	}
	return all
}

// reports says that a report is of what was asked.
func (f Fixture) reports(t *testing.T, asked client.Encryption, got client.Reported, who string) {
	t.Helper()
	assert.True(t, got.Told, who)
	assert.Equal(t, client.TypeOf(asked), got.Type, who)
	if want := client.KeyOf(asked); want != "" {
		same, known := client.SameKey(want, got.Key)
		assert.True(t, same && known, "%s names key %q, asked was %q", who, got.Key, want)
	}
	switch e := asked.(type) {
	case client.SSEC:
		assert.Equal(t, e.Key.MD5(), got.CustomerKeyMD5, who)
	case client.SSEKMS:
		assert.Equal(t, e.BucketKey && f.BucketKeys, got.BucketKey, who)
	}
}

// keyFor is the key that reading takes.
func keyFor(e client.Encryption) client.CustomerKey {
	if c, ok := e.(client.SSEC); ok {
		return c.Key
	}
	return client.CustomerKey{}
}

package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var buckets = []testCase{
	{"BucketsAreMadeListedByNameAndRemoved", func(t *testing.T, f Fixture) {
		made := []string{f.Bucket + "-b", f.Bucket + "-a"}
		for _, name := range made {
			require.NoError(t, f.Store.MakeBucket(t.Context(), name))
			t.Cleanup(func() { _ = f.Store.RemoveBucket(context.WithoutCancel(t.Context()), name) })
		}
		names := bucketNames(t, f)
		assert.Subset(t, names, append(made, f.Bucket))
		assert.True(t, slices.IsSorted(names), "in the order of their names: %v", names)
		for _, name := range made {
			require.NoError(t, f.Store.RemoveBucket(t.Context(), name))
		}
		assert.NotSubset(t, bucketNames(t, f), made)
	}},
	{"ABucketWithObjectsIsNotRemoved", func(t *testing.T, f Fixture) {
		f.put(t, "a", "content", plain)
		err := f.Store.RemoveBucket(t.Context(), f.Bucket)
		fails(t, client.KindNotEmpty, f.at(""), err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content, "nothing was lost")
	}},
	{"AMissingBucketIsSaidToBeMissing", func(t *testing.T, f Fixture) {
		none := client.Location{Bucket: f.Bucket + "-none"}
		object := none.Join("a")
		_, err := f.Store.List(t.Context(), none, client.ListOptions{})
		fails(t, client.KindNoBucket, none, err)
		_, _, err = f.Store.Get(t.Context(), object, client.ReadOptions{})
		fails(t, client.KindNoBucket, object, err)
		_, err = f.Store.Put(t.Context(), object, strings.NewReader("x"), 1, plain)
		fails(t, client.KindNoBucket, object, err)
		_, _, err = f.Store.CreateUpload(t.Context(), object, plain)
		fails(t, client.KindNoBucket, object, err)
		fails(t, client.KindNoBucket, none, f.Store.RemoveBucket(t.Context(), none.Bucket))
		_, err = f.Store.DefaultEncryption(t.Context(), none.Bucket)
		fails(t, client.KindNoBucket, none, err)
		_, err = f.Store.Head(t.Context(), object, client.ReadOptions{})
		fails(t, client.KindNotFound, object, err) // the answer to a HEAD cannot say more
	}},
	{"ABucketSaysItsDefaultEncryptionOrNothing", func(t *testing.T, f Fixture) {
		got, err := f.Store.DefaultEncryption(t.Context(), f.Bucket)
		require.NoError(t, err)
		assert.Equal(t, f.DefaultEncryption, got)
		assert.Contains(t, bucketNames(t, f), f.Bucket, "asking must not remove the bucket")
	}},
	{"WhatAsksForNothingIsEncryptedAsItsBucketSays", func(t *testing.T, f Fixture) {
		if !f.DefaultEncryption.Told {
			t.Skip("no bucket here says how it encrypts")
		}
		f.put(t, "a", "x", plain)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.Equal(t, f.DefaultEncryption.Type, head.Encryption.Type)
	}},
	{"ABucketThatIsThereKeepsWhatIsInIt", func(t *testing.T, f Fixture) {
		f.put(t, "a", "content", plain)
		if err := f.Store.MakeBucket(t.Context(), f.Bucket); err != nil { // some count it as made
			fails(t, client.KindExists, f.at(""), err)
		}
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "content", content)
	}},
	{"AWrongSecretIsSaidToBeWrong", func(t *testing.T, f Fixture) {
		if f.Stranger == nil {
			t.Skip("no stranger at this server")
		}
		_, err := f.Stranger.Buckets(t.Context())
		fails(t, client.KindBadCredentials, client.Location{}, err)
		_, err = f.Stranger.Put(t.Context(), f.at("a"), strings.NewReader("x"), 1, plain)
		fails(t, client.KindBadCredentials, f.at("a"), err)
		f.absent(t, "a")
	}},
}

func bucketNames(t *testing.T, f Fixture) []string {
	t.Helper()
	all, err := f.Store.Buckets(t.Context())
	require.NoError(t, err)
	names := make([]string, 0, len(all))
	for _, b := range all {
		names = append(names, b.Name)
	}
	return names
}

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// version is one of a key: a body, or a delete marker.
type version struct {
	id, sum string
	marker  bool
}

// history is a key of the versioned bucket that one worker alone writes.
type history struct {
	name  string
	acked []version // oldest first
	added *version  // sent and not acknowledged; its id is not known
	gone  string    // id of a version whose removal was sent and not acknowledged
}

func (h *history) allows(found []version) bool {
	if slices.Equal(found, h.acked) {
		return true
	}
	if n := len(h.acked); h.added != nil && len(found) == n+1 && slices.Equal(found[:n], h.acked) {
		return found[n].sum == h.added.sum && found[n].marker == h.added.marker
	}
	return h.gone != "" && slices.Equal(found, without(h.acked, h.gone))
}

func without(all []version, id string) []version {
	return slices.DeleteFunc(slices.Clone(all), func(v version) bool { return v.id == id })
}

func (h *history) confirm(found []version) { h.acked, h.added, h.gone = found, nil, "" }

// addHistory writes a version, marks the key deleted, or removes a version for good.
func (w *worker) addHistory(ctx context.Context, h *history) error {
	bucket, name := aws.String(versionedBucket), aws.String(h.name)
	switch n := w.rand.IntN(10); {
	case len(h.acked) > 5 || n < 2 && len(h.acked) > 0:
		id := h.acked[w.rand.IntN(len(h.acked))].id
		h.gone = id
		_, err := w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: name, VersionId: aws.String(id)})
		if err == nil {
			h.confirm(without(h.acked, id))
		}
		return err
	case n < 4:
		h.added = &version{marker: true}
		out, err := w.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: bucket, Key: name})
		if err == nil {
			h.confirm(append(h.acked, version{id: *out.VersionId, marker: true}))
		}
		return err
	}
	body, sum := w.noise(w.size())
	sse, _ := w.sealing()
	var id *string
	if w.rand.IntN(3) == 0 {
		upload, parts, err := w.upload(ctx, versionedBucket, h.name, sse, body)
		if err != nil {
			return err
		}
		h.added = &version{sum: sum}
		if id, err = complete(ctx, w.client, versionedBucket, h.name, upload, parts...); err != nil {
			return err
		}
	} else {
		h.added = &version{sum: sum}
		out, err := w.client.PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: name, Body: bytes.NewReader(body), ServerSideEncryption: sse})
		if err != nil {
			return err
		}
		id = out.VersionId
	}
	h.confirm(append(h.acked, version{id: *id, sum: sum}))
	return nil
}

// verifyHistories reads every version there is, and what is current.
func (c *crash) verifyHistories(t *testing.T, client *s3.Client, round uint64) {
	t.Helper()
	found := map[string][]version{}
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: aws.String(versionedBucket)})
	note := func(key string, v version) { found[key] = append(found[key], v) }
	latest := map[string]string{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, v := range page.Versions {
			sum, err := sumAt(t.Context(), client, *v.Key, v.VersionId)
			require.NoError(t, err, "round %d: version %s of %s cannot be read", round, *v.VersionId, *v.Key)
			note(*v.Key, version{id: *v.VersionId, sum: sum})
			if *v.IsLatest {
				latest[*v.Key] = *v.VersionId
			}
		}
		for _, m := range page.DeleteMarkers {
			note(*m.Key, version{id: *m.VersionId, marker: true})
			if *m.IsLatest {
				latest[*m.Key] = *m.VersionId
			}
		}
	}
	for _, w := range c.workers {
		for _, h := range w.past {
			got := h.sorted(found[h.name])
			require.True(t, h.allows(got), "round %d: %s is %+v, acknowledged was %+v, sent was %+v and the removal of %s", round, h.name, got, h.acked, h.added, h.gone)
			if h.added != nil || h.gone != "" {
				c.underWay++
				if !slices.Equal(got, h.acked) {
					c.foundDone++
				}
			}
			h.confirm(got)
			c.verifyCurrent(t, client, h, latest[h.name], round)
			delete(found, h.name)
		}
	}
	require.Empty(t, found, "round %d: versions that nobody wrote", round)
}

// sorted puts versions in the order they were acknowledged in, what nobody knows
// last: objects and markers come apart from each other.
func (h *history) sorted(found []version) []version {
	place := func(v version) int {
		if i := slices.IndexFunc(h.acked, func(a version) bool { return a.id == v.id }); i >= 0 {
			return i
		}
		return len(h.acked)
	}
	slices.SortStableFunc(found, func(a, b version) int { return place(a) - place(b) })
	return found
}

func (c *crash) verifyCurrent(t *testing.T, client *s3.Client, h *history, latest string, round uint64) {
	t.Helper()
	sum, err := sumAt(t.Context(), client, h.name, nil)
	if len(h.acked) == 0 || h.acked[len(h.acked)-1].marker {
		var missing *types.NoSuchKey
		require.ErrorAs(t, err, &missing, "round %d: %s is deleted", round, h.name)
	} else {
		require.NoError(t, err, "round %d", round)
		require.Equal(t, h.acked[len(h.acked)-1].sum, sum, "round %d: the current version of %s", round, h.name)
	}
	if n := len(h.acked); n > 0 {
		require.Equal(t, h.acked[n-1].id, latest, "round %d: the latest of %s", round, h.name)
	}
}

func sumAt(ctx context.Context, c *s3.Client, name string, version *string) (string, error) {
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(versionedBucket), Key: aws.String(name), VersionId: version})
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(out.Body)
	return sumOf(body), errors.Join(err, out.Body.Close())
}

func TestTheWitnessKnowsEveryVersion(t *testing.T) {
	one, two, mark := version{id: "1", sum: "a"}, version{id: "2", sum: "b"}, version{id: "3", marker: true}
	h := &history{acked: []version{one, two}}
	assert.True(t, h.allows([]version{one, two}))
	for _, lost := range [][]version{{one}, {two}, {two, one}, {one, two, mark}, nil} {
		assert.False(t, h.allows(lost))
	}
	h.added = &version{marker: true}
	assert.True(t, h.allows([]version{one, two, mark}))
	assert.False(t, h.allows([]version{one, two, {id: "9", sum: "torn"}}))
	assert.False(t, h.allows([]version{one, mark}))
	h.confirm([]version{one, two, mark})
	h.gone = "1"
	assert.True(t, h.allows([]version{two, mark}))
	assert.False(t, h.allows([]version{one, mark}))
	assert.Equal(t, []version{one, two, mark, {id: "9"}}, h.sorted([]version{{id: "9"}, two, one, mark}))
}

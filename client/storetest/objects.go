package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

var objects = []testCase{
	{"WhatIsPutIsHeadAndGot", func(t *testing.T, f Fixture) {
		put := f.put(t, "dir/a.txt", "hello", client.PutOptions{
			Encryption: client.Inherit{}, ContentType: "text/plain", Metadata: map[string]string{"colour": "blue", client.MetaChecksum: "c3Vt"},
		})
		assert.Equal(t, f.at("dir/a.txt"), put.At)
		assert.NotEmpty(t, put.ETag)
		assert.NotEmpty(t, put.RequestID)
		assert.True(t, put.Encryption.Told, "an answer to PUT was seen")

		head, err := f.Store.Head(t.Context(), f.at("dir/a.txt"), client.ReadOptions{})
		require.NoError(t, err)
		got, content := f.get(t, "dir/a.txt", client.ReadOptions{})
		assert.Equal(t, "hello", content)
		for name, o := range map[string]client.Object{"head": head, "get": got} {
			assert.Equal(t, f.at("dir/a.txt"), o.At, name)
			assert.EqualValues(t, 5, o.Size, name)
			assert.Equal(t, "text/plain", o.ContentType, name)
			assert.Equal(t, map[string]string{"colour": "blue", client.MetaChecksum: "c3Vt"}, o.Metadata, name)
			assert.Equal(t, put.ETag, o.ETag, name)
			assert.NotContains(t, o.ETag, `"`, name)
			assert.WithinDuration(t, time.Now(), o.Modified, time.Hour, name)
			assert.True(t, o.Encryption.Told, name)
			assert.NotEmpty(t, o.RequestID, name)
			assert.NotEmpty(t, o.Headers, name)
		}
	}},
	{"AGetOfTheWholeSaysAllThatHeadSays", func(t *testing.T, f Fixture) {
		for name, e := range f.encryptions(t) {
			for _, content := range []string{"", "content"} {
				f.put(t, name, content, client.PutOptions{
					Encryption: e, ContentType: "text/csv", Metadata: map[string]string{"colour": "blue"}, Digests: client.Digests{Checksum: crcOf(content)},
				})
				read := client.ReadOptions{Key: keyFor(e)}
				head, err := f.Store.Head(t.Context(), f.at(name), read)
				require.NoError(t, err)
				got, _ := f.get(t, name, read)
				got.RequestID, got.Headers = head.RequestID, head.Headers // of the call
				assert.Equal(t, head, got, "%s, %q", name, content)
			}
		}
	}},
	{"AnObjectWithoutATypeIsBytes", func(t *testing.T, f Fixture) {
		f.put(t, "a", "x", plain)
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.Equal(t, "application/octet-stream", head.ContentType)
	}},
	{"AnEmptyObjectIsAnObject", func(t *testing.T, f Fixture) {
		f.put(t, "empty", "", plain)
		o, content := f.get(t, "empty", client.ReadOptions{})
		assert.Empty(t, content)
		assert.Zero(t, o.Size)
		head, err := f.Store.Head(t.Context(), f.at("empty"), client.ReadOptions{})
		require.NoError(t, err)
		assert.Zero(t, head.Size)
	}},
	{"ALargeBodyArrivesAsItIs", func(t *testing.T, f Fixture) {
		content := pattern(3<<20 + 17)
		f.put(t, "large", content, plain)
		_, got := f.get(t, "large", client.ReadOptions{})
		assert.True(t, content == got, "the bytes differ")
	}},
	{"ASecondPutReplacesTheFirst", func(t *testing.T, f Fixture) {
		f.put(t, "a", "first", plain)
		f.put(t, "a", "second one", plain)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second one", content)
	}},
	{"PutReadsItsBodyFromTheStart", func(t *testing.T, f Fixture) {
		body := strings.NewReader("from the start")
		_, err := body.Seek(5, io.SeekStart)
		require.NoError(t, err)
		_, err = f.Store.Put(t.Context(), f.at("a"), body, 14, plain)
		require.NoError(t, err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "from the start", content)
	}},
	{"ABodyThatCannotBeReadLeavesNothing", func(t *testing.T, f Fixture) {
		broken := errors.New("the disk is gone")
		_, err := f.Store.Put(t.Context(), f.at("a"), &failing{strings.NewReader("some bytes"), broken}, 1000, plain)
		fails(t, client.KindLocal, f.at("a"), err)
		assert.ErrorIs(t, err, broken)
		_, err = f.Store.Put(t.Context(), f.at("a"), strings.NewReader("shorter than said"), 1000, plain)
		fails(t, client.KindLocal, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"PartsOfAnObjectAreRead", func(t *testing.T, f Fixture) {
		f.put(t, "a", "0123456789", plain)
		for _, c := range []struct {
			offset, length int64
			want           string
		}{{0, 1, "0"}, {3, 4, "3456"}, {9, 1, "9"}, {4, 0, "456789"}, {8, 100, "89"}, {0, 10, "0123456789"}} {
			o := f.part(t, "a", client.ReadOptions{Offset: c.offset, Length: c.length}, c.want)
			assert.EqualValues(t, 10, o.Size, "the size is the object's")
		}
		_, _, err := f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{Offset: -1})
		fails(t, client.KindInvalid, f.at("a"), err)
		if !f.WholeObjects {
			_, _, err = f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{Offset: 10, Length: 1})
			fails(t, client.KindInvalid, f.at("a"), err)
		}
	}},
	{"AnObjectThatChangedIsNotRead", func(t *testing.T, f Fixture) {
		old := f.put(t, "a", "one", plain)
		_, content := f.get(t, "a", client.ReadOptions{IfMatch: old.ETag})
		assert.Equal(t, "one", content)
		f.put(t, "a", "two", plain)
		_, _, err := f.Store.Get(t.Context(), f.at("a"), client.ReadOptions{IfMatch: old.ETag})
		fails(t, client.KindPrecondition, f.at("a"), err)
		_, err = f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{IfMatch: old.ETag})
		fails(t, client.KindPrecondition, f.at("a"), err)
	}},
	{"OnlyIfAbsentLeavesWhatIsThere", func(t *testing.T, f Fixture) {
		once := client.PutOptions{Encryption: client.Inherit{}, OnlyIfAbsent: true}
		f.put(t, "a", "first", once)
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("second"), 6, once)
		fails(t, client.KindPrecondition, f.at("a"), err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "first", content)
	}},
	{"IfMatchWritesOverThatObjectOnly", func(t *testing.T, f Fixture) {
		first := f.put(t, "a", "first", plain)
		over := client.PutOptions{Encryption: client.Inherit{}, IfMatch: first.ETag}
		f.put(t, "a", "second", over)
		_, err := f.Store.Put(t.Context(), f.at("a"), strings.NewReader("third"), 5, over)
		fails(t, client.KindPrecondition, f.at("a"), err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second", content)
	}},
	{"AMissingObjectIsSaidToBeMissing", func(t *testing.T, f Fixture) {
		_, err := f.Store.Head(t.Context(), f.at("none"), client.ReadOptions{})
		fails(t, client.KindNotFound, f.at("none"), err)
		_, _, err = f.Store.Get(t.Context(), f.at("none"), client.ReadOptions{})
		e := fails(t, client.KindNotFound, f.at("none"), err)
		assert.NotEmpty(t, e.RequestID, "support will ask for it")
		assert.Equal(t, 404, e.Status)
	}},
	{"WithoutANameNothingIsAsked", func(t *testing.T, f Fixture) {
		_, err := f.Store.Head(t.Context(), f.at(""), client.ReadOptions{})
		fails(t, client.KindInvalid, f.at(""), err)
		_, _, err = f.Store.Get(t.Context(), f.at(""), client.ReadOptions{})
		fails(t, client.KindInvalid, f.at(""), err)
		_, err = f.Store.Put(t.Context(), f.at(""), strings.NewReader("x"), 1, plain)
		fails(t, client.KindInvalid, f.at(""), err)
		_, err = f.Store.Delete(t.Context(), []client.Location{f.at("")})
		fails(t, client.KindInvalid, f.at(""), err)
	}},
	{"MetadataNamesAreOfLowerCase", func(t *testing.T, f Fixture) {
		f.put(t, "a", "x", client.PutOptions{Encryption: client.Inherit{}, Metadata: map[string]string{"Ward": "Seven"}})
		head, err := f.Store.Head(t.Context(), f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"ward": "Seven"}, head.Metadata)
	}},
	{"TagsAreShownAsTheyAre", func(t *testing.T, f Fixture) {
		if f.Tag == nil {
			t.Skip("nobody tags objects here")
		}
		f.put(t, "a", "x", plain)
		want := map[string]string{"ward": "7", "project": "a b"}
		f.Tag(t, f.at("a"), want)
		tags, err := f.Store.Tags(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.Equal(t, want, tags)
		_, err = f.Store.Tags(t.Context(), f.at("none"), "")
		fails(t, client.KindNotFound, f.at("none"), err)
	}},
	{"AnObjectWithoutTagsHasNone", func(t *testing.T, f Fixture) {
		f.put(t, "a", "x", plain)
		tags, err := f.Store.Tags(t.Context(), f.at("a"), "")
		require.NoError(t, err)
		assert.Empty(t, tags)
	}},
	{"AStoppedCallIsCancelled", func(t *testing.T, f Fixture) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_, err := f.Store.Put(ctx, f.at("a"), strings.NewReader("x"), 1, plain)
		fails(t, client.KindCancelled, f.at("a"), err)
		_, err = f.Store.Buckets(ctx)
		assert.Equal(t, client.KindCancelled.String(), client.KindOf(err).String())
		f.absent(t, "a")
	}},
	{"AStoppedReadIsCancelled", func(t *testing.T, f Fixture) {
		f.put(t, "a", pattern(8<<20), plain)
		ctx, stop := context.WithCancel(t.Context())
		_, body, err := f.Store.Get(ctx, f.at("a"), client.ReadOptions{})
		require.NoError(t, err)
		_, err = io.ReadFull(body, make([]byte, 10))
		require.NoError(t, err)
		stop()
		_, err = io.Copy(io.Discard, body)
		fails(t, client.KindCancelled, f.at("a"), err)
		require.NoError(t, body.Close())
	}},
	{"ManyMayUseAStoreAtOnce", func(t *testing.T, f Fixture) {
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				key, content := fmt.Sprintf("n/%02d", i), strings.Repeat(fmt.Sprint(i), 1000)
				_, err := f.Store.Put(t.Context(), f.at(key), strings.NewReader(content), int64(len(content)), plain)
				if !assert.NoError(t, err) {
					return
				}
				_, body, err := f.Store.Get(t.Context(), f.at(key), client.ReadOptions{})
				if !assert.NoError(t, err) {
					return
				}
				got, err := io.ReadAll(body)
				assert.NoError(t, err)
				assert.NoError(t, body.Close())
				assert.Equal(t, content, string(got))
			})
		}
		all.Wait()
		assert.Len(t, f.keys(t), 16)
	}},
}

// failing is a body that breaks after its first bytes.
type failing struct {
	*strings.Reader
	err error
}

func (b *failing) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		return 0, b.err
	}
	return n, err
}

// pattern is n bytes in which every place can be told from its neighbours.
func pattern(n int) string {
	var b bytes.Buffer
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,", i)
	}
	return b.String()[:n]
}

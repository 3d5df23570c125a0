package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// partSize is the smallest part S3 takes when another follows.
const partSize = 5 << 20

var uploads = []testCase{
	{"PartsBecomeOneObject", func(t *testing.T, f Fixture) {
		content := pattern(partSize + 1000)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("big"), client.PutOptions{
			Encryption: client.Inherit{}, ContentType: "text/plain", Metadata: map[string]string{"colour": "red"},
		})
		require.NoError(t, err)
		assert.Equal(t, f.at("big"), u.At)
		f.absent(t, "big")

		second := f.send(t, u, 2, content[partSize:])
		first := f.send(t, u, 1, content[:partSize])
		held, err := f.Store.Parts(t.Context(), u)
		require.NoError(t, err)
		require.Len(t, held, 2)
		for i, p := range []client.Part{first, second} {
			assert.Equal(t, p.Number, held[i].Number)
			assert.Equal(t, p.Size, held[i].Size)
			assert.Equal(t, p.ETag, held[i].ETag)
		}
		obj, err := f.Store.CompleteUpload(t.Context(), u, []client.Part{first, second}, client.Checksum{})
		require.NoError(t, err)
		assert.Equal(t, f.at("big"), obj.At)

		got, read := f.get(t, "big", client.ReadOptions{})
		assert.True(t, content == read, "the bytes differ")
		assert.Equal(t, "text/plain", got.ContentType)
		assert.Equal(t, map[string]string{"colour": "red"}, got.Metadata)
		if obj.ETag != "" {
			assert.Equal(t, obj.ETag, got.ETag)
		}
		f.part(t, "big", client.ReadOptions{Offset: partSize - 5, Length: 10}, content[partSize-5:partSize+5]) // across the parts
		_, err = f.Store.Parts(t.Context(), u)
		fails(t, client.KindNoUpload, f.at("big"), err)
	}},
	{"APartSentAgainReplacesTheFirst", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		f.send(t, u, 1, "first")
		p := f.send(t, u, 1, "second one")
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{p}, client.Checksum{})
		require.NoError(t, err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second one", content)
	}},
	{"PartsAreEncryptedAsTheUploadWasBegun", func(t *testing.T, f Fixture) {
		for name, e := range f.encryptions(t) {
			t.Run(name, func(t *testing.T) {
				u, begun, err := f.Store.CreateUpload(t.Context(), f.at(name), client.PutOptions{Encryption: e})
				require.NoError(t, err)
				if begun.Encryption.Told { // as below
					f.reports(t, e, begun.Encryption, "the answer to CreateMultipartUpload")
				}
				p := f.send(t, u, 1, "sealed part")
				if p.Encryption.Told {
					assert.Equal(t, client.TypeOf(e), p.Encryption.Type)
				}
				done, err := f.Store.CompleteUpload(t.Context(), u, []client.Part{p}, client.Checksum{})
				require.NoError(t, err)
				if done.Encryption.Told { // a server may keep quiet here, and must not be read as "none"
					assert.Equal(t, client.TypeOf(e), done.Encryption.Type)
				}
				head, err := f.Store.Head(t.Context(), f.at(name), client.ReadOptions{Key: keyFor(e)})
				require.NoError(t, err)
				f.reports(t, e, head.Encryption, "HEAD")
				_, content := f.get(t, name, client.ReadOptions{Key: keyFor(e)})
				assert.Equal(t, "sealed part", content)
			})
		}
	}},
	{"AnUploadThatMayNotOverwriteLeavesWhatIsThere", func(t *testing.T, f Fixture) {
		if !f.Conditions {
			t.Skip("this server does not know conditions on completions")
		}
		first := f.put(t, "a", "first", plain)
		for name, o := range map[string]client.PutOptions{
			"only if absent": {Encryption: client.Inherit{}, OnlyIfAbsent: true},
			"another there":  {Encryption: client.Inherit{}, IfMatch: strings.Repeat("0", 32)},
		} {
			u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), o)
			require.NoError(t, err)
			p := f.send(t, u, 1, "second")
			_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{p}, client.Checksum{})
			fails(t, client.KindPrecondition, f.at("a"), err)
			f.drop(t, u)
			_, content := f.get(t, "a", client.ReadOptions{})
			assert.Equal(t, "first", content, name)
		}
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), client.PutOptions{Encryption: client.Inherit{}, IfMatch: first.ETag})
		require.NoError(t, err)
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{f.send(t, u, 1, "second")}, client.Checksum{})
		require.NoError(t, err)
		_, content := f.get(t, "a", client.ReadOptions{})
		assert.Equal(t, "second", content)
	}},
	{"AnUploadWithAKeyTheServerDoesNotKnowIsNotBegun", func(t *testing.T, f Fixture) {
		if f.Key == "" {
			t.Skip("no KMS at this server")
		}
		const nobodys client.KeyID = "0f0f0f0f-1111-2222-3333-444444444444"
		_, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), client.PutOptions{Encryption: client.SSEKMS{Key: nobodys}})
		told := fails(t, client.KindKeyUnknown, f.at("a"), err)
		assert.Equal(t, nobodys, told.Key)
	}},
	{"AnAbortedUploadIsGone", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		p := f.send(t, u, 1, "content")
		require.NoError(t, f.Store.AbortUpload(t.Context(), u))
		require.NoError(t, f.Store.AbortUpload(t.Context(), u), "to abort twice is no error")
		_, err = f.Store.Parts(t.Context(), u)
		fails(t, client.KindNoUpload, f.at("a"), err)
		_, err = f.Store.UploadPart(t.Context(), u, 2, strings.NewReader("more"), 4, client.Digests{})
		fails(t, client.KindNoUpload, f.at("a"), err)
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{p}, client.Checksum{})
		fails(t, client.KindNoUpload, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"OpenUploadsAreListedUntilTheyEnd", func(t *testing.T, f Fixture) {
		before := time.Now().Add(-time.Hour)
		open := func(under string) (keys []string) {
			all, err := f.Store.OpenUploads(t.Context(), f.at(under))
			require.NoError(t, err)
			for _, u := range all {
				assert.Equal(t, f.Bucket, u.At.Bucket)
				assert.NotEmpty(t, u.ID)
				assert.True(t, u.Begun.After(before), "%v", u.Begun)
				keys = append(keys, u.At.Key)
			}
			return keys
		}
		assert.Empty(t, open(""))
		var begun []client.Upload
		for _, key := range []string{"a b%/+資料", "a b%/x", "b", "b"} {
			u, _, err := f.Store.CreateUpload(t.Context(), f.at(key), plain)
			require.NoError(t, err)
			assert.False(t, u.Doubtful, "one call, one answer")
			t.Cleanup(func() { f.drop(t, u) })
			begun = append(begun, u)
		}
		assert.ElementsMatch(t, []string{"a b%/+資料", "a b%/x", "b", "b"}, open(""))
		assert.ElementsMatch(t, []string{"a b%/+資料", "a b%/x"}, open("a b%/"))
		assert.Empty(t, open("c"))
		require.NoError(t, f.Store.AbortUpload(t.Context(), begun[1]))
		p := f.send(t, begun[3], 1, "content")
		_, err := f.Store.CompleteUpload(t.Context(), begun[3], []client.Part{p}, client.Checksum{})
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"a b%/+資料", "b"}, open(""))
		left, err := f.Store.OpenUploads(t.Context(), f.at("b"))
		require.NoError(t, err)
		require.Len(t, left, 1)
		assert.Equal(t, begun[2].ID, left[0].ID)
		_, err = f.Store.OpenUploads(t.Context(), client.Location{})
		fails(t, client.KindInvalid, client.Location{}, err)
	}},
	{"PartsThatAreNotThereMakeNoObject", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		p := f.send(t, u, 1, "content")
		p.ETag = strings.Repeat("0", 32)
		_, err = f.Store.CompleteUpload(t.Context(), u, []client.Part{p}, client.Checksum{})
		fails(t, client.KindInvalid, f.at("a"), err)
		_, err = f.Store.CompleteUpload(t.Context(), u, nil, client.Checksum{})
		fails(t, client.KindInvalid, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"APartThatAnotherFollowsIsNotSmall", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		parts := []client.Part{f.send(t, u, 1, "too small"), f.send(t, u, 2, "the last")}
		_, err = f.Store.CompleteUpload(t.Context(), u, parts, client.Checksum{})
		fails(t, client.KindInvalid, f.at("a"), err)
		f.absent(t, "a")
	}},
	{"ACustomerKeyGoesWithEveryPart", func(t *testing.T, f Fixture) {
		key, other := customerKey(t, 1), customerKey(t, 2)
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), client.PutOptions{Encryption: client.SSEC{Key: key}})
		require.NoError(t, err)
		assert.Equal(t, key.MD5(), u.Key.MD5(), "the upload has its key with it")
		t.Cleanup(func() { f.drop(t, u) })
		for name, wrong := range map[string]client.CustomerKey{"none": {}, "another": other} {
			without := u
			without.Key = wrong
			_, err = f.Store.UploadPart(t.Context(), without, 1, strings.NewReader("x"), 1, client.Digests{})
			assert.Error(t, err, name)
		}
		held, err := f.Store.Parts(t.Context(), u)
		require.NoError(t, err)
		assert.Empty(t, held)
		f.send(t, u, 1, "x")
	}},
	{"PartsAreNumberedFromOneToTenThousand", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		for _, n := range []int{-1, 0, 10_001} {
			_, err = f.Store.UploadPart(t.Context(), u, n, strings.NewReader("x"), 1, client.Digests{})
			fails(t, client.KindInvalid, f.at("a"), err)
		}
		p := f.send(t, u, 10_000, "last")
		assert.Equal(t, 10_000, p.Number)
	}},
	{"APartThatCannotBeReadIsLeftOut", func(t *testing.T, f Fixture) {
		u, _, err := f.Store.CreateUpload(t.Context(), f.at("a"), plain)
		require.NoError(t, err)
		t.Cleanup(func() { f.drop(t, u) })
		broken := fmt.Errorf("the disk is gone")
		_, err = f.Store.UploadPart(t.Context(), u, 1, &failing{strings.NewReader("some"), broken}, 1000, client.Digests{})
		fails(t, client.KindLocal, f.at("a"), err)
		assert.ErrorIs(t, err, broken)
		held, err := f.Store.Parts(t.Context(), u)
		require.NoError(t, err)
		assert.Empty(t, held)
	}},
}

// send sends a part that must be taken.
func (f Fixture) send(t *testing.T, u client.Upload, n int, content string) client.Part {
	t.Helper()
	p, err := f.Store.UploadPart(t.Context(), u, n, strings.NewReader(content), int64(len(content)), client.Digests{})
	require.NoError(t, err, "part %d", n)
	assert.Equal(t, n, p.Number)
	assert.EqualValues(t, len(content), p.Size)
	assert.NotEmpty(t, p.ETag)
	return p
}

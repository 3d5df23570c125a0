package store_test

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/store"
)

// smallParts allows parts of any size.
var smallParts = store.Options{MinPartSize: -1}

func createUpload(t testing.TB, s *store.Store, key string, how store.Sealing) store.Upload {
	t.Helper()
	up, err := s.CreateUpload(t.Context(), store.UploadRequest{
		Bucket: "b", Key: key, Sealing: how, Headers: map[string]string{"Content-Type": "text/x-test"},
	})
	require.NoError(t, err)
	return up
}

func putPart(t testing.TB, s *store.Store, up store.Upload, number int, content []byte, c seal.CustomerKey) store.CompletedPart {
	t.Helper()
	p, err := s.PutPart(t.Context(), store.PartRequest{
		Bucket: up.Bucket, Key: up.Key, UploadID: up.ID, Number: number,
		Body: bytes.NewReader(content), Size: int64(len(content)), Customer: c,
	})
	require.NoError(t, err)
	return store.CompletedPart{Number: number, ETag: p.ETag}
}

func complete(t testing.TB, s *store.Store, up store.Upload, parts ...store.CompletedPart) (store.Object, error) {
	t.Helper()
	return s.CompleteUpload(t.Context(), store.CompleteRequest{Bucket: up.Bucket, Key: up.Key, UploadID: up.ID, Parts: parts})
}

// putInParts cuts content into parts of the given sizes and completes an upload of them.
func putInParts(t testing.TB, s *store.Store, key string, how store.Sealing, content []byte, sizes ...int) store.Object {
	t.Helper()
	up := createUpload(t, s, key, how)
	var list []store.CompletedPart
	for i, size := range sizes {
		list = append(list, putPart(t, s, up, i+1, content[:size], how.Customer))
		content = content[size:]
	}
	require.Empty(t, content)
	obj, err := complete(t, s, up, list...)
	require.NoError(t, err)
	return obj
}

func TestRangesCrossTheBordersOfParts(t *testing.T) {
	for name, how := range modes(t) {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			sizes := []int{65536, 1, 65535, 200_001, 0, 65537, 7}
			total := 0
			for _, n := range sizes {
				total += n
			}
			content := noise(total, 3)
			obj := putInParts(t, s, "k", how, content, sizes...)
			assert.EqualValues(t, total, obj.Size)
			assert.Equal(t, len(sizes), obj.PartCount)
			assert.Equal(t, "text/x-test", obj.Headers["Content-Type"])
			r, err := s.Open(t.Context(), store.ReadRequest{Bucket: "b", Key: "k", Customer: how.Customer})
			require.NoError(t, err)
			defer r.Close()
			assertRanges(t, r, content, 300)
			var start int64
			for i, n := range sizes {
				off, length, ok := r.PartRange(i + 1)
				assert.True(t, ok)
				assert.Equal(t, start, off)
				assert.EqualValues(t, n, length)
				start += int64(n)
			}
			_, _, ok := r.PartRange(len(sizes) + 1)
			assert.False(t, ok)
		})
	}
}

// assertRanges compares n random ranges, read both ways, with the content.
func assertRanges(t testing.TB, r *store.Reader, content []byte, n int) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, uint64(len(content))))
	for range n {
		off := rnd.Int64N(int64(len(content)) + 1)
		length := rnd.Int64N(int64(len(content)) - off + 1)
		if rnd.IntN(2) == 0 {
			length = min(length, rnd.Int64N(1000))
		}
		want := content[off : off+length]
		p := make([]byte, length)
		got, err := r.ReadAt(p, off)
		require.NoError(t, err, "ReadAt %d+%d", off, length)
		require.EqualValues(t, length, got)
		require.True(t, bytes.Equal(want, p), "ReadAt %d+%d", off, length)
		p, err = io.ReadAll(r.Range(off, length))
		require.NoError(t, err, "Range %d+%d", off, length)
		require.True(t, bytes.Equal(want, p), "Range %d+%d", off, length)
	}
}

func TestTheETagOfPartsIsTheDigestOfTheirETags(t *testing.T) {
	s := openStore(t, smallParts)
	a, b := noise(100, 1), noise(50, 2)
	obj := putInParts(t, s, "k", store.Sealing{}, append(append([]byte{}, a...), b...), 100, 50)
	da, db := md5.Sum(a), md5.Sum(b)
	all := md5.Sum(append(da[:], db[:]...))
	assert.Equal(t, hex.EncodeToString(all[:])+"-2", obj.ETag)
}

func TestPartETagsAreRandomUnderAKey(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", modes(t)["SSE-KMS"])
	first := putPart(t, s, up, 1, []byte("same"), seal.CustomerKey{})
	second := putPart(t, s, up, 2, []byte("same"), seal.CustomerKey{})
	assert.NotEqual(t, first.ETag, second.ETag)
	assert.Len(t, first.ETag, 32)
}

func TestTheChecksumOfPartsIsThatOfTheWhole(t *testing.T) {
	s := openStore(t, smallParts)
	content := noise(300_000, 9)
	parts := putInParts(t, s, "parts", store.Sealing{Mode: store.SSES3}, content, 1, 65536, 100_000, 134_463)
	whole := putObject(t, s, "whole", content, store.Sealing{})
	assert.Equal(t, whole.CRC64NVME, parts.CRC64NVME)
}

func TestAPartSentAgainReplacesTheFirst(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
	old := putPart(t, s, up, 1, []byte("old"), seal.CustomerKey{})
	fresh := putPart(t, s, up, 1, []byte("new"), seal.CustomerKey{})
	assert.Len(t, bodies(t, s), 1, "the first body is gone")
	_, err := complete(t, s, up, old)
	require.ErrorIs(t, err, store.ErrInvalidPart)
	_, err = complete(t, s, up, fresh)
	require.NoError(t, err)
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "new", string(got))
}

func TestACompletionMayLeavePartsOut(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
	_ = putPart(t, s, up, 1, []byte("one"), seal.CustomerKey{})
	two := putPart(t, s, up, 2, []byte("two"), seal.CustomerKey{})
	three := putPart(t, s, up, 9, []byte("nine"), seal.CustomerKey{})
	two.ETag = `"` + two.ETag + `"`
	_, err := complete(t, s, up, two, three)
	require.NoError(t, err)
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.Equal(t, "twonine", string(got))
	assert.Len(t, bodies(t, s), 2, "the part left out is gone")
	_, err = complete(t, s, up, two, three)
	assert.ErrorIs(t, err, store.ErrNoSuchUpload)
}

func TestACompletionThatIsWrongLeavesTheUploadOpen(t *testing.T) {
	s := openStore(t, store.Options{MinPartSize: 4})
	up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
	one := putPart(t, s, up, 1, []byte("one"), seal.CustomerKey{})
	two := putPart(t, s, up, 2, []byte("two"), seal.CustomerKey{})

	_, err := complete(t, s, up)
	require.ErrorIs(t, err, store.ErrInvalidPart)
	_, err = complete(t, s, up, two, one)
	require.ErrorIs(t, err, store.ErrInvalidPartOrder)
	_, err = complete(t, s, up, one, one)
	require.ErrorIs(t, err, store.ErrInvalidPartOrder)
	_, err = complete(t, s, up, one, store.CompletedPart{Number: 3, ETag: two.ETag})
	require.ErrorIs(t, err, store.ErrInvalidPart)
	_, err = complete(t, s, up, one, two)
	var small *store.EntityTooSmallError
	require.ErrorAs(t, err, &small)
	assert.Equal(t, store.EntityTooSmallError{PartNumber: 1, ETag: one.ETag, Size: 3, MinSizeBytes: 4}, *small)
	assert.Contains(t, small.Error(), "part 1 has 3 bytes")
	errRefused := errors.New("refused")
	_, err = s.CompleteUpload(t.Context(), store.CompleteRequest{
		Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{one},
		Verify: func([]store.Part, string) (store.Checksums, error) { return store.Checksums{}, errRefused },
	})
	require.ErrorIs(t, err, errRefused)
	putObject(t, s, "k", []byte("x"), store.Sealing{})
	_, err = s.CompleteUpload(t.Context(), store.CompleteRequest{
		Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{one}, IfNoneMatch: "*",
	})
	require.ErrorIs(t, err, store.ErrPreconditionFailed)

	page, err := s.ListParts(t.Context(), "b", "k", up.ID, 0, 10)
	require.NoError(t, err)
	assert.Len(t, page.Parts, 2, "every part is still there")
	_, err = complete(t, s, up, one)
	require.NoError(t, err)
}

func TestTheVerifierOfACompletionSeesTheParts(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{})
	one := putPart(t, s, up, 1, []byte("one"), seal.CustomerKey{})
	two := putPart(t, s, up, 2, []byte("three"), seal.CustomerKey{})
	sums := store.Checksums{Values: map[string]string{"SHA256": "x-2"}, Type: "COMPOSITE"}
	var seen []store.Part
	var crc string
	obj, err := s.CompleteUpload(t.Context(), store.CompleteRequest{
		Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{one, two},
		Verify: func(parts []store.Part, crc64nvme string) (store.Checksums, error) {
			seen, crc = parts, crc64nvme
			return sums, nil
		},
	})
	require.NoError(t, err)
	require.Len(t, seen, 2)
	assert.EqualValues(t, 5, seen[1].Size)
	assert.Equal(t, obj.CRC64NVME, crc)
	st, err := s.Stat(t.Context(), "b", "k", "")
	require.NoError(t, err)
	assert.Equal(t, sums, st.Checksums)
}

func TestPartsOfACustomerKeyNeedThatKey(t *testing.T) {
	s := openStore(t, smallParts)
	how := store.Sealing{Mode: store.SSEC, Customer: customer(t, 1)}
	up := createUpload(t, s, "k", how)
	send := func(up store.Upload, c seal.CustomerKey) error {
		_, err := s.PutPart(t.Context(), store.PartRequest{
			Bucket: "b", Key: up.Key, UploadID: up.ID, Number: 1, Body: bytes.NewReader([]byte("x")), Size: 1, Customer: c,
		})
		return err
	}
	require.ErrorIs(t, send(up, seal.CustomerKey{}), store.ErrCustomerKeyMissing)
	require.ErrorIs(t, send(up, customer(t, 2)), store.ErrWrongCustomerKey)
	plain := createUpload(t, s, "plain", store.Sealing{})
	require.ErrorIs(t, send(plain, customer(t, 1)), store.ErrCustomerKeyUnexpected)
	assert.Empty(t, bodies(t, s))

	one := putPart(t, s, up, 1, []byte("x"), how.Customer)
	req := store.CompleteRequest{Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{one}, Customer: customer(t, 2)}
	_, err := s.CompleteUpload(t.Context(), req)
	require.ErrorIs(t, err, store.ErrWrongCustomerKey)
	req.Customer = how.Customer
	_, err = s.CompleteUpload(t.Context(), req)
	require.NoError(t, err)
	got, err := load(t, s, "k", how)
	require.NoError(t, err)
	assert.Equal(t, "x", string(got))
	bare := createUpload(t, s, "bare", store.Sealing{})
	req = store.CompleteRequest{
		Bucket: "b", Key: "bare", UploadID: bare.ID, Customer: how.Customer,
		Parts: []store.CompletedPart{putPart(t, s, bare, 1, []byte("x"), seal.CustomerKey{})},
	}
	_, err = s.CompleteUpload(t.Context(), req)
	require.ErrorIs(t, err, store.ErrCustomerKeyUnexpected)
	_, err = load(t, s, "k", store.Sealing{Customer: customer(t, 2)})
	assert.ErrorIs(t, err, store.ErrWrongCustomerKey)
}

func TestPartNumbersAreOneToTenThousand(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{})
	for _, n := range []int{-1, 0, 10001} {
		_, err := s.PutPart(t.Context(), store.PartRequest{Bucket: "b", Key: "k", UploadID: up.ID, Number: n, Body: bytes.NewReader(nil)})
		assert.ErrorIs(t, err, store.ErrPartNumber, "%d", n)
	}
	last := putPart(t, s, up, 10000, []byte("z"), seal.CustomerKey{})
	first := putPart(t, s, up, 1, []byte("a"), seal.CustomerKey{})
	_, err := complete(t, s, up, first, last)
	require.NoError(t, err)
}

func TestAbortLeavesNothing(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
	for n := 1; n <= 3; n++ {
		putPart(t, s, up, n, []byte("x"), seal.CustomerKey{})
	}
	require.NoError(t, s.AbortUpload(t.Context(), "b", "k", up.ID))
	assert.Empty(t, bodies(t, s))
	require.ErrorIs(t, s.AbortUpload(t.Context(), "b", "k", up.ID), store.ErrNoSuchUpload)
	_, err := s.ListParts(t.Context(), "b", "k", up.ID, 0, 1)
	require.ErrorIs(t, err, store.ErrNoSuchUpload)
	_, err = s.Upload(t.Context(), "b", "other", up.ID)
	require.ErrorIs(t, err, store.ErrNoSuchUpload)
	_, err = s.PutPart(t.Context(), store.PartRequest{Bucket: "b", Key: "k", UploadID: up.ID, Number: 1, Body: bytes.NewReader(nil)})
	require.ErrorIs(t, err, store.ErrNoSuchUpload)
}

func TestPartsAreListedInPages(t *testing.T) {
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{})
	for _, n := range []int{300, 1, 7, 256} {
		putPart(t, s, up, n, []byte("x"), seal.CustomerKey{})
	}
	numbers := func(p store.PartPage) (out []int) {
		for _, x := range p.Parts {
			out = append(out, x.Number)
		}
		return out
	}
	page, err := s.ListParts(t.Context(), "b", "k", up.ID, 0, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 7, 256}, numbers(page))
	assert.True(t, page.Truncated)
	assert.Equal(t, up, page.Upload)
	page, err = s.ListParts(t.Context(), "b", "k", up.ID, page.Next, 3)
	require.NoError(t, err)
	assert.Equal(t, []int{300}, numbers(page))
	assert.False(t, page.Truncated)
	page, err = s.ListParts(t.Context(), "b", "k", up.ID, 0, 0)
	require.NoError(t, err)
	assert.Empty(t, page.Parts)
}

func TestUploadsAreListedByKeyAndAge(t *testing.T) {
	s := openStore(t, smallParts)
	var ids []string
	for _, key := range []string{"b/2", "a", "a", "b/1", "c"} {
		ids = append(ids, key+" "+createUpload(t, s, key, store.Sealing{}).ID)
	}
	all := func(req store.UploadsRequest) (got []string, groups []string) {
		req.Bucket = "b"
		for {
			page, err := s.ListUploads(t.Context(), req)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Uploads)+len(page.CommonPrefixes), req.Max)
			for _, u := range page.Uploads {
				got = append(got, u.Key+" "+u.ID)
			}
			groups = append(groups, page.CommonPrefixes...)
			if !page.Truncated {
				return got, groups
			}
			req.KeyMarker, req.UploadIDMarker = page.NextKeyMarker, page.NextUploadIDMarker
		}
	}
	for limit := 1; limit <= 6; limit++ {
		got, _ := all(store.UploadsRequest{Max: limit})
		require.Len(t, got, 5)
		assert.ElementsMatch(t, ids, got)
		assert.IsNonDecreasing(t, got)
		got, groups := all(store.UploadsRequest{Max: limit, Delimiter: "/"})
		assert.Len(t, got, 3)
		assert.Equal(t, []string{"b/"}, groups)
		got, groups = all(store.UploadsRequest{Max: limit, Prefix: "b/", Delimiter: "/"})
		assert.Len(t, got, 2)
		assert.Empty(t, groups)
	}
	got, _ := all(store.UploadsRequest{Max: 9, KeyMarker: "a"})
	assert.Len(t, got, 3, "a key marker alone skips all uploads of that key")
	page, err := s.ListUploads(t.Context(), store.UploadsRequest{Bucket: "b"})
	require.NoError(t, err)
	assert.Empty(t, page.Uploads)
	_, err = s.ListUploads(t.Context(), store.UploadsRequest{Bucket: "none", Max: 1})
	assert.ErrorIs(t, err, store.ErrNoSuchBucket)
}

func TestACompletedObjectGoesWithAllItsParts(t *testing.T) {
	s := openStore(t, smallParts)
	putInParts(t, s, "k", store.Sealing{Mode: store.SSES3}, noise(30, 1), 10, 10, 10)
	require.Len(t, bodies(t, s), 3)
	_, err := s.Delete(t.Context(), store.DeleteRequest{Bucket: "b", Key: "k"})
	require.NoError(t, err)
	assert.Empty(t, bodies(t, s))
}

func TestPartsCannotChangePlaces(t *testing.T) {
	for name, how := range modes(t) {
		if how.Mode == store.Plain {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			putInParts(t, s, "k", how, noise(200, 1), 100, 100)
			files := bodies(t, s)
			require.Len(t, files, 2)
			swap := files[0] + ".swap"
			require.NoError(t, os.Rename(files[0], swap))
			require.NoError(t, os.Rename(files[1], files[0]))
			require.NoError(t, os.Rename(swap, files[1]))
			_, err := load(t, s, "k", how)
			assert.ErrorIs(t, err, store.ErrCorrupt)
		})
	}
}

func TestAnUploadOfManyPartsIsOneObject(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of files")
	}
	s := openStore(t, smallParts)
	up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
	var list []store.CompletedPart
	var content []byte
	for n := 1; n <= 2000; n++ {
		p := fmt.Appendf(nil, "part %d;", n)
		content = append(content, p...)
		list = append(list, putPart(t, s, up, n*5, p, seal.CustomerKey{}))
	}
	_, err := complete(t, s, up, list...)
	require.NoError(t, err)
	got, err := load(t, s, "k", store.Sealing{})
	require.NoError(t, err)
	assert.True(t, bytes.Equal(content, got))
}

func TestACompletionThatWasOvertakenMakesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(t *testing.T, s *store.Store, up store.Upload)
		want      error
	}{
		"part sent again": {func(t *testing.T, s *store.Store, up store.Upload) {
			putPart(t, s, up, 1, []byte("new"), seal.CustomerKey{})
		}, store.ErrInvalidPart},
		"aborted": {func(t *testing.T, s *store.Store, up store.Upload) {
			require.NoError(t, s.AbortUpload(t.Context(), up.Bucket, up.Key, up.ID))
		}, store.ErrNoSuchUpload},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, smallParts)
			up := createUpload(t, s, "k", store.Sealing{Mode: store.SSES3})
			one := putPart(t, s, up, 1, []byte("old"), seal.CustomerKey{})
			_, err := s.CompleteUpload(t.Context(), store.CompleteRequest{
				Bucket: "b", Key: "k", UploadID: up.ID, Parts: []store.CompletedPart{one},
				Verify: func([]store.Part, string) (store.Checksums, error) {
					c.meanwhile(t, s, up)
					return store.Checksums{}, nil
				},
			})
			require.ErrorIs(t, err, c.want)
			_, err = s.Stat(t.Context(), "b", "k", "")
			assert.ErrorIs(t, err, store.ErrNoSuchKey)
		})
	}
}

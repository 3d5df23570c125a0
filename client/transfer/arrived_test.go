package transfer

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the ETag of S3
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// partedStore tells in which parts an object was uploaded.
type partedStore struct {
	*memstore.Store
	tell func(exact bool) ([]int64, error)
}

func (s *partedStore) PartSizes(_ context.Context, _ client.Location, _ client.ReadOptions, exact bool) ([]int64, error) {
	return s.tell(exact)
}

// arrive compares data that arrived of an object as head describes it.
func arrive(t *testing.T, s client.Store, data []byte, head client.Object) (comparison, error) {
	t.Helper()
	head.Size = int64(len(data))
	return (&arrival{store: s, job: Job{Op: Download, From: ObjectAt("", remote, "")}, head: head, file: bytes.NewReader(data)}).compareFile(t)
}

// compareFile compares a file that lies there, as one that arrived.
func (a *arrival) compareFile(t *testing.T) (comparison, error) {
	if err := a.readBack(t.Context()); err != nil {
		return comparison{}, err
	}
	return a.compare(t.Context())
}

var clear0 = client.Reported{Told: true, Type: client.TypeNone}

func TestACompositeChecksumIsComparedOnlyWithThePartsTheServerTells(t *testing.T) {
	data := randomBytes(30)
	composite, err := compositeOf(t.Context(), bytes.NewReader(data), []int64{10, 15, 5}, "SHA256")
	require.NoError(t, err)
	sum := client.Checksum{Algorithm: "SHA256", Value: base64.StdEncoding.EncodeToString(composite) + "-3", Composite: true}
	head := client.Object{Checksums: []client.Checksum{sum}}
	for name, c := range map[string]struct {
		guess, exact []int64
		err          error
		want         Content
		kind         client.Kind
	}{
		"at once":               {[]int64{10, 15, 5}, nil, nil, ContentChecksum, 0},
		"when asked one by one": {[]int64{10, 10, 10}, []int64{10, 15, 5}, nil, ContentChecksum, 0},
		"other bytes":           {[]int64{10, 10, 10}, []int64{10, 10, 10}, nil, ContentNone, client.KindCorrupt},
		"not told":              {nil, nil, nil, ContentSize, 0},
		"not exactly":           {[]int64{10, 10, 10}, nil, nil, ContentSize, 0},
		"another number":        {[]int64{30}, nil, nil, ContentSize, 0},
		"another size":          {[]int64{10, 10, 11}, nil, nil, ContentSize, 0},
		"denied":                {nil, nil, errors.New("denied"), ContentSize, 0},
	} {
		s := &partedStore{memstore.New(memstore.Options{}), func(exact bool) ([]int64, error) {
			if exact {
				return c.exact, c.err
			}
			return c.guess, c.err
		}}
		got, err := arrive(t, s, data, head)
		assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%s: %v", name, err)
		assert.Equal(t, c.want, got.content, "%s: %s", name, got.how.String())
	}
	got, err := arrive(t, memstore.New(memstore.Options{}), data, head)
	require.NoError(t, err)
	assert.Equal(t, ContentSize, got.content, "a store that knows no parts")
	assert.Contains(t, got.how.String(), "composite (SHA256)")
}

func TestChecksumsThatCannotBeComputedOrReadLeaveTheOthers(t *testing.T) {
	data := []byte("hello")
	sum := md5.Sum(data) //nolint:gosec // the ETag of S3
	for _, c := range []client.Checksum{
		{Algorithm: "XXHASH3", Value: "AAAA"},
		{Algorithm: "XXHASH3", Value: "AAAA-2", Composite: true},
		{Algorithm: "SHA256", Value: "not base64-2", Composite: true},
	} {
		head := client.Object{Checksums: []client.Checksum{c}, ETag: hex.EncodeToString(sum[:]), Encryption: clear0}
		got, err := arrive(t, memstore.New(memstore.Options{}), data, head)
		require.NoError(t, err)
		assert.Equal(t, ContentMD5, got.content, "%v: %s", c, got.how.String())
	}
}

func TestAnETagOfPartsThatIsAnotherCountsNotAgainst(t *testing.T) {
	data := []byte("hello")
	s := &partedStore{memstore.New(memstore.Options{}), func(bool) ([]int64, error) { return []int64{5}, nil }}
	got, err := arrive(t, s, data, client.Object{ETag: "00000000000000000000000000000000-1", Encryption: clear0})
	require.NoError(t, err)
	assert.Equal(t, ContentSize, got.content)
}

func TestANoteThatAgreesIsBelievedBeforeAnETagThatMayBeAnything(t *testing.T) {
	data := []byte("hello")
	r, err := readSums(t.Context(), bytes.NewReader(data), client.CRC64NVME)
	require.NoError(t, err)
	got, err := arrive(t, memstore.New(memstore.Options{}), data, client.Object{
		ETag: "00000000000000000000000000000000", Encryption: clear0, Metadata: map[string]string{client.MetaChecksum: r.value(client.CRC64NVME)},
	})
	require.NoError(t, err)
	assert.Equal(t, ContentChecksum, got.content)
	assert.NotContains(t, got.how.String(), "stale")
}

// failingAt reads n times and then no more.
type failingAt struct {
	*bytes.Reader
	left int
}

func (f *failingAt) ReadAt(p []byte, at int64) (int, error) {
	if f.left--; f.left < 0 {
		return 0, iotest.ErrTimeout
	}
	return f.Reader.ReadAt(p, at)
}

func TestAFileThatCannotBeReadBackIsAMatterOfThisMachine(t *testing.T) {
	data := []byte("hello")
	heads := map[string]client.Object{
		"parts": {Checksums: []client.Checksum{{Algorithm: "SHA256", Value: "AAAA-1", Composite: true}}},
		"ETag":  {ETag: "00000000000000000000000000000000", Encryption: clear0, Metadata: map[string]string{client.MetaChecksum: "x"}},
	}
	for name, head := range heads {
		for reads := range 2 { // at once, or when it is read again
			head.Size = 5
			s := &partedStore{memstore.New(memstore.Options{}), func(bool) ([]int64, error) { return []int64{5}, nil }}
			a := &arrival{store: s, job: Job{Op: Download, From: ObjectAt("", remote, "")}, head: head, file: &failingAt{bytes.NewReader(data), reads}}
			_, err := a.compareFile(t)
			assert.Equal(t, client.KindLocal.String(), client.KindOf(err).String(), "%s, %d: %v", name, reads, err)
		}
	}
}

func TestAComparisonEndsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errCancelled)
	s := &partedStore{memstore.New(memstore.Options{}), func(bool) ([]int64, error) { return []int64{5}, nil }}
	a := &arrival{store: s, job: Job{Op: Download, From: ObjectAt("", remote, "")}, file: bytes.NewReader([]byte("hello"))}
	require.ErrorIs(t, a.readBack(ctx), errCancelled)
	_, _, err := a.composite(ctx, "SHA256", nil, 1)
	require.ErrorIs(t, err, errCancelled)
}

func TestWhatSomebodyKnowsBetterIsTakenWhenItIsAskedForAgain(t *testing.T) {
	w := newBench(t)
	stale, data := w.object(10, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{client.MetaChecksum: "AAAAAAAAAAA="}})
	stale.ID = "stale"
	row := w.run(stale)[0]
	assert.Equal(t, client.KindStaleChecksum.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.True(t, row.Acceptable())
	assert.Empty(t, files(t, stale.To.Root))
	w.engine.Accept()
	w.engine.Accept(w.at("nobody")...)
	row, _ = w.engine.Row("stale")
	assert.Equal(t, Failed, row.Phase, "nothing is accepted in passing")
	w.engine.Accept(w.at("stale")...)
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ = w.engine.Row("stale")
	require.NoError(t, row.Err)
	assert.Equal(t, ContentSize, row.Receipt.Content)
	assert.False(t, row.Acceptable())
	got, err := os.ReadFile(stale.path())
	require.NoError(t, err)
	assert.Equal(t, data, got)
	w.engine.Accept(w.at("stale")...)
	row, _ = w.engine.Row("stale")
	assert.Equal(t, Done, row.Phase, "what is done is left alone")
}

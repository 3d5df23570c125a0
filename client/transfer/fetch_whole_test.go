package transfer

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// sizes lets HEAD and GET tell sizes of their own; -2 is the truth.
func sizes(head, get int64) func(memstore.Call, *client.Object) error {
	return func(c memstore.Call, o *client.Object) error {
		said := map[memstore.Op]int64{memstore.HeadObject: head, memstore.GetObject: get}[c.Op]
		if said != truth {
			o.Size = said
		}
		return nil
	}
}

const (
	truth  = -2
	untold = client.NotTold
)

// toldSizes are the sizes of an object of 1000 bytes as the listing, HEAD and GET tell
// them, and what becomes of it where one GET asks for all, and where HEAD does first;
// kind 0 is a whole file of 1000 bytes.
var toldSizes = map[string]struct {
	listed, head, get int64
	byGet, byHead     client.Kind
}{
	"all the truth":                      {1000, truth, truth, 0, 0},
	"HEAD tells none":                    {1000, untold, truth, 0, 0},
	"HEAD and GET tell none":             {1000, untold, untold, 0, 0},
	"nobody tells":                       {untold, untold, untold, 0, 0},
	"HEAD says 0":                        {1000, 0, truth, 0, 0},
	"HEAD says 0, and GET tells none":    {1000, 0, untold, 0, 0},
	"GET tells none":                     {1000, truth, untold, 0, 0},
	"the list told none":                 {untold, truth, truth, 0, 0},
	"the list says 0":                    {0, truth, truth, 0, 0},
	"listed smaller, HEAD and GET agree": {7, truth, truth, 0, 0},
	"listed larger":                      {1001, truth, truth, client.KindContradiction, client.KindContradiction},
	"listed larger, and HEAD tells none": {1001, untold, truth, client.KindContradiction, client.KindContradiction},
	"HEAD and GET say 0":                 {1000, 0, 0, client.KindCorrupt, client.KindCorrupt},
	"HEAD says less than GET":            {untold, 999, truth, client.KindContradiction, client.KindContradiction},
	"HEAD says less than the list":       {1000, 999, truth, 0, client.KindContradiction},
	"HEAD says more than GET":            {1000, 1001, truth, 0, client.KindContradiction},
	"HEAD says more, GET tells none":     {1000, 1001, untold, client.KindContradiction, client.KindContradiction},
	"HEAD says less, GET tells none":     {untold, 999, untold, client.KindCorrupt, client.KindCorrupt},
	"GET says more than it sends":        {1000, untold, 1001, client.KindContradiction, client.KindNetwork},
	"GET says less than it sends":        {1000, untold, 999, client.KindContradiction, client.KindCorrupt},
	"both say less than is sent":         {0, 999, 999, client.KindCorrupt, client.KindCorrupt},
}

func TestADownloadIsNeverShorterThanAnybodySaid(t *testing.T) {
	for name, c := range toldSizes {
		for asked, kind := range map[memstore.Op]client.Kind{memstore.GetObject: c.byGet, memstore.HeadObject: c.byHead} {
			t.Run(name+", by "+string(asked), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newBench(t)
					w.store.After(sizes(c.head, c.get))
					job, data := w.object(1000, client.PutOptions{})
					job.Expect.Size, job.Expect.Modified = c.listed, modified
					left := []string{}
					if asked == memstore.HeadObject { // which an older file calls for
						job.Overwrite = OverwriteNewer
						left = append(left, job.path())
						require.NoError(t, os.MkdirAll(filepath.Dir(job.path()), 0o700))
						require.NoError(t, os.WriteFile(job.path(), []byte("older"), 0o600))
						require.NoError(t, os.Chtimes(job.path(), modified.Add(-time.Hour), modified.Add(-time.Hour)))
					}
					row := w.run(job)[0]
					if c.listed >= 0 {
						assert.Equal(t, asked, w.store.Asked()[0])
					}
					if kind != 0 {
						assert.Equal(t, kind.String(), client.KindOf(row.Err).String(), "%v", row.Err)
						assert.ElementsMatch(t, left, files(t, job.To.Root), "nothing else is left")
						assert.Empty(t, w.receipts)
						return
					}
					require.NoError(t, row.Err)
					got, err := os.ReadFile(job.path())
					require.NoError(t, err)
					assert.True(t, bytes.Equal(data, got))
					assert.EqualValues(t, 1000, row.Receipt.Size)
				})
			})
		}
	}
}

func TestAnObjectWrittenSinceItWasListedMayBeShorter(t *testing.T) {
	w := newBench(t)
	job, _ := w.object(1000, client.PutOptions{})
	job.Expect.Size, job.Expect.Modified = 2000, modified.Add(-time.Hour)
	require.NoError(t, w.run(job)[0].Err)
}

func TestAServerWithoutRangesGivesObjectsWhole(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.Server{Checksums: true, WholeObjects: true})
	for range 2 {
		job, data := w.object(3*minPartSize+17, client.PutOptions{})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, job.Expect.Size, row.Sent, "no byte is counted twice")
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got), "and nothing of the ranges is mixed in")
	}
	whole := 0
	for i, o := range w.store.Calls(memstore.GetObject) {
		if o.Read.Length == 0 {
			whole++
		}
		if whole == 2 {
			assert.Equal(t, len(w.store.Calls(memstore.GetObject))-1, i)
		}
	}
	assert.Equal(t, 2, whole)
	assert.Less(t, len(w.store.Calls(memstore.GetObject)), 7, "learned once: the second object is asked for whole at once")
}

func TestAWholeObjectThatBreaksOffIsReadAgainFromItsStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.store.Become(storetest.Server{Checksums: true, WholeObjects: true})
		w.engine.rangeless.Store(true)
		w.store.Send(func(call memstore.Call, data []byte) io.Reader {
			if call.Nth < 3 {
				return io.MultiReader(bytes.NewReader(data[:len(data)/call.Nth]), iotest.ErrReader(io.ErrUnexpectedEOF))
			}
			return bytes.NewReader(data)
		})
		job, data := w.object(100_000, client.PutOptions{})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.EqualValues(t, 100_000, row.Sent)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
	})
}

func TestAWholeObjectThatNeverComesIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.engine.rangeless.Store(true)
		w.store.Send(func(memstore.Call, []byte) io.Reader { return iotest.ErrReader(io.ErrUnexpectedEOF) })
		job, _ := w.object(1000, client.PutOptions{})
		row := w.run(job)[0]
		assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String())
		assert.Equal(t, fetchTries, w.store.Count(memstore.GetObject))
		assert.Empty(t, files(t, job.To.Root))
	})
}

func TestAnEndNobodyAnnouncedIsBelievedWhereHeadSaidTheSize(t *testing.T) {
	ends := iotest.ErrReader(&client.Error{Op: "GetObject", Kind: client.KindContradiction, Err: client.ErrNoEnd})
	for name, c := range map[string]struct {
		head int64
		send int
		kind client.Kind
	}{
		"whole by HEAD":    {truth, 1000, 0},
		"short of HEAD":    {truth, 999, client.KindContradiction},
		"HEAD tells none":  {untold, 1000, client.KindContradiction},
		"and HEAD says 0":  {0, 1000, client.KindContradiction},
		"more than HEAD's": {truth, 1001, client.KindCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			w := newBench(t)
			w.store.After(sizes(c.head, untold))
			w.store.Send(func(call memstore.Call, data []byte) io.Reader {
				return io.MultiReader(bytes.NewReader(append(bytes.Clone(data), 'x')[:c.send]), ends)
			})
			job, _ := w.object(1000, client.PutOptions{})
			err := w.run(job)[0].Err
			if c.kind == 0 {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, c.kind.String(), client.KindOf(err).String(), "%v", err)
			assert.Empty(t, files(t, job.To.Root))
		})
	}
}

func TestAWebPageInTheObjectsPlaceIsNotSaved(t *testing.T) {
	w := newBench(t)
	w.store.After(func(c memstore.Call, o *client.Object) error {
		o.ContentType = map[memstore.Op]string{memstore.HeadObject: "application/pdf", memstore.GetObject: "text/html; charset=utf-8"}[c.Op]
		return nil
	})
	job, _ := w.object(1000, client.PutOptions{})
	err := w.run(job)[0].Err
	assert.Equal(t, client.KindNotS3.String(), client.KindOf(err).String(), "%v", err)
	assert.ErrorContains(t, err, "application/pdf")
	assert.Empty(t, files(t, job.To.Root))
}

func TestETagsThatDifferInTheirCaseAloneNameTheSameObject(t *testing.T) {
	w := newBench(t)
	w.store.After(func(c memstore.Call, o *client.Object) error {
		if c.Op == memstore.GetObject {
			o.ETag = strings.ToUpper(o.ETag)
		}
		return nil
	})
	job, _ := w.object(1000, client.PutOptions{})
	require.NoError(t, w.run(job)[0].Err)
}

func TestAnObjectWhoseAgeNobodyTellsReplacesNoFileThatMayBeNewer(t *testing.T) {
	w := newBench(t)
	w.store.After(func(_ memstore.Call, o *client.Object) error { o.Modified = time.Time{}; return nil })
	job, _ := w.object(10, client.PutOptions{})
	job.Overwrite = OverwriteNewer
	require.NoError(t, os.MkdirAll(filepath.Dir(job.path()), 0o700))
	require.NoError(t, os.WriteFile(job.path(), []byte("mine"), 0o600))
	row := w.run(job)[0]
	assert.Equal(t, Skipped, row.Phase)
	assert.ErrorContains(t, row.Err, "does not say how old")
	got, err := os.ReadFile(job.path())
	require.NoError(t, err)
	assert.Equal(t, "mine", string(got))
}

func TestNothingOfALongerTryStaysBehindAShorterOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.store.After(sizes(untold, untold))
		w.store.Send(func(call memstore.Call, data []byte) io.Reader {
			if call.Nth == 1 {
				return io.MultiReader(bytes.NewReader(make([]byte, 2000)), iotest.ErrReader(io.ErrUnexpectedEOF))
			}
			return bytes.NewReader(data)
		})
		job, data := w.object(1000, client.PutOptions{})
		require.NoError(t, w.run(job)[0].Err)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
	})
}

func TestWhatNobodyToldTheSizeOfIsNotSaidToBeOfTheRightSize(t *testing.T) {
	for name, c := range map[string]struct {
		listed, head, get int64
		want              Content
		how               string
	}{
		"nobody tells":            {untold, untold, untold, ContentNone, "unverified: the server tells neither its size nor a checksum"},
		"not listed, HEAD says 0": {0, 0, untold, ContentNone, "unverified: the server tells neither its size nor a checksum"},
		"GET tells":               {untold, untold, truth, ContentSize, "unverified: the server keeps no checksum of it; only its size was compared"},
		"the list tells":          {1000, untold, untold, ContentSize, "unverified: the server keeps no checksum of it; only its size was compared"},
	} {
		w := newBench(t)
		w.store.After(sizes(c.head, c.get))
		job, _ := w.object(1000, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}) // whose ETag says nothing
		job.Expect.Size = c.listed
		row := w.run(job)[0]
		require.NoError(t, row.Err, name)
		assert.Equal(t, c.want, row.Receipt.Content, name)
		assert.Contains(t, row.Receipt.Compared.String(), c.how, name)
		assert.EqualValues(t, 1000, row.Receipt.Size, name)
	}
}

package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

var remote = client.Location{Bucket: "reports", Key: "a/b.csv"}

// bench is an engine, its store, and the receipts it handed out.
type workbench struct {
	*testing.T
	store    *memstore.Store
	engine   *Engine
	mu       sync.Mutex
	receipts []Receipt
	keys     map[string]client.CustomerKey // that can be fetched
}

func newBench(t *testing.T, change ...func(*Config)) *workbench {
	w := &workbench{T: t, store: newStore(), keys: map[string]client.CustomerKey{}}
	c := Config{Store: w.store, Account: client.AccountRef{ID: "id of " + "ward", Name: "ward"}, PartSize: minPartSize, Journal: &Memory{Keep: func(r Receipt) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.receipts = append(w.receipts, r)
		return nil
	}}}
	c.CustomerKey = func(_ context.Context, md5 string) (client.CustomerKey, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if key, ok := w.keys[md5]; ok {
			return key, nil
		}
		return client.CustomerKey{}, errors.New("the keyring does not have it")
	}
	for _, f := range change {
		f(&c)
	}
	var err error
	w.engine, err = New(c)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, w.engine.Close(context.Background())) })
	return w
}

// knows lets the SSE-C key of an encryption be fetched, and names it; "" where
// there is none.
func (w *workbench) knows(e client.Encryption) (md5 string) {
	key := customerKey(e)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !key.IsZero() {
		w.keys[key.MD5()] = key
	}
	return key.MD5()
}

// run submits jobs and waits for what becomes of them.
func (w *workbench) run(jobs ...Job) []Row {
	w.Helper()
	submitted, err := w.engine.Submit(slices.Values(jobs))
	require.NoError(w, err)
	require.Equal(w, len(jobs), submitted.N)
	require.NoError(w, w.engine.Wait(w.Context()))
	return w.engine.AppendRows(nil, submitted.First, submitted.N)
}

func (w *workbench) at(ids ...string) []Range { return at(w.engine, ids...) }

// at are the rows of jobs, one behind the last for those that there are none of.
func at(e *Engine, ids ...string) (rows []Range) {
	for _, id := range ids {
		r, ok := e.Row(id)
		if !ok {
			r.Nth = math.MaxInt32
		}
		rows = append(rows, Range{r.Nth, 1})
	}
	return rows
}

// file is a file of random bytes and the job that uploads it.
func (w *workbench) file(size int64, e client.Encryption) (Job, []byte) {
	w.Helper()
	data := randomBytes(size)
	path := filepath.Join(w.TempDir(), "b.csv")
	require.NoError(w, os.WriteFile(path, data, 0o600))
	stat, err := os.Stat(path)
	require.NoError(w, err)
	treatment := client.TreatmentOf(e)
	treatment.RuleID, treatment.Rule, treatment.Because = "r2", 2, client.Say("rule %d: %s", 2, "all reports")
	w.knows(e)
	return Job{
		Op: Upload, From: ReadFrom(path), To: ObjectAt("ward", remote, ""), Expect: Expect{Size: size, Modified: stat.ModTime()}, Overwrite: OverwriteAlways,
		Treatment: treatment, ContentType: "text/csv",
	}, data
}

func randomBytes(n int64) []byte {
	data := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(data) // never fails
	return data
}

func TestUploadIsDoneOnlyWhenProved(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		for _, size := range []int64{0, 1, 1000, minPartSize, minPartSize + 1, 3*minPartSize + 17} {
			w := newBench(t)
			if keeps {
				w.store.Become(storetest.AWS)
			}
			job, data := w.file(size, client.SSEKMS{Key: keyID})
			row := w.run(job)[0]
			require.NoError(t, row.Err)
			assert.Equal(t, Done, row.Phase)
			assert.Equal(t, size, row.Sent)
			assert.Equal(t, 1, row.Attempts)
			assert.False(t, row.Ended.Before(row.Started))

			assert.True(t, bytes.Equal(data, w.store.Content(remote)))
			stored := w.there(remote)
			sum := checksumOf(crc64nvme.Checksum(data))
			assert.Equal(t, sum.Value, stored.Metadata[client.MetaChecksum])
			for _, c := range w.store.Calls(memstore.PutObject, memstore.CreateMultipartUpload) {
				assert.Equal(t, sum, c.Put.Checksum)
			}
			assert.Equal(t, "text/csv", stored.ContentType)

			require.Len(t, w.receipts, 1)
			r := w.receipts[0]
			assert.Equal(t, r, *row.Receipt)
			assert.Equal(t, Verified, r.Verdict)
			assert.Equal(t, sum, r.Checksum)
			assert.Equal(t, keyID, r.Reported.Key)
			assert.Equal(t, "ward", r.Account)
			assert.Equal(t, 2, r.Treatment.Rule)
			assert.NotEmpty(t, r.RequestID)
			if size <= minPartSize {
				assert.Zero(t, w.store.Count(memstore.CreateMultipartUpload))
			} else {
				assert.Equal(t, int((size+minPartSize-1)/minPartSize), w.store.Count(memstore.UploadPart))
			}
			assert.Empty(t, w.store.Open(remote.Bucket))
		}
	}
}

func TestUploadDoesNotTouchThePlannedMetadata(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	job.Metadata = map[string]string{"ward": "7"}
	assert.Equal(t, Done, w.run(job)[0].Phase)
	assert.Equal(t, map[string]string{"ward": "7"}, job.Metadata)
	assert.Equal(t, "7", w.there(remote).Metadata["ward"])
	assert.Equal(t, client.FormatModified(job.Expect.Modified), w.there(remote).Metadata[client.MetaModified], "the date of the file goes with it")

	job.Metadata[client.MetaModified] = "1"
	require.NoError(t, w.run(job)[0].Err)
	assert.Equal(t, "1", w.there(remote).Metadata[client.MetaModified], "unless the user says another")
}

// Each way in which a server can lie about encryption, and what people read.
func TestUploadFailsWhenTheEncryptionIsNotAsAsked(t *testing.T) {
	const without = "the server stored the file without encryption"
	mine := sseC(t, "m")
	for _, c := range []struct {
		name    string
		asked   client.Encryption
		report  func(memstore.Call, *client.Object) error
		verdict Verdict
		text    string
	}{
		{"dropped", client.SSES3{}, says("all", told(client.TypeNone, "")), NotEncrypted, without},
		{"dropped in the answer", client.SSEKMS{Key: keyID}, says("answer", told(client.TypeNone, "")), NotEncrypted, without},
		{"dropped at HEAD", client.SSEKMS{Key: keyID}, says(memstore.HeadObject, told(client.TypeNone, "")), NotEncrypted, without},
		{"another key", client.SSEKMS{Key: keyID}, says("all", told(client.TypeSSEKMS, otherID)), OtherKey, "encrypted with another key"},
		{"another key in the answer", client.SSEKMS{Key: keyID}, says("answer", told(client.TypeSSEKMS, otherID)), OtherKey, "encrypted with another key"},
		{"another type", client.SSEKMS{Key: keyID}, says("all", told(client.TypeSSES3, "")), OtherKey, "in another way than asked"},
		{"key unnamed", client.SSEKMS{Key: keyID}, says("all", told(client.TypeSSEKMS, "")), KeyNotReported, "the server does not say with which key"},
		{"untold", client.SSEKMS{Key: keyID}, says("all", client.Reported{}), KeyNotReported, "the server does not say how the file is encrypted"},
		{"SSE-C unnamed", mine, says("all", told(client.TypeSSEC, "")), KeyNotReported, "the server does not say with which key"},
	} {
		for _, size := range []int64{100, minPartSize + 100} {
			w := newBench(t)
			w.store.After(c.report)
			job, data := w.file(size, c.asked)
			row := w.run(job)[0]
			assert.Equal(t, Failed, row.Phase, c.name)
			assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), c.name)
			assert.ErrorContains(t, row.Err, c.text, c.name)
			require.Len(t, w.receipts, 1, "a bad verdict is evidence too: "+c.name)
			assert.Equal(t, c.verdict, w.receipts[0].Verdict, c.name)
			assert.NotEqual(t, Verified, Judge(client.TreatmentOf(c.asked), w.receipts[0].Reported, client.Key{}).Verdict, "the receipt shows the report that decided: "+c.name)
			assert.Equal(t, data, w.store.Content(remote), "what becomes of the object is the user's to say")
			assert.Zero(t, w.store.Count(memstore.AbortMultipartUpload))

			lenient := newBench(t, func(c *Config) { c.AllowUnverified = true })
			lenient.store.After(c.report)
			job, _ = lenient.file(size, c.asked)
			row = lenient.run(job)[0]
			assert.Equal(t, Done, row.Phase, c.name)
			assert.Equal(t, c.verdict, row.Receipt.Verdict, "the verdict stays what it is: "+c.name)
		}
	}
}

func TestUploadUnderTheBucketDefaultClaimsNothing(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.Inherit{})
	row := w.run(job)[0]
	assert.Equal(t, Done, row.Phase)
	assert.Equal(t, NothingAsked, row.Receipt.Verdict)
}

func TestUploadThatNobodyDecidedIsRefusedBeforeAByteLeaves(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, nil)
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, client.KindRefused, client.KindOf(row.Err))
	require.ErrorIs(t, row.Err, client.ErrUndecided)
	assert.Empty(t, w.store.Calls())
}

func TestUploadUnderAnAliasAsksKMSWhatItMeans(t *testing.T) {
	for _, c := range []struct {
		name     string
		describe Describer
		want     Verdict
	}{
		{"it is the key", func(_ context.Context, id client.KeyID) (client.Key, error) {
			assert.Equal(t, alias, id)
			return client.Key{ARN: keyARN}, nil
		}, Verified},
		{"it is another", func(context.Context, client.KeyID) (client.Key, error) {
			return client.Key{ARN: otherID}, nil
		}, OtherKey},
		{"KMS says no", func(context.Context, client.KeyID) (client.Key, error) {
			return client.Key{}, &client.Error{Kind: client.KindDenied}
		}, KeyNotReported},
		{"there is no KMS", nil, KeyNotReported},
	} {
		w := newBench(t, func(conf *Config) { conf.DescribeKey = c.describe })
		w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
		job, _ := w.file(10, client.SSEKMS{Key: alias})
		assert.Equal(t, c.want, w.run(job)[0].Receipt.Verdict, c.name)
	}
}

func TestUploadWithACustomerKeyShowsItToHead(t *testing.T) {
	w := newBench(t)
	e := sseC(t, "k")
	job, _ := w.file(minPartSize+1, e)
	job.Overwrite = OverwriteSkip
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
	require.Len(t, w.store.Calls(memstore.HeadObject), 2)
	assert.Equal(t, e.Key.MD5(), w.store.Calls(memstore.HeadObject)[0].Read.Key.MD5())
	assert.Equal(t, e.Key.MD5(), w.store.Calls(memstore.HeadObject)[1].Read.Key.MD5())
}

func TestUploadSkipsWhatIsThere(t *testing.T) {
	for _, c := range []struct {
		name  string
		how   Overwrite
		mtime time.Time
		there bool
		want  Phase
	}{
		{"skip, there", OverwriteSkip, modified, true, Skipped},
		{"skip, not there", OverwriteSkip, modified, false, Done},
		{"unsaid is skip", "", modified, true, Skipped},
		{"newer, file is newer", OverwriteNewer, modified.Add(time.Second), true, Done},
		{"newer, the same age", OverwriteNewer, modified, true, Skipped},
		{"newer, not there", OverwriteNewer, modified, false, Done},
		{"always", OverwriteAlways, modified, true, Done},
	} {
		w := newBench(t)
		job, data := w.file(10, client.SSES3{})
		if c.there {
			w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
		}
		require.NoError(t, os.Chtimes(job.From.Path, c.mtime, c.mtime))
		job.Expect.Modified, job.Overwrite = c.mtime, c.how
		row := w.run(job)[0]
		assert.Equal(t, c.want, row.Phase, c.name)
		if c.want == Skipped {
			require.ErrorContains(t, row.Err, "is there already", c.name)
			assert.Equal(t, client.KindExists, client.KindOf(row.Err), c.name)
			assert.Equal(t, c.how != OverwriteNewer, errors.Is(row.Err, ErrOtherContents), "the file is not there: "+c.name)
			assert.Equal(t, "old", string(w.store.Content(remote)), c.name)
			assert.Nil(t, row.Receipt, "of other contents there is nothing to say about this file")
			continue
		}
		assert.Equal(t, data, w.store.Content(remote), c.name)
	}
}

func TestUploadSaysWhatIsThereUnderAnotherKey(t *testing.T) {
	for _, c := range []struct {
		name         string
		there, asked client.Encryption
		newer        client.Kind // what OverwriteNewer fails with, KindUnknown for not at all
	}{
		{"SSE-C is there, and SSE-S3 asked", sseC(t, "x"), client.SSES3{}, client.KindNeedsKey},
		{"another SSE-C key", sseC(t, "x"), sseC(t, "y"), client.KindWrongKey},
		{"SSE-S3 is there, and SSE-C asked", client.SSES3{}, sseC(t, "y"), client.KindUnknown},
	} {
		w := newBench(t)
		w.add(remote, []byte("old"), client.PutOptions{Encryption: c.there})
		job, _ := w.file(10, c.asked)
		job.Overwrite = OverwriteSkip
		row := w.run(job)[0]
		assert.Equal(t, Failed, row.Phase, c.name)
		assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err), c.name)
		require.ErrorContains(t, row.Err, "what is there already", c.name)
		assert.Equal(t, "old", string(w.store.Content(remote)), c.name)
		job.Overwrite = OverwriteNewer
		row = w.run(job)[0]
		assert.Equal(t, c.newer, client.KindOf(row.Err), c.name)
		if c.newer == client.KindUnknown {
			assert.Equal(t, Done, row.Phase, "the file is newer than the object")
		} else {
			assert.Equal(t, Failed, row.Phase)
		}
	}
}

func TestUploadThatMayNotOverwriteSkipsWhatAnotherWroteMeanwhile(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	job.Overwrite = OverwriteSkip
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.PutObject {
			w.add(remote, []byte("theirs"), client.PutOptions{Encryption: client.SSES3{}})
		}
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, Skipped, row.Phase)
	require.ErrorIs(t, row.Err, ErrOtherContents)
	assert.Equal(t, "theirs", string(w.store.Content(remote)))
}

func TestUploadFailsWhenLookingFails(t *testing.T) {
	denied := &client.Error{Op: "HeadObject", Kind: client.KindDenied}
	heads := func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.HeadObject {
			return denied
		}
		return nil
	}
	w := newBench(t)
	w.store.Before(heads)
	job, _ := w.file(10, client.SSES3{})
	job.Overwrite = OverwriteSkip
	row := w.run(job)[0]
	assert.Equal(t, client.KindDenied, client.KindOf(row.Err))
	assert.Zero(t, w.store.Count(memstore.PutObject), "nothing is sent on a guess")

	job.Overwrite = OverwriteAlways // the look after the upload is denied then
	row = w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	require.ErrorContains(t, row.Err, "the file is stored")
	assert.Equal(t, client.KindNotYetVerified, client.KindOf(row.Err))
	assert.Equal(t, NotYetVerified, row.Receipt.Verdict, "that it is stored is kept, and that nothing was compared")

	lenient := newBench(t, func(c *Config) { c.AllowUnverified = true })
	lenient.store.Before(heads)
	job, _ = lenient.file(10, client.SSEKMS{Key: keyID})
	row = lenient.run(job)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, NotYetVerified, row.Receipt.Verdict, "HEAD is needed for more")
}

func TestUploadFailsWhenTheServerHoldsSomethingElse(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	w.store.After(func(c memstore.Call, o *client.Object) error {
		if c.Op == memstore.HeadObject {
			o.Checksums = []client.Checksum{checksumOf(7)}
		}
		return nil
	})
	job, _ := w.file(10, client.SSES3{})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, client.KindCorrupt, client.KindOf(row.Err))
	assert.Empty(t, w.receipts)
}

func TestUploadSentTwiceByTheStoreIsCountedOnce(t *testing.T) {
	w := newBench(t)
	w.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Body == nil {
			return nil
		}
		if _, err := io.CopyN(io.Discard, c.Body, c.Size/2); err != nil {
			return err
		}
		if n, err := c.Body.Seek(0, io.SeekEnd); n != c.Size || err != nil { // how a length is found out
			return errors.New("wrong length")
		}
		return nil
	})
	for _, size := range []int64{1000, 2*minPartSize + 1} {
		job, data := w.file(size, client.SSES3{})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, size, row.Sent)
		assert.Equal(t, data, w.store.Content(remote))
	}
}

func TestUploadRefusesAFileThatIsNotAsPlanned(t *testing.T) {
	w := newBench(t)
	folder, _ := w.file(10, client.SSES3{})
	folder.From.Path = filepath.Dir(folder.From.Path)
	gone, _ := w.file(10, client.SSES3{})
	require.NoError(t, os.Remove(gone.From.Path))
	grown, _ := w.file(10, client.SSES3{})
	grown.Expect.Size = 9
	touched, _ := w.file(10, client.SSES3{})
	touched.Expect.Modified = touched.Expect.Modified.Add(-time.Second)
	for text, job := range map[string]Job{
		"not a file": folder, "no such file": gone, "changed since it was planned: it had 9": grown, "changed since it was planned": touched,
	} {
		row := w.run(job)[0]
		assert.Equal(t, Failed, row.Phase, text)
		assert.Equal(t, client.KindLocal, client.KindOf(row.Err), text)
		require.ErrorContains(t, row.Err, text)
	}
	assert.Empty(t, w.store.Calls())
}

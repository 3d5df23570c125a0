package transfer

import (
	"context"
	"crypto/md5" //nolint:gosec // the ETag of S3
	"encoding/hex"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
)

// again is a job sent a second time, which may not overwrite.
func again(w *workbench, j Job, how Overwrite) Row {
	j.Overwrite = how
	return w.run(j)[0]
}

func TestWhatIsThereAlreadyIsJudgedBeforeItIsSkipped(t *testing.T) {
	for _, how := range []Overwrite{OverwriteSkip, OverwriteNewer} {
		w := newBench(t)
		job, _ := w.file(10, client.SSEKMS{Key: keyID})
		job.Expect.Modified = modified
		require.NoError(t, os.Chtimes(job.From.Path, modified, modified))
		require.Equal(t, Done, w.run(job)[0].Phase)

		row := again(w, job, how)
		assert.Equal(t, Skipped, row.Phase, "%v", row.Err)
		require.NotNil(t, row.Receipt)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.Equal(t, w.receipts[0].Checksum, row.Receipt.Checksum, "it holds the file")
		assert.Equal(t, w.there(remote).ETag, row.Receipt.ETag)
		assert.Equal(t, 1, w.store.Count(memstore.PutObject))

		w.store.After(memstore.Report(told(client.TypeNone, "")))
		row = again(w, job, how)
		assert.Equal(t, Failed, row.Phase)
		assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err))
		require.ErrorContains(t, row.Err, "the server stored what is there already without encryption")
		assert.Equal(t, NotEncrypted, row.Receipt.Verdict)

		lenient := newBench(t, func(c *Config) { c.AllowUnverified, c.Store = true, w.store })
		row = again(lenient, job, how)
		assert.Equal(t, Skipped, row.Phase)
		assert.Equal(t, NotEncrypted, row.Receipt.Verdict, "the verdict stays what it is")
		assert.Equal(t, 1, w.store.Count(memstore.PutObject), "nothing is sent over it")
	}
}

func TestAnUploadOfOtherContentsIsNotSkippedAsFine(t *testing.T) {
	w := newBench(t)
	job, data := w.file(10, client.SSES3{})
	require.Equal(t, Done, w.run(job)[0].Phase)
	data[3] ^= 1 // the same size, and another file now
	require.NoError(t, os.WriteFile(job.From.Path, data, 0o600))
	require.NoError(t, os.Chtimes(job.From.Path, modified, modified))
	job.Expect.Modified = modified
	row := again(w, job, OverwriteSkip)
	assert.Equal(t, Skipped, row.Phase)
	require.ErrorIs(t, row.Err, ErrOtherContents)
	assert.Nil(t, row.Receipt)
	row = again(w, job, OverwriteNewer)
	assert.Equal(t, Skipped, row.Phase)
	require.NotErrorIs(t, row.Err, ErrOtherContents, "the dates decide, as was asked")
	require.ErrorContains(t, row.Err, "with other contents, and not older")

	w.store.After(memstore.Report(told(client.TypeNone, "")))
	row = again(w, job, OverwriteSkip)
	assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err))
	assert.Nil(t, row.Receipt, "it is not this file's object to decide about")
}

func TestWhatOthersUploadedIsSaidNotToBeComparable(t *testing.T) {
	w := newBench(t)
	job, data := w.file(10, client.SSEKMS{Key: keyID}) // whose ETag says nothing
	w.add(remote, data, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	row := again(w, job, OverwriteSkip)
	assert.Equal(t, Skipped, row.Phase)
	require.ErrorContains(t, row.Err, "with contents that could not be compared")
	assert.Equal(t, Verified, row.Receipt.Verdict, "how it is encrypted could be")
	assert.Empty(t, row.Receipt.Checksum)
}

func TestAFileThatCannotBeReadIsNotSkipped(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	require.Equal(t, Done, w.run(job)[0].Phase)
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.HeadObject {
			require.NoError(t, os.Truncate(job.From.Path, 3))
		}
		return nil
	})
	row := again(w, job, OverwriteSkip)
	assert.Equal(t, client.KindLocal, client.KindOf(row.Err))
}

func TestAnObjectOfUnknownAgeIsNotOverwrittenAsOlder(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	w.add(remote, []byte("theirs"), client.PutOptions{Encryption: client.SSES3{}})
	w.store.Change(remote, func(o *client.Object) { o.Modified = time.Time{} })
	row := again(w, job, OverwriteNewer)
	assert.Equal(t, client.KindUnsupported, client.KindOf(row.Err))
	require.ErrorContains(t, row.Err, "how old it is")
	assert.Zero(t, w.store.Count(memstore.PutObject))
}

// Between the look and the upload a colleague writes: the server's own
// condition keeps the colleague's object.
func TestAColleaguesWriteBetweenLookAndUploadIsKept(t *testing.T) {
	for _, c := range []struct {
		how   Overwrite
		there bool
		want  Phase
	}{
		{OverwriteSkip, false, Skipped},
		{OverwriteNewer, false, Failed}, // the colleague's is older than the file: nobody decides in passing
		{OverwriteNewer, true, Failed},
	} {
		for _, size := range []int64{10, minPartSize + 10} {
			w := newBench(t)
			job, _ := w.file(size, client.SSES3{})
			if c.there {
				w.add(remote, []byte("old"), client.PutOptions{Encryption: client.SSES3{}})
			}
			w.store.Before(func(_ context.Context, call memstore.Call) error {
				if call.Op == memstore.PutObject || call.Op == memstore.CompleteMultipartUpload {
					w.add(remote, []byte("theirs"), client.PutOptions{Encryption: client.SSES3{}})
				}
				return nil
			})
			row := again(w, job, c.how)
			assert.Equal(t, c.want, row.Phase, "%s: %v", c.how, row.Err)
			if c.want == Failed {
				assert.Equal(t, client.KindPrecondition, client.KindOf(row.Err))
			}
			assert.Equal(t, "theirs", string(w.store.Content(remote)))
			assert.Empty(t, w.store.Open(remote.Bucket), "no parts stay behind")
		}
	}
}

func TestALookThatFailsAfterAColleaguesWriteFailsTheUpload(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		switch {
		case call.Op == memstore.PutObject:
			return call.Error(client.KindPrecondition)
		case call.Op == memstore.HeadObject && call.Nth == 2:
			return errors.New("no answer")
		}
		return nil
	})
	row := again(w, job, OverwriteSkip)
	assert.Equal(t, Failed, row.Phase)
	require.ErrorContains(t, row.Err, "no answer")
}

func TestWhatIsThereIsComparedByTheServersWordBeforeTheMetadatas(t *testing.T) {
	data := randomBytes(10)
	sum := md5.Sum(data) //nolint:gosec // the ETag of S3
	right, wrong := hex.EncodeToString(sum[:]), "00000000000000000000000000000000"
	ours := checksumOf(crc64nvme.Checksum(data))
	note := func(v string) map[string]string { return map[string]string{client.MetaChecksum: v} }
	for name, c := range map[string]struct {
		there   client.Object
		want    contents
		content Content
	}{
		"the server's checksum":        {client.Object{Checksums: []client.Checksum{ours}, Metadata: note("stale")}, sameContents, ContentChecksum},
		"another of the server's":      {client.Object{Checksums: []client.Checksum{{Algorithm: "SHA256", Value: "x"}}, Metadata: note(ours.Value)}, otherContents, ContentNone},
		"the ETag":                     {client.Object{ETag: right, Encryption: clear0}, sameContents, ContentMD5},
		"another ETag":                 {client.Object{ETag: wrong, Encryption: clear0}, otherContents, ContentNone},
		"another, and a note of ours":  {client.Object{ETag: wrong, Encryption: clear0, Metadata: note(ours.Value)}, unknownContents, ContentNone},
		"the note alone":               {client.Object{ETag: "opaque", Metadata: note(ours.Value)}, sameContents, ContentSize},
		"another note alone":           {client.Object{ETag: "opaque", Metadata: note("x")}, otherContents, ContentNone},
		"an ETag under SSE-KMS":        {client.Object{ETag: wrong, Encryption: client.Reported{Told: true, Type: client.TypeSSEKMS}}, unknownContents, ContentNone},
		"nothing to compare by at all": {client.Object{ETag: "opaque"}, unknownContents, ContentNone},
	} {
		w := newBench(t)
		job, _ := w.file(10, client.SSES3{})
		require.NoError(t, os.WriteFile(job.From.Path, data, 0o600))
		stat, err := os.Stat(job.From.Path)
		require.NoError(t, err)
		job.Expect.Modified = stat.ModTime()
		src, err := openSource(job)
		require.NoError(t, err)
		c.there.Size = 10
		got, found, _, err := w.engine.contents(t.Context(), &item{row: Row{Job: job}}, there{exists: true, object: c.there}, src)
		src.close()
		require.NoError(t, err, name)
		assert.Equal(t, c.want, got, name)
		assert.Equal(t, c.content, found.content, name)
	}
}

// lostOnce answers a write that was carried out as a server does to its repetition,
// whose first answer was lost.
func lostOnce(op memstore.Op) func(memstore.Call, *client.Object) error {
	return func(c memstore.Call, _ *client.Object) error {
		if c.Op == op {
			return c.Error(client.KindPrecondition)
		}
		return nil
	}
}

func TestAWriteWhoseAnswerWasLostIsProvedAndNotCalledThereAlready(t *testing.T) {
	for size, op := range map[int64]memstore.Op{1000: memstore.PutObject, 2 * minPartSize: memstore.CompleteMultipartUpload} {
		for _, how := range []Overwrite{OverwriteSkip, OverwriteNewer} {
			w := newBench(t)
			if how == OverwriteNewer {
				w.add(remote, []byte("older"), client.PutOptions{Encryption: client.SSES3{}})
				w.store.Change(remote, func(o *client.Object) { o.Modified = modified.Add(-time.Hour) })
			}
			job, data := w.file(size, client.SSEKMS{Key: keyID})
			require.NoError(t, os.Chtimes(job.From.Path, modified, modified))
			job.Expect.Modified = modified
			w.store.After(lostOnce(op))
			row := again(w, job, how)
			require.NoError(t, row.Err, "%v %v", op, how)
			assert.Equal(t, Done, row.Phase)
			assert.Equal(t, Verified, row.Receipt.Verdict)
			assert.Equal(t, ContentMD5, row.Receipt.Content)
			assert.Equal(t, size, row.Sent)
			assert.Equal(t, w.there(remote).ETag, row.Receipt.ETag)
			assert.Equal(t, data, w.store.Content(remote))
			assert.Empty(t, w.store.Open(remote.Bucket))
		}
	}
}

func TestAWriteWhoseAnswerWasLostIsJudgedLikeAnyOther(t *testing.T) {
	w := newBench(t)
	w.store.EncryptAs(func(client.Reported) client.Reported { return told(client.TypeNone, "") })
	job, _ := w.file(1000, client.SSEKMS{Key: keyID})
	w.store.After(lostOnce(memstore.PutObject))
	row := again(w, job, OverwriteSkip)
	assert.Equal(t, Failed, row.Phase)
	assert.Equal(t, NotEncrypted, row.Receipt.Verdict)
}

func TestTheSameFileFromElsewhereIsNotOurWrite(t *testing.T) {
	for name, theirs := range map[string]func(w *workbench, data []byte){
		"without our checksum": func(w *workbench, data []byte) {
			w.add(remote, data, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
		},
		"with the server's checksum and without ours": func(w *workbench, data []byte) {
			w.add(remote, data, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
			w.store.Change(remote, func(o *client.Object) { o.Checksums = []client.Checksum{memstore.ChecksumOf(data)} })
		},
		"with another size": func(w *workbench, data []byte) {
			w.add(remote, data[1:], client.PutOptions{
				Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{client.MetaChecksum: memstore.ChecksumOf(data).Value},
			})
		},
	} {
		w := newBench(t)
		job, data := w.file(1000, client.SSEKMS{Key: keyID})
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.PutObject {
				theirs(w, data)
				return call.Error(client.KindPrecondition)
			}
			return nil
		})
		row := again(w, job, OverwriteSkip)
		assert.Equal(t, Skipped, row.Phase, name)
	}
}

package transfer

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// object puts random bytes into the store and is the job that downloads them.
func (w *workbench) object(size int64, o client.PutOptions) (Job, []byte) {
	w.Helper()
	data := randomBytes(size)
	w.add(remote, data, o)
	from := ObjectAt("ward", remote, "")
	from.CustomerKeyMD5 = w.knows(o.Encryption)
	return Job{
		Op: Download, From: from, To: WriteTo(w.TempDir(), "a/b.csv"), Expect: Expect{Size: size}, Overwrite: OverwriteAlways,
	}, data
}

func (j Job) path() string { return j.To.String() }

// files are all that lies below a folder.
func files(t *testing.T, root string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, p)
		}
		return err
	}))
	return names
}

func TestDownloadIsWholeAndVerified(t *testing.T) {
	for _, size := range []int64{0, 1, 1000, minPartSize, minPartSize + 1, 3*minPartSize + 17} {
		w := newBench(t)
		w.store.Become(storetest.AWS)
		job, data := w.object(size, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.Equal(t, Done, row.Phase)
		assert.Equal(t, size, row.Sent)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
		assert.Equal(t, []string{job.path()}, files(t, job.To.Root), "no temporary file is left")

		stat, err := os.Stat(job.path())
		require.NoError(t, err)
		assert.True(t, stat.ModTime().Equal(modified), "the object's date")
		if runtime.GOOS != "windows" {
			assert.Equal(t, fileMode&^umask, stat.Mode().Perm(), "what the umask leaves")
		}
		if size <= minPartSize {
			assert.Equal(t, []memstore.Op{memstore.GetObject}, w.store.Asked(), "its answer says all that one to HEAD would")
		} else {
			assert.Equal(t, 1, w.store.Count(memstore.HeadObject))
			for _, get := range w.store.Calls(memstore.GetObject) {
				assert.Equal(t, w.there(remote).ETag, get.Read.IfMatch)
			}
		}
		require.Len(t, w.receipts, 1)
		r := w.receipts[0]
		assert.Equal(t, VerdictNone, r.Verdict)
		assert.Equal(t, keyID, r.Reported.Key)
		assert.Equal(t, checksumOf(crc64nvme.Checksum(data)), r.Checksum)
		assert.Contains(t, r.Why.String(), "checksum agree")
	}
}

func TestAnObjectThatIsLargerThanItWasListedIsFetchedByRanges(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	job, data := w.object(3*minPartSize+17, client.PutOptions{})
	for _, listed := range []int64{0, 1, minPartSize} {
		job.Expect.Size = listed
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
		assert.Equal(t, ContentChecksum, row.Receipt.Content)
	}
	assert.Zero(t, w.store.Count(memstore.HeadObject))
	calls := w.store.Calls(memstore.GetObject)
	require.Len(t, calls, 3*4)
	assert.Zero(t, calls[0].Read.Offset, "the first part is of the answer that is at hand")
	for _, c := range calls[1:4] {
		assert.Equal(t, w.there(remote).ETag, c.Read.IfMatch)
		assert.GreaterOrEqual(t, c.Read.Offset, int64(minPartSize))
	}
}

func TestARangedDownloadIsComparedByWhateverTheServerKeeps(t *testing.T) {
	for _, algorithm := range []client.ChecksumAlgorithm{client.CRC64NVME, "CRC32", "CRC32C", "SHA1", "SHA256", "SHA512"} {
		for _, right := range []bool{true, false} {
			w := newBench(t)
			job, data := w.object(2*minPartSize+17, client.PutOptions{})
			r, err := readSums(t.Context(), bytes.NewReader(data), algorithm)
			require.NoError(t, err)
			if !right {
				r.sums[algorithm][0] ^= 1
			}
			w.store.After(func(_ memstore.Call, o *client.Object) error {
				o.ETag = "opaque"
				o.Checksums = []client.Checksum{{Algorithm: algorithm, Value: r.value(algorithm)}}
				return nil
			})
			w.engine.cfg.Store = deafToIfMatch{w.store}
			row := w.run(job)[0]
			if !right {
				assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%s: %v", algorithm, row.Err)
				assert.Empty(t, files(t, job.To.Root))
				continue
			}
			require.NoError(t, row.Err, "%s", algorithm)
			assert.Equal(t, ContentChecksum, row.Receipt.Content)
			assert.Contains(t, row.Receipt.Compared.String(), "("+algorithm+")")
		}
	}
}

func TestDownloadWithoutAChecksumToCompareSaysSo(t *testing.T) {
	w := newBench(t)
	job, _ := w.object(10, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}) // whose ETag says nothing
	assert.Contains(t, w.run(job)[0].Receipt.Why.String(), "unverified: the server keeps no checksum of it")

	job, data := w.object(10, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
	w.add(remote, data, client.PutOptions{Metadata: map[string]string{
		client.MetaChecksum: checksumOf(crc64nvme.Checksum(data)).Value,
	}})
	assert.Contains(t, w.run(job)[0].Receipt.Why.String(), "checksum agree", "the one our upload left")
}

func TestDownloadShowsItsCustomerKeyWithEveryCall(t *testing.T) {
	w := newBench(t)
	w.store.KeepVersions(remote.Bucket)
	job, _ := w.object(2*minPartSize, client.PutOptions{Encryption: sseC(t, "k")})
	job.From.Version = w.there(remote).VersionID
	require.NoError(t, w.run(job)[0].Err)
	for _, o := range w.store.Calls(memstore.GetObject, memstore.HeadObject) {
		assert.Equal(t, job.From.CustomerKeyMD5, o.Read.Key.MD5())
		assert.Equal(t, job.From.Version, o.Read.VersionID)
	}
	job.From.CustomerKeyMD5 = ""
	job.Overwrite = OverwriteSkip
	job.To.Name = "other"
	assert.Equal(t, client.KindNeedsKey, client.KindOf(w.run(job)[0].Err))
}

func TestAVersionThatTheServerDoesNotNameIsNotTakenForTheOneAskedFor(t *testing.T) {
	for _, asked := range []string{"one of several", "", client.NullVersion} {
		w := newBench(t)
		several := asked == "one of several"
		if several {
			w.store.KeepVersions(remote.Bucket)
		}
		job, _ := w.object(10, client.PutOptions{})
		if several {
			asked = w.there(remote).VersionID
		}
		w.store.After(func(_ memstore.Call, o *client.Object) error { o.VersionID = ""; return nil })
		job.From.Version = asked
		row := w.run(job)[0]
		if !several {
			require.NoError(t, row.Err, "%q", asked)
			continue
		}
		assert.Equal(t, client.KindContradiction, client.KindOf(row.Err))
		require.ErrorContains(t, row.Err, "version "+asked+" was asked for, and the server does not say that it gives it")
		assert.Empty(t, files(t, job.To.Root))
	}
}

func TestDownloadKeepsNothingOfWhatArrivedWrong(t *testing.T) {
	flip := func(_ memstore.Call, data []byte) io.Reader {
		data = bytes.Clone(data)
		data[len(data)/2] ^= 1
		return bytes.NewReader(data)
	}
	more := func(_ memstore.Call, data []byte) io.Reader {
		return io.MultiReader(bytes.NewReader(data), strings.NewReader("x"))
	}
	for name, gives := range map[string]func(memstore.Call, []byte) io.Reader{"flipped": flip, "too much": more} {
		for _, size := range []int64{1000, 2*minPartSize + 1} {
			w := newBench(t)
			w.store.Become(storetest.AWS)
			w.store.Send(gives)
			job, _ := w.object(size, client.PutOptions{})
			row := w.run(job)[0]
			assert.Equal(t, Failed, row.Phase, name)
			assert.Equal(t, client.KindCorrupt, client.KindOf(row.Err), name)
			assert.Empty(t, files(t, job.To.Root), name)
			assert.Empty(t, w.receipts)
		}
	}
}

func TestDownloadContinuesWhereAnAnswerBrokeOff(t *testing.T) {
	broken := &client.Error{Op: "GetObject", Kind: client.KindStalled}
	for name, end := range map[string]error{"ends early": io.EOF, "stalls": broken, "is cut": io.ErrUnexpectedEOF} {
		for _, size := range []int64{100_000, 2*minPartSize + 1} {
			synctest.Test(t, func(t *testing.T) {
				w := newBench(t)
				w.store.Become(storetest.AWS)
				w.store.Send(func(call memstore.Call, data []byte) io.Reader {
					if len(data) < 1000 {
						return bytes.NewReader(data)
					}
					return io.MultiReader(bytes.NewReader(data[:len(data)/2]), iotest.ErrReader(end))
				})
				job, data := w.object(size, client.PutOptions{})
				row := w.run(job)[0]
				require.NoError(t, row.Err, name)
				assert.Equal(t, size, row.Sent, "no byte is counted twice")
				got, err := os.ReadFile(job.path())
				require.NoError(t, err)
				assert.True(t, bytes.Equal(data, got))
			})
		}
	}
}

func TestDownloadIgnoresABreakAfterTheLastByte(t *testing.T) {
	w := newBench(t)
	w.store.Send(func(call memstore.Call, data []byte) io.Reader {
		return io.MultiReader(bytes.NewReader(data), iotest.ErrReader(&client.Error{Kind: client.KindNetwork}))
	})
	job, _ := w.object(1000, client.PutOptions{})
	require.NoError(t, w.run(job)[0].Err)
	assert.Equal(t, 1, w.store.Count(memstore.GetObject))
}

func TestDownloadGivesUpWithoutProgress(t *testing.T) {
	for _, end := range []error{io.EOF, &client.Error{Kind: client.KindNetwork}} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t)
			w.store.Send(func(memstore.Call, []byte) io.Reader { return iotest.ErrReader(end) })
			job, _ := w.object(1000, client.PutOptions{})
			row := w.run(job)[0]
			assert.Equal(t, client.KindNetwork, client.KindOf(row.Err))
			assert.Equal(t, fetchTries, w.store.Count(memstore.GetObject))
			assert.Empty(t, files(t, job.To.Root))
		})
	}
}

func TestDownloadDoesNotMultiplyThePatienceOfTheStore(t *testing.T) {
	w := newBench(t)
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject {
			return &client.Error{Op: "GetObject", Kind: client.KindUnavailable, At: remote}
		}
		return nil
	})
	job, _ := w.object(1000, client.PutOptions{})
	row := w.run(job)[0]
	assert.Equal(t, client.KindUnavailable, client.KindOf(row.Err))
	assert.Equal(t, 1, w.store.Count(memstore.GetObject), "the store repeated the request already")
}

func TestDownloadBeginsAnewWhenTheObjectChanges(t *testing.T) {
	for _, deaf := range []bool{false, true} { // servers that do not know If-Match
		w := newBench(t)
		w.store.Become(storetest.AWS)
		if deaf {
			w.engine.cfg.Store = deafToIfMatch{w.store}
		}
		job, _ := w.object(3*minPartSize, client.PutOptions{})
		second := bytes.Repeat([]byte("new"), minPartSize)
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.GetObject && call.Nth == 2 {
				w.add(remote, second, client.PutOptions{})
			}
			return nil
		})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		assert.EqualValues(t, len(second), row.Sent)
		assert.Equal(t, 2, w.store.Count(memstore.HeadObject))
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(second, got), "the new object whole, not a mixture")
		assert.Equal(t, []string{job.path()}, files(t, job.To.Root))
	}
}

func TestDownloadOfAnObjectThatKeepsChangingFails(t *testing.T) {
	w := newBench(t)
	job, data := w.object(minPartSize+1, client.PutOptions{})
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject {
			w.add(remote, data, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}) // another ETag each time
		}
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, client.KindPrecondition, client.KindOf(row.Err))
	assert.Equal(t, mostRestarts+1, w.store.Count(memstore.HeadObject))
	assert.Empty(t, files(t, job.To.Root))
}

func TestDownloadLooksBeforeOverwriting(t *testing.T) {
	for _, c := range []struct {
		name  string
		how   Overwrite
		mtime time.Time
		want  Phase
	}{
		{"skip", OverwriteSkip, modified, Skipped},
		{"unsaid is skip", "", modified.Add(-time.Hour), Skipped},
		{"newer, ours is older", OverwriteNewer, modified.Add(-time.Second), Done},
		{"newer, ours is as old", OverwriteNewer, modified, Skipped},
		{"newer, ours is newer", OverwriteNewer, modified.Add(time.Second), Skipped},
		{"always", OverwriteAlways, modified.Add(time.Hour), Done},
	} {
		w := newBench(t)
		job, data := w.object(10, client.PutOptions{})
		job.Overwrite, job.To.Name = c.how, "b.csv"
		require.NoError(t, os.WriteFile(job.path(), []byte("mine"), 0o600))
		require.NoError(t, os.Chtimes(job.path(), c.mtime, c.mtime))
		row := w.run(job)[0]
		assert.Equal(t, c.want, row.Phase, "%s: %v", c.name, row.Err)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		if c.want == Skipped {
			assert.Equal(t, "mine", string(got), c.name)
			assert.Zero(t, w.store.Count(memstore.GetObject), c.name)
			assert.Equal(t, client.KindExists, client.KindOf(row.Err), c.name)
		} else {
			assert.Equal(t, data, got, c.name)
		}
		assert.Equal(t, []string{job.path()}, files(t, job.To.Root))
	}
}

func TestDownloadDoesNotOverwriteWhatAppearedMeanwhile(t *testing.T) {
	for _, how := range []Overwrite{OverwriteSkip, OverwriteNewer} {
		w := newBench(t)
		job, _ := w.object(10, client.PutOptions{})
		job.Overwrite, job.To.Name = how, "b.csv"
		w.store.Before(func(_ context.Context, call memstore.Call) error {
			if call.Op == memstore.GetObject {
				require.NoError(t, os.WriteFile(job.path(), []byte("mine"), 0o600))
			}
			return nil
		})
		row := w.run(job)[0]
		assert.Equal(t, Skipped, row.Phase)
		assert.Equal(t, client.KindExists, client.KindOf(row.Err), "%v", row.Err)
		got, err := os.ReadFile(job.path())
		require.NoError(t, err)
		assert.Equal(t, "mine", string(got))
		assert.Len(t, files(t, job.To.Root), 1)
	}
}

func TestDownloadNeverLeavesItsFolder(t *testing.T) {
	outside := t.TempDir()
	root := filepath.Join(t.TempDir(), "root")
	require.NoError(t, os.Mkdir(root, 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(root, "link")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "target"), filepath.Join(root, "file")))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "target"), []byte("precious"), 0o600))
	for _, name := range []string{"../x", "/x", "a/../../x", "link/x", "", ".", "a//b", "..", "link/../../x"} {
		w := newBench(t)
		job, _ := w.object(10, client.PutOptions{})
		job.To.Root, job.To.Name = root, name
		row := w.run(job)[0]
		assert.Equal(t, Failed, row.Phase, "%q", name)
		assert.Equal(t, client.KindLocal, client.KindOf(row.Err), "%q: %v", name, row.Err)
	}
	// A link under the very name that leads outside is neither followed nor replaced.
	w := newBench(t)
	job, _ := w.object(10, client.PutOptions{})
	job.To.Root, job.To.Name = root, "file"
	require.ErrorContains(t, w.run(job)[0].Err, "leads out of the folder")
	to, err := os.Readlink(job.path())
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(outside, "target"), to)
	precious, err := os.ReadFile(filepath.Join(outside, "target"))
	require.NoError(t, err)
	assert.Equal(t, "precious", string(precious))
	assert.Equal(t, []string{filepath.Join(outside, "target")}, files(t, outside))
	assert.Len(t, files(t, filepath.Dir(root)), 2, "the two links")
}

func TestHostileKeysAllArriveAndNoneTakesAnothersPlace(t *testing.T) {
	keys := []string{
		"../x", "/etc/x", "a//b", `C:\x`, "dot.", "blank ", "CON", strings.Repeat("k", 1024), "tab\tnew\nline", "Twin.txt", "twin.TXT",
		"f", "f/g", "f/", "caf\u00e9", "cafe\u0301", "plain.txt", "資料.csv",
	}
	w := newBench(t)
	w.store.Become(storetest.AWS)
	root := t.TempDir()
	names := Names(keys)
	var jobs []Job
	for i, k := range keys {
		at := client.Location{Bucket: remote.Bucket, Key: k}
		w.add(at, []byte("this is "+k), client.PutOptions{})
		jobs = append(jobs, Job{Op: Download, From: ObjectAt("ward", at, ""), To: WriteTo(root, names[i]), Overwrite: OverwriteSkip})
	}
	for i, row := range w.run(jobs...) {
		require.NoError(t, row.Err, "%q", keys[i])
		assert.Equal(t, Done, row.Phase)
		got, err := os.ReadFile(jobs[i].path())
		require.NoError(t, err)
		assert.Equal(t, "this is "+keys[i], string(got))
	}
	assert.Len(t, files(t, root), len(keys))
}

func TestDownloadSaysWhatIsInTheWay(t *testing.T) {
	w := newBench(t)
	job, _ := w.object(10, client.PutOptions{})
	require.NoError(t, os.MkdirAll(job.path(), 0o700))
	row := w.run(job)[0]
	require.ErrorContains(t, row.Err, "a folder is called a/b.csv there")

	job, _ = w.object(10, client.PutOptions{})
	require.NoError(t, os.WriteFile(filepath.Join(job.To.Root, "a"), nil, 0o600))
	row = w.run(job)[0]
	assert.Equal(t, client.KindLocal, client.KindOf(row.Err), "a file where a folder should be")

	job.To.Root = filepath.Join(job.To.Root, "a")
	row = w.run(job)[0]
	assert.Equal(t, client.KindLocal, client.KindOf(row.Err), "the root is a file")

	job.From.At.Key = "gone"
	row = w.run(job)[0]
	assert.Equal(t, client.KindNotFound, client.KindOf(row.Err))
}

func TestAFailedDownloadLeavesNoFile(t *testing.T) {
	w := newBench(t)
	job, _ := w.object(4*minPartSize, client.PutOptions{})
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.GetObject && call.Nth == 3 {
			return call.Error(client.KindKeyDisabled)
		}
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, client.KindKeyDisabled, client.KindOf(row.Err))
	assert.Empty(t, files(t, job.To.Root))
}

func TestADownloadedFileHasTheDateThatItsUploadNoted(t *testing.T) {
	for noted, want := range map[string]time.Time{
		"1354040105.123456789": time.Unix(1354040105, 123456789),
		"yesterday":            modified,
		"":                     modified,
	} {
		w := newBench(t)
		job, _ := w.object(10, client.PutOptions{Metadata: map[string]string{client.MetaModified: noted}})
		row := w.run(job)[0]
		require.NoError(t, row.Err)
		stat, err := os.Stat(job.path())
		require.NoError(t, err)
		assert.WithinDuration(t, want, stat.ModTime(), time.Microsecond, "%q", noted)
		assert.True(t, row.Receipt.Modified.Equal(modified), "the receipt says the object's")
	}
}

package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

const otherAccount = "id of the old project"

// two are a workbench whose engine knows another account, with a store of its own.
type two struct {
	*workbench
	other *memstore.Store
}

func newTwo(t *testing.T, change ...func(*Config)) *two {
	w := &two{other: newStore()}
	w.workbench = newBench(t, append([]func(*Config){func(c *Config) {
		c.Other = func(_ context.Context, id string) (Other, error) {
			if id != otherAccount {
				return Other{}, errors.New("nobody is called so")
			}
			return Other{w.other, client.AccountRef{ID: id, Name: "old"}}, nil
		}
	}}, change...)...)
	return w
}

// between is a job that copies or moves from the other account; nil is for what nobody
// decided.
func between(op Op, asked client.Encryption) Job {
	j := copies(op, asked)
	j.From.Account = otherAccount
	if asked == nil {
		j.Treatment.Because = AsItsSource
	}
	return j
}

// source writes what is copied, with all that may stand beside the bytes.
func (w *two) source(data []byte, e client.Encryption) client.Object {
	w.Helper()
	o := client.PutOptions{
		Encryption: e, ContentType: "text/csv", Metadata: map[string]string{"colour": "blue", client.MetaModified: "1500000000.25"},
		System: client.System{CacheControl: "max-age=60"}, Digests: client.Digests{Checksum: memstore.ChecksumOf(data)},
	}
	w.knows(e)
	w.other.Write(copyFrom, data, o)
	w.other.Tag(copyFrom, map[string]string{"project": "a b"})
	was, ok := w.other.Object(copyFrom)
	require.True(w, ok)
	return was
}

func TestAnObjectOfAnotherAccountPassesThroughHereWithAllBesideIt(t *testing.T) {
	for name, size := range map[string]int{"nothing": 0, "one request": 1000, "in parts": 3*minPartSize + 7} {
		for _, op := range []Op{Copy, Move} {
			t.Run(name+" "+string(op), func(t *testing.T) {
				w := newTwo(t)
				w.store.Become(storetest.AWS)
				w.other.Become(storetest.AWS)
				data := pattern(size)
				was := w.source(data, client.Inherit{})
				row := w.run(between(op, client.SSEKMS{Key: keyID}))[0]
				require.NoError(t, row.Err)
				assert.Equal(t, Done, row.Phase)
				made := w.there(copyTo)
				assert.True(t, bytes.Equal(data, w.store.Content(copyTo)))
				assert.Equal(t, was.Metadata, made.Metadata)
				assert.Equal(t, was.ContentType, made.ContentType)
				assert.Equal(t, was.System(), made.System())
				tags, err := w.store.Tags(t.Context(), copyTo, "")
				require.NoError(t, err)
				assert.Equal(t, map[string]string{"project": "a b"}, tags)
				assert.Equal(t, op == Copy, w.other.Holds(copyFrom))

				r := row.Receipt
				assert.Equal(t, Verified, r.Verdict)
				assert.Equal(t, ContentChecksum, r.Content, r.Compared.String())
				assert.Equal(t, memstore.ChecksumOf(data), r.Checksum)
				assert.Equal(t, "ward", r.Account)
				require.NotNil(t, r.From)
				assert.Equal(t, Origin{Account: "old", AccountID: otherAccount, VersionID: was.VersionID, ETag: was.ETag, Modified: was.Modified, Reported: was.Encryption}, *r.From)
				assert.EqualValues(t, size, row.Sent)
			})
		}
	}
}

// open are the uploads that are open at a store.
func open(t *testing.T, s client.Store) []client.OpenUpload {
	t.Helper()
	all, err := s.OpenUploads(t.Context(), client.Location{Bucket: remote.Bucket})
	require.NoError(t, err)
	return all
}

func pattern(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i>>13) ^ byte(i)
	}
	return b
}

// What arrives of the source is compared before anything becomes an object.
func TestWhatArrivesDamagedOfAnotherAccountBecomesNoObject(t *testing.T) {
	for name, size := range map[string]int{"one request": 1000, "in parts": 2 * minPartSize} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t)
			w.other.Become(storetest.AWS)
			w.source(pattern(size), client.Inherit{})
			w.other.Send(func(_ memstore.Call, asked []byte) io.Reader {
				bad := bytes.Clone(asked)
				bad[len(bad)-1] ^= 1
				return bytes.NewReader(bad)
			})
			row := w.run(between(Move, client.SSES3{}))[0]
			assert.Equal(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			assert.False(t, w.store.Holds(copyTo))
			assert.True(t, w.other.Holds(copyFrom))
			assert.Empty(t, open(t, w.store), "no upload is left open")
		})
	}
}

// The note of an upload that a later program made stale is no reason to call a copy
// damaged, nor for calling it compared: a person may take it so.
func TestAStaleNoteOfTheSourceIsForAPersonToDecide(t *testing.T) {
	for name, size := range map[string]int{"one request": 1000, "in parts": 2 * minPartSize} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t)
			w.store.Become(storetest.AWS)
			data := pattern(size)
			o := client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{client.MetaChecksum: "AAAAAAAAAAA="}}
			w.other.Write(copyFrom, data, o)
			row := w.run(between(Move, client.SSES3{}))[0]
			assert.Equal(t, client.KindStaleChecksum.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			assert.True(t, row.Acceptable())
			assert.False(t, w.store.Holds(copyTo))
			assert.True(t, w.other.Holds(copyFrom))

			w.engine.Accept(w.at("copy")...)
			require.NoError(t, w.engine.Wait(t.Context()))
			row, _ = w.engine.Row("copy")
			require.NoError(t, row.Err)
			assert.Equal(t, ContentSize, row.Receipt.Content)
			assert.Equal(t, o.Metadata, w.there(copyTo).Metadata)
			assert.False(t, w.other.Holds(copyFrom))
		})
	}
}

func TestWhatNobodyDecidedKeepsTheWayOfItsSourceAsFarAsItCanBetweenAccounts(t *testing.T) {
	customer := sseC(t, "k")
	for name, c := range map[string]struct {
		source, target, byDefault client.Encryption
	}{
		"SSE-S3":                    {client.SSES3{}, client.SSES3{}, nil},
		"SSE-C":                     {customer, customer, nil},
		"nothing":                   {client.Inherit{}, client.Inherit{}, nil},
		"a key of the other":        {client.SSEKMS{Key: keyID}, nil, nil},
		"and the bucket encrypts":   {client.SSEKMS{Key: keyID}, nil, client.SSES3{}},
		"another one of the other":  {client.DSSEKMS{Key: keyID}, nil, nil},
		"and this bucket does, too": {client.DSSEKMS{Key: keyID}, nil, client.SSES3{}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t)
			w.source([]byte("the content"), c.source)
			j := between(Move, nil)
			j.From.CustomerKeyMD5 = w.knows(c.source)
			if c.byDefault != nil {
				w.store.EncryptByDefault(remote.Bucket, client.ReportedFrom("AES256", "", false, "", ""))
			}
			row := w.run(j)[0]
			if c.target == nil {
				assert.Equal(t, client.KindRefused.String(), client.KindOf(row.Err).String(), "%v", row.Err)
				require.ErrorContains(t, row.Err, "make a rule for the target")
				assert.False(t, w.store.Holds(copyTo))
				assert.True(t, w.other.Holds(copyFrom))
				return
			}
			require.NoError(t, row.Err)
			assert.Equal(t, honest(c.target).Type, w.there(copyTo).Encryption.Type)
			assert.False(t, w.other.Holds(copyFrom))
		})
	}
}

// A source that a colleague writes over meanwhile stays, and no copy is a mixture.
func TestASourceElsewhereThatChangesMeanwhileStays(t *testing.T) {
	for name, kind := range map[string]func(*memstore.Store) client.Store{
		"knows If-Match":   func(s *memstore.Store) client.Store { return s },
		"does not know it": func(s *memstore.Store) client.Store { return deafToIfMatch{s} },
	} {
		t.Run(name, func(t *testing.T) {
			var w *two
			w = newTwo(t, func(c *Config) {
				c.Other = func(_ context.Context, id string) (Other, error) {
					return Other{kind(w.other), client.AccountRef{ID: id}}, nil
				}
			})
			w.source(pattern(3*minPartSize), client.Inherit{})
			theirs := bytes.Repeat([]byte("theirs"), minPartSize/2) // of the same size
			var gets atomic.Int32
			w.other.Before(func(_ context.Context, c memstore.Call) error {
				if c.Op == memstore.GetObject && gets.Add(1) == 2 {
					w.other.Write(copyFrom, theirs, client.PutOptions{})
				}
				return nil
			})
			row := w.run(between(Move, client.SSES3{}))[0]
			assert.Equal(t, client.KindPrecondition.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			assert.Equal(t, theirs, w.other.Content(copyFrom))
			assert.False(t, w.store.Holds(copyTo))
			assert.Empty(t, open(t, w.store))
		})
	}
}

// Two accounts may see the same bucket: what is moved there onto itself would be gone.
func TestNothingIsMovedOntoItselfByTwoAccounts(t *testing.T) {
	w := newTwo(t)
	w.other = w.store
	w.source([]byte("the content"), client.Inherit{})
	j := between(Move, client.SSES3{})
	j.To.At, j.Overwrite = j.From.At, OverwriteAlways
	row := w.run(j)[0]
	require.ErrorContains(t, row.Err, "the same object")
	assert.Equal(t, []byte("the content"), w.store.Content(copyFrom))
}

func TestACopyWhoseOtherAccountIsNotThereSaysSo(t *testing.T) {
	for name, other := range map[string]func(context.Context, string) (Other, error){
		"nobody is": nil,
		"it is not": func(context.Context, string) (Other, error) { return Other{}, errors.New("it was removed") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t, func(c *Config) { c.Other = other })
			w.source([]byte("the content"), client.Inherit{})
			row := w.run(between(Copy, client.SSES3{}))[0]
			assert.Equal(t, client.KindRefused.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			require.ErrorContains(t, row.Err, "another account, which cannot be opened here")
			assert.Empty(t, w.store.Calls(), "nothing was begun")
		})
	}
}

// A body that breaks off is gone on with; one that never ends is a matter of the network.
func TestABodyOfTheOtherAccountThatBreaksOffIsGoneOnWith(t *testing.T) {
	for _, always := range []bool{false, true} {
		w := newTwo(t)
		data := pattern(1000)
		w.source(data, client.Inherit{})
		w.other.Send(func(c memstore.Call, asked []byte) io.Reader {
			if always {
				return &breaksOff{nil}
			}
			return &breaksOff{asked[:min(len(asked), 300)]}
		})
		row := w.run(between(Copy, client.SSES3{}))[0]
		if always {
			assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			continue
		}
		require.NoError(t, row.Err)
		assert.Equal(t, data, w.store.Content(copyTo))
	}
}

// breaksOff gives some bytes and then none.
type breaksOff struct{ left []byte }

func (b *breaksOff) Read(p []byte) (int, error) {
	if len(b.left) == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// However many parts pass at once, few are in memory.
func TestFewPiecesBetweenAccountsAreInMemory(t *testing.T) {
	const each = 16 << 20
	w := newTwo(t, func(c *Config) { c.PartSize = each })
	gate := w.store.Hold(memstore.UploadPart)
	w.source(make([]byte, 12*each), client.Inherit{})
	j := between(Copy, client.SSES3{})
	_, err := w.engine.Submit(func(yield func(Job) bool) { yield(j) })
	require.NoError(t, err)
	for range 2 { // some are on their way
		<-gate.Entered()
	}
	assert.LessOrEqual(t, len(w.other.Calls(memstore.GetObject)), piecesInMemory/each+1)
	gate.Open()
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ := w.engine.Row("copy")
	require.NoError(t, row.Err)
}

// Pieces that are too large for memory are on the disk while they are sent, and nothing
// of them is left there.
func TestALargePieceIsOnTheDiskWhileItIsSent(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	w := newTwo(t, func(c *Config) { c.PartSize = mostInMemory + 1<<20 })
	data := pattern(mostInMemory + 2<<20)
	w.source(data, client.Inherit{})
	require.NoError(t, w.run(between(Copy, client.SSES3{}))[0].Err)
	assert.True(t, bytes.Equal(data, w.store.Content(copyTo)))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// A copy that was cut off goes on with the parts that are there.
func TestACopyBetweenAccountsGoesOnWithItsParts(t *testing.T) {
	estate := newEstate()
	first := estate.program()
	w := newTwo(t, func(c *Config) { c.Journal, c.Concurrency = first, 1 })
	w.store.Become(storetest.AWS)
	w.other.Become(storetest.AWS)
	data := pattern(4 * minPartSize)
	w.source(data, client.Inherit{})
	w.store.Before(func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.UploadPart && c.Part == 3 {
			return c.Error(client.KindNetwork)
		}
		return nil
	})
	row := w.run(between(Move, client.SSEKMS{Key: keyID}))[0]
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.Len(t, open(t, w.store), 1)
	before := len(w.other.Calls(memstore.GetObject))
	row = w.again()
	require.NoError(t, row.Err)
	assert.Len(t, w.other.Calls(memstore.GetObject), before+2, "two parts were missing")
	assert.True(t, bytes.Equal(data, w.store.Content(copyTo)))
	assert.Equal(t, ContentChecksum, row.Receipt.Content, row.Receipt.Compared.String())
	assert.False(t, w.other.Holds(copyFrom))
	assert.Len(t, row.Receipt.Parts, 4)
}

// An answer to the completion that was lost does not make the copy anew.
func TestACopyBetweenAccountsWhoseCompletionWasNotHeardOfIsRecognized(t *testing.T) {
	estate := newEstate()
	w := newTwo(t, func(c *Config) { c.Journal, c.Concurrency = estate.program(), 1 })
	w.store.Become(storetest.AWS)
	w.other.Become(storetest.AWS)
	data := pattern(2*minPartSize + 1)
	w.source(data, client.Inherit{})
	w.store.After(func(c memstore.Call, _ *client.Object) error {
		if c.Op == memstore.CompleteMultipartUpload {
			return c.Error(client.KindNetwork)
		}
		return nil
	})
	row := w.run(between(Move, client.SSEKMS{Key: keyID}))[0]
	assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	assert.True(t, w.other.Holds(copyFrom))
	w.store.After(nil)
	sent := len(w.store.Calls(memstore.UploadPart))
	row = w.again()
	require.NoError(t, row.Err)
	assert.Len(t, w.store.Calls(memstore.UploadPart), sent, "no part was sent again")
	assert.Equal(t, ContentChecksum, row.Receipt.Content, row.Receipt.Compared.String())
	assert.False(t, w.other.Holds(copyFrom))
}

// Whether there are tags may not be looked at by everybody: a copy has none then, and a
// move leaves its source.
func TestTagsThatMayNotBeReadElsewhere(t *testing.T) {
	for _, op := range []Op{Copy, Move} {
		w := newTwo(t)
		w.source([]byte("the content"), client.Inherit{})
		w.other.Before(memstore.Failing(client.KindDenied, memstore.GetObjectTagging))
		row := w.run(between(op, client.SSES3{}))[0]
		assert.True(t, w.other.Holds(copyFrom))
		if op == Copy {
			require.NoError(t, row.Err)
			continue
		}
		require.ErrorContains(t, row.Err, "does not have the tags of its source")
	}
}

// A program that ended when its copy was stored at a server that keeps no checksums finds
// it by reading both; what a colleague has put there is his.
func TestAMoveBetweenAccountsFindsItsCopyByReadingIt(t *testing.T) {
	for name, his := range map[string][]byte{"ours": nil, "of a colleague": []byte("THE CONTENT")} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t, func(c *Config) { c.Journal, c.Concurrency = newEstate().program(), 1 })
			was := w.source([]byte("the content"), client.SSEKMS{Key: keyID})
			w.store.After(func(c memstore.Call, _ *client.Object) error {
				if c.Op == memstore.PutObject {
					return c.Error(client.KindNetwork)
				}
				return nil
			})
			row := w.run(between(Move, client.SSEKMS{Key: keyID}))[0]
			assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			w.store.After(nil)
			if his != nil {
				w.store.Write(copyTo, his, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, ContentType: was.ContentType, Metadata: was.Metadata, System: was.System()})
			}
			row = w.again()
			assert.Equal(t, his != nil, w.other.Holds(copyFrom))
			if his != nil {
				assert.Equal(t, his, w.store.Content(copyTo))
				return
			}
			require.NoError(t, row.Err)
			assert.Equal(t, Done, row.Phase)
			assert.Len(t, w.store.Calls(memstore.PutObject), 1, "it was not sent again")
		})
	}
}

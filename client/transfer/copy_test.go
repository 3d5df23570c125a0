package transfer

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

var (
	copyFrom = client.Location{Bucket: remote.Bucket, Key: "from"}
	copyTo   = client.Location{Bucket: remote.Bucket, Key: "to"}
	underKey = client.PutOptions{Encryption: client.SSEKMS{Key: keyID}}
)

// copies is a job that copies or moves; nil is for what no rule is about.
func copies(op Op, asked client.Encryption) Job {
	j := Job{ID: "copy", Op: op, From: ObjectAt("", copyFrom, ""), To: ObjectAt("", copyTo, ""), Overwrite: OverwriteSkip, Treatment: client.Treatment{Type: client.TypeInherit}}
	if asked != nil {
		j.Treatment = client.TreatmentOf(asked)
	}
	return j
}

// again retries the job and waits for it.
func (w *workbench) again() Row {
	w.Helper()
	w.store.Before(nil)
	w.engine.Retry(w.at("copy")...)
	require.NoError(w, w.engine.Wait(w.Context()))
	row, ok := w.engine.Row("copy")
	require.True(w, ok)
	return row
}

// A move whose source went, and of which nobody heard that it did, is done when it is
// gone on with, by one request or in parts; and the journal keeps nothing of it.
func TestAMoveThatRemovedItsSourceIsDoneWhenItIsGoneOnWith(t *testing.T) {
	for name, server := range map[string]storetest.Server{"by one request": storetest.AWS, "in parts": storetest.Ceph} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				estate := newEstate()
				program := estate.program()
				w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = program, 1 })
				w.store.Become(server)
				w.add(copyFrom, []byte("the content"), underKey)
				w.store.Tag(copyFrom, map[string]string{"project": "a"})
				w.store.Before(func(_ context.Context, c memstore.Call) error {
					if c.Op != memstore.DeleteObject {
						return nil
					}
					w.store.Remove(copyFrom)
					return c.Error(client.KindNetwork) // the answer was lost
				})
				row := w.run(copies(Move, nil))[0]
				assert.Equal(t, Failed, row.Phase)
				assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
				assert.False(t, w.store.Holds(copyFrom))

				row = w.again()
				require.NoError(t, row.Err)
				assert.Equal(t, Done, row.Phase)
				assert.Equal(t, []byte("the content"), w.store.Content(copyTo))
				w.engine.scribe.settle()
				left, err := estate.Progress(1)
				require.NoError(t, err)
				assert.Nil(t, left)
			})
		})
	}
}

// Where a server says something else of the copy for a while, that is no reason to make
// it again of a source that is gone, nor to forget that it was made.
func TestAMoveWhoseSourceIsGoneWaitsUntilItsCopyIsAsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = newEstate().program(), 1 })
		w.add(copyFrom, []byte("the content"), underKey)
		w.store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op != memstore.DeleteObject {
				return nil
			}
			w.store.Remove(copyFrom)
			return c.Error(client.KindNetwork) // the answer was lost
		})
		require.Equal(t, Failed, w.run(copies(Move, client.SSEKMS{Key: keyID}))[0].Phase)

		w.store.After(func(c memstore.Call, o *client.Object) error {
			if c.Op == memstore.HeadObject {
				o.Encryption = client.Reported{Told: true, Type: client.TypeNone}
			}
			return nil
		})
		row := w.again()
		assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		assert.Equal(t, NotEncrypted, row.Receipt.Verdict)

		w.store.After(nil)
		row = w.again()
		require.NoError(t, row.Err)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.Equal(t, []byte("the content"), w.store.Content(copyTo))
	})
}

func TestACopyThatWasBegunInPartsIsGoneOnWithInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Journal = newEstate().program() })
		w.add(copyFrom, []byte("the content"), underKey)
		w.engine.copiesInParts.Store(true) // another program has learned that, perhaps
		w.store.Before(memstore.Failing(client.KindUnavailable, memstore.CompleteMultipartUpload))
		require.Equal(t, Failed, w.run(copies(Copy, client.SSEKMS{Key: keyID}))[0].Phase)
		require.Len(t, w.store.Open(remote.Bucket), 1)

		w.engine.copiesInParts.Store(false)
		require.NoError(t, w.again().Err)
		assert.Empty(t, w.store.Open(remote.Bucket), "no parts are left that nobody knows of")
		assert.Equal(t, 1, w.store.Count(memstore.CreateMultipartUpload))
	})
}

func TestNothingIsLeftInTheJournalOfAMoveThatIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		estate := newEstate()
		program := estate.program()
		w := newBench(t, func(c *Config) { c.Journal = program })
		w.add(copyFrom, []byte("the content"), underKey)
		require.NoError(t, w.run(copies(Move, nil))[0].Err)
		w.engine.scribe.settle()
		left, err := estate.Progress(1)
		require.NoError(t, err)
		assert.Nil(t, left)
	})
}

// A copy that could be looked at only later, and is not as asked, is made again in parts.
func TestACopyThatTurnsOutLaterNotToBeEncryptedIsMadeInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) { c.Journal = newEstate().program() })
		w.store.Become(storetest.Ceph)
		w.add(copyFrom, []byte("the content"), client.PutOptions{})
		copied := false
		w.store.Before(func(_ context.Context, c memstore.Call) error {
			copied = copied || c.Op == memstore.CopyObject
			if copied && c.Op == memstore.HeadObject {
				return c.Error(client.KindUnavailable)
			}
			return nil
		})
		w.store.After(func(c memstore.Call, o *client.Object) error {
			if c.Op == memstore.CopyObject {
				o.Encryption = client.Reported{} // Ceph names none
			}
			return nil
		})
		row := w.run(copies(Move, client.SSEKMS{Key: keyID}))[0]
		assert.Equal(t, client.KindNotYetVerified.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		assert.True(t, w.store.Holds(copyFrom))

		row = w.again()
		require.NoError(t, row.Err)
		assert.Equal(t, Verified, row.Receipt.Verdict)
		assert.NotZero(t, row.Receipt.PartSize)
		assert.Equal(t, client.TypeSSEKMS, w.there(copyTo).Encryption.Type)
		assert.False(t, w.store.Holds(copyFrom))
	})
}

// What the user lets pass for a copy does not do to remove a source.
func TestASourceStaysWhereItsCopyIsOnlyAllowedToPass(t *testing.T) {
	for _, op := range []Op{Copy, Move} {
		t.Run(string(op), func(t *testing.T) {
			w := newBench(t, func(c *Config) { c.AllowUnverified = true })
			w.add(copyFrom, []byte("the content"), client.PutOptions{})
			w.store.EncryptAs(func(client.Reported) client.Reported { return client.ReportedFrom("", "", false, "", "") })
			row := w.run(copies(op, client.SSEKMS{Key: keyID}))[0]
			assert.True(t, w.store.Holds(copyFrom))
			if op == Copy {
				require.NoError(t, row.Err)
				return
			}
			assert.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		})
	}
}

func TestACopyThatMayNotBeLookedAtIsAllowedToPassAndItsSourceStays(t *testing.T) {
	for _, op := range []Op{Copy, Move} {
		t.Run(string(op), func(t *testing.T) {
			w := newBench(t, func(c *Config) { c.AllowUnverified = true })
			w.add(copyFrom, []byte("the content"), client.PutOptions{ContentType: "text/csv"})
			w.store.Before(func(_ context.Context, c memstore.Call) error {
				if c.Op == memstore.HeadObject && c.At == copyTo {
					return c.Error(client.KindDenied)
				}
				return nil
			})
			j := copies(op, client.SSEKMS{Key: keyID})
			j.Overwrite = OverwriteAlways
			row := w.run(j)[0]
			assert.True(t, w.store.Holds(copyFrom))
			if op == Copy {
				require.NoError(t, row.Err, "nobody saw that anything was lost")
				return
			}
			assert.Equal(t, client.KindNotYetVerified.String(), client.KindOf(row.Err).String(), "%v", row.Err)
		})
	}
}

// Whether a copy can be read is not known where nobody may: that is no fault of the
// server's, and yet no source goes for it.
func TestACopyThatMayNotBeReadIsNotCalledDamagedAndItsSourceStays(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), underKey)
	w.store.Before(memstore.Failing(client.KindDenied, memstore.GetObject))
	row := w.run(copies(Move, nil))[0]
	assert.Equal(t, client.KindDenied.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	require.ErrorContains(t, row.Err, "could not be found out")
	assert.True(t, w.store.Holds(copyFrom))
}

// The encryption of a source that an attempt before has put in the place of nothing was
// still asked by nobody.
func TestWhatIsThereIsJudgedByWhatWasAskedAtAnotherAttemptToo(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), underKey)
	w.store.Before(memstore.Failing(client.KindDenied, memstore.CopyObject))
	row := w.run(copies(Move, nil))[0]
	assert.Equal(t, client.KindDenied.String(), client.KindOf(row.Err).String(), "%v", row.Err)
	w.add(copyTo, []byte("of a colleague"), client.PutOptions{})
	row = w.again()
	assert.Equal(t, Skipped, row.Phase)
	require.ErrorIs(t, row.Err, ErrOtherContents)
	assert.True(t, w.store.Holds(copyFrom))
}

func TestBytesThatAServerCopiesAreCountedAndGoOverNoLine(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), underKey)
	row := w.run(copies(Copy, nil))[0]
	require.NoError(t, row.Err)
	assert.EqualValues(t, 11, row.Sent)
	assert.Zero(t, w.engine.up.rate(w.engine.cfg.Now()))
}

// What an upload of ours noted in the metadata is copied with it, and is no checksum of
// the server's.
func TestTheReceiptOfACopyHasNoChecksumButTheServers(t *testing.T) {
	w := newBench(t)
	w.add(copyFrom, []byte("the content"), client.PutOptions{Metadata: map[string]string{client.MetaChecksum: memstore.ChecksumOf([]byte("the content")).Value}})
	row := w.run(copies(Copy, nil))[0]
	require.NoError(t, row.Err)
	assert.Empty(t, row.Receipt.Checksum.Value)
	assert.NotEqual(t, ContentChecksum, row.Receipt.Content)
}

// A program that ended when its copy was made, and before anybody heard of it, finds it
// in the way of the move: it is ours, and the source goes. That of somebody else stays.
func TestAMoveWhoseAnswerNobodyHeardGoesOnWithItsCopy(t *testing.T) {
	for name, target := range map[string][]byte{"ours": nil, "of a colleague": []byte("something else")} {
		t.Run(name, func(t *testing.T) {
			w := newBench(t, func(c *Config) { c.Journal, c.Concurrency = newEstate().program(), 1 })
			w.store.Become(storetest.AWS)
			w.add(copyFrom, []byte("the content"), underKey)
			w.store.After(func(c memstore.Call, _ *client.Object) error {
				if c.Op == memstore.CopyObject {
					return c.Error(client.KindNetwork)
				}
				return nil
			})
			row := w.run(copies(Move, nil))[0]
			assert.Equal(t, client.KindNetwork.String(), client.KindOf(row.Err).String(), "%v", row.Err)
			w.store.After(nil)
			if target != nil {
				w.add(copyTo, target, underKey)
			}
			row = w.again()
			assert.Equal(t, target != nil, w.store.Holds(copyFrom))
			if target != nil {
				assert.Equal(t, Skipped, row.Phase)
				assert.Equal(t, target, w.store.Content(copyTo))
				return
			}
			require.NoError(t, row.Err)
			assert.Equal(t, Done, row.Phase)
			assert.Len(t, w.store.Calls(memstore.CopyObject), 1, "it was not copied again")
			assert.Equal(t, Verified, row.Receipt.Verdict)
		})
	}
}

// Who never began to move leaves an equal object in the way alone, and its source.
func TestAnEqualObjectOfSomebodyElseIsInTheWayOfAMove(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.AWS)
	w.add(copyFrom, []byte("the content"), underKey)
	w.add(copyTo, []byte("the content"), underKey)
	row := w.run(copies(Move, nil))[0]
	assert.Equal(t, Skipped, row.Phase)
	assert.True(t, w.store.Holds(copyFrom))
}

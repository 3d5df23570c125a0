package transfer

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// newTwice is a workbench at which a command that is given twice goes on with what was left of it.
func newTwice(t *testing.T, change ...func(*Config)) *two {
	w := newTwo(t, append([]func(*Config){func(c *Config) { c.Journal, c.Concurrency = &lasting{Memory: &Memory{}}, 1 }}, change...)...)
	w.store.Become(storetest.AWS)
	w.other.Become(storetest.AWS)
	return w
}

// command runs a job as a row of its own.
func (w *two) command(j Job) Row {
	w.Helper()
	j.ID = ""
	return w.run(j)[0]
}

// unseenAt lets nobody look at what a job writes.
func unseenAt(at client.Location) func(context.Context, memstore.Call) error {
	return func(_ context.Context, c memstore.Call) error {
		if c.Op == memstore.HeadObject && c.At == at {
			return c.Error(client.KindDenied)
		}
		return nil
	}
}

// ways are how a job makes an object of another, or of a file.
func (w *two) ways(asked client.Encryption, o client.PutOptions) map[string]Job {
	w.Helper()
	w.add(copyFrom, []byte("the content"), o)
	w.other.Write(copyFrom, []byte("the content"), o)
	upload, _ := w.file(11, asked)
	all := map[string]Job{
		"copy": copies(Copy, asked), "move": copies(Move, asked), "between accounts": between(Copy, asked), "upload": upload,
		"in its place": encryptsAnew(asked),
	}
	for name, j := range all {
		j.Overwrite = OverwriteAlways
		all[name] = j
	}
	return all
}

var kindsOfWays = []string{"copy", "move", "between accounts", "upload", "in its place"}

// A server that did not encrypt, and was mended: the same command makes the object anew.
func TestWhatWasNotEncryptedAsAskedIsMadeAnewByTheSameCommand(t *testing.T) {
	for _, way := range kindsOfWays {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwice(t)
				j := w.ways(client.SSEKMS{Key: keyID}, client.PutOptions{})[way]
				w.store.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
				row := w.command(j)
				require.Equal(t, client.KindEncryptionNotAsAsked.String(), client.KindOf(row.Err).String(), "%v", row.Err)

				w.store.EncryptAs(nil)
				row = w.command(j)
				require.NoError(t, row.Err)
				assert.Equal(t, Verified, row.Receipt.Verdict)
				assert.Equal(t, keyID, w.there(j.To.At).Encryption.Key)
			})
		})
	}
}

// What nobody could look at was asked for in one way, and is to be in another now.
func TestWhatIsAskedForOtherwiseNowIsMadeAnew(t *testing.T) {
	for _, way := range kindsOfWays {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwice(t)
				j := w.ways(client.SSES3{}, client.PutOptions{})[way]
				made := false
				w.store.Before(func(_ context.Context, c memstore.Call) error {
					made = made || c.Op == memstore.CopyObject || c.Op == memstore.PutObject
					if made && c.Op == memstore.HeadObject && c.At == j.To.At {
						return c.Error(client.KindDenied)
					}
					return nil
				})
				row := w.command(j)
				require.Equal(t, client.KindNotYetVerified.String(), client.KindOf(row.Err).String(), "%v", row.Err)

				w.store.Before(nil)
				j.Treatment = client.TreatmentOf(client.SSEKMS{Key: otherID})
				row = w.command(j)
				require.NoError(t, row.Err)
				assert.Equal(t, Verified, row.Receipt.Verdict)
				assert.Equal(t, otherID, w.there(j.To.At).Encryption.Key)
			})
		})
	}
}

// A file that goes with other metadata than the upload that nobody could look at, too.
func TestAnUploadWithOtherMetadataIsSentAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTwice(t)
		j, _ := w.file(100, client.SSES3{})
		j.Overwrite = OverwriteAlways
		w.store.Before(unseenAt(j.To.At))
		require.Equal(t, client.KindNotYetVerified, client.KindOf(w.command(j).Err))
		w.store.Before(nil)
		j.Metadata = map[string]string{"colour": "blue"}
		require.NoError(t, w.command(j).Err)
		assert.Equal(t, "blue", w.there(j.To.At).Metadata["colour"])
	})
}

// withSum is an object with what an upload of ours notes of it.
func withSum(data []byte) client.PutOptions {
	sum := memstore.ChecksumOf(data)
	return client.PutOptions{Encryption: client.SSEKMS{Key: keyID}, Metadata: map[string]string{client.MetaChecksum: sum.Value}}
}

// The source was written anew while nobody could look at its copy, with as many bytes: the
// copy that is told verified is one of the source as it is.
func TestACopyOfWhatTheSourceWasIsMadeAnew(t *testing.T) {
	for way, j := range map[string]Job{
		"copy": copies(Copy, client.SSEKMS{Key: keyID}), "move": copies(Move, client.SSEKMS{Key: keyID}),
		"as its source": copies(Copy, nil), "between accounts": between(Copy, client.SSEKMS{Key: keyID}),
	} {
		for name, lost := range map[string]memstore.Op{"not looked at": memstore.HeadObject, "completion not heard of": memstore.CompleteMultipartUpload} {
			t.Run(way+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newTwice(t)
					w.store.Become(storetest.Ceph)
					w.other.Become(storetest.Ceph)
					j.Overwrite = OverwriteAlways
					size := 11
					if lost == memstore.CompleteMultipartUpload {
						w.engine.copiesInParts.Store(true)
						size = minPartSize + 1
					}
					old, anew := pattern(size), pattern(size + 1)[1:]
					for _, s := range []*memstore.Store{w.store, w.other} {
						s.Write(copyFrom, old, withSum(old))
					}
					w.store.After(func(c memstore.Call, _ *client.Object) error {
						if c.Op == lost && c.At == copyTo {
							return c.Error(client.KindNetwork)
						}
						return nil
					})
					row := w.command(j)
					require.Error(t, row.Err)
					require.True(t, bytes.Equal(old, w.store.Content(copyTo)), "%v", row.Err)

					w.store.After(nil)
					time.Sleep(time.Minute)
					w.store.Write(copyFrom, anew, withSum(old)) // by a program that kept the metadata
					w.other.Write(copyFrom, anew, withSum(anew))
					row = w.command(j)
					require.NoError(t, row.Err)
					assert.True(t, bytes.Equal(anew, w.store.Content(copyTo)), "it is what the source was")
				})
			})
		}
	}
}

// What became of parts was asked for in one way, and is to be in another now: the command
// makes it so.
func TestACopyInPartsThatIsAskedForOtherwiseNowIsMadeAnew(t *testing.T) {
	for way, j := range map[string]Job{"copy": copies(Copy, client.SSES3{}), "move": copies(Move, client.SSES3{}), "in its place": encryptsAnew(client.SSES3{})} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwice(t)
				w.engine.copiesInParts.Store(true)
				data := pattern(minPartSize + 1)
				w.add(copyFrom, data, underKey)
				j.Overwrite = OverwriteAlways
				w.store.After(func(c memstore.Call, _ *client.Object) error {
					if c.Op == memstore.CompleteMultipartUpload {
						return c.Error(client.KindNetwork)
					}
					return nil
				})
				require.Error(t, w.command(j).Err)
				require.Equal(t, client.TypeSSES3, w.there(j.To.At).Encryption.Type, "it is complete")

				w.store.After(nil)
				j.Treatment = client.TreatmentOf(client.SSEKMS{Key: otherID})
				row := w.command(j)
				require.NoError(t, row.Err)
				assert.Equal(t, Verified, row.Receipt.Verdict)
				assert.Equal(t, otherID, w.there(j.To.At).Encryption.Key)
				assert.True(t, bytes.Equal(data, w.store.Content(j.To.At)))
			})
		})
	}
}

// The copy of a move that was asked for in one way is not taken for one that is asked for
// in another: it is in the way, and the source stays.
func TestTheCopyOfAMoveThatIsAskedForOtherwiseNowIsNotTakenForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTwice(t)
		w.add(copyFrom, []byte("the content"), client.PutOptions{})
		j := copies(Move, client.SSES3{})
		j.Overwrite = OverwriteSkip
		w.store.After(func(c memstore.Call, _ *client.Object) error {
			if c.Op == memstore.CopyObject {
				return c.Error(client.KindNetwork)
			}
			return nil
		})
		require.Error(t, w.command(j).Err)
		require.True(t, w.store.Holds(copyTo))

		w.store.After(nil)
		j.Treatment = client.TreatmentOf(client.SSEKMS{Key: otherID})
		row := w.command(j)
		require.Error(t, row.Err)
		assert.Equal(t, client.TypeSSES3, w.there(copyTo).Encryption.Type, "%v", row.Err)
		assert.True(t, w.store.Holds(copyFrom))
	})
}

// Of a source that is gone there is nothing else to be had than its copy.
func TestACopyWhoseSourceIsGoneIsProvedAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTwice(t)
		j := copies(Copy, nil)
		j.Overwrite = OverwriteAlways
		w.add(copyFrom, []byte("the content"), underKey)
		w.store.Before(unseenAt(copyTo))
		require.Equal(t, client.KindNotYetVerified, client.KindOf(w.command(j).Err))
		w.store.Before(nil)
		w.store.Remove(copyFrom)
		row := w.command(j)
		require.NoError(t, row.Err)
		assert.Equal(t, Verified, row.Receipt.Verdict)
	})
}

// Whether the source is still what was copied cannot be seen: nothing is told of the copy.
func TestACopyWhoseSourceMayNotBeLookedAtIsNotProved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newTwice(t)
		j := copies(Copy, nil)
		j.Overwrite = OverwriteAlways
		w.add(copyFrom, []byte("the content"), underKey)
		w.store.Before(unseenAt(copyTo))
		require.Equal(t, client.KindNotYetVerified, client.KindOf(w.command(j).Err))
		w.store.Before(unseenAt(copyFrom))
		require.Equal(t, client.KindDenied, client.KindOf(w.command(j).Err))
	})
}

// The tags of an object that was written in its place and lost them are given back to it,
// and not to what a colleague has put there since.
func TestTagsThatWereWrittenDownAreNotGivenToAnotherObject(t *testing.T) {
	for name, colleague := range map[string]map[string]string{"without tags": nil, "with tags of its own": {"project": "b"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwice(t)
				w.add(copyFrom, []byte("the content"), client.PutOptions{})
				w.store.Tag(copyFrom, map[string]string{"project": "a"})
				w.store.Before(memstore.Failing(client.KindDenied, memstore.CopyObject))
				require.Equal(t, client.KindDenied, client.KindOf(w.command(encryptsAnew(client.SSEKMS{Key: keyID})).Err))
				w.store.Before(nil)
				w.add(copyFrom, []byte("of a colleague"), client.PutOptions{})
				w.store.Tag(copyFrom, colleague)
				require.NoError(t, w.command(encryptsAnew(client.SSEKMS{Key: keyID})).Err)
				tags, err := w.store.Tags(t.Context(), copyFrom, "")
				require.NoError(t, err)
				assert.Equal(t, len(colleague), len(tags))
				assert.Equal(t, colleague["project"], tags["project"])
				assert.Equal(t, keyID, w.there(copyFrom).Encryption.Key)
			})
		})
	}
}

// What was written over while nobody could look at it was written: who goes on with what
// was left does not take from a colleague what he has put there since, and is told so once.
// The command that is given again overwrites it.
func TestWhatWasLeftIsNotWrittenOverWhatIsThereSince(t *testing.T) {
	for _, way := range []string{"copy", "move", "between accounts", "upload"} {
		for name, lost := range map[string]memstore.Op{"not looked at": memstore.HeadObject, "completion not heard of": memstore.CompleteMultipartUpload, "nor to be opened": memstore.CompleteMultipartUpload} {
			t.Run(way+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{remote.Bucket}, Keys: []client.Key{{ID: string(keyID), Enabled: true}}})
					w := newTwice(t, func(c *Config) { c.Store = store })
					w.store = store // its clock goes
					j := w.ways(client.SSEKMS{Key: keyID}, client.PutOptions{})[way]
					colleagues := client.PutOptions{}
					if name == "nor to be opened" {
						key, err := client.NewCustomerKey(make([]byte, client.CustomerKeyBytes))
						require.NoError(t, err)
						colleagues.Encryption = client.SSEC{Key: key}
					}
					if lost == memstore.CompleteMultipartUpload {
						w.engine.copiesInParts.Store(true)
						data := pattern(minPartSize + 1)
						w.add(copyFrom, data, client.PutOptions{})
						w.other.Write(copyFrom, data, client.PutOptions{})
						if way == "upload" {
							j, _ = w.file(minPartSize+1, client.SSEKMS{Key: keyID})
							j.Overwrite = OverwriteAlways
						}
					}
					w.store.After(func(c memstore.Call, _ *client.Object) error {
						if c.Op == lost && c.At == j.To.At {
							return c.Error(client.KindNetwork)
						}
						return nil
					})
					j.ID = "copy"
					require.Error(t, w.run(j)[0].Err)
					require.True(t, w.store.Holds(j.To.At), "it was written")

					w.store.After(nil)
					time.Sleep(time.Minute)
					w.add(j.To.At, []byte("of a colleague"), colleagues)
					row := w.again()
					assert.Equal(t, client.KindPrecondition.String(), client.KindOf(row.Err).String(), "%v", row.Err)
					assert.Equal(t, "of a colleague", string(w.store.Content(j.To.At)))
					assert.True(t, j.Op == Upload || way == "between accounts" || w.store.Holds(copyFrom))
					w.engine.scribe.settle()
					left, err := w.engine.cfg.Journal.Progress(1)
					require.NoError(t, err)
					assert.Nil(t, left, "there is nothing to go on with")

					require.NoError(t, w.command(j).Err)
					assert.NotEqual(t, "of a colleague", string(w.store.Content(j.To.At)))
				})
			})
		}
	}
}

// The command that is given again after somebody wrote there is to overwrite that.
func TestTheCommandGivenAgainOverwritesWhatIsThereSince(t *testing.T) {
	for _, way := range []string{"copy", "move", "between accounts", "upload"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTwice(t)
				j := w.ways(client.SSEKMS{Key: keyID}, client.PutOptions{})[way]
				w.store.Before(unseenAt(j.To.At))
				require.Equal(t, client.KindNotYetVerified, client.KindOf(w.command(j).Err))
				w.store.Before(nil)
				w.add(j.To.At, []byte("of a colleague"), client.PutOptions{})
				require.NoError(t, w.command(j).Err)
				assert.Len(t, w.store.Content(j.To.At), 11)
			})
		})
	}
}

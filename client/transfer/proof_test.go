package transfer

import (
	"context"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

func TestAProofIsTriedAgainUntilTheServerCanBeAsked(t *testing.T) {
	for _, kind := range []client.Kind{client.KindNotFound, client.KindUnavailable, client.KindThrottled, client.KindNetwork, client.KindStalled} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t)
			w.store.Before(memstore.FailingTimes(6, kind, memstore.HeadObject))
			job, _ := w.file(10, client.SSEKMS{Key: keyID})
			begun := time.Now()
			row := w.run(job)[0]
			require.NoError(t, row.Err, kind.String())
			assert.Equal(t, Done, row.Phase)
			assert.Equal(t, Verified, row.Receipt.Verdict)
			assert.NoError(t, row.Again, "nothing is tried any more")
			assert.Equal(t, 1, w.store.Count(memstore.PutObject), "the file is sent once")
			assert.Less(t, time.Since(begun), time.Minute)
		})
	}
}

func TestTheRowSaysThatAProofIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.store.Before(memstore.FailingTimes(1, client.KindUnavailable, memstore.HeadObject))
		job, _ := w.file(10, client.SSES3{})
		rows, err := w.engine.Submit(slices.Values([]Job{job}))
		require.NoError(t, err)
		synctest.Wait()
		row, _ := w.engine.Nth(rows.First)
		assert.Equal(t, Verifying, row.Phase)
		assert.Equal(t, client.KindUnavailable, client.KindOf(row.Again))
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ = w.engine.Nth(rows.First)
		assert.Equal(t, Done, row.Phase)
		assert.NoError(t, row.Again)
	})
}

func TestWhatCouldNotBeLookedAtIsNeitherDoneNorNotAsAsked(t *testing.T) {
	for _, c := range []struct {
		kind  client.Kind
		waits bool
		why   string
	}{
		{client.KindNotFound, true, "does not find it yet"},
		{client.KindUnavailable, true, "was not answered"},
		{client.KindNetwork, true, "was not answered"},
		{client.KindDenied, false, "this account may not look"},
		{client.KindUnsupported, false, "was not answered"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t)
			w.store.Before(memstore.FailingTimes(1000, c.kind, memstore.HeadObject))
			job, data := w.file(10, client.SSEKMS{Key: keyID})
			begun := time.Now()
			row := w.run(job)[0]
			assert.Equal(t, Failed, row.Phase)
			assert.Equal(t, client.KindNotYetVerified, client.KindOf(row.Err))
			require.ErrorContains(t, row.Err, c.why)
			var known *client.Error
			require.ErrorAs(t, row.Err, &known)
			assert.Equal(t, memstore.RefusedID, known.RequestID)
			require.Len(t, w.receipts, 1, "that it is stored is kept")
			r := w.receipts[0]
			assert.Equal(t, NotYetVerified, r.Verdict)
			assert.Contains(t, r.Why.String(), c.why)
			assert.Equal(t, w.there(remote).ETag, r.ETag)
			assert.Equal(t, data, w.store.Content(remote))
			if c.waits {
				assert.Greater(t, time.Since(begun), 30*time.Second)
				assert.Less(t, time.Since(begun), time.Minute)
			} else {
				assert.Equal(t, 1, w.store.Count(memstore.HeadObject))
			}

			w.store.Before(nil) // later, when it can be asked again
			row = again(w, job, OverwriteSkip)
			assert.Equal(t, Skipped, row.Phase)
			assert.Equal(t, Verified, row.Receipt.Verdict)
		})
	}
}

// patient is a store that repeats a HEAD by itself for 79 seconds, as
// client/s3store does where a server asks to slow down.
func patient(ctx context.Context, c memstore.Call) error {
	if c.Op != memstore.HeadObject {
		return nil
	}
	select {
	case <-time.After(79 * time.Second):
	case <-ctx.Done():
	}
	return c.Error(client.KindThrottled)
}

func TestWhereThereIsNoTimeForAProofNothingIsSaidOfTheObject(t *testing.T) {
	w := newBench(t, func(c *Config) { c.Patience = 1 })
	job, _ := w.file(10, client.SSES3{})
	row := w.run(job)[0]
	assert.Equal(t, Failed, row.Phase)
	require.NotNil(t, row.Receipt)
	assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
	require.ErrorContains(t, row.Err, "the time for the proof is up")
	assert.NotEqual(t, client.KindCorrupt.String(), client.KindOf(row.Err).String(), "nobody looked at it")
}

func TestAProofDoesNotMultiplyThePatienceOfTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.store.Before(patient)
		job, _ := w.file(10, client.SSEKMS{Key: keyID})
		begun := time.Now()
		row := w.run(job)[0]
		assert.Equal(t, 45*time.Second, time.Since(begun))
		assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
		var known *client.Error
		require.ErrorAs(t, row.Err, &known)
		assert.Equal(t, memstore.RefusedID, known.RequestID, "%v", row.Err)
	})
}

func TestOneProofHasOnePatienceForHEADAndForKMS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) {
			c.DescribeKey = func(ctx context.Context, _ client.KeyID) (client.Key, error) {
				<-ctx.Done() // it never answers
				return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindStalled}
			}
		})
		w.store.Before(memstore.FailingTimes(7, client.KindUnavailable, memstore.HeadObject))
		w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
		job, _ := w.file(10, client.SSEKMS{Key: alias})
		begun := time.Now()
		row := w.run(job)[0]
		assert.Equal(t, 45*time.Second, time.Since(begun))
		assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
		require.ErrorContains(t, row.Err, "KMS did not answer")
	})
}

func TestTheEndOfAProofsTimeIsNotWhyItFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		w := newBench(t, func(c *Config) {
			c.DescribeKey = func(ctx context.Context, _ client.KeyID) (client.Key, error) {
				if calls++; calls > 1 {
					<-ctx.Done()
					return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindStalled}
				}
				return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindUnavailable, RequestID: "the real one"}
			}
		})
		w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
		job, _ := w.file(10, client.SSEKMS{Key: alias})
		var known *client.Error
		require.ErrorAs(t, w.run(job)[0].Err, &known)
		assert.Equal(t, "the real one", known.RequestID)
	})
}

func TestWhatAnAnswerSaidAlreadyIsNotForgottenWhenHEADFails(t *testing.T) {
	for _, size := range []int64{10, minPartSize + 10} {
		w := newBench(t)
		w.store.Before(memstore.FailingTimes(1, client.KindDenied, memstore.HeadObject))
		w.store.After(memstore.Report(told(client.TypeSSEKMS, otherID)))
		job, _ := w.file(size, client.SSEKMS{Key: keyID})
		row := w.run(job)[0]
		assert.Equal(t, client.KindEncryptionNotAsAsked, client.KindOf(row.Err))
		assert.Equal(t, OtherKey, row.Receipt.Verdict)
		assert.Equal(t, otherID, row.Receipt.Reported.Key)
	}
}

func TestAKMSThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	for _, asked := range []client.SSEKMS{{Key: alias}, {}} {
		for _, kind := range []client.Kind{client.KindUnavailable, client.KindThrottled, client.KindNetwork, client.KindStalled} {
			synctest.Test(t, func(t *testing.T) {
				calls, down := 0, 3
				w := newBench(t, func(c *Config) {
					c.DescribeKey = func(context.Context, client.KeyID) (client.Key, error) {
						if calls++; calls <= down {
							return client.Key{}, &client.Error{Op: "DescribeKey", Kind: kind}
						}
						return client.Key{ARN: keyARN, AWSManaged: true}, nil
					}
				})
				w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
				job, _ := w.file(10, asked)
				row := w.run(job)[0]
				require.NoError(t, row.Err, kind.String())
				assert.Equal(t, Verified, row.Receipt.Verdict)

				calls, down = 0, 1000
				time.Sleep(answerCounts) // until then its answer counts
				for _, how := range []Overwrite{OverwriteAlways, OverwriteSkip} {
					row = again(w, job, how)
					assert.Equal(t, Failed, row.Phase)
					assert.Equal(t, client.KindNotYetVerified, client.KindOf(row.Err), "%v", row.Err)
					assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
					assert.Equal(t, keyARN, row.Receipt.Reported.Key)
					require.ErrorContains(t, row.Err, "KMS did not answer")
				}
			})
		}
	}
}

func TestAProofThatIsStoppedLeavesItsReceipt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t)
		w.store.Before(memstore.FailingTimes(1000, client.KindUnavailable, memstore.HeadObject))
		job, _ := w.file(10, client.SSES3{})
		rows, err := w.engine.Submit(slices.Values([]Job{job}))
		require.NoError(t, err)
		synctest.Wait()
		w.engine.Cancel(rows)
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ := w.engine.Nth(rows.First)
		assert.Equal(t, Cancelled, row.Phase)
		require.NotNil(t, row.Receipt, "the file is stored, and that is known")
		assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
		assert.Contains(t, row.Receipt.Why.String(), "you stopped")
	})
}

func TestAStoppedJudgementOfWhatIsThereIsNoVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newBench(t, func(c *Config) {
			c.DescribeKey = func(context.Context, client.KeyID) (client.Key, error) {
				return client.Key{}, &client.Error{Op: "DescribeKey", Kind: client.KindUnavailable}
			}
		})
		w.store.After(memstore.Report(told(client.TypeSSEKMS, keyARN)))
		job, data := w.file(10, client.SSEKMS{Key: alias})
		w.add(remote, data, client.PutOptions{Encryption: client.SSEKMS{Key: alias}})
		job.Overwrite = OverwriteSkip
		rows, err := w.engine.Submit(slices.Values([]Job{job}))
		require.NoError(t, err)
		synctest.Wait()
		w.engine.Cancel(rows)
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ := w.engine.Nth(rows.First)
		assert.Equal(t, Cancelled, row.Phase)
		assert.Nil(t, row.Receipt)
	})
}

func TestHEADLooksAtWhatWasWrittenAndAtNothingElse(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	require.Equal(t, Done, w.run(job)[0].Phase)
	require.Len(t, w.store.Calls(memstore.HeadObject), 1)
	assert.Equal(t, w.there(remote).ETag, w.store.Calls(memstore.HeadObject)[0].Read.IfMatch)

	replaced := false
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.HeadObject && !replaced {
			replaced = true
			w.add(remote, []byte("theirs, in the clear"), client.PutOptions{Encryption: client.Inherit{}})
		}
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
	require.ErrorContains(t, row.Err, "another object has taken its place")
	assert.Equal(t, client.KindNotYetVerified, client.KindOf(row.Err), "what a colleague wrote says nothing of our file")
}

// Ceph 16 names no ETag at the completion of an upload in parts.
func TestWithoutAnETagAnotherUploadIsToldByTheChecksumLeftWithIt(t *testing.T) {
	w := newBench(t)
	w.store.After(func(c memstore.Call, o *client.Object) error {
		if c.Op == memstore.CompleteMultipartUpload {
			o.ETag = ""
		}
		return nil
	})
	job, _ := w.file(minPartSize+10, client.SSES3{})
	require.Equal(t, Done, w.run(job)[0].Phase)
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.HeadObject {
			w.add(remote, []byte("a colleague's"), client.PutOptions{
				Encryption: client.Inherit{}, Metadata: map[string]string{client.MetaChecksum: "AAAAAAAAAAA="},
			})
		}
		return nil
	})
	row := w.run(job)[0]
	assert.Equal(t, client.KindNotYetVerified, client.KindOf(row.Err), "nor is it called damage: %v", row.Err)
	require.ErrorContains(t, row.Err, "another object has taken its place")
}

func TestAServerThatNamesAnotherETagOnHEADIsBelievedByTheChecksum(t *testing.T) {
	w := newBench(t)
	job, _ := w.file(10, client.SSES3{})
	w.store.Before(func(_ context.Context, call memstore.Call) error {
		if call.Op == memstore.HeadObject {
			w.store.Change(remote, func(o *client.Object) { o.ETag = "another name of the same" })
		}
		return nil
	})
	row := w.run(job)[0]
	require.NoError(t, row.Err)
	assert.Equal(t, Verified, row.Receipt.Verdict)
}

func TestABucketKeyThatWasAskedForAndIsNotReportedIsSaid(t *testing.T) {
	w := newBench(t)
	w.store.Become(storetest.Ceph)
	job, _ := w.file(10, client.SSEKMS{Key: keyID, BucketKey: true})
	row := w.run(job)[0]
	assert.Equal(t, Verified, row.Receipt.Verdict, "it costs requests, not secrecy")
	assert.Contains(t, row.Receipt.Why.String(), "the bucket key asked for is not reported")
}

func TestTheAWSManagedKeyIsVerifiedByKMSOnly(t *testing.T) {
	for _, c := range []struct {
		name     string
		describe Describer
		want     Verdict
		why      string
	}{
		{"AWS managed", func(_ context.Context, id client.KeyID) (client.Key, error) {
			assert.Equal(t, keyARN, id, "KMS is asked about the key that the server chose")
			return client.Key{ARN: keyARN, AWSManaged: true}, nil
		}, Verified, "encrypted as asked"},
		{"a customer's", func(context.Context, client.KeyID) (client.Key, error) {
			return client.Key{ARN: keyARN}, nil
		}, KeyNotReported, "which KMS does not call AWS managed"},
		{"unknown to KMS", func(context.Context, client.KeyID) (client.Key, error) {
			return client.Key{}, &client.Error{Kind: client.KindKeyUnknown}
		}, KeyNotReported, "could not be found out"},
		{"no KMS", nil, KeyNotReported, "name the key in the rule"},
	} {
		for _, asked := range []client.Encryption{client.SSEKMS{}, client.DSSEKMS{}} {
			w := newBench(t, func(conf *Config) { conf.DescribeKey = c.describe })
			w.store.After(memstore.Report(told(client.TypeOf(asked), keyARN)))
			job, _ := w.file(10, asked)
			row := w.run(job)[0]
			assert.Equal(t, c.want, row.Receipt.Verdict, c.name)
			assert.Contains(t, row.Receipt.Why.String(), c.why, c.name)
			if c.want != Verified {
				assert.Contains(t, row.Receipt.Why.String(), string(keyARN), "the words say which key the server chose")
				require.ErrorContains(t, row.Err, "whether the file is encrypted with the key asked for")
			}
		}
	}
}

func TestARetryProvesWhatIsStoredAndSendsNothingAgain(t *testing.T) {
	for _, size := range []int64{10, minPartSize + 10} {
		w := newBench(t)
		w.store.Before(memstore.FailingTimes(1, client.KindDenied, memstore.HeadObject))
		job, _ := w.file(size, client.SSEKMS{Key: keyID})
		row := w.run(job)[0]
		require.Equal(t, NotYetVerified, row.Receipt.Verdict)
		retry := func() Row {
			w.engine.Retry(Range{row.Nth, 1})
			require.NoError(t, w.engine.Wait(t.Context()))
			r, _ := w.engine.Row(row.Job.ID)
			return r
		}
		again := retry()
		require.NoError(t, again.Err)
		assert.Equal(t, Done, again.Phase)
		assert.Equal(t, Verified, again.Receipt.Verdict)
		assert.Equal(t, size, again.Sent)
		assert.Equal(t, 1, w.store.Count(memstore.PutObject)+w.store.Count(memstore.CompleteMultipartUpload))
	}
}

func TestARetrySendsAgainWhatIsGoneOrOfAnotherFile(t *testing.T) {
	for name, meanwhile := range map[string]func(*workbench, Job){
		"it is gone": func(w *workbench, _ Job) { w.store.Remove(remote) },
		"the file changed and kept size and date": func(_ *workbench, j Job) {
			require.NoError(t, os.WriteFile(j.From.Path, []byte("0123456789"), 0o600))
			require.NoError(t, os.Chtimes(j.From.Path, j.Expect.Modified, j.Expect.Modified))
		},
	} {
		w := newBench(t)
		w.store.Before(memstore.FailingTimes(1, client.KindDenied, memstore.HeadObject))
		job, _ := w.file(10, client.SSES3{})
		row := w.run(job)[0]
		meanwhile(w, row.Job)
		w.engine.Retry(Range{row.Nth, 1})
		require.NoError(t, w.engine.Wait(t.Context()))
		row, _ = w.engine.Row(row.Job.ID)
		require.NoError(t, row.Err, name)
		assert.Equal(t, Verified, row.Receipt.Verdict, name)
		assert.Equal(t, 2, w.store.Count(memstore.PutObject), name)
	}
}

func TestARetryOfAFileThatCannotBeReadIsNoProof(t *testing.T) {
	w := newBench(t)
	w.store.Before(memstore.FailingTimes(1, client.KindDenied, memstore.HeadObject))
	job, _ := w.file(10, client.SSES3{})
	row := w.run(job)[0]
	w.store.Before(func(context.Context, memstore.Call) error { return os.Truncate(job.From.Path, 3) })
	w.engine.Retry(Range{row.Nth, 1})
	require.NoError(t, w.engine.Wait(t.Context()))
	row, _ = w.engine.Row(row.Job.ID)
	assert.Equal(t, client.KindLocal, client.KindOf(row.Err))
}

// The leave to count what is not as asked as done goes as far as a denial:
// whoever could not be asked may still say something else.
func TestLeaveToCountTheUnverifiedAsDone(t *testing.T) {
	for kind, want := range map[client.Kind]Phase{client.KindDenied: Done, client.KindUnavailable: Failed, client.KindNotFound: Failed} {
		synctest.Test(t, func(t *testing.T) {
			w := newBench(t, func(c *Config) { c.AllowUnverified = true })
			w.store.Before(memstore.FailingTimes(1000, kind, memstore.HeadObject))
			job, _ := w.file(10, client.SSES3{})
			row := w.run(job)[0]
			assert.Equal(t, want, row.Phase, kind.String())
			assert.Equal(t, NotYetVerified, row.Receipt.Verdict)
		})
	}
}

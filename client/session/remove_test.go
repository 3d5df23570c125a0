package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// told is what a removal says of each object until its end, and how it ends.
func told(ctx context.Context, r *Removal) (all map[client.Location]error, end error) {
	all = map[client.Location]error{}
	for {
		news, err := r.Next(ctx)
		if err != nil {
			return all, err
		}
		for _, n := range news {
			all[n.At] = n.Err
		}
	}
}

// clearing is a session over a store in memory whose transfers run one at a time.
func clearing(t *testing.T, receipt func(transfer.Receipt) error) (*Session, *memstore.Store) {
	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"b"}})
	o := Opener{
		Dial: func(client.Account, client.Credentials) (client.Store, error) { return store, nil },
		Credentials: func(context.Context, client.Account) (client.Credentials, error) {
			return client.Credentials{AccessKeyID: "AK", Secret: client.NewSecret("s")}, nil
		},
		CustomerKey: func(context.Context, string, ...string) (client.CustomerKey, error) {
			return client.CustomerKey{}, errors.New("no such key")
		},
		Rules:    func() ([]rules.Rule, error) { return nil, nil },
		Transfer: transfer.Config{Concurrency: 1, Journal: &transfer.Memory{Keep: receipt}},
	}
	s, err := o.Open(t.Context(), client.Account{ID: "id-1", Name: "ward", AccessKeyID: "AK", Endpoint: "https://s3.example.org"})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close(context.Background())) })
	return s, store
}

// filled puts n objects into the store and says where they are.
func filled(store *memstore.Store, n int) (was []Seen) {
	for i := range n {
		l := client.Location{Bucket: "b", Key: fmt.Sprintf("k%04d", i)}
		store.Fill(1, l.Bucket+"/"+l.Key)
		o, _ := store.Object(l)
		was = append(was, Seen{At: l, ETag: o.ETag, Modified: o.Modified, Size: o.Size})
	}
	return was
}

func TestADeletionIsRowsOfTheTransfersWithReceipts(t *testing.T) {
	var receipts []transfer.Receipt
	s, store := clearing(t, func(r transfer.Receipt) error { receipts = append(receipts, r); return nil })
	at := filled(store, 3)
	r, err := s.Remove(t.Context(), at)
	require.NoError(t, err)
	gone, end := told(t.Context(), r)
	require.ErrorIs(t, end, io.EOF)
	assert.Len(t, gone, 3)
	assert.Len(t, receipts, 3)
	rows := s.Transfers().AppendRows(nil, 0, 10)
	require.Len(t, rows, 3)
	for i, row := range rows {
		assert.Equal(t, transfer.Delete, row.Job.Op)
		assert.Equal(t, transfer.ObjectAt("id-1", at[i].At, ""), row.Job.From)
		assert.Equal(t, row.Job.ID, row.Receipt.Job)
	}
}

func TestNothingToRemoveIsOverAtOnce(t *testing.T) {
	s, _ := clearing(t, nil)
	r, err := s.Remove(t.Context(), nil)
	require.NoError(t, err)
	_, err = r.Next(t.Context())
	require.ErrorIs(t, err, io.EOF)
}

func TestARequestThatFailsIsToldOfAndTheOthersGoOn(t *testing.T) {
	for kind, unknown := range map[client.Kind]bool{client.KindDenied: false, client.KindUnavailable: true} {
		s, store := clearing(t, nil)
		was := filled(store, 4*client.MaxEntries+1)
		store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op == memstore.DeleteObjects && c.Nth == 2 {
				return c.Error(kind)
			}
			return nil
		})
		r, err := s.Remove(t.Context(), was)
		require.NoError(t, err)
		counts := map[string]int{}
		for {
			news, err := r.Next(t.Context())
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				break
			}
			for _, n := range news {
				counts[fmt.Sprint(client.KindOf(n.Err), n.Unknown)]++
				if n.Err != nil {
					assert.Equal(t, kind.String(), client.KindOf(n.Err).String())
				}
			}
		}
		assert.Equal(t, client.MaxEntries, counts[fmt.Sprint(kind, unknown)], "whether they are gone: %v", counts)
		assert.Len(t, counts, 2)
		assert.Len(t, store.Names("b"), client.MaxEntries, "the others are gone")
		assert.Equal(t, client.MaxEntries, s.Transfers().Summary().Phases[transfer.Failed], "to be retried")
	}
}

func TestWhatIsUnderWayWhenADeletionEndsIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := clearing(t, nil)
		was := filled(store, 2*client.MaxEntries)
		ctx, stop := context.WithCancel(t.Context())
		store.Before(func(_ context.Context, c memstore.Call) error {
			if c.Op == memstore.DeleteObjects {
				stop()
				time.Sleep(LastAnswers / 2)
			}
			return nil
		})
		r, err := s.Remove(ctx, was)
		require.NoError(t, err)
		gone, end := told(ctx, r)
		require.ErrorIs(t, end, context.Canceled)
		assert.Len(t, gone, client.MaxEntries)
		assert.Len(t, store.Names("b"), client.MaxEntries)
		require.NoError(t, s.Close(t.Context()))
	})
}

func TestAnObjectThatAColleagueWroteAgainIsNotRemoved(t *testing.T) {
	s, store := clearing(t, nil)
	was := filled(store, 3)
	store.Write(was[1].At, []byte("his"), client.PutOptions{Encryption: client.Inherit{}})
	r, err := s.Remove(t.Context(), was)
	require.NoError(t, err)
	all, end := told(t.Context(), r)
	require.ErrorIs(t, end, io.EOF)
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(all[was[1].At]).String())
	assert.Equal(t, []string{"k0001"}, store.Names("b"))
	assert.Equal(t, 1, store.Count(memstore.DeleteObjects))
}

func TestAllVersionsAndMarkersOfAFolderAreCountedAndRemoved(t *testing.T) {
	s, store := clearing(t, nil)
	store.KeepVersions("b")
	for range 2 {
		store.Fill(3, "b/f/a", "b/f/ab", "b/g")
	}
	_, err := store.Delete(t.Context(), []client.Location{{Bucket: "b", Key: "f/a"}})
	require.NoError(t, err)
	one, err := s.CountVersions(t.Context(), client.Object{At: client.Location{Bucket: "b", Key: "f/a"}})
	require.NoError(t, err)
	assert.Len(t, one.Objects, 3, "two versions and a marker, and none of another name")
	all, err := s.CountVersions(t.Context(), client.Object{At: client.Location{Bucket: "b", Key: "f"}, IsFolder: true})
	require.NoError(t, err)
	assert.Len(t, all.Objects, 5)
	r, err := s.Remove(t.Context(), all.Objects)
	require.NoError(t, err)
	_, end := told(t.Context(), r)
	require.ErrorIs(t, end, io.EOF)
	left, err := s.CountVersions(t.Context(), client.Object{At: client.Location{Bucket: "b"}, IsFolder: true})
	require.NoError(t, err)
	assert.Len(t, left.Objects, 2, "of g")
}

func TestADeletionEndsWithTheContextOfWhoBeganIt(t *testing.T) {
	s, store := clearing(t, nil)
	gate := store.Hold(memstore.DeleteObjects)
	ctx, stop := context.WithCancel(t.Context())
	r, err := s.Remove(ctx, filled(store, 2*client.MaxEntries))
	require.NoError(t, err)
	<-gate.Entered()
	stop()
	gone, end := told(ctx, r)
	require.ErrorIs(t, end, context.Canceled)
	assert.Len(t, gone, client.MaxEntries, "nobody answered within a second: nothing is known of those")
	assert.Equal(t, client.KindCancelled.String(), client.KindOf(gone[client.Location{Bucket: "b", Key: "k0000"}]).String())
	assert.Equal(t, 2*client.MaxEntries, len(store.Names("b")))
	assert.Equal(t, 2*client.MaxEntries, s.Transfers().Summary().Phases[transfer.Cancelled])
}

func TestWhatIsStoppedAmongTheTransfersIsNotCalledRemoved(t *testing.T) {
	s, store := clearing(t, nil)
	gate := store.Hold(memstore.DeleteObjects)
	r, err := s.Remove(t.Context(), filled(store, 1))
	require.NoError(t, err)
	<-gate.Entered()
	s.Transfers().Cancel()
	gone, end := told(t.Context(), r)
	require.ErrorIs(t, end, io.EOF)
	require.Len(t, gone, 1)
	assert.Error(t, gone[client.Location{Bucket: "b", Key: "k0000"}])
}

func TestRowsThatWereClearedLongAgoDoNotHoldARemovalUp(t *testing.T) {
	s, store := clearing(t, nil)
	r, err := s.Remove(t.Context(), filled(store, 3*client.MaxEntries))
	require.NoError(t, err)
	require.NoError(t, s.Transfers().Wait(t.Context()))
	s.Transfers().Clear()
	_, end := told(t.Context(), r)
	require.ErrorIs(t, end, io.EOF)
}

func TestOnlyTheObjectThatWasSeenIsDeleted(t *testing.T) {
	s, store := clearing(t, nil)
	at := client.Location{Bucket: "b", Key: "k"}
	was := store.Write(at, []byte("one"), client.PutOptions{Encryption: client.Inherit{}})
	now := store.Write(at, []byte("two"), client.PutOptions{Encryption: client.Inherit{}})
	for _, o := range []client.Object{was, {At: at}, {At: at, Modified: now.Modified}} {
		assert.Equal(t, client.KindPrecondition, client.KindOf(s.DeleteOnly(t.Context(), o, "")))
	}
	assert.Equal(t, client.KindNeedsKey, client.KindOf(s.DeleteOnly(t.Context(), now, "an MD5 that no key here has")))
	assert.Equal(t, []string{"k"}, store.Names("b"))
	require.NoError(t, s.DeleteOnly(t.Context(), now, ""))
	assert.Empty(t, store.Names("b"))
}

func TestADeletionOfOneObjectThatIsStoppedIsNotCalledDone(t *testing.T) {
	s, store := clearing(t, nil)
	was := store.Write(client.Location{Bucket: "b", Key: "k"}, []byte("one"), client.PutOptions{Encryption: client.Inherit{}})
	gate := store.Hold(memstore.DeleteObject)
	go func() {
		<-gate.Entered()
		s.Transfers().Cancel()
	}()
	assert.Equal(t, client.KindCancelled, client.KindOf(s.DeleteOnly(t.Context(), was, "")))
}

func TestAClosedSessionDeletesNothing(t *testing.T) {
	s, store := clearing(t, nil)
	at := filled(store, 1)
	o, _ := store.Object(at[0].At)
	require.NoError(t, s.Close(t.Context()))
	_, err := s.Remove(t.Context(), at)
	require.ErrorIs(t, err, transfer.ErrClosed)
	require.ErrorIs(t, s.DeleteOnly(t.Context(), o, ""), transfer.ErrClosed)
	assert.Len(t, store.Names("b"), 1)
}

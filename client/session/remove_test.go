package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
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
		Transfer: transfer.Config{Concurrency: 1, Journal: &transfer.Memory{Keep: receipt}},
	}
	s, err := o.Open(t.Context(), client.Account{ID: "id-1", Name: "ward", AccessKeyID: "AK", Endpoint: "https://s3.example.org"})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close(context.Background())) })
	return s, store
}

// filled puts n objects into the store and says where they are.
func filled(store *memstore.Store, n int) (at []client.Location) {
	for i := range n {
		l := client.Location{Bucket: "b", Key: fmt.Sprintf("k%04d", i)}
		store.Fill(1, l.Bucket+"/"+l.Key)
		at = append(at, l)
	}
	return at
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
		assert.Equal(t, transfer.ObjectAt("id-1", at[i], ""), row.Job.From)
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

func TestWhenARequestFailsWhatWaitsIsNotBegunAndNothingIsSaidOfIt(t *testing.T) {
	s, store := clearing(t, nil)
	at := filled(store, 4*client.MaxEntries+1)
	seen := make(chan struct{})
	store.Before(func(_ context.Context, c memstore.Call) error {
		switch {
		case c.Op == memstore.DeleteObjects && c.Nth == 2:
			return c.Error(client.KindUnavailable)
		case c.Op == memstore.DeleteObjects && c.Nth == 3: // begun, if at all, before anybody saw the second fail
			<-seen
		}
		return nil
	})
	r, err := s.Remove(t.Context(), at)
	require.NoError(t, err)
	go func() {
		defer close(seen)
		for e := s.Transfers(); ; {
			cursor := e.ChangedSince(0).Cursor
			if e.Summary().Phases[transfer.Cancelled] > 0 || e.Await(t.Context(), cursor) != nil {
				return
			}
		}
	}()
	gone, end := told(t.Context(), r)
	assert.Equal(t, client.KindUnavailable, client.KindOf(end))
	sum := s.Transfers().Summary()
	assert.Equal(t, client.MaxEntries, sum.Phases[transfer.Failed], "to be retried")
	assert.GreaterOrEqual(t, sum.Phases[transfer.Cancelled], client.MaxEntries+1)
	assert.Zero(t, sum.Open())
	assert.Equal(t, sum.Phases[transfer.Done], len(gone), "what was under way is told of to its end")
	assert.Equal(t, len(at)-len(gone), len(store.Names("b")))
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
	assert.Empty(t, gone)
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
	assert.Empty(t, gone)
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
	o, _ := store.Object(at[0])
	require.NoError(t, s.Close(t.Context()))
	_, err := s.Remove(t.Context(), at)
	require.ErrorIs(t, err, transfer.ErrClosed)
	require.ErrorIs(t, s.DeleteOnly(t.Context(), o, ""), transfer.ErrClosed)
	assert.Len(t, store.Names("b"), 1)
}

package session

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// An OpenUpload is a multipart upload that was begun and neither completed nor
// dropped: its parts are paid for and nobody sees them.
type OpenUpload struct {
	client.OpenUpload
	Bytes int64 // of its parts; NotTold where they could not be asked for
	Ours  bool  // begun by a program of this user with this account
	// Row is the transfer that goes on with it where its program has ended, 0 for none.
	Row int64
}

// OpenUploads lists those below a prefix.
func (s *Session) OpenUploads(ctx context.Context, under client.Location) ([]OpenUpload, error) {
	open, err := s.store.OpenUploads(ctx, under)
	if err != nil {
		return nil, err
	}
	known, err := s.known()
	if err != nil {
		return nil, err
	}
	all := make([]OpenUpload, len(open))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, o := range open {
		group.Go(func() error {
			u := client.Upload{At: o.At, ID: o.ID}
			k, ours := known[uploadKey{o.At, o.ID}]
			all[i] = OpenUpload{OpenUpload: o, Bytes: s.bytesOf(ctx, u), Ours: ours}
			if k.Left {
				all[i].Row = k.Number
			}
			return ctx.Err()
		})
	}
	return all, group.Wait()
}

type uploadKey struct {
	at client.Location
	id string
}

// known are the account's uploads.
func (s *Session) known() (map[uploadKey]transfer.KnownUpload, error) {
	all, err := s.journal.Uploads()
	known := make(map[uploadKey]transfer.KnownUpload, len(all))
	for _, u := range all {
		known[uploadKey{u.At, u.ID}] = u
	}
	return known, err
}

// bytesOf adds the parts of an upload up.
func (s *Session) bytesOf(ctx context.Context, u client.Upload) int64 {
	parts, err := s.store.Parts(ctx, u)
	if err != nil {
		return client.NotTold
	}
	sum := int64(0)
	for _, p := range parts {
		if p.Size == client.NotTold {
			return client.NotTold
		}
		sum += p.Size
	}
	return sum
}

// Resumable reports whether a transfer of ours goes on with it ([Session.Resume]).
func (u OpenUpload) Resumable() bool { return u.Row != 0 }

// WasBegunBefore reports whether an upload is known to be older than a moment.
func (u OpenUpload) WasBegunBefore(t time.Time) bool { return !u.Begun.IsZero() && u.Begun.Before(t) }

// DropUpload drops the parts of an upload, whoever began it.
func (s *Session) DropUpload(ctx context.Context, o OpenUpload) error {
	u := client.Upload{At: o.At, ID: o.ID}
	if err := s.store.AbortUpload(ctx, u); err != nil {
		return err
	}
	return s.journal.Dropped(o.At, o.ID)
}

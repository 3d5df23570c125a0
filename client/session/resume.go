package session

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// Keeps reports whether transfers that are cut off can be gone on with by another run
// of the program.
func (s *Session) Keeps() bool { return s.journal.Lasts() }

// Leftovers say which transfers of programs that ended are meant; the zero value is
// all.
type Leftovers struct {
	Under    client.Location // of objects whose names begin so; without a bucket, of any
	UploadID string          // of this multipart upload; "" of any and of none
}

// Resume makes transfers which programs that ended have left this session's, and
// returns how many: they wait in its engine from now on. What failed is among them
// where there is something to go on with, and what was cancelled and not cleaned up
// where its upload is named.
func (s *Session) Resume(what Leftovers) (int, error) {
	only := int64(0) // the row, 0 for any
	if what.UploadID != "" {
		var err error
		if only, err = s.rowOf(what.UploadID); err != nil || only == 0 {
			return 0, err
		}
	}
	taken, err := s.engine.TakeOver(transfer.Queued, func(left *transfer.Record) bool {
		return what.means(left.Job) && (only == 0 || left.Number == only) &&
			(left.Phase != transfer.Failed || left.Begun) && (left.Phase != transfer.Cancelled || only != 0)
	})
	if taken.N > 0 { // no rows would be all
		s.engine.Resume(taken)
		s.engine.Retry(taken)
	}
	return taken.N, err
}

// rowOf is the row that goes on with an upload, 0 for none.
func (s *Session) rowOf(uploadID string) (int64, error) {
	all, err := s.journal.Uploads()
	for _, u := range all {
		if u.ID == uploadID && u.Left {
			return u.Number, err
		}
	}
	return 0, err
}

// means reports whether a transfer is one of those. A deletion is none, for nobody
// who interrupts one wants it to go on; nor is what has lost its stream.
func (l Leftovers) means(j transfer.Job) bool {
	if j.Op == transfer.Delete || j.From.Stream != "" || j.To.Stream != "" {
		return false
	}
	at := j.At()
	return l.Under.Bucket == "" || at.Bucket == l.Under.Bucket && strings.HasPrefix(at.Key, l.Under.Key)
}

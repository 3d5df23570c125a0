package treesync

import (
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// deletions gives what only the target has. Both trees have ended, whole.
func (p *planning) deletions() error {
	switch n := len(p.gone); {
	case !p.options.Delete || n == 0:
		return nil
	case p.files == 0 && !p.options.FromNothing:
		return ErrFromNothing
	case p.options.MostDeleted >= 0 && n > p.options.MostDeleted:
		return &TooManyError{n, p.options.MostDeleted}
	}
	for rest := p.gone; len(rest) > 0; {
		n := min(len(rest), largestPiece)
		steps := make([]Step, n)
		for i, g := range rest[:n] {
			steps[i] = Step{Do: Delete, Target: g.entry(), Why: client.Say("the source does not have it")}
		}
		if err := p.give(steps); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// A TooManyError says that more would be deleted than may be, so that nothing was.
type TooManyError struct{ Would, Most int }

func (e *TooManyError) Error() string { return e.Text().String() }

// Text is what [TooManyError.Error] says.
func (e *TooManyError) Text() client.Text {
	return client.Say("%d would be deleted, and %d are allowed: so nothing was deleted; look at what it would be first, then allow more", e.Would, e.Most)
}

// ErrFromNothing is why a source without a file deletes nothing.
var ErrFromNothing = client.Say("the source has no file that takes part, so all of the target would be deleted: nothing was; if that is meant, allow an empty source").Err()

func (g gone) entry() Entry {
	e := Entry{Key: g.key, Kind: g.kind, Size: g.size, ETag: g.etag, Name: g.name}
	if g.modified != 0 {
		e.Modified = time.Unix(0, g.modified)
	}
	return e
}

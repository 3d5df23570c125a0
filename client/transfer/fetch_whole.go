package transfer

import (
	"context"
	"errors"
	"math"

	"github.com/bucketseal/bucketseal/client"
)

// fetch fills the temporary file, and gives the object with the size it turned
// out to have; NotTold where only its end told it. Ranges are asked for where the size is known and the server has
// them; else the object comes by one plain GET. What the listing, HEAD and GET
// say of the size must not contradict what arrives.
func (e *Engine) fetch(ctx context.Context, it *item, t *target, head client.Object) (client.Object, error) {
	if head.Size > 0 { // of 0, GET has the last word
		if err := asListed(it.row.Job, head); err != nil {
			return head, err
		}
	}
	if head.Size > 0 && !e.rangeless.Load() {
		err := e.fetchRanges(ctx, it, t, head)
		if !errors.Is(err, client.ErrNoRanges) {
			return head, err
		}
		e.rangeless.Store(true) // learned once for the account
	}
	arrived, said, err := e.fetchWhole(ctx, it, t, head)
	if err != nil {
		return head, err
	}
	head.Size = arrived
	if err := asListed(it.row.Job, head); err != nil {
		return head, err
	}
	if !said && it.row.Job.Expect.Size <= 0 {
		head.Size = client.NotTold // nor did the list tell it: there is nothing to compare
	}
	return head, nil
}

// fetchWhole reads the object with one request without a range; an answer that
// breaks off is read again from the start. It returns how much there is, and
// whether the server had said so.
func (e *Engine) fetchWhole(ctx context.Context, it *item, t *target, head client.Object) (size int64, said bool, err error) {
	for failures := 0; ; {
		// Nothing of what was tried before stays between the new bytes.
		if err := t.file.Truncate(0); err != nil {
			return 0, false, local(t.job, err)
		}
		it.sent.Store(0)
		f := &fetcher{engine: e, it: it, target: t, head: head, left: span{1, 0, head.Size}, whole: true}
		if head.Size <= 0 {
			f.left.length, f.open = math.MaxInt64-1, true
		}
		_, err = f.once(ctx)
		switch {
		case err == nil:
			return f.left.offset, !f.open, nil
		case ctx.Err() != nil:
			return 0, false, context.Cause(ctx)
		case !mayContinue(err):
			return 0, false, unanswered(err)
		}
		if failures++; failures == fetchTries {
			return 0, false, f.brokeOff(err)
		}
		if err := pause(ctx, failures); err != nil {
			return 0, false, err
		}
	}
}

// asListed compares an object's size with the listing's the job was made of.
// Less than was listed is an object cut short, unless it was written since.
func asListed(j Job, head client.Object) error {
	written := !j.Expect.Modified.IsZero() && !head.Modified.IsZero() && j.Expect.Modified.Unix() != head.Modified.Unix()
	if !head.SizeTold() || j.Expect.Size <= head.Size || written {
		return nil
	}
	return unlike(j, head.RequestID, client.Say("the list says %d bytes, and the object has %d", j.Expect.Size, head.Size))
}

// sizesAgree compares what GET says of the size with what HEAD said.
func (f *fetcher) sizesAgree(got client.Object) error {
	switch {
	case !got.SizeTold():
		return nil
	case f.open:
		f.left.length, f.open = got.Size, false
		return nil
	case got.Size != f.head.Size:
		return unlike(f.target.job, got.RequestID, client.Say("HEAD says %d bytes, and GET says %d", f.head.Size, got.Size))
	}
	return nil
}

// unlike says that the server contradicts itself about an object.
func unlike(j Job, requestID string, said client.Text) error {
	return &client.Error{Op: "GetObject", Kind: client.KindContradiction, At: j.From.At, RequestID: requestID, Said: said}
}

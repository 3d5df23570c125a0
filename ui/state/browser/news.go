package browser

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// ShowStored shows an uploaded object in the folder that is listed, when it is
// there, with what the server said of it.
func (b *Browser) ShowStored(r transfer.Receipt) {
	if !b.at.Holds(r.At) {
		return
	}
	o := client.Object{At: r.At, Size: r.Size, Modified: r.VerifiedAt, VersionID: r.VersionID, Encryption: r.Reported}
	rest := r.At.Key[len(b.at.Key):]
	for i, c := range rest {
		if c == '/' { // deeper down: it is the folder that shows here
			o = client.Object{At: client.Location{Bucket: r.At.Bucket, Key: b.at.Key + rest[:i+1]}, IsFolder: true}
			break
		}
	}
	b.list.put(o)
	if !o.IsFolder {
		b.probes.answers[o.At.Key] = probeOf(explain.Encryption(r.Reported, transfer.Finding{Verdict: r.Verdict}))
	}
	b.changed()
}

// CheckObject asks the server what is there where an upload went that failed, and shows
// it: what was stored is seen whatever went wrong after it, and what is not
// there is not.
func (b *Browser) CheckObject(at client.Location) {
	s := b.session
	if s == nil || !b.lists(at) {
		return
	}
	loop.Fetch(b.ctx, b.world.Loop, func(ctx context.Context) (session.Properties, error) {
		return s.Properties(ctx, at, client.ReadOptions{})
	},
		func(p session.Properties, err error) {
			switch {
			case !b.lists(at): // another folder is shown by now
			case err == nil:
				b.list.put(p.Object)
				b.probes.answers[at.Key] = probeOf(explain.Encryption(p.Object.Encryption, p.Finding))
				b.changed()
			case client.KindOf(err) == client.KindNotFound:
				b.RemoveObject(client.Object{At: at})
			}
		})
}

// lists reports whether an object stands in the folder shown itself.
func (b *Browser) lists(at client.Location) bool {
	return b.at.Holds(at) && !strings.Contains(at.Key[len(b.at.Key):], "/")
}

// RemoveObject takes an object that was deleted off the folder that is listed,
// when it is there. Where a version was deleted, an older one may be there now.
func (b *Browser) RemoveObject(was client.Object) {
	at := was.At
	if was.VersionID != "" && b.at.Bucket == at.Bucket {
		b.relist()
		return
	}
	if b.at.Bucket == at.Bucket && b.list.find(at.Key) >= 0 {
		b.list.remove(map[string]bool{at.Key: true})
		delete(b.probes.answers, at.Key)
		b.changed()
	}
}

// Relist lists the folder shown anew; rows, scrolling and selection stay.
func (b *Browser) Relist() {
	if b.session != nil && b.at.Bucket != "" {
		b.relist()
	}
}

// Select selects objects, in the folder shown where any of them is there; else
// it opens the folder of the first.
func (b *Browser) Select(objects []client.Location) {
	var rows []int
	for _, at := range objects {
		if row := b.list.find(at.Key); row >= 0 {
			rows = append(rows, row)
		}
	}
	switch {
	case len(rows) > 0:
		b.list.selection.SetSelected(rows)
		b.list.selection.MoveTo(rows[0])
		b.changed()
	case len(objects) > 0:
		b.Open(objects[0].Parent())
		b.cursorTo = objects[0].Key
	}
}

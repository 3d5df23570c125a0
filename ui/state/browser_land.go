package state

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// shows reports whether the folder that is listed holds an object, itself or
// further down.
func (b *Browser) shows(at client.Location) bool {
	return b.at.Bucket != "" && at.Bucket == b.at.Bucket && len(at.Key) > len(b.at.Key) && strings.HasPrefix(at.Key, b.at.Key)
}

// landed shows an uploaded object in the folder that is listed, when it is
// there, with what the server said of it.
func (b *Browser) landed(r transfer.Receipt) {
	if !b.shows(r.At) {
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
		b.probes.answers[o.At.Key] = encryptionCell(r.Reported, transfer.Finding{Verdict: r.Verdict})
	}
	b.changed()
}

// look asks the server what lies where an upload went that failed, and shows
// it: what was stored is seen whatever went wrong after it, and what is not
// there is not.
func (b *Browser) look(at client.Location) {
	s := b.session
	if s == nil || !b.shows(at) || strings.Contains(at.Key[len(b.at.Key):], "/") {
		return
	}
	loop.Fetch(b.ctx, b.app.loop, func(ctx context.Context) (session.Properties, error) {
		return s.Properties(ctx, at, client.ReadOptions{})
	},
		func(p session.Properties, err error) {
			switch {
			case !b.shows(at):
			case err == nil:
				b.list.put(p.Object)
				b.probes.answers[at.Key] = encryptionCell(p.Object.Encryption, p.Finding)
				b.changed()
			case client.KindOf(err) == client.KindNotFound:
				b.gone(client.Object{At: at})
			}
		})
}

package browser

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// Open shows a bucket or a folder; a new one goes into the history.
func (b *Browser) Open(at client.Location) {
	at = at.Folder()
	if at != b.at {
		b.back = append(b.back, b.at)
		b.forward = nil
	}
	b.show(at, "")
}

// OpenRow opens the folder of a row; ok is false when the row is no folder.
func (b *Browser) OpenRow(row int) (ok bool) {
	if row < 0 || row >= b.Rows() || !b.list.object(row).IsFolder {
		return false
	}
	b.Open(b.list.object(row).At)
	return true
}

// Back and Forward walk the history; Up opens the parent, with the cursor on
// where one comes from. They do nothing where there is nowhere to go.
func (b *Browser) Back() {
	if n := len(b.back); n > 0 {
		to := b.back[n-1]
		b.back, b.forward = b.back[:n-1], append(b.forward, b.at)
		b.show(to, b.at.Key)
	}
}

// Forward goes where Back came from.
func (b *Browser) Forward() {
	if n := len(b.forward); n > 0 {
		to := b.forward[n-1]
		b.forward, b.back = b.forward[:n-1], append(b.back, b.at)
		b.show(to, "")
	}
}

// Up opens the parent folder.
func (b *Browser) Up() {
	if b.CanUp() {
		from := b.at
		b.Open(b.at.Parent())
		b.cursorTo = from.Key
	}
}

// CanBack, CanForward and CanUp say whether there is somewhere to go.
func (b *Browser) CanBack() bool { return len(b.back) > 0 }

// CanForward says whether Back was used.
func (b *Browser) CanForward() bool { return len(b.forward) > 0 }

// CanUp says whether there is a parent.
func (b *Browser) CanUp() bool { return b.at.Bucket != "" }

// Refresh lists the folder and the buckets anew.
func (b *Browser) Refresh() {
	if b.session == nil {
		return
	}
	b.RefreshBuckets()
	b.RefreshRules()
	b.relist()
}

// relist lists the folder anew, with the cursor where it is. The rows stay until their successors are there, and so do the place
// scrolled to and what is selected.
func (b *Browser) relist() {
	if b.Rows() == 0 || b.err != nil { // there is nothing to keep
		filter := b.list.filter
		b.show(b.at, "")
		b.SetFilter(filter)
		return
	}
	b.leaveListing()
	b.cursorTo = ""
	b.probes.reset()
	b.list.begin()
	b.first()
	b.changed()
}

// Stop ends the listing under way; what came stays.
func (b *Browser) Stop() {
	if b.busy {
		b.stop()
		b.busy, b.partial = false, true
		b.list.end()
		b.changed()
	}
}

// show leaves the folder shown and lists another; cursorTo is the key the
// cursor goes to.
func (b *Browser) show(at client.Location, cursorTo string) {
	b.leaveListing()
	b.at, b.cursorTo = at, cursorTo
	b.list.filter = ""
	b.list.clear()
	b.probes.reset()
	b.first()
	b.changed()
}

// leaveListing ends the listing under way and forgets how it stood.
func (b *Browser) leaveListing() {
	if b.stop != nil {
		b.stop()
	}
	b.err, b.busy, b.partial = nil, false, false
}

// first asks for the first page of the folder shown.
func (b *Browser) first() {
	if b.session != nil && b.at.Bucket != "" {
		var ctx context.Context
		ctx, b.stop = context.WithCancel(b.ctx)
		b.busy = true
		b.next(b.withMonitor(ctx), "")
	}
}

// next asks for one page and, once it is shown, for the one after it.
func (b *Browser) next(ctx context.Context, after string) {
	s, at := b.session, b.at
	loop.Fetch(ctx, b.world.Loop, func(ctx context.Context) (client.Page, error) {
		return s.List(ctx, at, client.ListOptions{After: after})
	}, func(page client.Page, err error) {
		b.world.Heard(s.Account(), err, b.world.Now())
		if err != nil {
			b.busy, b.err = false, err
			b.list.end()
			b.forgetBucket(at.Bucket, err)
			b.changed()
			return
		}
		b.keepBucket(at.Bucket)
		b.list.add(withoutFolderItself(page.Objects, at), page.Next != "")
		b.placeCursor()
		b.busy = page.Next != ""
		if b.busy {
			b.next(ctx, page.Next)
		}
		b.changed()
	})
}

// withoutFolderItself leaves out the marker by which clients show an empty
// folder.
func withoutFolderItself(all []client.Object, at client.Location) []client.Object {
	kept := make([]client.Object, 0, len(all))
	for _, o := range all {
		if o.At.Key != at.Key {
			kept = append(kept, o)
		}
	}
	return kept
}

// placeCursor puts the cursor where the user comes from, once it is listed.
func (b *Browser) placeCursor() {
	if b.cursorTo == "" {
		return
	}
	if row := b.list.find(b.cursorTo); row >= 0 {
		b.list.selection.Only(row)
		b.cursorTo = ""
		if b.OnCursor != nil {
			b.OnCursor(row)
		}
	}
}

// RefreshBuckets lists the buckets anew.
func (b *Browser) RefreshBuckets() {
	s := b.session
	if s == nil {
		return
	}
	b.bucketsBusy = true
	loop.Fetch(b.ctx, b.world.Loop, s.Buckets, func(all []client.Bucket, err error) {
		b.bucketsBusy, b.bucketsErr = false, err
		if err == nil {
			b.buckets = b.withKnown(all)
			if len(all) == 1 && b.at.Bucket == "" && len(b.back) == 0 {
				b.Open(client.Location{Bucket: all[0].Name})
			}
		}
		if err != nil && len(b.buckets) == 0 {
			b.buckets = b.withKnown(nil)
		}
		b.world.Listed(s.Account(), err)
		b.changed()
		if b.wantsBucket() && b.at.Bucket == "" {
			b.world.NeedsBucket()
		}
	})
}

// RuleSet is the rules as they were read last, for the account shown; with an
// error they could not be read.
func (b *Browser) RuleSet() (rules.Set, error) { return b.ruleSet, b.rulesErr }

// RefreshRules reads the rules anew, after they were changed.
func (b *Browser) RefreshRules() {
	s := b.session
	if s == nil {
		return
	}
	loop.Fetch(b.ctx, b.world.Loop, s.RuleSet, func(set rules.Set, err error) {
		b.ruleSet, b.rulesErr = set, err
		b.probes.reset()
		b.changed()
	})
}

// Problem is why the folder could not be listed, nil when it could.
func (b *Browser) Problem() error { return b.err }

// Progress says how far the listing is: "12,408 listed so far", "3 of 12,408
// selected, 49.3 GiB".
func (b *Browser) Progress() string {
	if b.at.Bucket == "" {
		return ""
	}
	var text string
	switch n := b.list.selection.Count(); {
	case n > 0:
		var all session.Totals
		for row := range b.list.selection.All() {
			all.Bytes += b.list.object(row).Bytes()
			if !b.list.object(row).SizeTold() {
				all.Untold++
			}
		}
		text = i18n.T("%s of %s selected, %s", explain.Count(n), explain.Count(b.Rows()), explain.TotalSize(all.Bytes, all.Untold))
	case b.list.filter != "":
		text = i18n.T("%s of %s shown", explain.Count(b.Rows()), explain.Count(b.Total()))
	default:
		text = i18n.N(b.Total(), "%s entry", "%s entries", explain.Count(b.Total()))
	}
	switch {
	case b.slowed():
		return i18n.T("%s; the server asks to slow down, trying again…", text)
	case b.busy:
		return i18n.T("%s; listing…", text)
	case b.partial:
		return i18n.T("%s; stopped before the end", text)
	case b.err != nil && b.Total() > 0:
		return i18n.T("%s; the rest could not be listed", text)
	}
	return text
}

func beginsWith(name, typed string) bool {
	return len(name) >= len(typed) && strings.HasPrefix(strings.ToLower(name), strings.ToLower(typed))
}

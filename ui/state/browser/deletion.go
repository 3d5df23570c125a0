package browser

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// A Deletion is a deletion before and while it happens: it counts what it would
// take, waits for a yes, and tells what was left.
type Deletion struct {
	// OnChange is called after the count or the progress changed; nil for none.
	OnChange func()
	// OnClose is called once, when it is over or the user gave up.
	OnClose func()

	browser *Browser
	session *session.Session
	ctx     context.Context
	stop    context.CancelFunc

	what     []client.Object
	counting bool
	totals   session.Totals
	err      error
	running  bool
	removed  int
	failed   []session.Removed
	closed   bool
}

// Delete asks what deleting the selected objects and folders would take.
func (b *Browser) Delete() {
	what := b.Selected()
	if b.session == nil || len(what) == 0 {
		return
	}
	d := &Deletion{browser: b, session: b.session, what: what, counting: true}
	d.ctx, d.stop = context.WithCancel(b.ctx)
	if slices.ContainsFunc(what, func(o client.Object) bool { return o.IsFolder }) {
		loop.Fetch(d.ctx, b.world.Loop, func(ctx context.Context) (session.Totals, error) { return d.session.Count(ctx, what) },
			func(c session.Totals, err error) {
				d.counting, d.totals, d.err = false, c, err
				d.changed()
			})
	} else { // all is known
		d.counting = false
		for _, o := range what {
			d.totals.Add(o)
		}
	}
	b.world.Ask(d)
}

// Question is what is asked, with numbers once they are known.
func (d *Deletion) Question() string {
	n := len(d.totals.Objects)
	switch {
	case d.counting:
		return i18n.T("Counting what would be deleted…")
	case d.err != nil:
		return explain.Error(d.err).Title
	case d.running:
		return i18n.T("Deleting: %s of %s", explain.Count(d.removed+len(d.failed)), explain.Count(n))
	case n == 1 && len(d.what) == 1 && !d.what[0].IsFolder:
		return i18n.T("Delete %s (%s)?", d.what[0].At.Base(), explain.TotalSize(d.totals.Bytes, d.totals.Untold))
	}
	return i18n.T("Delete %s (%s)?", explain.Files(n), explain.TotalSize(d.totals.Bytes, d.totals.Untold))
}

// Lines are what would be deleted and what to know about it.
func (d *Deletion) Lines() []explain.Line {
	if d.err != nil {
		m := explain.Error(d.err)
		return []explain.Line{{Text: m.Body, Role: explain.RoleBad, More: m.Hints}}
	}
	line := explain.Line{Text: i18n.T("From %s:", d.browser.at.String())}
	for _, o := range d.what {
		line.More = append(line.More, objectRow(o).Name)
	}
	line.More = explain.Shorten(line.More)
	return []explain.Line{line, {
		Text: i18n.T("This cannot be undone, unless the bucket keeps versions."), Role: explain.RoleWarn,
	}}
}

// WhyNotStart says why it cannot begin, "" when it can.
func (d *Deletion) WhyNotStart() string {
	switch {
	case d.counting:
		return i18n.T("It is still being counted.")
	case d.err != nil:
		return explain.Error(d.err).Title
	case d.running || d.closed:
		return i18n.T("It has begun.")
	case len(d.totals.Objects) == 0:
		return i18n.T("There is nothing to delete.")
	}
	return ""
}

// Start deletes: by jobs which are among the transfers too.
func (d *Deletion) Start() {
	if d.WhyNotStart() == "" {
		d.running = true
		loop.Fetch(d.ctx, d.browser.world.Loop, func(ctx context.Context) (*session.Removal, error) {
			return d.session.Remove(ctx, d.totals.Objects)
		}, func(r *session.Removal, err error) {
			if err != nil {
				d.end(err)
				return
			}
			d.follow(r)
		})
		d.changed()
	}
}

// follow waits for what becomes of the objects, to the end.
func (d *Deletion) follow(r *session.Removal) {
	loop.Fetch(d.ctx, d.browser.world.Loop, r.Next, func(news []session.Removed, err error) {
		for _, n := range news {
			if n.Err == nil {
				d.removed++
			} else {
				d.failed = append(d.failed, n)
			}
		}
		if err != nil {
			d.end(err)
			return
		}
		d.follow(r)
		d.changed()
	})
}

// end takes notice of how it ended: io.EOF when all is known.
func (d *Deletion) end(err error) {
	if !errors.Is(err, io.EOF) {
		d.err = err
	}
	d.over()
}

// over shows what is left and tells of what could not be deleted.
func (d *Deletion) over() {
	b := d.browser
	if b.session == d.session && len(d.what) > 0 && b.at == d.what[0].At.Parent() {
		gone := map[string]bool{}
		for _, o := range d.what {
			gone[o.At.Key] = true
		}
		next := b.list.beside(gone)
		if d.err == nil && len(d.failed) == 0 {
			b.list.remove(gone)
			if row := b.list.find(next); row >= 0 {
				b.list.selection.Only(row) // so that the next can be deleted too
			}
			b.changed()
		} else {
			b.relist()
		}
	}
	d.tell()
	d.close()
}

func (d *Deletion) tell() {
	switch {
	case d.err != nil && d.removed > 0:
		m := explain.Error(d.err)
		m.Title = i18n.T("Stopped after deleting %s of %s: %s", explain.Count(d.removed), explain.Files(len(d.totals.Objects)), m.Title)
		d.browser.world.Problem(m)
	case d.err != nil:
		d.browser.problem(d.err)
	case len(d.failed) > 0:
		m := explain.Error(d.failed[0].Err)
		m.Title = i18n.T("%s could not be deleted: %s", explain.Files(len(d.failed)), m.Title)
		var lines []string
		for _, f := range d.failed {
			lines = append(lines, f.At.String())
		}
		m.Body = strings.Join(append(d.kinds(), explain.Shorten(lines)...), "\n")
		d.browser.world.Problem(m)
	}
}

// kinds says how many objects could not be deleted why, where there is more than one
// reason.
func (d *Deletion) kinds() (lines []string) {
	var titles []string
	counts := map[string]int{}
	for _, f := range d.failed {
		title := explain.Error(f.Err).Title
		if counts[title]++; counts[title] == 1 {
			titles = append(titles, title)
		}
	}
	for _, title := range titles {
		lines = append(lines, explain.Files(counts[title])+": "+title)
	}
	if len(lines) < 2 {
		return nil
	}
	return lines
}

// Cancel gives up. What a running deletion has taken is gone.
func (d *Deletion) Cancel() {
	if d.running && !d.closed && d.browser.session == d.session {
		d.browser.relist()
	}
	d.close()
}

func (d *Deletion) close() {
	if d.closed {
		return
	}
	d.closed = true
	d.stop()
	if d.OnClose != nil {
		d.OnClose()
	}
}

func (d *Deletion) changed() {
	if d.OnChange != nil && !d.closed {
		d.OnChange()
	}
}

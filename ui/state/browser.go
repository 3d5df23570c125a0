package state

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// A Browser is the open account's buckets and the folder that is listed.
type Browser struct {
	// OnChange is called after anything of the browser changed; nil for none.
	OnChange func()
	// OnArrive is called after the cursor was put on the row where the user comes
	// from, or wants to go, so that it can be scrolled into sight; nil for none.
	OnArrive func(row int)

	app     *App
	session *session.Session
	ctx     context.Context // of the account; nil while none is open
	leave   context.CancelFunc

	buckets     []client.Bucket
	bucketsErr  error
	bucketsBusy bool

	at            client.Location
	back, forward []client.Location
	list          listing
	stop          context.CancelFunc // of the listing under way
	busy          bool               // a listing is under way
	pulse         *client.Pulse      // of it, nil before the first
	partial       bool               // it was stopped before its end
	err           error              // why it ended early
	come          string             // key the cursor goes to once it is listed

	ruleSet  rules.Set
	rulesErr error
	probes   probes
}

func newBrowser(app *App) *Browser {
	b := &Browser{app: app}
	b.list.by = SortByName
	b.probes.reset()
	return b
}

func (b *Browser) changed() {
	if b.OnChange != nil {
		b.OnChange()
	}
}

// enter shows another account; nil shows none.
func (b *Browser) enter(s *session.Session) {
	if b.leave != nil {
		b.leave()
	}
	order, down := b.list.by, b.list.down
	fresh := newBrowser(b.app)
	fresh.OnChange, fresh.OnArrive, fresh.session = b.OnChange, b.OnArrive, s
	fresh.list.by, fresh.list.down = order, down
	*b = *fresh
	if s != nil {
		b.ctx, b.leave = context.WithCancel(b.app.ctx)
		b.RefreshBuckets()
		b.RefreshRules()
	}
	b.changed()
}

// At is the folder shown; the zero Location is the list of buckets.
func (b *Browser) At() client.Location { return b.at }

// Selection is what is selected among the rows; the table may change it. It is
// the same for as long as the browser lives.
func (b *Browser) Selection() *rowselect.Model { return &b.list.selection }

// Selected are the selected objects and folders, in the order of the rows.
func (b *Browser) Selected() []client.Object {
	var all []client.Object
	for row := range b.list.selection.All() {
		if row < len(b.list.rows) {
			all = append(all, b.list.object(row))
		}
	}
	return all
}

// Rows is the number of rows shown.
func (b *Browser) Rows() int { return len(b.list.rows) }

// Object is the object of a row.
func (b *Browser) Object(row int) client.Object { return b.list.object(row) }

// Total is the number of objects and folders listed so far, filtered or not.
func (b *Browser) Total() int { return len(b.list.objects) }

// Listing reports whether more is to come.
func (b *Browser) Listing() bool { return b.busy }

// Filter is the filter's text.
func (b *Browser) Filter() string { return b.list.filter }

// SetFilter shows only the objects whose name holds the text, or fits it when
// it is a mask with * or ?.
func (b *Browser) SetFilter(text string) {
	if text != b.list.filter {
		b.list.setFilter(text)
		b.changed()
	}
}

// Order is how the rows are sorted.
func (b *Browser) Order() (by SortBy, down bool) { return b.list.by, b.list.down }

// Sort sorts by a column, the other way round when it is sorted by it already.
func (b *Browser) Sort(by SortBy) {
	b.list.setOrder(by, by == b.list.by && !b.list.down)
	b.changed()
}

// Search finds the row whose name begins with typed, from a row on and round.
func (b *Browser) Search(typed string, from int) (row int, ok bool) {
	n := len(b.list.rows)
	for i := range n {
		row = (from + i) % n
		if beginsWith(b.list.object(row).At.Base(), typed) {
			return row, true
		}
	}
	return 0, false
}

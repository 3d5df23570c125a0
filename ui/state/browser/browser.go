package browser

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// World is what a browser needs of the world. All of it is called on the
// screen's goroutine and returns at once.
type World struct {
	Context context.Context // lives as long as the browser
	Loop    loop.Loop
	Now     func() time.Time

	// Problem shows why something that was asked for was not done.
	Problem func(explain.Message)
	// Heard is told of an answer of an account's server, or why there was none (an
	// error), and when; Listed likewise of the list of buckets.
	Heard  func(a client.Account, err error, at time.Time)
	Listed func(a client.Account, err error)
	// NeedsBucket asks the user for the name of a bucket: the server lists none to
	// the account.
	NeedsBucket func()
	// Ask shows a deletion before it begins.
	Ask func(*Deletion)

	// Known are the buckets of an account that its server does not list and that
	// were opened by name; Keep keeps them.
	Known func(client.Account) []string
	Keep  func(client.Account, []string)
	// HidesEncryption keeps the server from being asked about each object seen.
	HidesEncryption func() bool
}

// A Browser is the buckets of an account and the folder that is listed. It shows
// none before Enter.
type Browser struct {
	// OnChange is called after anything of the browser changed; nil for none.
	OnChange func()
	// OnCursor is called after the cursor was put on the row where the user comes
	// from, or wants to go, so that it can be scrolled into sight; nil for none.
	OnCursor func(row int)

	world   World
	session *session.Session
	ctx     context.Context // of the account; nil while none is open
	leave   context.CancelFunc

	buckets     []client.Bucket
	bucketsErr  error
	bucketsBusy bool

	at            client.Location
	back, forward []client.Location
	list          listing
	stop          context.CancelFunc     // of the listing under way
	busy          bool                   // a listing is under way
	monitor       *client.RequestMonitor // of it, nil before the first
	partial       bool                   // it was stopped before its end
	err           error                  // why it ended early
	cursorTo      string                 // key the cursor goes to once it is listed

	ruleSet  rules.Set
	rulesErr error
	probes   probes
}

// New makes a browser that shows no account.
func New(w World) *Browser {
	b := &Browser{world: w}
	b.list.by = SortByName
	b.probes.reset()
	return b
}

// problem shows an error; nil is none.
func (b *Browser) problem(err error) {
	if err != nil {
		b.world.Problem(explain.Error(err))
	}
}

func (b *Browser) changed() {
	if b.OnChange != nil {
		b.OnChange()
	}
}

// Enter shows an account by its session; nil shows none. The order of the rows
// stays.
func (b *Browser) Enter(s *session.Session) {
	if b.leave != nil {
		b.leave()
	}
	order, down := b.list.by, b.list.down
	fresh := New(b.world)
	fresh.OnChange, fresh.OnCursor, fresh.session = b.OnChange, b.OnCursor, s
	fresh.list.by, fresh.list.down = order, down
	*b = *fresh
	if s != nil {
		b.ctx, b.leave = context.WithCancel(b.world.Context)
		b.RefreshBuckets()
		b.RefreshRules()
	}
	b.changed()
}

// Session is that of the account shown, nil while none is.
func (b *Browser) Session() *session.Session { return b.session }

// Context ends when the account is left; nil while none is shown.
func (b *Browser) Context() context.Context { return b.ctx }

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

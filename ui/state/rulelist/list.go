package rulelist

import (
	"context"
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/loop"
	"github.com/bucketseal/bucketseal/ui/state/rowselect"
)

// World is what a list of rules needs of the world. All of it but the Book is
// called on the screen's goroutine and returns at once.
type World struct {
	Context context.Context // lives as long as the program: a Save that has begun ends
	Loop    loop.Loop
	Book    rulebook.Book // where the rules are stored, with their keys; it may wait

	// Account is the one that is open, false while none is; Accounts are all there
	// are.
	Account  func() (client.Account, bool)
	Accounts func() []client.Account
	// Bucket is the one of the open account that is shown, "" for none. Buckets are
	// those it has, and whether they are known.
	Bucket  func() string
	Buckets func() (names []string, known bool)
	// RuleSet is what the open account knows of its rules: their SSE-C keys, and
	// what is remembered of keys. Reread has it read again.
	RuleSet func() (rules.Set, error)
	Reread  func()
	// KMSKeys gives the question for the keys of the open account, which may wait;
	// nil while none is open.
	KMSKeys func() func(context.Context) ([]client.Key, error)
	// SecretsKeptIn says where secrets are kept.
	SecretsKeptIn func() string
}

// A List is the list of encryption rules while it is looked at and changed.
// Nothing is stored before Save. A list that could not be read cannot be
// changed: saving over it would lose what is in it.
type List struct {
	// OnChange is called after anything of the list changed; nil for none.
	OnChange func()
	// OnProblem shows an error; nil for none.
	OnProblem func(explain.Message)
	// OnConflict is called when Save found that another program changed the
	// stored rules meanwhile: Reload or KeepMine is next.
	OnConflict func()
	// OnSaved is called once the list was stored.
	OnSaved func()

	world World
	ctx   context.Context
	stop  context.CancelFunc

	read   bool           // draft and stored hold what was read
	err    error          // why it could not be read
	gone   error          // that the stored rules are gone: a Save begins a new list
	stored []rules.Rule   // as read
	draft  rulebook.Draft // as changed, with the keys entered
	saving bool
	theirs []rules.Rule // what another program stored meanwhile
	clash  bool

	selection rowselect.Model
	tested    client.Location
	rows      []Row // made anew with each change: a mask is dear to compare
	remarks   []string
}

// New begins to read the rules. Close ends it.
func New(w World) *List {
	l := &List{world: w}
	l.ctx, l.stop = context.WithCancel(w.Context)
	l.Load()
	return l
}

// Close drops what is under way. A Save that has begun still ends.
func (l *List) Close() { l.stop() }

// Load reads the rules, again after an error.
func (l *List) Load() {
	if l.read {
		return
	}
	l.err = nil
	l.world.Reread() // for the SSE-C keys of what is read now
	loop.Fetch(l.ctx, l.world.Loop, func(context.Context) ([]rules.Rule, error) { return l.world.Book.Rules() },
		func(all []rules.Rule, err error) {
			switch {
			case errors.Is(err, rules.ErrGone):
				l.take(nil)
				l.gone = err
			case err != nil:
				l.err = err
			default:
				l.take(all)
			}
			l.changed()
		})
	l.changed()
}

// take begins anew with rules as they are stored.
func (l *List) take(all []rules.Rule) {
	l.read, l.gone, l.clash, l.theirs = true, nil, false, nil
	l.stored, l.draft = slices.Clone(all), rulebook.NewDraft(all)
	l.selection.SetRows(len(all))
	l.selection.Clear()
}

// Selection is what is selected; the table may change it.
func (l *List) Selection() *rowselect.Model { return &l.selection }

// Rows is the number of rules.
func (l *List) Rows() int { return len(l.draft.Rules) }

// Dirty reports whether there is something Save would store.
func (l *List) Dirty() bool { return l.read && l.draft.Differs(l.stored) }

// Refresh is called after buckets, rules or keys of the open account changed.
func (l *List) Refresh() { l.changed() }

func (l *List) changed() {
	l.describe()
	if l.OnChange != nil {
		l.OnChange()
	}
}

func (l *List) problem(err error) {
	if err != nil && l.OnProblem != nil {
		l.OnProblem(explain.Error(err))
	}
}

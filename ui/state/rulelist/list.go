package rulelist

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
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

// WhyNotChange says why rules can be neither added nor changed, "" when they
// can.
func (l *List) WhyNotChange() string {
	switch {
	case l.saving:
		return i18n.T("One moment, please.")
	case l.err != nil:
		return i18n.T("The rules could not be read: nothing can be changed.")
	case !l.read:
		return i18n.T("One moment, please.")
	}
	return ""
}

// WhyNotOne is about editing and duplicating: one rule must be selected.
func (l *List) WhyNotOne() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() != 1 {
		return i18n.T("Select one rule in the list first.")
	}
	return ""
}

// WhyNotSelected is about deleting and switching on and off.
func (l *List) WhyNotSelected() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() == 0 {
		return i18n.T("Select rules in the list first.")
	}
	return ""
}

// WhyNotMove says why the selected rules cannot go up (by -1) or down (by 1).
func (l *List) WhyNotMove(by int) string {
	if why := l.WhyNotSelected(); why != "" {
		return why
	}
	spans := l.selection.Spans()
	if by < 0 && spans[0].First == 0 {
		return i18n.T("It is the first already.")
	}
	if by > 0 && spans[len(spans)-1].End == len(l.draft.Rules) {
		return i18n.T("It is the last already.")
	}
	return ""
}

// WhyNotExport is that there must be rules.
func (l *List) WhyNotExport() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if len(l.draft.Rules) == 0 {
		return i18n.T("There are no rules to export.")
	}
	return ""
}

// WhyNotSave says why there is nothing to store, "" when there is.
func (l *List) WhyNotSave() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if !l.Dirty() && l.gone == nil {
		return i18n.T("Nothing was changed.")
	}
	return ""
}

// selected are the places of the selected rules.
func (l *List) selected() []int { return slices.Collect(l.selection.All()) }

// Duplicate puts a copy of the selected rule below it.
func (l *List) Duplicate() {
	if l.WhyNotOne() != "" {
		return
	}
	at := l.selected()[0]
	l.draft.Duplicate(at)
	l.choose(at + 1)
}

// Delete takes the selected rules off the list. The keys of SSE-C rules stay
// where they are kept, for objects written with them.
func (l *List) Delete() {
	if l.WhyNotSelected() != "" {
		return
	}
	places := l.selected()
	l.draft.Remove(places)
	l.choose(min(places[0], len(l.draft.Rules)-1))
}

// Move moves the selected rules up (by -1) or down (by 1).
func (l *List) Move(by int) {
	if l.WhyNotMove(by) != "" {
		return
	}
	l.selection.SetSelected(l.draft.Move(l.selected(), by))
	l.changed()
}

// Toggle switches the selected rules on, or off when all are on.
func (l *List) Toggle() {
	if l.WhyNotSelected() != "" {
		return
	}
	places := l.selected()
	off := !slices.ContainsFunc(places, func(p int) bool { return l.draft.Rules[p].Disabled })
	l.draft.Switch(places, !off)
	l.changed()
}

// put takes a rule over from the editor: at the index of a rule it replaces it,
// at the end it is added. key is the SSE-C key entered, zero for none.
func (l *List) put(at int, r rules.Rule, key client.CustomerKey) {
	if at < len(l.draft.Rules) {
		if _, err := l.draft.Edit(at, l.draft.Rules[at], r, key); err != nil {
			l.problem(err)
			return
		}
	} else {
		at = len(l.draft.Rules)
		l.draft.Insert(at, r, key)
	}
	l.choose(at)
}

// choose selects one row; -1 selects none.
func (l *List) choose(row int) {
	l.selection.SetRows(len(l.draft.Rules))
	l.selection.Clear()
	if row >= 0 {
		l.selection.Only(row)
	}
	l.changed()
}

// hasKey reports whether the SSE-C key of a rule is at hand.
func (l *List) hasKey(r rules.Rule) bool {
	set, _ := l.world.RuleSet()
	_, kept := set.Keys[r.CustomerKeyMD5]
	return kept || l.draft.HasKey(r.CustomerKeyMD5)
}

// keyAsked reports whether the SSE-C key of a rule was asked for: those of
// other accounts are not, and without an open account none is.
func (l *List) keyAsked(r rules.Rule) bool {
	set, err := l.world.RuleSet()
	_, open := l.world.Account()
	return open && err == nil && set.Account.Name != "" && (r.Account.IsZero() || r.Account.Is(set.Account))
}

// set is the rules of a list as the open account sees them.
func (l *List) set(all []rules.Rule) rules.Set {
	known, _ := l.world.RuleSet()
	s := rules.Set{Rules: all, Keys: map[string]client.CustomerKey{}, Kept: known.Kept}
	s.Account, _ = l.world.Account()
	maps.Copy(s.Keys, known.Keys)
	maps.Copy(s.Keys, l.draft.Keys())
	return s
}

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

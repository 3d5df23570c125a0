package state

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

// A RuleList is the list of encryption rules while it is looked at and changed.
// Nothing is stored before Save. A list that could not be read cannot be
// changed: saving over it would lose what is in it.
type RuleList struct {
	// OnChange is called after anything of the list changed; nil for none.
	OnChange func()
	// OnProblem shows an error; nil for none.
	OnProblem func(explain.Message)
	// OnConflict is called when Save found that another program changed the
	// stored rules meanwhile: Reload or KeepMine is next.
	OnConflict func()
	// OnSaved is called once the list was stored.
	OnSaved func()

	app  *App
	ctx  context.Context
	stop context.CancelFunc

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
	rows      []RuleRow // made anew with each change: a mask is dear to compare
	remarks   []string
}

// Rules begins to read the rules. Close ends it.
func (a *App) Rules() *RuleList {
	l := &RuleList{app: a}
	l.ctx, l.stop = context.WithCancel(a.ctx)
	l.Load()
	return l
}

// Close drops what is under way. A Save that has begun still ends.
func (l *RuleList) Close() { l.stop() }

// Load reads the rules, again after an error.
func (l *RuleList) Load() {
	if l.read {
		return
	}
	l.err = nil
	l.app.Browser.RefreshRules() // for the SSE-C keys of what is read now
	loop.Fetch(l.ctx, l.app.loop, func(context.Context) ([]rules.Rule, error) { return l.app.desk.Rules().Rules() },
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
func (l *RuleList) take(all []rules.Rule) {
	l.read, l.gone, l.clash, l.theirs = true, nil, false, nil
	l.stored, l.draft = slices.Clone(all), rulebook.NewDraft(all)
	l.selection.SetRows(len(all))
	l.selection.Clear()
}

// Selection is what is selected; the table may change it.
func (l *RuleList) Selection() *rowselect.Model { return &l.selection }

// Rows is the number of rules.
func (l *RuleList) Rows() int { return len(l.draft.Rules) }

// Dirty reports whether there is something Save would store.
func (l *RuleList) Dirty() bool { return l.read && l.draft.Differs(l.stored) }

// WhyNotChange says why rules can be neither added nor changed, "" when they
// can.
func (l *RuleList) WhyNotChange() string {
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
func (l *RuleList) WhyNotOne() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() != 1 {
		return i18n.T("Select one rule in the list first.")
	}
	return ""
}

// WhyNotSelected is about deleting and switching on and off.
func (l *RuleList) WhyNotSelected() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() == 0 {
		return i18n.T("Select rules in the list first.")
	}
	return ""
}

// WhyNotMove says why the selected rules cannot go up (by -1) or down (by 1).
func (l *RuleList) WhyNotMove(by int) string {
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
func (l *RuleList) WhyNotExport() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if len(l.draft.Rules) == 0 {
		return i18n.T("There are no rules to export.")
	}
	return ""
}

// WhyNotSave says why there is nothing to store, "" when there is.
func (l *RuleList) WhyNotSave() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if !l.Dirty() && l.gone == nil {
		return i18n.T("Nothing was changed.")
	}
	return ""
}

// selected are the places of the selected rules.
func (l *RuleList) selected() []int { return slices.Collect(l.selection.All()) }

// Duplicate puts a copy of the selected rule below it.
func (l *RuleList) Duplicate() {
	if l.WhyNotOne() != "" {
		return
	}
	at := l.selected()[0]
	l.draft.Duplicate(at)
	l.choose(at + 1)
}

// Delete takes the selected rules off the list. The keys of SSE-C rules stay
// where they are kept, for objects written with them.
func (l *RuleList) Delete() {
	if l.WhyNotSelected() != "" {
		return
	}
	places := l.selected()
	l.draft.Remove(places)
	l.choose(min(places[0], len(l.draft.Rules)-1))
}

// Move moves the selected rules up (by -1) or down (by 1).
func (l *RuleList) Move(by int) {
	if l.WhyNotMove(by) != "" {
		return
	}
	l.selection.SetSelected(l.draft.Move(l.selected(), by))
	l.changed()
}

// Toggle switches the selected rules on, or off when all are on.
func (l *RuleList) Toggle() {
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
func (l *RuleList) put(at int, r rules.Rule, key client.CustomerKey) {
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
func (l *RuleList) choose(row int) {
	l.selection.SetRows(len(l.draft.Rules))
	l.selection.Clear()
	if row >= 0 {
		l.selection.Only(row)
	}
	l.changed()
}

// hasKey reports whether the SSE-C key of a rule is at hand.
func (l *RuleList) hasKey(r rules.Rule) bool {
	set, _ := l.app.Browser.RuleSet()
	_, kept := set.Keys[r.CustomerKeyMD5]
	return kept || l.draft.HasKey(r.CustomerKeyMD5)
}

// keyAsked reports whether the SSE-C key of a rule was asked for: those of
// other accounts are not, and without an open account none is.
func (l *RuleList) keyAsked(r rules.Rule) bool {
	set, err := l.app.Browser.RuleSet()
	return l.app.Session() != nil && err == nil && set.Account.Name != "" && (r.Account.IsZero() || r.Account.Is(set.Account))
}

// set is the rules of a list as the open account sees them.
func (l *RuleList) set(all []rules.Rule) rules.Set {
	known, _ := l.app.Browser.RuleSet()
	s := rules.Set{Rules: all, Keys: map[string]client.CustomerKey{}, Kept: known.Kept}
	if session := l.app.Session(); session != nil {
		s.Account = session.Account()
	}
	maps.Copy(s.Keys, known.Keys)
	maps.Copy(s.Keys, l.draft.Keys())
	return s
}

// Refresh is called after buckets, rules or keys of the open account changed.
func (l *RuleList) Refresh() { l.changed() }

func (l *RuleList) changed() {
	l.describe()
	if l.OnChange != nil {
		l.OnChange()
	}
}

func (l *RuleList) problem(err error) {
	if err != nil && l.OnProblem != nil {
		l.OnProblem(explain.Error(err))
	}
}

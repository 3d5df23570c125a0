package state

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// errChangedMeanwhile stops a Save before anything is stored.
var errChangedMeanwhile = errors.New("the stored rules were changed by another program")

// Save stores the list, the SSE-C keys before the rules that need them. When
// the stored rules are no longer those that were read, nothing is stored and
// OnConflict is called.
func (l *RuleList) Save() {
	if l.WhyNotSave() != "" {
		return
	}
	l.store(l.stored)
}

// store stores the list if what is stored is still as expected.
func (l *RuleList) store(expected []rules.Rule) {
	mine, keys, desk := slices.Clone(l.all), l.newKeys(l.all), l.app.desk
	var theirs []rules.Rule
	l.saving = true
	// Not l.ctx: a list half stored because its window was closed helps nobody.
	loop.Do(l.app.ctx, l.app.loop, func(ctx context.Context) error {
		return storeRules(ctx, desk, mine, keys, func(now []rules.Rule) bool {
			theirs = slices.Clone(now)
			return sameRules(now, expected)
		})
	}, func(err error) {
		l.saving = false
		switch {
		case errors.Is(err, errChangedMeanwhile):
			l.clash, l.theirs = true, theirs
			l.changed()
			if l.OnConflict != nil {
				l.OnConflict()
			}
		case err != nil:
			l.problem(err)
			l.changed()
		default:
			l.take(mine)
			l.app.Browser.RefreshRules()
			l.changed()
			if l.OnSaved != nil {
				l.OnSaved()
			}
		}
	})
	l.changed()
}

// storeRules stores keys and then rules. A key stays when its rule could not be
// stored: it harms nobody beside the others, and taking it back could take the
// key of a rule that is stored.
func storeRules(ctx context.Context, desk Desk, mine []rules.Rule, keys []newKey, as func([]rules.Rule) bool) error {
	now, err := desk.Rules().Rules()
	update := desk.Rules().UpdateRules
	if errors.Is(err, rules.ErrGone) {
		now, err, update = nil, nil, desk.RenewRules
	}
	if err != nil {
		return err
	}
	if !as(now) {
		return errChangedMeanwhile
	}
	for _, k := range keys {
		if err := desk.SaveCustomerKey(ctx, k.key, k.rule); err != nil {
			return fmt.Errorf("nothing was saved: %w", err)
		}
	}
	return update(func(now []rules.Rule) ([]rules.Rule, error) {
		if !as(now) {
			return nil, errChangedMeanwhile
		}
		return mine, nil
	})
}

// Conflict says what another program did to the stored rules, ok is false when
// it did nothing.
func (l *RuleList) Conflict() (m explain.Message, ok bool) {
	if !l.clash {
		return explain.Message{}, false
	}
	return explain.Message{
		Title: i18n.T("The rules were changed meanwhile"),
		Body: i18n.T("Another program stored other rules since this list was read: there are %s now, and %s here. Nothing was saved.",
			i18n.N(len(l.theirs), "%d rule", "%d rules", len(l.theirs)), i18n.N(len(l.all), "%d rule", "%d rules", len(l.all))),
		Hints: []string{i18n.T("Reload shows the stored rules and drops your changes; Keep mine stores this list instead of them. To compare first, cancel and export this list.")},
	}, true
}

// Reload drops the changes and shows the rules another program stored.
func (l *RuleList) Reload() {
	if l.clash {
		l.take(l.theirs)
		l.app.Browser.RefreshRules()
		l.changed()
	}
}

// KeepMine stores this list over what another program stored, unless that
// changed once more.
func (l *RuleList) KeepMine() {
	if l.clash && !l.saving {
		l.clash = false
		l.store(l.theirs)
	}
}

// Import reads an exported file and puts its rules below those there are.
func (l *RuleList) Import(path string) {
	if l.WhyNotChange() != "" {
		return
	}
	loop.Fetch(l.ctx, l.app.loop, func(context.Context) ([]rules.Rule, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, &client.Error{Op: "import the rules", Kind: client.KindLocal, Err: err}
		}
		defer f.Close() //nolint:errcheck // opened for reading
		all, err := rules.Import(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return all, nil
	}, func(imported []rules.Rule, err error) {
		if err != nil || l.WhyNotChange() != "" {
			l.problem(err)
			return
		}
		l.add(imported)
	})
}

// add appends rules and selects them. A rule whose ID is taken gets a new one.
func (l *RuleList) add(imported []rules.Rule) {
	taken := map[string]bool{}
	for _, r := range l.all {
		taken[r.ID] = true
	}
	first := len(l.all)
	l.all = slices.Clone(l.all)
	var rows []int
	for i, r := range imported {
		if r.ID == "" || taken[r.ID] {
			r.ID = rand.Text()
		}
		taken[r.ID] = true
		l.all = append(l.all, r)
		rows = append(rows, first+i)
	}
	l.selection.SetRows(len(l.all))
	l.selection.SetSelected(rows)
	l.changed()
}

// Export writes the list as it is shown, without secrets.
func (l *RuleList) Export(path string) {
	if l.WhyNotExport() != "" {
		return
	}
	all := slices.Clone(l.all)
	loop.Do(l.ctx, l.app.loop, func(context.Context) error {
		var b bytes.Buffer
		err := rules.Export(&b, all)
		if err == nil {
			err = os.WriteFile(path, b.Bytes(), 0o600)
		}
		if err != nil {
			return &client.Error{Op: "export the rules", Kind: client.KindLocal, Err: err}
		}
		return nil
	}, l.problem)
}

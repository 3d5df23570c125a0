package rulelist

import (
	"bytes"
	"context"
	"errors"
	"os"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// Save stores the list, the SSE-C keys before the rules that need them. When
// the stored rules are no longer those that were read, nothing is stored and
// OnConflict is called.
func (l *List) Save() {
	if l.WhyNotSave() != "" {
		return
	}
	l.store(l.stored)
}

// store stores the list if what is stored is still as expected.
func (l *List) store(expected []rules.Rule) {
	draft, book := l.draft, l.world.Book
	var saved []rules.Rule
	l.saving = true
	// Not l.ctx: a list half stored because its window was closed helps nobody.
	loop.Do(l.world.Context, l.world.Loop, func(ctx context.Context) (err error) {
		saved, err = book.Save(ctx, expected, draft)
		return err
	}, func(err error) {
		l.saving = false
		var changed *rulebook.ChangedError
		switch {
		case errors.As(err, &changed):
			l.clash, l.theirs = true, changed.Now
			l.changed()
			if l.OnConflict != nil {
				l.OnConflict()
			}
		case err != nil:
			l.problem(err)
			l.changed()
		default:
			l.take(saved)
			l.world.Reread()
			l.changed()
			if l.OnSaved != nil {
				l.OnSaved()
			}
		}
	})
	l.changed()
}

// Conflict says what another program did to the stored rules, ok is false when
// it did nothing.
func (l *List) Conflict() (m explain.Message, ok bool) {
	if !l.clash {
		return explain.Message{}, false
	}
	return explain.Message{
		Title: i18n.T("The rules were changed meanwhile"),
		Body: i18n.T("Another program stored other rules since this list was read: there are %s now, and %s here. Nothing was saved.",
			i18n.N(len(l.theirs), "%d rule", "%d rules", len(l.theirs)), i18n.N(len(l.draft.Rules), "%d rule", "%d rules", len(l.draft.Rules))),
		Hints: []string{i18n.T("Reload shows the stored rules and drops your changes; Keep mine stores this list instead of them. To compare first, cancel and export this list.")},
	}, true
}

// Reload drops the changes and shows the rules another program stored.
func (l *List) Reload() {
	if l.clash {
		l.take(l.theirs)
		l.world.Reread()
		l.changed()
	}
}

// KeepMine stores this list over what another program stored, unless that
// changed once more.
func (l *List) KeepMine() {
	if l.clash && !l.saving {
		l.clash = false
		l.store(l.theirs)
	}
}

// Import reads an exported file and puts its rules below those there are.
func (l *List) Import(path string) {
	if l.WhyNotChange() != "" {
		return
	}
	loop.Fetch(l.ctx, l.world.Loop, func(context.Context) ([]rules.Rule, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, &client.Error{Op: "import the rules", Kind: client.KindLocal, Err: err}
		}
		defer f.Close() //nolint:errcheck // opened for reading
		all, err := rules.Import(f)
		if err != nil {
			return nil, client.Say("%s: %v", path, err).Err()
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

// add appends rules and selects them.
func (l *List) add(imported []rules.Rule) {
	first := len(l.draft.Rules)
	l.draft.Import(imported)
	l.selection.SetRows(len(l.draft.Rules))
	var rows []int
	for row := first; row < len(l.draft.Rules); row++ {
		rows = append(rows, row)
	}
	l.selection.SetSelected(rows)
	l.changed()
}

// Export writes the list as it is shown, without secrets.
func (l *List) Export(path string) {
	if l.WhyNotExport() != "" {
		return
	}
	all := slices.Clone(l.draft.Rules)
	loop.Do(l.ctx, l.world.Loop, func(context.Context) error {
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

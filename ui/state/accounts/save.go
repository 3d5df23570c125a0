package accounts

import (
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// Testing reports whether a test is under way; Tested is what the last one
// found, nil for none.
func (e *Editor) Testing() bool { return e.testing }

// Tested is what the last test found; ok says whether it worked.
func (e *Editor) Tested() (m explain.Message, ok, done bool) {
	if e.tested == nil {
		return explain.Message{}, false, false
	}
	return *e.tested, e.worked, true
}

// Wants is the field a failed test points at, "" for none: the one to look at
// first.
func (e *Editor) Wants() Field {
	if e.tested == nil || e.worked || !e.account.NeedsSecret() && (e.wants == FieldSecret || e.wants == FieldToken) {
		return ""
	}
	return e.wants
}

var fieldOf = map[client.Kind]Field{
	client.KindTLS:            FieldCAFile,
	client.KindBadCredentials: FieldSecret,
	client.KindExpired:        FieldToken,
	client.KindWrongRegion:    FieldRegion,
	client.KindNetwork:        FieldEndpoint,
}

// Test asks the server whether the account works. It does nothing while
// something is wrong.
func (e *Editor) Test() {
	if e.WhyNotSave() != "" {
		e.complain()
		return
	}
	a, c := e.Account()
	e.testing, e.tested = true, nil
	w := e.list.world
	loop.Do(w.Context, w.Loop, func(ctx context.Context) error { return w.Test(ctx, a, c) }, func(err error) {
		e.testing, e.worked, e.wants = false, err == nil, fieldOf[client.KindOf(err)]
		m := explain.Message{Title: i18n.T("It works: the server accepts the account.")}
		if err != nil {
			m = explain.Error(err)
		}
		e.tested = &m
		e.changed()
	})
	e.changed()
}

// Save stores the account.
func (e *Editor) Save() {
	if e.WhyNotSave() != "" {
		e.complain()
		return
	}
	a, c := e.Account()
	e.saving = true
	w := e.list.world
	loop.Fetch(w.Context, w.Loop, func(ctx context.Context) (client.Account, error) { return w.Save(ctx, a, c) },
		func(saved client.Account, err error) {
			e.saving = false
			if err != nil {
				m := explain.Error(err)
				e.tested, e.worked = &m, false
				e.changed()
				return
			}
			w.Saved(saved)
			if e.OnSaved != nil {
				e.OnSaved()
			}
		})
	e.changed()
}

// complain shows every field's error, touched or not.
func (e *Editor) complain() {
	for f := range e.Problems(true) {
		e.touched[f] = true
	}
	e.changed()
}

func (e *Editor) changed() {
	if e.OnChange != nil {
		e.OnChange()
	}
}

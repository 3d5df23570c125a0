// Package rulebook is the one room in which rules are changed, with the SSE-C keys
// they name. The window and the command line both ask it.
//
// A change is made to a [Draft], which knows every verb there is: insert, edit,
// duplicate, move, switch, remove, import. [Book.Save] and [Book.Change] store it:
//
//   - All or nothing: after a failure, also one in the middle of it, the stored
//     rules are the old or the new ones.
//   - No key is lost: an SSE-C key is remembered and kept before a rule that names
//     it is stored, and beside all other keys. Whatever becomes of a rule, its key
//     stays; only [Book.ForgetKey] removes one, which no rule may name.
//   - Nobody else's change is lost or overwritten: what another program stored
//     meanwhile is found under the lock, before anything is written.
//   - A list with a rule that fails its Check is not stored.
//
// It knows neither disk nor keyring: see [Storage], [Keys] and [KeyIndex].
package rulebook

import (
	"context"
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

// Storage is where the rules are stored.
type Storage interface {
	// Rules reads the rules; rules.ErrGone says that there were some and that they
	// are no longer there.
	Rules() ([]rules.Rule, error)
	// UpdateRules replaces the rules, whole or not at all, by what change makes of
	// those that are stored, while no other program can; an error of change leaves
	// them. begin lets rules that are gone be none. change must not wait.
	UpdateRules(begin bool, change func(now []rules.Rule) ([]rules.Rule, error)) error
}

// Keys is where SSE-C keys are kept, by their MD5. It may ask the user.
type Keys interface {
	// SetCustomerKey keeps a key beside all others.
	SetCustomerKey(ctx context.Context, key client.CustomerKey) error
	// DeleteCustomerKey removes a key, also where an older version kept it by the ID
	// of a rule.
	DeleteCustomerKey(ctx context.Context, md5 string, ruleIDs ...string) error
}

// KeyIndex is what is remembered of SSE-C keys: which there are, and where rules said
// they belong.
type KeyIndex interface {
	KeptKeys() ([]rules.KeptKey, error)
	// NoteKey remembers a key that the user gives for a rule.
	NoteKey(md5 string, r rules.Rule) error
	ForgetKey(md5 string) error
}

// A Book is a list of rules with its keys. Safe for concurrent use, by goroutines
// and by programs, as its parts are; its methods may wait for disk and user.
type Book struct {
	Storage  Storage
	Keys     Keys
	KeyIndex KeyIndex
}

// Rules reads the rules.
func (b Book) Rules() ([]rules.Rule, error) { return b.Storage.Rules() }

// A ChangedError says that another program stored other rules than those the change
// was made for. Nothing was stored.
type ChangedError struct{ Now []rules.Rule }

func (e *ChangedError) Error() string { return e.Text().String() }

// Text is what it says, for another language.
func (e *ChangedError) Text() client.Text {
	return client.Say("the stored rules were changed by another program")
}

// Save stores a draft in place of the rules it was made from; those are expected to
// be stored still, and a ChangedError says that they are not. Rules that are gone
// count as none. It returns what was stored, in which every rule has an ID of its
// own.
func (b Book) Save(ctx context.Context, expected []rules.Rule, d Draft) ([]rules.Rule, error) {
	now, err := b.stored(false)
	begin := errors.Is(err, rules.ErrGone)
	switch {
	case begin:
		now = nil
	case err != nil:
		return nil, err
	}
	if !Same(now, expected) {
		return nil, &ChangedError{now}
	}
	return b.store(ctx, begin, now, d)
}

// Change makes a change to the stored rules. It is called again where another
// program changed them meanwhile, with what is stored then, so that neither change
// is lost. An error of change leaves everything as it is.
func (b Book) Change(ctx context.Context, change func(*Draft) error) ([]rules.Rule, error) {
	return b.change(ctx, false, change)
}

// Begin is Change for what may begin a list. Where the rules that were stored are
// gone, it begins with none, and gone says so.
func (b Book) Begin(ctx context.Context, change func(*Draft) error) (saved []rules.Rule, gone, err error) {
	saved, err = b.change(ctx, false, change)
	if !errors.Is(err, rules.ErrGone) {
		return saved, nil, err
	}
	gone = err
	saved, err = b.change(ctx, true, change)
	return saved, gone, err
}

func (b Book) change(ctx context.Context, begin bool, change func(*Draft) error) ([]rules.Rule, error) {
	for {
		now, err := b.stored(begin)
		if err != nil {
			return nil, err
		}
		d := NewDraft(now)
		if err := change(&d); err != nil {
			return nil, err
		}
		saved, err := b.store(ctx, begin, now, d)
		var changed *ChangedError
		if !errors.As(err, &changed) || ctx.Err() != nil {
			return saved, err
		}
	}
}

// errLook ends a look at what is stored.
var errLook = errors.New("nothing is to be changed")

// stored is what an update would find.
func (b Book) stored(begin bool) (now []rules.Rule, err error) {
	err = b.Storage.UpdateRules(begin, func(all []rules.Rule) ([]rules.Rule, error) {
		now = slices.Clone(all)
		return nil, errLook
	})
	if errors.Is(err, errLook) {
		err = nil
	}
	return now, err
}

// store keeps the keys of a draft and then stores its rules, if what is stored is
// still as expected. A key stays when its rule could not be stored: it harms nobody
// beside the others, and taking it back could take the key of a rule that is
// stored.
func (b Book) store(ctx context.Context, begin bool, expected []rules.Rule, d Draft) ([]rules.Rule, error) {
	next := withIDs(d.Rules)
	for i, r := range next {
		if err := r.Check(); err != nil {
			return nil, client.Say("rule %d: %v", i+1, err).Err()
		}
	}
	if err := b.keep(ctx, d.entered(next)); err != nil {
		return nil, client.Say("nothing was saved: %v", err).Err()
	}
	err := b.Storage.UpdateRules(begin, func(now []rules.Rule) ([]rules.Rule, error) {
		if !Same(now, expected) {
			return nil, &ChangedError{slices.Clone(now)}
		}
		return next, nil
	})
	if err != nil {
		return nil, err
	}
	return next, nil
}

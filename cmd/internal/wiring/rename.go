package wiring

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// A step is one write of a change that takes several, and its way back.
type step struct{ do, undo func() error }

// inSteps takes steps one after the other. When one fails, those before it are
// taken back; when that fails too, what is between must be safe.
func inSteps(steps []step) error {
	for i, s := range steps {
		err := s.do()
		if err == nil {
			continue
		}
		for i--; i >= 0; i-- {
			_ = steps[i].undo() // err says what matters
		}
		return err
	}
	return nil
}

// rename gives an account another name and lets its rules follow. They name it
// by its name and lie in another file, so between two writes there are rules
// for both names: in every state, an upload of the account is encrypted as its
// rule says.
func (h *Home) rename(ctx context.Context, old string, a client.Account, c client.Credentials) error {
	before, err := h.Account(old)
	if err != nil {
		return err
	}
	if err := inSteps(h.renaming(ctx, before, a, c)); err != nil {
		return fmt.Errorf("rename %q to %q: %w", old, a.Name, err)
	}
	return h.Secrets.Delete(ctx, keychain.AccountName(old))
}

func (h *Home) renaming(ctx context.Context, before, a client.Account, c client.Credentials) []step {
	twins := twins{}
	return []step{
		{
			func() error { return h.Secrets.SetAccountCredentials(ctx, a, c) },
			func() error { return h.Secrets.Delete(ctx, keychain.AccountName(a.Name)) },
		},
		{
			func() error { return h.Settings.FollowAccount(before.Name, a) },
			func() error { return nil }, // where the account may be tomorrow harms nobody
		},
		{
			func() error { return h.Settings.UpdateRules(false, twins.add(before.Name, a.Name)) },
			func() error { return h.Settings.UpdateRules(false, twins.remove) },
		},
		{
			func() error { return h.putAccount(before.Name, a) },
			func() error { return h.putAccount(a.Name, before) },
		},
		{
			func() error { return h.Settings.UpdateRules(false, twins.succeed(before.Name)) },
			func() error { return nil },
		},
	}
}

// twins are the rules for an account's new name: the IDs of those for the old
// one, by their own.
type twins map[string]string

// add puts a twin for the new name before each rule for the old one.
func (t twins) add(old, name string) func([]rules.Rule) ([]rules.Rule, error) {
	return func(all []rules.Rule) ([]rules.Rule, error) {
		var both []rules.Rule
		for _, r := range all {
			if r.Account == old {
				twin := r
				twin.Account, twin.ID = name, rand.Text()
				t[twin.ID] = r.ID
				both = append(both, twin)
			}
			both = append(both, r)
		}
		return both, nil
	}
}

// remove takes the twins off again.
func (t twins) remove(all []rules.Rule) ([]rules.Rule, error) {
	return slices.DeleteFunc(slices.Clone(all), func(r rules.Rule) bool {
		_, ok := t[r.ID]
		return ok
	}), nil
}

// succeed puts the twins in place of the rules for the old name.
func (t twins) succeed(old string) func([]rules.Rule) ([]rules.Rule, error) {
	return func(all []rules.Rule) ([]rules.Rule, error) {
		all = slices.DeleteFunc(slices.Clone(all), func(r rules.Rule) bool { return r.Account == old })
		for i, r := range all {
			if id, ok := t[r.ID]; ok {
				all[i].ID = id
			}
		}
		return all, nil
	}
}

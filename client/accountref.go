package client

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// An AccountRef is how rules, and what is remembered of keys, refer to an
// account: by its id, with the name it had when the reference was written. The
// name stands in for an account that is not there, so that one that is removed
// and added again is the one that was meant. The zero AccountRef is every
// account.
type AccountRef struct {
	ID   string `json:"id,omitempty"` // "": known by its name alone
	Name string `json:"name"`

	version1 bool // of a file of version 1, whose account may be called otherwise now
}

// Ref refers to the account.
func (a Account) Ref() AccountRef { return AccountRef{ID: a.ID, Name: a.Name} }

// IsZero reports whether every account is meant.
func (r AccountRef) IsZero() bool { return r == AccountRef{} }

// Same reports whether two references are to one account: by their ids, or by
// their names where one of them has no id.
func (r AccountRef) Same(o AccountRef) bool {
	if r.ID != "" && o.ID != "" {
		return r.ID == o.ID
	}
	return r.Name == o.Name && !r.IsZero() && !o.IsZero()
}

// Is reports whether the account is meant; the account of one run never is,
// whatever its name.
func (r AccountRef) Is(a Account) bool { return !a.AdHoc && r.Same(a.Ref()) }

// Among is the reference as it is meant where these accounts are: to the one
// with its id, by the name of today, or else to the one that has its name. One of a
// file of version 1, where nobody has its name any more, is to the account that had
// it then. A reference to none of them stays as it is.
func (r AccountRef) Among(all []Account) AccountRef {
	if r.IsZero() {
		return r
	}
	withID := func(id string) int {
		return slices.IndexFunc(all, func(a Account) bool { return id != "" && a.ID == id })
	}
	at := withID(r.ID)
	if at < 0 {
		at = slices.IndexFunc(all, func(a Account) bool { return a.Name == r.Name })
	}
	if at < 0 && r.version1 {
		at = withID(IDOfVersion1(r.Name))
	}
	if at >= 0 {
		return all[at].Ref()
	}
	r.version1 = false
	return r
}

// MarshalJSON writes an account that is known by its name alone as that name,
// as people exchange rules.
func (r AccountRef) MarshalJSON() ([]byte, error) {
	if r.ID == "" {
		return json.Marshal(r.Name)
	}
	type object AccountRef
	return json.Marshal(object(r))
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *AccountRef) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte(`"`)) {
		*r = AccountRef{}
		return json.Unmarshal(b, &r.Name)
	}
	type object AccountRef
	return json.Unmarshal(b, (*object)(r))
}

// fromVersion1 begins the ids of accounts that were saved before accounts had
// ids.
const fromVersion1 = "1:"

// IDOfVersion1 is the id of the account that a file of version 1 calls by a
// name: nothing but the name said which account was meant. It stays its id
// whatever it is called later. Each file can so be read beside older and newer
// ones. The built-in account's is its own.
func IDOfVersion1(name string) string {
	if name == DemoName {
		return DemoAccount().ID
	}
	return fromVersion1 + name
}

// RefOfVersion1 refers to the account that a file of version 1 calls by a name; ""
// is every account. [AccountRef.Among] finds it.
func RefOfVersion1(name string) AccountRef { return AccountRef{Name: name, version1: name != ""} }

// NameOfVersion1 is the name an account had when it got its id, where it was
// saved before accounts had ids.
func NameOfVersion1(id string) (name string, ok bool) { return strings.CutPrefix(id, fromVersion1) }

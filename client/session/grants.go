package session

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// ACL is to whom an object is given; versionID "" is the current version.
func (s *Session) ACL(ctx context.Context, at client.Location, versionID string) (client.ACL, error) {
	granter, err := word[client.Granter](s, "acl", at)
	if err != nil {
		return client.ACL{}, err
	}
	return granter.ACL(ctx, at, versionID)
}

// SetACL replaces the access control list of an object, and reads it again. Its owner
// keeps full control.
func (s *Session) SetACL(ctx context.Context, at client.Location, versionID string, acl client.ACL) Changed {
	return s.change(ctx, Grant, at, versionID, func(version string) error {
		granter, err := word[client.Granter](s, "acl", at)
		if err != nil {
			return err
		}
		set := acl
		if set.Canned == "" {
			was, err := granter.ACL(ctx, at, version)
			if err != nil {
				return err
			}
			set = keepsOwner(acl, was.Owner)
		}
		if err := granter.SetACL(ctx, at, version, set); err != nil {
			return err
		}
		now, err := granter.ACL(ctx, at, version)
		if err != nil {
			return err
		}
		if !isGiven(now, set) {
			return notAsSet(Grant, at)
		}
		return nil
	})
}

// keepsOwner is a list with its owner's full control, whoever wrote it: without that who
// shares an object would lose it.
func keepsOwner(set client.ACL, owner string) client.ACL {
	set.Owner = owner
	set.Grants = append(slices.Clone(set.Grants), client.Grant{ID: owner, Right: "FULL_CONTROL"}) // which may be named twice
	return set
}

// isGiven reports whether a list that was read gives what was set, to nobody more and to
// nobody less. What hangs on who owns the bucket, or is AWS's own, is not known here.
func isGiven(now, set client.ACL) bool {
	if set.Canned == "" {
		return now.Gives(named(now, set))
	}
	others, known := client.CannedGrants(set.Canned)
	return !known || client.ACL{Grants: now.Others()}.Gives(client.ACL{Grants: others})
}

// named is a list in which people who were named by their e-mail addresses are whoever
// has the right in the list that was read: they come back by their ids.
func named(now, set client.ACL) (as client.ACL) {
	for _, g := range set.Grants {
		if g.Email == "" {
			as.Grants = append(as.Grants, g)
			continue
		}
		has := slices.DeleteFunc(slices.Clone(now.Grants), func(is client.Grant) bool { return is.ID == "" || is.Right != g.Right })
		if len(has) == 0 { // it was given to nobody
			has = []client.Grant{g}
		}
		as.Grants = append(as.Grants, has...)
	}
	return as
}

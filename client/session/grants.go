package session

import (
	"context"

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

// SetACL replaces the access control list of an object, and reads it again.
func (s *Session) SetACL(ctx context.Context, at client.Location, versionID string, acl client.ACL) Changed {
	return s.change(ctx, Grant, at, versionID, func(version string) error {
		granter, err := word[client.Granter](s, "acl", at)
		if err != nil {
			return err
		}
		if err := granter.SetACL(ctx, at, version, acl); err != nil {
			return err
		}
		now, err := granter.ACL(ctx, at, version)
		if err != nil {
			return err
		}
		if !isGiven(now, acl) {
			return notAsSet(Grant, at)
		}
		return nil
	})
}

// isGiven reports whether a list that was read gives what was set. People that were named
// by their e-mail addresses come back by their ids.
func isGiven(now, set client.ACL) bool {
	switch set.Canned {
	case "":
		want := client.ACL{}
		for _, g := range set.Grants {
			if g.Email != "" {
				return len(now.Grants) >= len(set.Grants)
			}
			g.Name = ""
			want.Grants = append(want.Grants, g)
		}
		return now.Gives(want)
	case "private":
		return len(now.Others()) == 0
	case "public-read", "public-read-write":
		return now.Public()
	case "authenticated-read":
		return len(now.Others()) > 0
	}
	return true // who that is hangs on the bucket
}

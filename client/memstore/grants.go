package memstore

import (
	"context"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// TheOwner is the id of whom everything belongs to.
const TheOwner = "the-owner"

// Share gives others rights to the current version of an object by its access control
// list.
func (s *Store) Share(at client.Location) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.buckets[at.Bucket].now(at.Key); found != nil {
		found.grants = []client.Grant{{Group: client.Everybody, Right: "READ"}}
	}
}

// Shared reports whether an object was given to others.
func (s *Store) Shared(ctx context.Context, at client.Location, versionID string) (bool, error) {
	acl, err := s.ACL(ctx, at, versionID)
	return len(acl.Others()) > 0, err
}

// ACL is to whom an object is given.
func (s *Store) ACL(ctx context.Context, at client.Location, versionID string) (client.ACL, error) {
	var acl client.ACL
	err := s.onVersion(ctx, Call{Op: GetObjectACL, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(_ Call, v *version) error {
		acl = client.ACL{Owner: TheOwner, Grants: append([]client.Grant{{ID: TheOwner, Right: "FULL_CONTROL"}}, v.grants...)}
		return nil
	})
	return acl, err
}

// SetACL replaces the list of an object.
func (s *Store) SetACL(ctx context.Context, at client.Location, versionID string, acl client.ACL) error {
	return s.onVersion(ctx, Call{Op: PutObjectACL, At: at, Read: client.ReadOptions{VersionID: versionID}}, func(c Call, v *version) error {
		switch {
		case s.server.ACLs == "" || s.server.ACLs == "private" && acl.Canned != "private":
			return c.Error(client.KindUnsupported)
		case acl.Canned == "":
			acl.Owner = TheOwner
			v.grants = slices.Clone(acl.Others())
		default:
			v.grants, _ = client.CannedGrants(acl.Canned) // nothing beside its owner's is left of the others
		}
		return nil
	})
}

package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/storetest"
)

// givesMore is a store that gives everybody a right beside what it is asked to give.
type givesMore struct {
	client.Store
	client.Granter
	right string
}

func (g givesMore) ACL(ctx context.Context, at client.Location, versionID string) (client.ACL, error) {
	now, err := g.Granter.ACL(ctx, at, versionID)
	if now.Public() {
		now.Grants = append(now.Grants, client.Grant{Group: client.Everybody, Right: g.right})
	}
	return now, err
}

func TestAListThatGivesMoreThanWasAskedIsSaid(t *testing.T) {
	s, store := clearing(t, nil)
	store.Become(storetest.Ceph)
	at := client.Location{Bucket: "b", Key: "a"}
	store.Write(at, []byte("precious"), client.PutOptions{})
	require.NoError(t, s.SetACL(t.Context(), at, "", client.ACL{Canned: "public-read"}).Err)
	s.store = givesMore{store, store, "WRITE"}
	for _, canned := range []string{"public-read", "authenticated-read"} {
		c := s.SetACL(t.Context(), at, "", client.ACL{Canned: canned})
		assert.Equal(t, client.KindContradiction.String(), client.KindOf(c.Err).String(), "%s: %v", canned, c.Err)
	}
	require.NoError(t, s.SetACL(t.Context(), at, "", client.ACL{Canned: "public-read-write"}).Err)
}

func TestOnlyTheListThatWasSetIsTakenForIt(t *testing.T) {
	owner, ann := client.Grant{ID: "o", Name: "me", Right: "FULL_CONTROL"}, client.Grant{ID: "ann", Right: "READ"}
	public, authenticated := client.Grant{Group: client.Everybody, Right: "READ"}, client.Grant{Group: client.Authenticated, Right: "READ"}
	mail := client.Grant{Email: "ann@example.org", Right: "READ"}
	for name, c := range map[string]struct {
		set  client.ACL
		now  []client.Grant
		isSo bool
	}{
		"private":                             {client.ACL{Canned: "private"}, []client.Grant{owner}, true},
		"private, and shared":                 {client.ACL{Canned: "private"}, []client.Grant{owner, ann}, false},
		"public":                              {client.ACL{Canned: "public-read"}, []client.Grant{owner, public}, true},
		"public, and of others":               {client.ACL{Canned: "public-read"}, []client.Grant{owner, authenticated}, false},
		"authenticated":                       {client.ACL{Canned: "authenticated-read"}, []client.Grant{owner, authenticated}, true},
		"authenticated, and somebody has it":  {client.ACL{Canned: "authenticated-read"}, []client.Grant{owner, ann}, false},
		"by mail":                             {client.ACL{Grants: []client.Grant{mail}}, []client.Grant{owner, ann}, true},
		"by mail, and nobody has it":          {client.ACL{Grants: []client.Grant{mail}}, []client.Grant{owner}, false},
		"by mail, and everybody has it":       {client.ACL{Grants: []client.Grant{mail}}, []client.Grant{owner, public}, false},
		"by mail, and everybody has it too":   {client.ACL{Grants: []client.Grant{mail}}, []client.Grant{owner, ann, public}, false},
		"grants":                              {client.ACL{Grants: []client.Grant{ann, public}}, []client.Grant{public, owner, ann}, true},
		"grants, and one is not there":        {client.ACL{Grants: []client.Grant{ann, public}}, []client.Grant{owner, ann}, false},
		"grants, and their owner has nothing": {client.ACL{Grants: []client.Grant{ann}}, []client.Grant{ann}, false},
		"the owner by name":                   {client.ACL{Grants: []client.Grant{ann, {ID: "o", Right: "FULL_CONTROL"}}}, []client.Grant{owner, ann}, true},
	} {
		set := c.set
		if set.Canned == "" {
			set = keepsOwner(set, "o")
		}
		assert.Equal(t, c.isSo, isGiven(client.ACL{Owner: "o", Grants: c.now}, set), name)
	}
}

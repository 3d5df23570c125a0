package client

import (
	"context"
	"slices"
	"strings"
)

// A Granter reads and sets access control lists. A Store that can implements Granter too
// ([As]).
type Granter interface {
	// ACL is to whom an object is given; versionID "" is the current version.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
	ACL(ctx context.Context, at Location, versionID string) (ACL, error)
	// SetACL replaces the list: by what S3 has a name for ("private"), or by grants. A
	// bucket whose owner has turned lists off, and a server that takes private ones only,
	// say KindUnsupported. A server that is not known to know lists is asked for one first.
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
	SetACL(ctx context.Context, at Location, versionID string, acl ACL) error
}

// An ACL is to whom an object is given.
type ACL struct {
	// Canned is the name of a list, to be set; it is never read. The rest is empty then.
	Canned    string  `json:"-"`
	Owner     string  `json:"owner"` // id
	OwnerName string  `json:"ownerName,omitempty"`
	Grants    []Grant `json:"grants"`
}

// Canned are the names of lists that objects can have.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
var Canned = []string{"private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"}

// CannedGrants is what a list of this name gives to others than the owner of an object.
// known is false where that hangs on who owns the bucket, or is AWS's own.
func CannedGrants(name string) (grants []Grant, known bool) {
	switch name {
	case "private":
		return nil, true
	case "public-read":
		return []Grant{{Group: Everybody, Right: "READ"}}, true
	case "public-read-write":
		return []Grant{{Group: Everybody, Right: "READ"}, {Group: Everybody, Right: "WRITE"}}, true
	case "authenticated-read":
		return []Grant{{Group: Authenticated, Right: "READ"}}, true
	}
	return nil, false
}

// Rights are what a grant can give.
var Rights = []string{"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"}

// A Grant gives somebody a right: a user by id or e-mail address, or a group by its URI.
type Grant struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name,omitempty"` // of the user, as the server says it
	Email string `json:"email,omitempty"`
	Group string `json:"group,omitempty"`
	Right string `json:"right"`
}

// The groups, by their URIs.
const (
	Everybody     = "http://acs.amazonaws.com/groups/global/AllUsers"
	Authenticated = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
)

// Others are the grants to anybody but the owner.
func (a ACL) Others() (all []Grant) {
	for _, g := range a.Grants {
		if g.Group != "" || g.Email != "" || g.ID != "" && g.ID != a.Owner {
			all = append(all, g)
		}
	}
	return all
}

// Public reports whether everybody, or everybody with an account somewhere, is given
// something.
func (a ACL) Public() bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Group == Everybody || g.Group == Authenticated })
}

// Gives reports whether a list gives the same as another, whatever the order and the
// names of people.
func (a ACL) Gives(as ACL) bool {
	return slices.Equal(a.said(), as.said())
}

func (a ACL) said() []string {
	said := make([]string, 0, len(a.Grants))
	for _, g := range a.Grants {
		said = append(said, strings.Join([]string{g.ID, g.Email, g.Group, g.Right}, "\x00"))
	}
	slices.Sort(said)
	return slices.Compact(said)
}

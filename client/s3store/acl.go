package s3store

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/bucketseal/bucketseal/client"
)

var _ interface {
	client.Sharer
	client.Granter
} = (*Store)(nil)

// Shared reports whether the access control list of an object gives rights to anybody but
// its owner.
func (s *Store) Shared(ctx context.Context, at client.Location, versionID string) (bool, error) {
	acl, err := s.ACL(ctx, at, versionID)
	return len(acl.Others()) > 0, err
}

// ACL is to whom an object is given.
func (s *Store) ACL(ctx context.Context, at client.Location, versionID string) (client.ACL, error) {
	c := call{op: "GetObjectAcl", at: at}
	if err := at.CheckKey(); err != nil {
		return client.ACL{}, s.refuse(c, client.KindInvalid, err)
	}
	out, err := s.s3.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	switch {
	case err != nil:
		return client.ACL{}, s.fail(c, err)
	case out.Owner == nil && out.Grants == nil:
		return client.ACL{}, s.refuse(c, client.KindUnsupported, client.Say("the answer is no list of permissions").Err())
	}
	var acl client.ACL
	if out.Owner != nil {
		acl.Owner, acl.OwnerName = aws.ToString(out.Owner.ID), aws.ToString(out.Owner.DisplayName)
	}
	for _, g := range out.Grants {
		given := client.Grant{Right: string(g.Permission)}
		if to := g.Grantee; to != nil {
			given.ID, given.Name, given.Email, given.Group = aws.ToString(to.ID), aws.ToString(to.DisplayName), aws.ToString(to.EmailAddress), aws.ToString(to.URI)
		}
		acl.Grants = append(acl.Grants, given)
	}
	return acl, nil
}

// SetACL replaces the list of an object.
func (s *Store) SetACL(ctx context.Context, at client.Location, versionID string, acl client.ACL) error {
	c := call{op: "PutObjectAcl", at: at}
	if err := at.CheckKey(); err != nil {
		return s.refuse(c, client.KindInvalid, err)
	}
	if !s.can.lets(c.op, at.Bucket) || acl.Canned == "" && acl.Owner == "" {
		now, err := s.ACL(ctx, at, versionID) // its answer says whether the server knows lists
		if err != nil {
			return err
		}
		acl.Owner = now.Owner
	}
	in := &s3.PutObjectAclInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)}
	if acl.Canned != "" {
		in.ACL = types.ObjectCannedACL(acl.Canned)
	} else {
		in.AccessControlPolicy = &types.AccessControlPolicy{Owner: &types.Owner{ID: &acl.Owner}, Grants: grantsOf(acl.Grants)}
	}
	_, err := s.s3.PutObjectAcl(ctx, in)
	return listsOff(s.fail(c, err))
}

func grantsOf(all []client.Grant) []types.Grant {
	grants := make([]types.Grant, len(all))
	for i, g := range all {
		to := &types.Grantee{}
		switch {
		case g.Group != "":
			to.Type, to.URI = types.TypeGroup, &g.Group
		case g.Email != "":
			to.Type, to.EmailAddress = types.TypeAmazonCustomerByEmail, &g.Email
		default:
			to.Type, to.ID = types.TypeCanonicalUser, &g.ID
		}
		grants[i] = types.Grant{Grantee: to, Permission: types.Permission(g.Right)}
	}
	return grants
}

// listsOff says of a bucket whose owner has turned lists off what that means.
func listsOff(err error) error {
	var e *client.Error
	if errors.As(err, &e) && e.Code == "AccessControlListNotSupported" {
		e.Said = client.Say("ACLs are off here, as in every new bucket of AWS (object ownership: bucket owner enforced): share by a bucket policy or a link instead")
	}
	return err
}

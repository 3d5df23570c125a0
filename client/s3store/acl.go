package s3store

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/bucketseal/bucketseal/client"
)

var _ client.Sharer = (*Store)(nil)

// Shared reports whether the access control list of an object gives rights to anybody but
// its owner.
func (s *Store) Shared(ctx context.Context, at client.Location, versionID string) (bool, error) {
	c := call{op: "GetObjectAcl", at: at}
	if err := at.CheckKey(); err != nil {
		return false, s.refuse(c, client.KindInvalid, err)
	}
	out, err := s.s3.GetObjectAcl(ctx, &s3.GetObjectAclInput{Bucket: &at.Bucket, Key: &at.Key, VersionId: text(versionID)})
	switch {
	case err != nil:
		return false, s.fail(c, err)
	case out.Owner == nil && out.Grants == nil:
		return false, s.refuse(c, client.KindUnsupported, client.Say("the answer is no list of permissions").Err())
	}
	owner := ""
	if out.Owner != nil {
		owner = aws.ToString(out.Owner.ID)
	}
	for _, g := range out.Grants {
		if g.Grantee != nil && (aws.ToString(g.Grantee.URI) != "" || aws.ToString(g.Grantee.EmailAddress) != "" || aws.ToString(g.Grantee.ID) != "" && aws.ToString(g.Grantee.ID) != owner) {
			return true, nil
		}
	}
	return false, nil
}

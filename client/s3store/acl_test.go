package s3store

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// An object of its owner's alone is shared with nobody, one that others may read is, and
// a bucket that knows no lists says nothing.
func TestWhetherAnObjectIsSharedIsReadOfItsList(t *testing.T) {
	for _, personality := range []string{"aws", "ceph16", "minio"} {
		t.Run(personality, func(t *testing.T) {
			e := mock.Start(t, mock.As(personality))
			s := openAt(t, e, e.SecretKey, Options{atAWS: personality == "aws"})
			at := client.Location{Bucket: "bucket", Key: "a"}
			_, err := s.Put(t.Context(), at, strings.NewReader("a"), 1, client.PutOptions{Encryption: client.Inherit{}})
			require.NoError(t, err)
			shared, err := s.Shared(t.Context(), at, "")
			if err == nil {
				assert.False(t, shared)
			} else {
				assert.Equal(t, client.KindUnsupported.String(), client.KindOf(err).String(), "%v", err)
			}
			if personality != "ceph16" { // buckets of the others have no lists of their own until they are told to
				return
			}
			_, err = unguarded(s).PutObjectAcl(t.Context(), &s3.PutObjectAclInput{Bucket: aws.String("bucket"), Key: aws.String("a"), ACL: types.ObjectCannedACLPublicRead})
			require.NoError(t, err)
			shared, err = s.Shared(t.Context(), at, "")
			require.NoError(t, err)
			assert.True(t, shared)
			_, err = s.Shared(t.Context(), client.Location{Bucket: "bucket", Key: "gone"}, "")
			assert.Equal(t, client.KindNotFound.String(), client.KindOf(err).String(), "%v", err)
			_, err = s.Shared(t.Context(), client.Location{Bucket: "bucket"}, "")
			require.Error(t, err)
		})
	}
}

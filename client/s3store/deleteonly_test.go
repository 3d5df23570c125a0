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

// In a bucket that keeps versions exactly the version goes, whatever was
// written since, and without a delete marker.
func TestDeleteOnlyRemovesAVersionAndLeavesTheOthers(t *testing.T) {
	e := mock.Start(t)
	s := openAt(t, e, e.SecretKey, Options{atAWS: true})
	_, err := s.s3.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String("bucket"), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	require.NoError(t, err)
	at := client.Location{Bucket: "bucket", Key: "a"}
	put := func(content string) client.Object {
		o, err := s.Put(t.Context(), at, strings.NewReader(content), int64(len(content)), client.PutOptions{Encryption: client.SSES3{}})
		require.NoError(t, err)
		require.NotEmpty(t, o.VersionID)
		return o
	}
	first, second, third := put("first"), put("second"), put("third")
	require.NoError(t, s.DeleteOnly(t.Context(), second, client.CustomerKey{}))
	now, err := s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, third.VersionID, now.VersionID)
	require.NoError(t, s.DeleteOnly(t.Context(), third, client.CustomerKey{}))
	now, err = s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, first.VersionID, now.VersionID, "the older one is there again")
	require.NoError(t, s.DeleteOnly(t.Context(), third, client.CustomerKey{}), "it is gone, which is what was wanted")
	_, err = s.Head(t.Context(), at, client.ReadOptions{VersionID: second.VersionID})
	assert.Error(t, err)
}

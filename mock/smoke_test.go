package mock_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAnObjectUnderANamedKeyComesBack(t *testing.T) {
	e := mock.Start(t)
	c := s3Client(t, e)
	key := e.NamedKeys()[0]
	for _, ref := range []string{key.ID, key.ARN, key.Alias} {
		out, err := put(t, c, "a b/ü+.txt", "hello", func(in *s3.PutObjectInput) {
			in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, aws.String(ref)
		})
		require.NoError(t, err)
		assert.Equal(t, key.ARN, *out.SSEKMSKeyId)
		h, err := head(t, c, "a b/ü+.txt")
		require.NoError(t, err)
		assert.Equal(t, types.ServerSideEncryptionAwsKms, h.ServerSideEncryption)
		assert.Equal(t, key.ARN, *h.SSEKMSKeyId)
		body, _, err := get(t, c, "a b/ü+.txt")
		require.NoError(t, err)
		assert.Equal(t, "hello", body)
	}
}

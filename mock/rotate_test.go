package mock_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestObjectsOutliveTheRotationOfTheirKey(t *testing.T) {
	e := mock.Start(t)
	keys, objects := kmsClient(t, e), s3Client(t, e)
	key := e.NamedKeys()[0]
	ways := map[string]map[string]string{
		"kms": {sse: "aws:kms", kid: key.ID}, "bucket-key": {sse: "aws:kms", kid: key.ID, bk: "true"}, "dsse": {sse: "aws:kms:dsse", kid: key.ID},
	}
	for _, when := range []string{"old-", "new-"} {
		for name, how := range ways {
			require.Equal(t, 200, raw(t, e, "PUT", "/bucket/"+when+name, when+name, how).StatusCode)
		}
		_, err := keys.RotateKeyOnDemand(bg, &kms.RotateKeyOnDemandInput{KeyId: &key.ID})
		require.NoError(t, err)
		for name := range ways {
			body, out, err := get(t, objects, when+name)
			require.NoError(t, err)
			assert.Equal(t, when+name, body)
			assert.Equal(t, key.ARN, *out.SSEKMSKeyId)
		}
	}
	_, err := keys.EnableKeyRotation(bg, &kms.EnableKeyRotationInput{KeyId: &key.ID})
	require.NoError(t, err)
	status, err := keys.GetKeyRotationStatus(bg, &kms.GetKeyRotationStatusInput{KeyId: &key.ID})
	require.NoError(t, err)
	assert.True(t, status.KeyRotationEnabled)
	assert.EqualValues(t, 365, aws.ToInt32(status.RotationPeriodInDays))
	list, err := keys.ListKeyRotations(bg, &kms.ListKeyRotationsInput{KeyId: &key.ID})
	require.NoError(t, err)
	assert.Len(t, list.Rotations, 2)
	sealed, err := keys.Encrypt(bg, &kms.EncryptInput{KeyId: &key.ARN, Plaintext: []byte("hello")})
	require.NoError(t, err)
	moved, err := keys.ReEncrypt(bg, &kms.ReEncryptInput{CiphertextBlob: sealed.CiphertextBlob, DestinationKeyId: aws.String("alias/demo")})
	require.NoError(t, err)
	opened, err := keys.Decrypt(bg, &kms.DecryptInput{CiphertextBlob: moved.CiphertextBlob})
	require.NoError(t, err)
	assert.Equal(t, "hello", string(opened.Plaintext))
}

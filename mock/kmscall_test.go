package mock_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestTheKeyServiceAnswersOnTheSamePort(t *testing.T) {
	e := mock.Start(t)
	c := kmsClient(t, e)
	made, err := c.CreateKey(bg, &kms.CreateKeyInput{Description: aws.String("d")})
	require.NoError(t, err)
	id := made.KeyMetadata.KeyId
	assert.WithinDuration(t, time.Now(), *made.KeyMetadata.CreationDate, time.Minute)
	_, err = c.CreateAlias(bg, &kms.CreateAliasInput{AliasName: aws.String("alias/second"), TargetKeyId: id})
	require.NoError(t, err)
	keys, err := c.ListKeys(bg, &kms.ListKeysInput{})
	require.NoError(t, err)
	assert.Len(t, keys.Keys, 2)
	aliases, err := c.ListAliases(bg, &kms.ListAliasesInput{})
	require.NoError(t, err)
	assert.Equal(t, "alias/demo", *aliases.Aliases[0].AliasName)
	assert.Equal(t, *id, *aliases.Aliases[1].TargetKeyId)
	_, err = c.DisableKey(bg, &kms.DisableKeyInput{KeyId: id})
	require.NoError(t, err)
	got, err := c.DescribeKey(bg, &kms.DescribeKeyInput{KeyId: aws.String("alias/second")})
	require.NoError(t, err)
	assert.Equal(t, types.KeyStateDisabled, got.KeyMetadata.KeyState)

	_, err = c.GenerateDataKey(bg, &kms.GenerateDataKeyInput{KeyId: id, KeySpec: types.DataKeySpecAes256})
	var disabled *types.DisabledException
	require.ErrorAs(t, err, &disabled)
	_, err = c.DescribeKey(bg, &kms.DescribeKeyInput{KeyId: aws.String("none")})
	var missing *types.NotFoundException
	require.ErrorAs(t, err, &missing)
	assert.Contains(t, missing.ErrorMessage(), "Invalid keyId 'none'")
}

func TestTheKeyServiceRefusesInItsOwnWords(t *testing.T) {
	e := mock.Start(t)
	listKeys := func(e *mock.Endpoint) error {
		_, err := kmsClient(t, e).ListKeys(bg, &kms.ListKeysInput{})
		return err
	}
	wrong := *e
	wrong.SecretKey = "wrong"
	refused(t, listKeys(&wrong), 400, "InvalidSignatureException", "")
	wrong.AccessKey = "nobody"
	refused(t, listKeys(&wrong), 400, "UnrecognizedClientException", "")
	require.NoError(t, e.SetFaults(mock.Faults{Faults: []mock.Fault{{Op: "ListKeys", Do: mock.AnswerStatus, Status: 400, Code: "AccessDeniedException"}}}))
	refused(t, listKeys(e), 400, "AccessDeniedException", "")

	for service, want := range map[string]string{"kms": "UnknownOperationException", "s3": "IncompleteSignatureException"} {
		r, err := http.NewRequest("POST", e.URL+"/", strings.NewReader(""))
		require.NoError(t, err)
		r.Header.Set("X-Amz-Target", "DynamoDB.ListTables")
		hash := "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		r.Header.Set("X-Amz-Content-Sha256", hash)
		require.NoError(t, signer.NewSigner().SignHTTP(bg, aws.Credentials{AccessKeyID: e.AccessKey, SecretAccessKey: e.SecretKey}, r, hash, service, "us-east-1", time.Now()))
		resp, err := httpClient(t, e).Do(r)
		require.NoError(t, err)
		defer resp.Body.Close()
		assert.Equal(t, 400, resp.StatusCode)
		assert.Equal(t, want, resp.Header.Get("X-Amzn-Errortype"))
	}
}

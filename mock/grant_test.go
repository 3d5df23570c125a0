package mock_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func withAda(t *testing.T) (e, her *mock.Endpoint) {
	t.Helper()
	ada := mock.User{Name: "ada", AccessKey: "AKIAADA", SecretKey: "secret", Policy: []byte(`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)}
	e = mock.Start(t, mock.With(func(c *mock.Config) { c.Users = []mock.User{ada} }))
	return e, as(e, ada)
}

func TestAGrantLetsSomebodyWriteAndNotRead(t *testing.T) {
	e, her := withAda(t)
	how := map[string]string{sse: "aws:kms", kid: "alias/demo"}
	require.Equal(t, 403, raw(t, her, "PUT", "/bucket/k", "x", how).StatusCode)
	made, err := e.Keys().Call("CreateGrant", []byte(`{"KeyId":"alias/demo","GranteePrincipal":"arn:aws:iam::000000000000:user/ada","Operations":["GenerateDataKey"]}`))
	require.NoError(t, err)
	require.Equal(t, 200, raw(t, her, "PUT", "/bucket/k", "x", how).StatusCode)
	assert.Equal(t, 403, raw(t, her, "GET", "/bucket/k", "", nil).StatusCode)
	id, err := json.Marshal(made.(map[string]any)["GrantId"])
	require.NoError(t, err)
	_, err = e.Keys().Call("RevokeGrant", []byte(`{"KeyId":"alias/demo","GrantId":`+string(id)+`}`))
	require.NoError(t, err)
	assert.Equal(t, 403, raw(t, her, "PUT", "/bucket/k", "x", how).StatusCode)
}

func TestTheAWSCommandLineAgreesAboutGrantsAliasesAndTags(t *testing.T) {
	e, her := withAda(t)
	key := e.NamedKeys()[0]
	run := awsCLI(t, e)
	ask := func(args ...string) map[string]any {
		t.Helper()
		out, err := run(append([]string{"kms"}, args...)...)
		require.NoError(t, err, out)
		var m map[string]any
		if out != "" {
			require.NoError(t, json.Unmarshal([]byte(out), &m), out)
		}
		return m
	}
	id := []string{"--key-id", key.ID}
	made := ask(append([]string{"create-grant", "--grantee-principal", "arn:aws:iam::000000000000:user/ada", "--retiring-principal", "arn:aws:iam::000000000000:user/ada", "--operations", "GenerateDataKey", "Decrypt", "--name", "n"}, id...)...)
	require.Equal(t, 200, raw(t, her, "PUT", "/bucket/k", "x", map[string]string{sse: "aws:kms", kid: key.ID}).StatusCode)
	require.Equal(t, 200, raw(t, her, "GET", "/bucket/k", "", nil).StatusCode)
	grants := ask(append([]string{"list-grants"}, id...)...)["Grants"].([]any)
	require.Len(t, grants, 1)
	told := grants[0].(map[string]any)
	assert.Equal(t, made["GrantId"], told["GrantId"])
	assert.Equal(t, key.ARN, told["KeyId"])
	assert.Equal(t, []any{"GenerateDataKey", "Decrypt"}, told["Operations"])
	ask("retire-grant", "--grant-token", made["GrantToken"].(string))
	assert.Equal(t, 403, raw(t, her, "GET", "/bucket/k", "", nil).StatusCode)

	second := ask("create-key", "--tags", "TagKey=team,TagValue=red")["KeyMetadata"].(map[string]any)["KeyId"].(string)
	ask("update-alias", "--alias-name", "alias/demo", "--target-key-id", second)
	assert.Equal(t, second, ask("describe-key", "--key-id", "alias/demo")["KeyMetadata"].(map[string]any)["KeyId"])
	ask("delete-alias", "--alias-name", "alias/demo")
	_, err := e.Keys().Resolve("alias/demo")
	require.Error(t, err)
	ask("tag-resource", "--key-id", second, "--tags", "TagKey=cost,TagValue=1")
	assert.Equal(t, []any{map[string]any{"TagKey": "cost", "TagValue": "1"}, map[string]any{"TagKey": "team", "TagValue": "red"}}, ask("list-resource-tags", "--key-id", second)["Tags"])
}

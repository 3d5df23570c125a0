package kms_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/kms"
)

func TestAnAliasMovesAndGoes(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	for _, id := range []string{"one", "two", "leaving"} {
		_, err := k.Create(kms.Spec{ID: id})
		require.NoError(t, err)
	}
	_, err := k.Create(kms.Spec{ID: "signs", Usage: kms.UsageSign})
	require.NoError(t, err)
	_, err = k.ScheduleDeletion("leaving", 7)
	require.NoError(t, err)
	require.NoError(t, k.CreateAlias("alias/a", "one"))
	require.NoError(t, k.CreateAlias("alias/b", "one"))
	_, err = call(t, k, "UpdateAlias", `{"AliasName":"alias/a","TargetKeyId":"two"}`)
	require.NoError(t, err)
	k = h.open(t)
	key, err := k.Resolve("alias/a")
	require.NoError(t, err)
	assert.Equal(t, "two", key.ID)
	for _, c := range []struct{ op, body, code string }{
		{"UpdateAlias", `{"AliasName":"alias/a","TargetKeyId":"nowhere"}`, "NotFoundException"},
		{"UpdateAlias", `{"AliasName":"alias/a","TargetKeyId":"leaving"}`, "KMSInvalidStateException"},
		{"UpdateAlias", `{"AliasName":"alias/a","TargetKeyId":"signs"}`, "ValidationException"},
		{"UpdateAlias", `{"AliasName":"alias/none","TargetKeyId":"two"}`, "NotFoundException"},
		{"UpdateAlias", `{"AliasName":"alias/aws/s3","TargetKeyId":"two"}`, "NotAuthorizedException"},
		{"DeleteAlias", `{"AliasName":"a"}`, "ValidationException"},
		{"DeleteAlias", `{"AliasName":"alias/aws/s3"}`, "NotAuthorizedException"},
	} {
		_, err := call(t, k, c.op, c.body)
		assert.Equal(t, c.code, code(err), c.body)
	}
	_, err = call(t, k, "DeleteAlias", `{"AliasName":"alias/a"}`)
	require.NoError(t, err)
	_, err = k.Resolve("alias/a")
	assert.Equal(t, "NotFoundException", code(err))
	_, err = k.Resolve("alias/b")
	assert.NoError(t, err)
	_, err = k.Resolve("two")
	assert.NoError(t, err, "the key stays")

	// Both keys must permit the move.
	only := person(t, "x", `{"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:us-east-1:000000000000:key/two"}`)
	for _, row := range []struct{ op, body string }{
		{"UpdateAlias", `{"AliasName":"alias/b","TargetKeyId":"two"}`}, {"DeleteAlias", `{"AliasName":"alias/b"}`},
	} {
		_, err = k.CallAs(only, row.op, []byte(row.body))
		assert.Equal(t, "AccessDeniedException", code(err), row.op)
	}
	require.NoError(t, k.CreateAlias("alias/c", "two"))
	_, err = k.CallAs(only, "UpdateAlias", []byte(`{"AliasName":"alias/c","TargetKeyId":"one"}`))
	assert.Equal(t, "AccessDeniedException", code(err))
	_, err = k.CallAs(only, "DeleteAlias", []byte(`{"AliasName":"alias/c"}`))
	assert.NoError(t, err)
}

func TestAKeyIsTaggedAndDescribed(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	made, err := call(t, k, "CreateKey", `{"Tags":[{"TagKey":"team","TagValue":"red"}]}`)
	require.NoError(t, err)
	id := made["KeyMetadata"].(map[string]any)["KeyId"].(string)
	do := func(op, rest string) (map[string]any, string) {
		out, err := call(t, k, op, `{"KeyId":"`+id+`"`+rest+`}`)
		return out, code(err)
	}
	_, refused := do("TagResource", `,"Tags":[{"TagKey":"team","TagValue":"blue"},{"TagKey":"cost","TagValue":""}]`)
	require.Empty(t, refused)
	k = h.open(t)
	out, _ := do("ListResourceTags", "")
	assert.Equal(t, []any{map[string]any{"TagKey": "cost", "TagValue": ""}, map[string]any{"TagKey": "team", "TagValue": "blue"}}, out["Tags"])
	out, _ = do("ListResourceTags", `,"Limit":1`)
	assert.Equal(t, true, out["Truncated"])
	_, refused = do("UntagResource", `,"TagKeys":["cost","none"]`)
	require.Empty(t, refused)
	out, _ = do("ListResourceTags", "")
	assert.Len(t, out["Tags"], 1)
	_, refused = do("UpdateKeyDescription", `,"Description":"of the team"`)
	require.Empty(t, refused)
	out, _ = do("DescribeKey", "")
	assert.Equal(t, "of the team", out["KeyMetadata"].(map[string]any)["Description"])

	many := ""
	for i := range 50 {
		many += fmt.Sprintf(`{"TagKey":"%d","TagValue":""},`, i)
	}
	for rest, want := range map[string]string{
		`,"Tags":[{"TagKey":"aws:x"}]`: "TagException", `,"Tags":[{"TagKey":""}]`: "TagException",
		`,"Tags":[` + strings.TrimSuffix(many, ",") + `]`: "LimitExceededException",
	} {
		_, refused = do("TagResource", rest)
		assert.Equal(t, want, refused)
	}
	_, refused = do("ListResourceTags", `,"Limit":51`)
	assert.Equal(t, "ValidationException", refused)
	_, err = call(t, k, "CreateKey", `{"Tags":[{"TagKey":"aws:x"}]}`)
	assert.Equal(t, "TagException", code(err))
	out, _ = do("ListResourceTags", "")
	assert.Len(t, out["Tags"], 1, "what is refused changes nothing")

	_, err = k.Create(kms.Spec{ID: "aws", Managed: true})
	require.NoError(t, err)
	_, err = k.ScheduleDeletion(id, 7)
	require.NoError(t, err)
	for _, op := range []string{"TagResource", "UntagResource", "UpdateKeyDescription"} {
		for key, want := range map[string]string{"aws": "AccessDeniedException", id: "KMSInvalidStateException", "nowhere": "NotFoundException"} {
			_, err = call(t, k, op, `{"KeyId":"`+key+`"}`)
			assert.Equal(t, want, code(err), op)
		}
	}
	_, err = call(t, k, "ListResourceTags", `{"KeyId":"nowhere"}`)
	assert.Equal(t, "NotFoundException", code(err))
}

package kms_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/kms"
)

func person(t testing.TB, name, statements string) iam.Person {
	t.Helper()
	p, err := iam.Parse([]byte(`{"Statement":[` + statements + `]}`))
	require.NoError(t, err)
	return iam.Person{ARN: "arn:aws:iam::000000000000:user/" + name, Policy: p}
}

const (
	mayAll    = `{"Effect":"Allow","Action":"kms:*","Resource":"*"}`
	mayList   = `{"Effect":"Allow","Action":"kms:ListKeys","Resource":"*"}`
	mustNot   = `{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}`
	adaOnKey  = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ada"},"Action":"kms:GenerateDataKey*"}`
	rootOnKey = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},"Action":"kms:*"}`
	noneOnKey = `{"Effect":"Deny","Principal":"*","Action":"kms:Encrypt"}`
)

func TestAKeysPolicyAndThePersonsOwnDecideTogether(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	key, err := k.Create(kms.Spec{ID: "standard"})
	require.NoError(t, err)
	_, err = k.Create(kms.Spec{ID: "ada-only", Policy: `{"Statement":[` + adaOnKey + `]}`})
	require.NoError(t, err)
	_, err = k.Create(kms.Spec{ID: "mixed"})
	require.NoError(t, err)
	require.NoError(t, k.SetPolicy("mixed", `{"Statement":[`+strings.Join([]string{rootOnKey, noneOnKey}, ",")+`]}`))
	_, err = k.Create(kms.Spec{ID: "aws", Managed: true})
	require.NoError(t, err)
	k = h.open(t) // the policies outlive it
	ada, bob, root := person(t, "ada", mayList), person(t, "bob", mayAll+","+mustNot), iam.Person{ARN: "arn:aws:iam::000000000000:root", Root: true}
	for _, row := range []struct {
		who         iam.Person
		action, key string
		because     string // empty: allowed
	}{
		{bob, "kms:GenerateDataKey", "standard", ""},
		{bob, "kms:Decrypt", "standard", "with an explicit deny in an identity-based policy"},
		{ada, "kms:GenerateDataKey", "standard", "because no identity-based policy allows the kms:GenerateDataKey action"},
		{root, "kms:Decrypt", "standard", ""},
		{ada, "kms:GenerateDataKey", "ada-only", ""},
		{ada, "kms:Decrypt", "ada-only", "because no resource-based policy allows the kms:Decrypt action"},
		{bob, "kms:GenerateDataKey", "ada-only", "because no resource-based policy allows"},
		{root, "kms:GenerateDataKey", "ada-only", "because no resource-based policy allows"},
		{bob, "kms:Encrypt", "mixed", "with an explicit deny in a resource-based policy"},
		{root, "kms:Encrypt", "mixed", "with an explicit deny in a resource-based policy"},
		{bob, "kms:GenerateDataKey", "mixed", ""},
		{ada, "kms:GenerateDataKey", "aws", ""},
		{root, "kms:DescribeKey", "aws", ""},
		{root, "kms:DisableKey", "aws", "because no resource-based policy allows the kms:DisableKey action"},
		{root, "kms:ScheduleKeyDeletion", "aws", "because no resource-based policy allows"},
		{ada, "kms:Decrypt", "nowhere", ""},
	} {
		err := k.Authorize(row.who, row.action, row.key)
		if row.because == "" {
			assert.NoError(t, err, "%s %s", row.action, row.key)
			continue
		}
		assert.Equal(t, "AccessDeniedException", code(err), "%s %s", row.action, row.key)
		assert.ErrorContains(t, err, row.because)
	}
	err = k.Authorize(ada, "kms:Decrypt", "standard")
	assert.EqualError(t, err, "AccessDeniedException: User: arn:aws:iam::000000000000:user/ada is not authorized to perform: kms:Decrypt on resource: "+
		key.ARN+" because no identity-based policy allows the kms:Decrypt action")
}

func TestEachCallNeedsItsOwnPermission(t *testing.T) {
	k := newHouse(t).open(t)
	for _, id := range []string{"one", "two"} {
		_, err := k.Create(kms.Spec{ID: id})
		require.NoError(t, err)
	}
	made, err := call(t, k, "Encrypt", `{"KeyId":"one","Plaintext":"aGk="}`)
	require.NoError(t, err)
	blob := made["CiphertextBlob"].(string)
	only := func(action, key string) iam.Person {
		resource := "*"
		if key != "" {
			resource = "arn:aws:kms:us-east-1:000000000000:key/" + key
		}
		return person(t, "x", `{"Effect":"Allow","Action":"kms:`+action+`","Resource":"`+resource+`"}`)
	}
	for _, row := range []struct{ op, body, action, key string }{
		{"ListKeys", `{}`, "ListKeys", ""},
		{"CreateKey", `{}`, "CreateKey", ""},
		{"DescribeKey", `{"KeyId":"one"}`, "DescribeKey", "one"},
		{"CreateAlias", `{"AliasName":"alias/new","TargetKeyId":"one"}`, "CreateAlias", "one"},
		{"Decrypt", `{"CiphertextBlob":"` + blob + `"}`, "Decrypt", "one"},
		{"RotateKeyOnDemand", `{"KeyId":"one"}`, "RotateKeyOnDemand", "one"},
		{"GetKeyPolicy", `{"KeyId":"one"}`, "GetKeyPolicy", "one"},
	} {
		_, err := k.CallAs(only("Sign", ""), row.op, []byte(row.body))
		assert.Equal(t, "AccessDeniedException", code(err), row.op)
		if row.key != "" {
			_, err = k.CallAs(only(row.action, "two"), row.op, []byte(row.body))
			assert.Equal(t, "AccessDeniedException", code(err), row.op)
		}
		_, err = k.CallAs(only(row.action, row.key), row.op, []byte(row.body))
		assert.NoError(t, err, row.op)
	}
	move := []byte(`{"CiphertextBlob":"` + blob + `","DestinationKeyId":"two"}`)
	for action, want := range map[string]string{"ReEncryptFrom": "AccessDeniedException", "ReEncryptTo": "AccessDeniedException", "ReEncrypt*": ""} {
		_, err := k.CallAs(only(action, ""), "ReEncrypt", move)
		assert.Equal(t, want, code(err), action)
	}
	_, err = k.CallAs(only("x", ""), "Sign", nil)
	assert.Equal(t, "UnknownOperationException", code(err))
	_, err = k.CallAs(only("x", ""), "ListKeys", []byte(`[`))
	assert.Equal(t, "SerializationException", code(err))
}

func TestAKeysPolicyIsReadAndSet(t *testing.T) {
	k := newHouse(t).open(t)
	_, err := k.Create(kms.Spec{ID: "k"})
	require.NoError(t, err)
	_, err = k.Create(kms.Spec{ID: "bad", Policy: "{}"})
	assert.Equal(t, "MalformedPolicyDocumentException", code(err))
	got, err := call(t, k, "GetKeyPolicy", `{"KeyId":"k","PolicyName":"default"}`)
	require.NoError(t, err)
	_, err = iam.ParseKeyPolicy([]byte(got["Policy"].(string)))
	require.NoError(t, err, "the standard one is one")
	_, err = call(t, k, "PutKeyPolicy", `{"KeyId":"k","Policy":"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:*\"}]}"}`)
	require.NoError(t, err)
	got, err = call(t, k, "GetKeyPolicy", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Contains(t, got["Policy"], "Deny")
	names, err := call(t, k, "ListKeyPolicies", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Equal(t, []any{"default"}, names["PolicyNames"])
	for _, c := range []struct{ op, body, code string }{
		{"PutKeyPolicy", `{"KeyId":"k","Policy":"{}"}`, "MalformedPolicyDocumentException"},
		{"PutKeyPolicy", `{"KeyId":"k","PolicyName":"other"}`, "NotFoundException"},
		{"PutKeyPolicy", `{"KeyId":"x","Policy":"{\"Statement\":[{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:*\"}]}"}`, "NotFoundException"},
		{"GetKeyPolicy", `{"KeyId":"x"}`, "NotFoundException"},
		{"GetKeyPolicy", `{"KeyId":"k","PolicyName":"other"}`, "NotFoundException"},
		{"ListKeyPolicies", `{"KeyId":"x"}`, "NotFoundException"},
	} {
		_, err := call(t, k, c.op, c.body)
		assert.Equal(t, c.code, code(err), "%s %s", c.op, c.body)
	}
}

package kms_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/kms"
)

const adaARN = "arn:aws:iam::000000000000:user/ada"

var account = iam.Person{ARN: "arn:aws:iam::000000000000:root", Root: true}

func TestAGrantAllowsWhatNoPolicyDoes(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	for _, id := range []string{"k", "other"} {
		_, err := k.Create(kms.Spec{ID: id})
		require.NoError(t, err)
	}
	ada, bob := person(t, "ada", mayList), person(t, "bob", mayList)
	require.Error(t, k.Authorize(ada, "kms:Decrypt", "k"))
	made, err := call(t, k, "CreateGrant", `{"KeyId":"k","GranteePrincipal":"`+adaARN+`","Operations":["Decrypt","DescribeKey"],"Name":"n"}`)
	require.NoError(t, err)
	k = h.open(t) // it outlives the program
	assert.NoError(t, k.Authorize(ada, "kms:Decrypt", "k"))
	assert.Error(t, k.Authorize(ada, "kms:Encrypt", "k"), "another operation")
	assert.Error(t, k.Authorize(ada, "kms:Decrypt", "other"), "another key")
	assert.Error(t, k.Authorize(bob, "kms:Decrypt", "k"), "another person")
	assert.Error(t, k.Authorize(person(t, "ada", mustNot), "kms:Decrypt", "k"), "a deny of her own wins")
	require.NoError(t, k.SetPolicy("k", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"kms:Decrypt"}]}`))
	assert.Error(t, k.Authorize(ada, "kms:Decrypt", "k"), "a deny of the key's policy wins")
	require.NoError(t, k.SetPolicy("k", `{"Statement":[`+rootOnKey+`]}`))

	again, err := call(t, k, "CreateGrant", `{"KeyId":"k","GranteePrincipal":"`+adaARN+`","Operations":["Decrypt","DescribeKey"],"Name":"n"}`)
	require.NoError(t, err)
	assert.Equal(t, made, again, "asked twice by one name, made once")
	id := made["GrantId"].(string)
	_, err = k.CallAs(ada, "RevokeGrant", []byte(`{"GrantToken":"`+made["GrantToken"].(string)+`"}`))
	assert.Equal(t, "NotFoundException", code(err), "who may not revoke on the key does not by a token either")
	_, err = k.CallAs(ada, "RevokeGrant", []byte(`{"KeyId":"k","GrantId":"`+id+`"}`))
	assert.Equal(t, "AccessDeniedException", code(err))
	assert.NoError(t, k.Authorize(ada, "kms:Decrypt", "k"))
	_, err = k.CallAs(account, "RevokeGrant", []byte(`{"KeyId":"k","GrantId":"`+id+`"}`))
	require.NoError(t, err)
	assert.Error(t, k.Authorize(ada, "kms:Decrypt", "k"))
	_, err = call(t, k, "RevokeGrant", `{"KeyId":"k","GrantId":"`+id+`"}`)
	assert.Equal(t, "NotFoundException", code(err))
}

func TestGrantsAreListedAndRetired(t *testing.T) {
	k := newHouse(t).open(t)
	_, err := k.Create(kms.Spec{ID: "k"})
	require.NoError(t, err)
	const bobARN = "arn:aws:iam::000000000000:user/bob"
	grantTo := func(operations, retiring string) (id, token string) {
		t.Helper()
		made, err := call(t, k, "CreateGrant", `{"KeyId":"k","GranteePrincipal":"`+adaARN+`","Operations":[`+operations+`]`+retiring+`}`)
		require.NoError(t, err)
		return made["GrantId"].(string), made["GrantToken"].(string)
	}
	one, byToken := grantTo(`"Encrypt"`, `,"RetiringPrincipal":"`+bobARN+`"`)
	two, _ := grantTo(`"Encrypt","RetireGrant"`, "")
	three, _ := grantTo(`"Encrypt"`, "")
	list := func(op, body string) (ids []string, next any) {
		t.Helper()
		out, err := call(t, k, op, body)
		require.NoError(t, err)
		for _, g := range out["Grants"].([]any) {
			ids = append(ids, g.(map[string]any)["GrantId"].(string))
		}
		return ids, out["NextMarker"]
	}
	all, _ := list("ListGrants", `{"KeyId":"k"}`)
	assert.Equal(t, []string{one, two, three}, all)
	some, next := list("ListGrants", `{"KeyId":"k","Limit":2}`)
	assert.Equal(t, []string{one, two}, some)
	some, _ = list("ListGrants", `{"KeyId":"k","Marker":"`+next.(string)+`"}`)
	assert.Equal(t, []string{three}, some)
	some, _ = list("ListGrants", `{"KeyId":"k","GrantId":"`+two+`"}`)
	assert.Equal(t, []string{two}, some)
	some, _ = list("ListGrants", `{"KeyId":"k","GranteePrincipal":"`+bobARN+`"}`)
	assert.Empty(t, some)
	some, _ = list("ListRetirableGrants", `{"RetiringPrincipal":"`+bobARN+`"}`)
	assert.Equal(t, []string{one}, some)

	ada, bob, carl := person(t, "ada", mayList), person(t, "bob", mayList), person(t, "carl", mayList)
	retire := func(who iam.Person, body string) string {
		_, err := k.CallAs(who, "RetireGrant", []byte(body))
		return code(err)
	}
	assert.Equal(t, "AccessDeniedException", retire(carl, `{"GrantToken":"`+byToken+`"}`))
	assert.Equal(t, "AccessDeniedException", retire(ada, `{"GrantToken":"`+byToken+`"}`), "her grant does not say that she may")
	assert.Empty(t, retire(bob, `{"GrantToken":"`+byToken+`"}`))
	assert.Equal(t, "InvalidGrantTokenException", retire(bob, `{"GrantToken":"`+byToken+`"}`))
	assert.Empty(t, retire(ada, `{"KeyId":"k","GrantId":"`+two+`"}`))
	assert.Equal(t, "AccessDeniedException", retire(bob, `{"KeyId":"k","GrantId":"`+three+`"}`))
	assert.Empty(t, retire(account, `{"KeyId":"k","GrantId":"`+three+`"}`))
	assert.Equal(t, "NotFoundException", retire(account, `{"KeyId":"k","GrantId":"`+three+`"}`))
	all, _ = list("ListGrants", `{"KeyId":"k"}`)
	assert.Empty(t, all)
}

func TestGrantsThatCannotBeAreRefused(t *testing.T) {
	k := newHouse(t).open(t)
	for _, id := range []string{"k", "off"} {
		_, err := k.Create(kms.Spec{ID: id})
		require.NoError(t, err)
	}
	require.NoError(t, k.Disable("off"))
	to := `"GranteePrincipal":"` + adaARN + `"`
	for body, want := range map[string]string{
		`{"KeyId":"nowhere",` + to + `,"Operations":["Encrypt"]}`:                                               "NotFoundException",
		`{"KeyId":"off",` + to + `,"Operations":["Encrypt"]}`:                                                   "DisabledException",
		`{"KeyId":"k","Operations":["Encrypt"]}`:                                                                "InvalidArnException",
		`{"KeyId":"k","GranteePrincipal":"ada","Operations":["Encrypt"]}`:                                       "InvalidArnException",
		`{"KeyId":"k",` + to + `,"RetiringPrincipal":"x","Operations":["Encrypt"]}`:                             "InvalidArnException",
		`{"KeyId":"k",` + to + `}`:                                                                              "ValidationException",
		`{"KeyId":"k",` + to + `,"Operations":["CreateGrant"]}`:                                                 "ValidationException",
		`{"KeyId":"k",` + to + `,"Operations":["Encrypt"],"Constraints":{"EncryptionContextSubset":{"a":"b"}}}`: "UnsupportedOperationException",
	} {
		_, err := call(t, k, "CreateGrant", body)
		assert.Equal(t, want, code(err), body)
	}
	out, err := call(t, k, "ListGrants", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Empty(t, out["Grants"])
	for _, c := range [][2]string{{"ListGrants", `{"KeyId":"nowhere"}`}, {"RevokeGrant", `{"KeyId":"nowhere"}`}} {
		_, err := call(t, k, c[0], c[1])
		assert.Equal(t, "NotFoundException", code(err))
	}
	for _, c := range []string{"ListGrants", "ListRetirableGrants"} {
		_, err := call(t, k, c, `{"KeyId":"k","Limit":0}`)
		assert.Equal(t, "ValidationException", code(err))
	}
	_, err = k.CallAs(person(t, "ada", mayList), "CreateGrant", []byte(`{"KeyId":"k",`+to+`,"Operations":["Encrypt"]}`))
	assert.Equal(t, "AccessDeniedException", code(err))
}

package kms_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/seal"
)

type house struct {
	path string
	root *seal.Key
	now  time.Time
}

func newHouse(t *testing.T) *house {
	return &house{path: filepath.Join(t.TempDir(), "keys.sealed"), root: seal.GenerateKey(), now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
}

func (h *house) open(t *testing.T) *kms.Keystore {
	t.Helper()
	k, err := kms.Open(h.path, h.root, kms.Options{Now: func() time.Time { return h.now }})
	require.NoError(t, err)
	return k
}

func code(err error) string {
	var e *kms.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// call speaks JSON both ways, as the wire does.
func call(t *testing.T, k *kms.Keystore, op, body string) (map[string]any, error) {
	t.Helper()
	out, err := k.Call(op, []byte(body))
	if err != nil || out == nil {
		return nil, err
	}
	raw, err := json.Marshal(out)
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(raw, &m))
	return m, nil
}

func TestAKeyIsFoundByEveryNameItHas(t *testing.T) {
	k := newHouse(t).open(t)
	key, err := k.Create(kms.Spec{Alias: "alias/demo"})
	require.NoError(t, err)
	assert.Regexp(t, `^arn:aws:kms:us-east-1:000000000000:key/[0-9a-f-]{36}$`, key.ARN)
	for _, ref := range []string{key.ID, key.ARN, "alias/demo", "arn:aws:kms:us-east-1:000000000000:alias/demo"} {
		got, err := k.Resolve(ref)
		require.NoError(t, err, ref)
		assert.Equal(t, key, got)
	}
}

func TestAnUnknownKeyIsRefusedInTheWordsOfAWS(t *testing.T) {
	k := newHouse(t).open(t)
	_, err := k.Create(kms.Spec{})
	require.NoError(t, err)
	const gone = "00000000-0000-4000-8000-000000000000"
	for ref, message := range map[string]string{
		"fake-key-id": "Invalid keyId 'fake-key-id'",
		gone:          "Key 'arn:aws:kms:us-east-1:000000000000:key/" + gone + "' does not exist",
		"arn:aws:kms:us-east-1:000000000000:key/" + gone: "Key 'arn:aws:kms:us-east-1:000000000000:key/" + gone + "' does not exist",
		"arn:aws:kms:eu-west-1:000000000000:key/" + gone: "Invalid arn eu-west-1",
		"arn:aws:kms:us-east-1:999999999999:key/" + gone: "Key 'arn:aws:kms:us-east-1:999999999999:key/" + gone + "' does not exist",
		"arn:aws:s3:::bucket":                            "Invalid arn arn:aws:s3:::bucket",
		"alias/none":                                     "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.",
	} {
		_, err := k.Resolve(ref)
		require.Error(t, err, ref)
		assert.Equal(t, "NotFoundException: "+message, err.Error())
	}
}

func TestKeysAndAliasesOutliveARestart(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	key, err := k.Create(kms.Spec{ID: "testkey-1", Alias: "alias/demo"})
	require.NoError(t, err)
	w, err := k.Wrapper("alias/demo")
	require.NoError(t, err)
	wrapped, err := w.Wrap([]byte("secret"), []byte("aad"))
	require.NoError(t, err)

	again := h.open(t)
	assert.Equal(t, []kms.Key{key}, again.Keys())
	assert.Equal(t, k.Aliases(), again.Aliases())
	w, err = again.Wrapper("testkey-1")
	require.NoError(t, err)
	plain, err := w.Unwrap(wrapped, []byte("aad"))
	require.NoError(t, err)
	assert.Equal(t, "secret", string(plain))
	_, err = w.Unwrap(wrapped, []byte("other"))
	assert.ErrorIs(t, err, seal.ErrCorrupt)
}

func TestTheKeystoreFileTellsNothing(t *testing.T) {
	h := newHouse(t)
	_, err := h.open(t).Create(kms.Spec{ID: "canary-key-id"})
	require.NoError(t, err)
	raw, err := os.ReadFile(h.path)
	require.NoError(t, err)
	assert.NotContains(t, string(raw), "canary")
	info, err := os.Stat(h.path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(h.path))
	require.NoError(t, err)
	assert.Len(t, left, 1, "no temporary file stays behind")
}

func TestWhatAKillLeftBesideTheKeystoreIsSwept(t *testing.T) {
	h := newHouse(t)
	_, err := h.open(t).Create(kms.Spec{ID: "k"})
	require.NoError(t, err)
	half := h.path + ".123456"
	require.NoError(t, os.WriteFile(half, []byte("half"), 0o600))
	other := h.path + "-other"
	require.NoError(t, os.WriteFile(other, nil, 0o600))
	_, err = h.open(t).Resolve("k")
	require.NoError(t, err)
	assert.NoFileExists(t, half)
	assert.FileExists(t, other, "not of this keystore")
}

func TestADamagedKeystoreIsRefusedAndLeftAlone(t *testing.T) {
	h := newHouse(t)
	_, err := h.open(t).Create(kms.Spec{})
	require.NoError(t, err)
	raw, err := os.ReadFile(h.path)
	require.NoError(t, err)
	raw[len(raw)/2] ^= 1
	require.NoError(t, os.WriteFile(h.path, raw, 0o600))
	_, err = kms.Open(h.path, h.root, kms.Options{})
	require.ErrorIs(t, err, seal.ErrCorrupt)
	assert.Contains(t, err.Error(), h.path)
	after, err := os.ReadFile(h.path)
	require.NoError(t, err)
	assert.Equal(t, raw, after)

	other, err := h.root.Wrap([]byte(`{"version":3}`), []byte("bucketseal mock keystore 1"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(h.path, other, 0o600))
	_, err = kms.Open(h.path, h.root, kms.Options{})
	assert.ErrorContains(t, err, "not a keystore of version 1 or 2")

	_, err = kms.Open(t.TempDir(), h.root, kms.Options{})
	assert.ErrorContains(t, err, "read keystore")
}

func TestAChangeThatCannotBeSavedDidNotHappen(t *testing.T) {
	h := newHouse(t)
	h.path = filepath.Join(filepath.Dir(h.path), "folder", "keys")
	k := h.open(t)
	_, err := k.Create(kms.Spec{Alias: "alias/a"})
	require.ErrorContains(t, err, "write keystore")
	assert.Empty(t, k.Keys())
	assert.Empty(t, k.Aliases())
}

func TestAKeyThatIsNotEnabledOpensNothing(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	key, err := k.Create(kms.Spec{})
	require.NoError(t, err)
	w, err := k.Wrapper(key.ID)
	require.NoError(t, err)
	wrapped, err := w.Wrap([]byte("x"), nil)
	require.NoError(t, err)

	require.NoError(t, k.Disable(key.ARN))
	_, err = w.Unwrap(wrapped, nil)
	assert.EqualError(t, err, "DisabledException: "+key.ARN+" is disabled.", "a wrapper taken before is bound too")
	_, err = w.Wrap(nil, nil)
	assert.Equal(t, "DisabledException", code(err))
	_, err = k.Wrapper(key.ID)
	assert.Equal(t, "DisabledException", code(err))

	require.NoError(t, k.Enable(key.ID))
	_, err = w.Unwrap(wrapped, nil)
	require.NoError(t, err)

	_, err = k.ScheduleDeletion(key.ID, 7)
	require.NoError(t, err)
	_, err = w.Unwrap(wrapped, nil)
	assert.EqualError(t, err, "KMSInvalidStateException: "+key.ARN+" is pending deletion.")
	assert.Equal(t, "KMSInvalidStateException", code(k.Enable(key.ID)))
	assert.Equal(t, "KMSInvalidStateException", code(k.CreateAlias("alias/late", key.ID)))
	_, err = k.Rotate(key.ID)
	assert.Equal(t, "KMSInvalidStateException", code(err))
	_, err = k.ScheduleDeletion(key.ID, 7)
	assert.Equal(t, "KMSInvalidStateException", code(err))

	_, err = k.CancelDeletion(key.ID)
	require.NoError(t, err)
	_, err = k.CancelDeletion(key.ID)
	assert.Equal(t, "KMSInvalidStateException", code(err))
	_, err = w.Unwrap(wrapped, nil)
	assert.Equal(t, "DisabledException", code(err), "a key comes back disabled")
}

func TestAKeyIsGoneAfterItsDeletionDate(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	key, err := k.Create(kms.Spec{Alias: "alias/short"})
	require.NoError(t, err)
	_, err = k.ScheduleDeletion(key.ID, 7)
	require.NoError(t, err)
	h.now = h.now.AddDate(0, 0, 7)
	_, err = k.Resolve(key.ID)
	assert.Equal(t, "NotFoundException", code(err))
	assert.Empty(t, k.Aliases())
	assert.Empty(t, h.open(t).Keys(), "and gone from the disk")
}

func TestASigningKeyDoesNotEncrypt(t *testing.T) {
	k := newHouse(t).open(t)
	out, err := call(t, k, "CreateKey", `{"KeyUsage":"SIGN_VERIFY","KeySpec":"ECC_NIST_P256"}`)
	require.NoError(t, err)
	id := out["KeyMetadata"].(map[string]any)["KeyId"].(string)
	_, err = k.Wrapper(id)
	assert.Equal(t, "InvalidKeyUsageException", code(err))
}

func TestCallsAnswerInTheShapesOfKMS(t *testing.T) {
	k := newHouse(t).open(t)
	created, err := call(t, k, "CreateKey", `{"Description":"d"}`)
	require.NoError(t, err)
	meta := created["KeyMetadata"].(map[string]any)
	assert.Equal(t, "SYMMETRIC_DEFAULT", meta["KeySpec"])
	assert.Equal(t, "CUSTOMER", meta["KeyManager"])
	assert.Equal(t, 1772323200.0, meta["CreationDate"])
	id := meta["KeyId"].(string)

	_, err = call(t, k, "CreateAlias", `{"AliasName":"alias/a","TargetKeyId":"`+id+`"}`)
	require.NoError(t, err)
	listed, err := call(t, k, "ListAliases", ``)
	require.NoError(t, err)
	assert.Equal(t, []any{map[string]any{"AliasName": "alias/a", "AliasArn": "arn:aws:kms:us-east-1:000000000000:alias/a", "TargetKeyId": id}}, listed["Aliases"])
	of, err := call(t, k, "ListAliases", `{"KeyId":"`+id+`"}`)
	require.NoError(t, err)
	assert.Len(t, of["Aliases"], 1)

	_, err = call(t, k, "DisableKey", `{"KeyId":"alias/a"}`)
	require.NoError(t, err)
	described, err := call(t, k, "DescribeKey", `{"KeyId":"alias/a"}`)
	require.NoError(t, err)
	assert.Equal(t, "Disabled", described["KeyMetadata"].(map[string]any)["KeyState"])
	_, err = call(t, k, "EnableKey", `{"KeyId":"alias/a"}`)
	require.NoError(t, err)

	due, err := call(t, k, "ScheduleKeyDeletion", `{"KeyId":"alias/a","PendingWindowInDays":7}`)
	require.NoError(t, err)
	assert.Equal(t, "PendingDeletion", due["KeyState"])
	assert.Equal(t, 1772323200.0+7*86400, due["DeletionDate"])
	described, err = call(t, k, "DescribeKey", `{"KeyId":"alias/a"}`)
	require.NoError(t, err)
	assert.NotNil(t, described["KeyMetadata"].(map[string]any)["DeletionDate"])
	_, err = call(t, k, "CancelKeyDeletion", `{"KeyId":"alias/a"}`)
	require.NoError(t, err)
}

func TestKeysComeInPages(t *testing.T) {
	k := newHouse(t).open(t)
	var want, got []string
	for i := range 5 {
		key, err := k.Create(kms.Spec{ID: fmt.Sprintf("k%d", i), Managed: i == 0})
		require.NoError(t, err)
		want = append(want, key.ID)
	}
	marker := ""
	for pages := 0; ; pages++ {
		require.Less(t, pages, 3)
		out, err := call(t, k, "ListKeys", `{"Limit":2,"Marker":"`+marker+`"}`)
		require.NoError(t, err)
		for _, key := range out["Keys"].([]any) {
			got = append(got, key.(map[string]any)["KeyId"].(string))
		}
		if out["Truncated"] == false {
			break
		}
		marker = out["NextMarker"].(string)
	}
	assert.Equal(t, want, got)
}

func TestDataKeysComeBackOnlyUnderTheirContext(t *testing.T) {
	k := newHouse(t).open(t)
	_, err := k.Create(kms.Spec{ID: "one"})
	require.NoError(t, err)
	_, err = k.Create(kms.Spec{ID: "two"})
	require.NoError(t, err)
	made, err := call(t, k, "GenerateDataKey", `{"KeyId":"one","KeySpec":"AES_256","EncryptionContext":{"a":"b"}}`)
	require.NoError(t, err)
	blob := made["CiphertextBlob"].(string)
	back, err := call(t, k, "Decrypt", `{"CiphertextBlob":"`+blob+`","EncryptionContext":{"a":"b"},"KeyId":"one"}`)
	require.NoError(t, err)
	assert.Equal(t, made["Plaintext"], back["Plaintext"])
	for body, want := range map[string]string{
		`{"CiphertextBlob":"` + blob + `"}`:                                              "InvalidCiphertextException",
		`{"CiphertextBlob":"` + blob + `","EncryptionContext":{"a":"b"},"KeyId":"two"}`:  "IncorrectKeyException",
		`{"CiphertextBlob":"` + blob + `","EncryptionContext":{"a":"b"},"KeyId":"none"}`: "NotFoundException",
		`{"CiphertextBlob":"` + "AQRub25l" + `"}`:                                        "NotFoundException",
		`{"CiphertextBlob":"/w=="}`:                                                      "InvalidCiphertextException",
	} {
		_, err := call(t, k, "Decrypt", body)
		assert.Equal(t, want, code(err), body)
	}
	require.NoError(t, k.Disable("one"))
	_, err = call(t, k, "Decrypt", `{"CiphertextBlob":"`+blob+`","EncryptionContext":{"a":"b"}}`)
	assert.Equal(t, "DisabledException", code(err))
}

func TestWrongCallsAreRefused(t *testing.T) {
	k := newHouse(t).open(t)
	_, err := k.Create(kms.Spec{ID: "k", Alias: "alias/taken"})
	require.NoError(t, err)
	for _, c := range []struct{ op, body, code string }{
		{"Sign", `{}`, "UnknownOperationException"},
		{"ListKeys", `[`, "SerializationException"},
		{"ListKeys", `{"Limit":0}`, "ValidationException"},
		{"ListKeys", `{"Marker":"nobody"}`, "InvalidMarkerException"},
		{"ListAliases", `{"Limit":101}`, "ValidationException"},
		{"ListAliases", `{"KeyId":"x"}`, "NotFoundException"},
		{"DescribeKey", `{"KeyId":"x"}`, "NotFoundException"},
		{"CreateKey", `{"KeySpec":"RSA_2048"}`, "ValidationException"},
		{"CreateKey", `{"KeyUsage":"SIGN_VERIFY","KeySpec":"SYMMETRIC_DEFAULT"}`, "ValidationException"},
		{"CreateKey", `{"KeyUsage":"X"}`, "ValidationException"},
		{"CreateAlias", `{"AliasName":"alias/aws/x","TargetKeyId":"k"}`, "NotAuthorizedException"},
		{"CreateAlias", `{"AliasName":"alias/taken","TargetKeyId":"k"}`, "AlreadyExistsException"},
		{"CreateAlias", `{"AliasName":"name","TargetKeyId":"k"}`, "ValidationException"},
		{"CreateAlias", `{"AliasName":"alias/a","TargetKeyId":"x"}`, "NotFoundException"},
		{"EnableKey", `{"KeyId":"x"}`, "NotFoundException"},
		{"ScheduleKeyDeletion", `{"KeyId":"x"}`, "NotFoundException"},
		{"ScheduleKeyDeletion", `{"KeyId":"k","PendingWindowInDays":6}`, "ValidationException"},
		{"CancelKeyDeletion", `{"KeyId":"x"}`, "NotFoundException"},
		{"GenerateDataKey", `{"KeyId":"k"}`, "ValidationException"},
		{"GenerateDataKey", `{"KeyId":"k","NumberOfBytes":1025}`, "ValidationException"},
		{"GenerateDataKey", `{"KeyId":"x","NumberOfBytes":8}`, "NotFoundException"},
	} {
		_, err := call(t, k, c.op, c.body)
		assert.Equal(t, c.code, code(err), "%s %s", c.op, c.body)
	}
	for _, spec := range []kms.Spec{{ID: "a b"}, {ID: "k"}, {Alias: "alias/taken"}} {
		_, err := k.Create(spec)
		assert.Error(t, err)
	}
	assert.Len(t, k.Keys(), 1)
	for _, size := range []string{`"NumberOfBytes":8`, `"KeySpec":"AES_128"`} {
		_, err := call(t, k, "GenerateDataKey", `{"KeyId":"k",`+size+`}`)
		assert.NoError(t, err)
	}
}

func FuzzCallsAnswerOrRefuse(f *testing.F) {
	f.Add("Decrypt", `{"CiphertextBlob":"Af8="}`)
	f.Add("ListKeys", `{"Limit":1}`)
	f.Add("DescribeKey", `{"KeyId":"arn:aws:kms:us-east-1:000000000000:alias/x"}`)
	f.Fuzz(func(t *testing.T, op, body string) {
		h := &house{path: filepath.Join(t.TempDir(), "k"), root: seal.GenerateKey()}
		k, err := kms.Open(h.path, h.root, kms.Options{})
		require.NoError(t, err)
		out, err := k.Call(op, []byte(body))
		if err != nil {
			require.NotEmpty(t, code(err), err.Error())
			return
		}
		_, err = json.Marshal(out)
		require.NoError(t, err)
	})
}

package kms_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/seal"
)

func TestARotatedKeyOpensWhatItsOldBytesSealed(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	key, err := k.Create(kms.Spec{Alias: "alias/a"})
	require.NoError(t, err)
	w, err := k.Wrapper(key.ID)
	require.NoError(t, err)
	var sealed [][]byte
	for i := range 3 {
		if i > 0 {
			rotated, err := k.Rotate("alias/a")
			require.NoError(t, err)
			assert.Equal(t, key.ARN, rotated.ARN, "the key's names stay")
		}
		wrapped, err := w.Wrap([]byte(fmt.Sprint("text ", i)), []byte("aad"))
		require.NoError(t, err)
		sealed = append(sealed, wrapped)
	}
	k = h.open(t)
	w, err = k.Wrapper(key.ID)
	require.NoError(t, err)
	for i, wrapped := range sealed {
		plain, err := w.Unwrap(wrapped, []byte("aad"))
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint("text ", i), string(plain))
	}
	assert.EqualValues(t, 1, sealed[0][0], "in the form of before there was rotation")
	swapped := append([]byte{2, 0, 1}, sealed[2][3:]...)
	_, err = w.Unwrap(swapped, []byte("aad"))
	require.ErrorIs(t, err, seal.ErrCorrupt, "the bytes of another rotation do not open it")
	for _, missing := range [][]byte{{2, 0, 9, 1, 1}, {2, 0, 0, 1, 1}, {2}, {}} {
		_, err = w.Unwrap(missing, []byte("aad"))
		require.ErrorIs(t, err, seal.ErrCorrupt)
	}
	require.NoError(t, k.Disable(key.ID))
	_, err = w.Unwrap(sealed[0], []byte("aad"))
	assert.Equal(t, "DisabledException", code(err), "old bytes obey the key's state")
}

func TestAKeyRotatesByItselfWhenItsDateHasCome(t *testing.T) {
	h := newHouse(t)
	k := h.open(t)
	_, err := k.Create(kms.Spec{ID: "k"})
	require.NoError(t, err)
	status, err := call(t, k, "GetKeyRotationStatus", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"KeyId": "k", "KeyRotationEnabled": false}, status)
	_, err = call(t, k, "EnableKeyRotation", `{"KeyId":"k","RotationPeriodInDays":90}`)
	require.NoError(t, err)
	status, err = call(t, k, "GetKeyRotationStatus", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"KeyId": "k", "KeyRotationEnabled": true, "RotationPeriodInDays": 90.0, "NextRotationDate": 1772323200.0 + 90*86400}, status)

	_, err = call(t, k, "RotateKeyOnDemand", `{"KeyId":"k"}`)
	require.NoError(t, err)
	start := h.now
	h.now = start.AddDate(0, 0, 200)
	k = h.open(t)
	list, err := call(t, k, "ListKeyRotations", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Equal(t, false, list["Truncated"])
	var kinds []string
	for _, r := range list["Rotations"].([]any) {
		m := r.(map[string]any)
		kinds = append(kinds, fmt.Sprint(m["RotationType"], (m["RotationDate"].(float64)-float64(start.Unix()))/86400))
	}
	assert.Equal(t, []string{"ON_DEMAND0", "AUTOMATIC90", "AUTOMATIC180"}, kinds)
	_, err = call(t, k, "DisableKeyRotation", `{"KeyId":"k"}`)
	require.NoError(t, err)
	h.now = h.now.Add(3000 * 24 * time.Hour)
	list, err = call(t, k, "ListKeyRotations", `{"KeyId":"k"}`)
	require.NoError(t, err)
	assert.Len(t, list["Rotations"], 3, "no more")
}

func TestAKeyThatCannotRotateSaysWhy(t *testing.T) {
	k := newHouse(t).open(t)
	for _, spec := range []kms.Spec{{ID: "sign", Usage: kms.UsageSign}, {ID: "aws", Managed: true}, {ID: "off"}, {ID: "k"}, {ID: "often"}} {
		_, err := k.Create(spec)
		require.NoError(t, err)
	}
	require.NoError(t, k.Disable("off"))
	for range 25 {
		_, err := k.Rotate("often")
		require.NoError(t, err)
	}
	for body, want := range map[string]string{
		`{"KeyId":"none"}`: "NotFoundException", `{"KeyId":"off"}`: "DisabledException", `{"KeyId":"often"}`: "LimitExceededException",
		`{"KeyId":"sign"}`: "UnsupportedOperationException", `{"KeyId":"aws"}`: "UnsupportedOperationException",
	} {
		_, err := call(t, k, "RotateKeyOnDemand", body)
		assert.Equal(t, want, code(err), body)
	}
	for _, days := range []string{"89", "2561", "0"} {
		_, err := call(t, k, "EnableKeyRotation", `{"KeyId":"k","RotationPeriodInDays":`+days+`}`)
		assert.Equal(t, "ValidationException", code(err), days)
	}
	for _, op := range []string{"GetKeyRotationStatus", "ListKeyRotations", "EnableKeyRotation", "DisableKeyRotation"} {
		_, err := call(t, k, op, `{"KeyId":"none"}`)
		assert.Equal(t, "NotFoundException", code(err), op)
	}
	_, err := call(t, k, "ListKeyRotations", `{"KeyId":"k","Limit":0}`)
	assert.Equal(t, "ValidationException", code(err))
}

func TestTextIsEncryptedAndMovedToAnotherKey(t *testing.T) {
	k := newHouse(t).open(t)
	for _, id := range []string{"one", "two"} {
		_, err := k.Create(kms.Spec{ID: id})
		require.NoError(t, err)
	}
	text := base64.StdEncoding.EncodeToString([]byte("hello"))
	out, err := call(t, k, "Encrypt", `{"KeyId":"one","Plaintext":"`+text+`","EncryptionContext":{"a":"b"}}`)
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:kms:us-east-1:000000000000:key/one", out["KeyId"])
	first := out["CiphertextBlob"].(string)
	_, err = k.Rotate("one")
	require.NoError(t, err)
	out, err = call(t, k, "ReEncrypt", `{"CiphertextBlob":"`+first+`","SourceEncryptionContext":{"a":"b"},"DestinationKeyId":"two","DestinationEncryptionContext":{"c":"d"}}`)
	require.NoError(t, err)
	assert.Equal(t, "arn:aws:kms:us-east-1:000000000000:key/one", out["SourceKeyId"])
	second := out["CiphertextBlob"].(string)
	require.NoError(t, k.Disable("one"))
	out, err = call(t, k, "Decrypt", `{"CiphertextBlob":"`+second+`","EncryptionContext":{"c":"d"}}`)
	require.NoError(t, err)
	assert.Equal(t, text, out["Plaintext"])

	out, err = call(t, k, "GenerateDataKeyWithoutPlaintext", `{"KeyId":"two","KeySpec":"AES_256"}`)
	require.NoError(t, err)
	assert.NotContains(t, out, "Plaintext")
	back, err := call(t, k, "Decrypt", `{"CiphertextBlob":"`+out["CiphertextBlob"].(string)+`"}`)
	require.NoError(t, err)
	raw, err := base64.StdEncoding.DecodeString(back["Plaintext"].(string))
	require.NoError(t, err)
	assert.Len(t, raw, 32)

	for _, c := range []struct{ op, body, code string }{
		{"Encrypt", `{"KeyId":"two"}`, "ValidationException"},
		{"Encrypt", `{"KeyId":"one","Plaintext":"` + text + `"}`, "DisabledException"},
		{"ReEncrypt", `{"CiphertextBlob":"` + first + `","DestinationKeyId":"two"}`, "DisabledException"},
		{"ReEncrypt", `{"CiphertextBlob":"` + second + `","DestinationKeyId":"two"}`, "InvalidCiphertextException"},
		{"ReEncrypt", `{"CiphertextBlob":"` + second + `","SourceEncryptionContext":{"c":"d"},"DestinationKeyId":"one"}`, "DisabledException"},
		{"GenerateDataKeyWithoutPlaintext", `{"KeyId":"two"}`, "ValidationException"},
	} {
		_, err := call(t, k, c.op, c.body)
		assert.Equal(t, c.code, code(err), "%s %s", c.op, c.body)
	}
}

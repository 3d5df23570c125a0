package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "canary-7Qx9secret"

func TestNoWayOfPrintingAnOwnerPrintsItsSecret(t *testing.T) {
	key, err := NewCustomerKey([]byte(canary + "0123456789abcde")[:32])
	require.NoError(t, err)
	owner := struct {
		C Credentials
		E Encryption
		P *Secret
	}{Credentials{"AKIA", NewSecret(canary), NewSecret(canary)}, SSEC{key}, new(Secret)}
	*owner.P = NewSecret(canary)

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, owner)
		fmt.Fprintf(&out, verb, owner.C.Secret)
		fmt.Fprintf(&out, verb, owner.E)
	}
	require.NoError(t, json.NewEncoder(&out).Encode(owner))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "owner", owner, "s", owner.C.Secret)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "owner", owner, "s", owner.C.Secret)
	out.WriteString(Describe(owner.E))

	hex := fmt.Sprintf("%x", canary)
	assert.NotContains(t, out.String(), canary)
	assert.NotContains(t, out.String(), hex)
	assert.Contains(t, out.String(), "redacted")
	fmt.Fprint(&out, owner.C.Secret.Reveal()) // the search would find it
	assert.Contains(t, out.String(), canary)
}

func TestSecretsCompareAndTheZeroSecretIsNone(t *testing.T) {
	assert.True(t, Secret{}.IsZero())
	assert.True(t, NewSecret("").IsZero())
	assert.True(t, NewSecret("a").Equal(NewSecret("a")))
	assert.False(t, NewSecret("a").Equal(NewSecret("b")))
	assert.Equal(t, "", Secret{}.Reveal())
}

func TestACustomerKeyIsReadAsPeopleKeepIt(t *testing.T) {
	raw := []byte("0123456789abcdefghijklmnopqrstuv")
	want, err := NewCustomerKey(raw)
	require.NoError(t, err)
	for _, written := range []string{
		"MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=", " MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n",
		fmt.Sprintf("%x", raw), string(raw),
	} {
		got, err := ParseCustomerKey(NewSecret(written))
		require.NoError(t, err, written)
		assert.Equal(t, want.MD5(), got.MD5())
	}
	assert.Equal(t, "qkvGcbTBx6OOKYAPUO9jRg==", want.MD5(), "as openssl md5 -binary | base64 says")
	_, err = ParseCustomerKey(NewSecret("short " + canary))
	require.ErrorContains(t, err, "32 bytes")
	assert.NotContains(t, err.Error(), canary)
	_, err = NewCustomerKey([]byte("short"))
	assert.ErrorContains(t, err, "has 5")
	assert.True(t, CustomerKey{}.IsZero())
	assert.Equal(t, "", CustomerKey{}.MD5())
	assert.True(t, CustomerKey{}.Secret().IsZero())
}

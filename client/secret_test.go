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
	out.WriteString(TreatmentOf(owner.E).Describe().String())

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

func TestThirtyTwoBytesAreAKeyWhateverTheyBeginOrEndWith(t *testing.T) {
	middle := "\x80\x81abcdefghijklmnopqrstuvwxyz\xfe"[:28]
	for name, raw := range map[string]string{
		"ends with a line feed":       middle + "zzz\n",
		"ends with a line end":        middle + "zz\r\n",
		"ends with a carriage return": middle + "zzz\r",
		"begins with a blank":         " zzz" + middle,
		"ends with a tab":             middle + "zzz\t",
		"ends with a no-break space":  middle + "zz\xc2\xa0",
		"begins with a mark":          "\xef\xbb\xbfz" + middle,
		"begins with NUL":             "\x00zz\x00" + middle,
		"all blanks":                  "                                ",
		"all line ends":               "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
	} {
		want, err := NewCustomerKey([]byte(raw))
		require.NoError(t, err, name)
		for _, end := range []string{"", "\n", "\r\n"} {
			got, err := ParseCustomerKey(NewSecret(raw + end))
			require.NoError(t, err, "%s, %q behind it", name, end)
			assert.Equal(t, want.MD5(), got.MD5(), "%s, %q behind it", name, end)
		}
	}
	text, err := ParseCustomerKey(NewSecret("\ufeffMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\r\n\r\n"))
	require.NoError(t, err, "as Notepad saves it")
	assert.Equal(t, "qkvGcbTBx6OOKYAPUO9jRg==", text.MD5())
	_, err = ParseCustomerKey(NewSecret(middle + "zzz\n\n\n"))
	require.Error(t, err, "more than one line end is no longer sure to be none of it")
}

package client

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATreatmentKeepsEverythingOfAnEncryptionButItsSecret(t *testing.T) {
	key, err := NewCustomerKey([]byte("0123456789abcdefghijklmnopqrstuv"))
	require.NoError(t, err)
	other, err := NewCustomerKey([]byte("x123456789abcdefghijklmnopqrstuv"))
	require.NoError(t, err)
	for _, e := range []Encryption{
		Inherit{},
		SSES3{},
		SSEKMS{},
		SSEKMS{Key: "ab12", BucketKey: true, Context: map[string]string{"a": "b"}},
		DSSEKMS{Key: arn, Context: map[string]string{"a": "b"}},
		SSEC{Key: key},
	} {
		b, err := json.Marshal(TreatmentOf(e))
		require.NoError(t, err)
		assert.NotContains(t, string(b), "0123456789")
		var stored Treatment
		require.NoError(t, json.Unmarshal(b, &stored))
		back, err := stored.Encryption(key)
		require.NoError(t, err)
		assert.Equal(t, e, back)
		assert.Equal(t, TypeOf(e) == TypeSSEC, stored.NeedsCustomerKey())
	}
	_, err = TreatmentOf(SSEC{Key: key}).Encryption(other)
	require.ErrorContains(t, err, "another SSE-C key")
	_, err = TreatmentOf(SSEC{Key: key}).Encryption(CustomerKey{})
	require.ErrorContains(t, err, "needs a key")
	_, err = Treatment{}.Encryption(key)
	require.ErrorIs(t, err, ErrUndecided)
	_, err = Treatment{Type: TypeSSEKMS, Key: "a b "}.Encryption(key)
	require.ErrorContains(t, err, "blank")
}

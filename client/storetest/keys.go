package storetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// keys are about stores that are a client.Keys too.
var keys = []testCase{
	{"KeysThatCanEncryptAreListed", func(t *testing.T, f Fixture) {
		service := f.keyService(t)
		all, err := service.Keys(t.Context())
		require.NoError(t, err)
		ids := map[client.KeyID]bool{}
		managed := false
		for _, k := range all {
			assert.True(t, k.Enabled, "%+v", k)
			assert.False(t, managed && !k.AWSManaged, "customer keys come first")
			managed = k.AWSManaged
			ids[client.KeyID(k.ID)] = true
		}
		for _, want := range []client.KeyID{f.Key, f.OtherKey} {
			k, err := service.DescribeKey(t.Context(), want)
			require.NoError(t, err)
			assert.True(t, ids[client.KeyID(k.ID)], "%s is listed", want)
		}
	}},
	{"AKeyIsDescribedByItsIDAndItsARN", func(t *testing.T, f Fixture) {
		service := f.keyService(t)
		byID, err := service.DescribeKey(t.Context(), f.Key)
		require.NoError(t, err)
		same, known := client.SameKey(f.Key, client.KeyID(byID.ID))
		assert.True(t, same && known, "%s and %s", f.Key, byID.ID)
		assert.True(t, byID.Enabled)
		require.NotEmpty(t, byID.ARN)
		byARN, err := service.DescribeKey(t.Context(), byID.ARN)
		require.NoError(t, err)
		assert.Equal(t, byID.ID, byARN.ID)
	}},
	{"AKeyNobodyHasIsSaidToBeUnknown", func(t *testing.T, f Fixture) {
		const nobodys client.KeyID = "0f0f0f0f-1111-2222-3333-444444444444"
		_, err := f.keyService(t).DescribeKey(t.Context(), nobodys)
		told := fails(t, client.KindKeyUnknown, client.Location{}, err)
		assert.Equal(t, nobodys, told.Key)
	}},
}

func (f Fixture) keyService(t *testing.T) client.Keys {
	t.Helper()
	service, ok := client.As[client.Keys](f.Store)
	if !ok || f.Key == "" {
		t.Skip("no key service beside this server")
	}
	return service
}

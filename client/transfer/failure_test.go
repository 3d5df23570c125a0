package transfer

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

func TestAFailureIsReadBackAsWhatItWas(t *testing.T) {
	server := &client.Error{
		Op: "PutObject", Kind: client.KindKeyDenied, At: remote, Key: keyID, CustomerKeyMD5: "m", Status: 403, Code: "AccessDenied",
		Message: "no", RequestID: "R1", Hidden: true, Said: client.Say("file %s", "3"), Err: client.Say("because of %s", "it").Err(),
	}
	for name, err := range map[string]error{
		"a server's":        server,
		"one that wraps it": client.Say("%v; and its receipt could not be kept: %v", error(server), errors.New("full")).Err(),
		"plain words":       errors.New("read it: no"),
		"our words":         client.Say("file %d", 3).Err(),
	} {
		got := DecodeFailure(EncodeFailure(err))
		require.Error(t, got, name)
		assert.Equal(t, err.Error(), got.Error(), name)
		assert.Equal(t, client.KindOf(err), client.KindOf(got), name)
		assert.Equal(t, client.TextOf(err).Form, client.TextOf(got).Form, "%s: said in any language", name)
		var was, is *client.Error
		if errors.As(err, &was) && assert.ErrorAs(t, got, &is, name) {
			want := *was
			want.Err, is.Err = nil, nil
			assert.Equal(t, want, *is, name)
		}
	}
	require.NoError(t, DecodeFailure(EncodeFailure(nil)))
	require.ErrorContains(t, DecodeFailure([]byte("{")), "cannot be read")
}

func TestAFailureReadBackStillSaysWhatCanBeDone(t *testing.T) {
	other := DecodeFailure(EncodeFailure(alreadyThere(Job{Op: Upload}, otherContents)))
	require.ErrorIs(t, other, ErrOtherContents)

	a := &arrival{job: Job{Op: Download}}
	etag := DecodeFailure(EncodeFailure(a.corrupt(&otherETag{client.Say("other")})))
	assert.True(t, Row{Job: a.job, Phase: Failed, Err: etag}.Acceptable())
	assert.Equal(t, client.KindCorrupt, client.KindOf(etag))

	request := DecodeFailure(EncodeFailure(&requestFailure{&client.Error{Op: "DeleteObjects", Kind: client.KindNetwork}}))
	assert.True(t, Row{Phase: Failed, Err: request}.Unknown())
	assert.Equal(t, client.KindNetwork, client.KindOf(request))
}

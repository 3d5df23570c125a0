package session

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

func TestAnotherObjectInThePlaceOfWhatWasChangedIsSaid(t *testing.T) {
	s, store := clearing(t, nil)
	at := client.Location{Bucket: "b", Key: "a"}
	store.Write(at, []byte("precious"), client.PutOptions{})
	c := s.change(t.Context(), Tag, at, "", func(string) error {
		store.Write(at, []byte("anothers"), client.PutOptions{})
		return nil
	})
	assert.Equal(t, client.KindPrecondition.String(), client.KindOf(c.Err).String(), "%v", c.Err)
	c = s.change(t.Context(), Tag, at, "", func(string) error { return nil })
	require.NoError(t, c.Err)
	assert.Equal(t, transfer.NothingAsked, c.Finding.Verdict)
}

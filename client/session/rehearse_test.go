package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/storetest"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// said are texts in English.
func losses(all []client.Text) (words []string) {
	for _, t := range all {
		words = append(words, t.String())
	}
	return words
}

// rehearsing is a session at a store in memory.
func rehearsing(t *testing.T) (*Session, *memstore.Store) {
	t.Helper()
	store := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"bucket"}})
	s, err := Opener{
		Dial:        func(client.Account, client.Credentials) (client.Store, error) { return store, nil },
		Credentials: func(context.Context, client.Account) (client.Credentials, error) { return client.Credentials{}, nil },
		Rules:       func() ([]rules.Rule, error) { return nil, nil },
	}.Open(t.Context(), client.Account{Name: "team", AccessKeyID: "AKIA"})
	require.NoError(t, err)
	return s, store
}

// locked says of every object that it has a lock, and was encrypted with a context.
func locked(_ memstore.Call, o *client.Object) error {
	o.Headers = map[string][]string{"X-Amz-Object-Lock-Legal-Hold": {"ON"}, "X-Amz-Server-Side-Encryption-Context": {"e30="}}
	return nil
}

func TestARehearsalSaysWhatACopyWouldLose(t *testing.T) {
	s, store := rehearsing(t)
	at := client.Location{Bucket: "bucket", Key: "a"}
	store.Write(at, []byte("a"), client.PutOptions{Encryption: client.SSES3{}})
	store.Share(at)
	store.After(locked)
	j := transfer.Job{
		Op: transfer.Copy, From: transfer.ObjectAt("", at, ""), To: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: "b"}, ""),
		Treatment: client.Treatment{Type: client.TypeInherit, Because: transfer.AsItsSource},
	}
	all, err := s.Rehearse(t.Context(), []transfer.Job{j})
	require.NoError(t, err)
	require.NoError(t, all[0].Err)
	assert.Equal(t, []string{"object lock", "permissions (ACL)", "encryption context"}, losses(all[0].Loses))
	assert.EqualValues(t, 1, all[0].Job.Expect.Size)
}

// A source that cannot be opened, and one that is not there, fail in a dry run too.
func TestARehearsalOfWhatCannotBeDoneSaysWhy(t *testing.T) {
	s, _ := rehearsing(t)
	at := client.Location{Bucket: "bucket", Key: "gone"}
	job := func(account, md5 string) transfer.Job {
		from := transfer.ObjectAt(account, at, "")
		from.CustomerKeyMD5 = md5
		return transfer.Job{Op: transfer.Copy, From: from, To: transfer.ObjectAt("", client.Location{Bucket: "bucket", Key: "b"}, "")}
	}
	all, err := s.Rehearse(t.Context(), []transfer.Job{job("", ""), job("", "no such key"), job("another", "")})
	require.NoError(t, err)
	assert.Equal(t, client.KindNotFound, client.KindOf(all[0].Err))
	require.ErrorContains(t, all[1].Err, "no keys are kept here")
	require.ErrorContains(t, all[2].Err, "no accounts are kept here")
	_, err = s.other(t.Context(), "")
	require.ErrorContains(t, err, "give the same command again")
}

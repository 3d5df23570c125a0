package memstore_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/storetest"
)

var (
	at     = client.Location{Bucket: "b", Key: "k"}
	asItIs = client.PutOptions{Encryption: client.Inherit{}}
)

func put(t *testing.T, s client.Store, content string) (client.Object, error) {
	t.Helper()
	return s.Put(t.Context(), at, strings.NewReader(content), int64(len(content)), asItIs)
}

func TestWhatIsRefusedBeforeACallIsNotCarriedOut(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}})
	s.Before(memstore.FailingTimes(1, client.KindUnavailable, memstore.PutObject))
	_, err := put(t, s, "one")
	assert.Equal(t, client.KindUnavailable, client.KindOf(err))
	assert.False(t, s.Holds(at))
	_, err = put(t, s, "two")
	require.NoError(t, err)

	s.Before(memstore.Failing(client.KindDenied, memstore.HeadObject, memstore.GetObject))
	_, err = s.Head(t.Context(), at, client.ReadOptions{})
	assert.Equal(t, client.KindDenied, client.KindOf(err))
	s.Before(nil)
	_, err = s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, []memstore.Op{"PutObject", "PutObject", "HeadObject", "HeadObject"}, s.Asked())
	assert.Equal(t, 2, s.Calls(memstore.HeadObject)[1].Nth)
	assert.Equal(t, 2, s.Count(memstore.PutObject))
}

func TestAHookMayReadTheBodyAndTheStoreStillGetsAllOfIt(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}})
	s.Before(func(_ context.Context, c memstore.Call) error {
		_, err := io.CopyN(io.Discard, c.Body, c.Size/2)
		return err
	})
	_, err := put(t, s, "content")
	require.NoError(t, err)
	assert.Equal(t, "content", string(s.Content(at)))
	assert.Nil(t, s.Calls()[0].Body, "what is noted holds no file open")
}

func TestAnAnswerMayLieOrBeLostAndTheObjectIsThereAllTheSame(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}})
	s.After(memstore.Report(client.Reported{Told: true, Type: client.TypeSSES3}))
	o, err := put(t, s, "one")
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, o.Encryption.Type)
	kept, _ := s.Object(at)
	assert.Equal(t, client.TypeNone, kept.Encryption.Type, "the truth")

	lost := errors.New("the line is cut")
	s.After(func(c memstore.Call, _ *client.Object) error { return lost })
	_, err = put(t, s, "two")
	require.ErrorIs(t, err, lost)
	assert.Equal(t, "two", string(s.Content(at)))
}

func TestAServerThatEncryptsOtherwiseReportsWhatItDid(t *testing.T) {
	s := memstore.New(memstore.Options{Server: storetest.AWS, Buckets: []string{"b"}})
	s.EncryptAs(func(client.Reported) client.Reported { return client.Reported{Told: true, Type: client.TypeNone} })
	_, err := put(t, s, "x")
	require.NoError(t, err)
	s.EncryptAs(nil)
	o, err := s.Head(t.Context(), at, client.ReadOptions{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeNone, o.Encryption.Type)
}

func TestOtherBytesMayBeSent(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}})
	s.Write(at, []byte("0123456789"), client.PutOptions{})
	s.Send(func(c memstore.Call, asked []byte) io.Reader {
		return strings.NewReader(strings.ToUpper("x" + string(asked)))
	})
	_, body, err := s.Get(t.Context(), at, client.ReadOptions{Offset: 3, Length: 2})
	require.NoError(t, err)
	got, err := io.ReadAll(body)
	require.NoError(t, err)
	assert.Equal(t, "X34", string(got))
}

func TestAHeldCallWaitsForItsGateOrItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.Options{Buckets: []string{"b"}})
		gate := s.Hold(memstore.PutObject)
		done := make(chan error, 2)
		go func() { _, err := put(t, s, "waits"); done <- err }()
		<-gate.Entered()
		assert.False(t, s.Holds(at))

		ctx, stop := context.WithCancel(t.Context())
		go func() {
			_, err := s.Put(ctx, at, strings.NewReader("x"), 1, asItIs)
			done <- err
		}()
		<-gate.Entered()
		stop()
		assert.Equal(t, client.KindCancelled, client.KindOf(<-done))
		gate.Open()
		gate.Open()
		require.NoError(t, <-done)
		assert.Equal(t, "waits", string(s.Content(at)))
		_, err := put(t, s, "is not held")
		require.NoError(t, err)
	})
}

func TestAStoreHasAKeyServiceOnlyWhenItIsGivenOut(t *testing.T) {
	s := memstore.New(memstore.Options{Keys: []client.Key{
		{ID: "managed", AWSManaged: true, Enabled: true},
		{ID: "off", State: "Disabled"},
		{ID: "on", ARN: "arn:aws:kms:us-east-1:1:key/on", Aliases: []string{"alias/reports"}, Enabled: true},
	}})
	_, has := client.As[client.Keys](s)
	assert.False(t, has)
	kms, has := client.As[client.Keys](s.WithKMS())
	require.True(t, has)
	all, err := kms.Keys(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 2, "what can encrypt now")
	assert.Equal(t, "on", all[0].ID, "customer keys first")
	for _, name := range []client.KeyID{"on", "alias/reports", "arn:aws:kms:us-east-1:1:key/on"} {
		key, err := kms.DescribeKey(t.Context(), name)
		require.NoError(t, err)
		assert.Equal(t, "on", key.ID, name)
	}
	_, err = kms.DescribeKey(t.Context(), "nobody's")
	assert.Equal(t, client.KindKeyUnknown, client.KindOf(err))
	s.SetKeys()
	_, err = kms.DescribeKey(t.Context(), "on")
	assert.Equal(t, client.KindKeyUnknown, client.KindOf(err))
}

func TestADisabledKeyEncryptsNothing(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}, Keys: []client.Key{{ID: "off", State: "Disabled"}}})
	_, err := s.Put(t.Context(), at, strings.NewReader("x"), 1, client.PutOptions{Encryption: client.SSEKMS{Key: "off"}})
	assert.Equal(t, client.KindKeyDisabled, client.KindOf(err))
	assert.False(t, s.Holds(at))
}

func TestUploadsOfOthersAndDoubtsAreToldAsTheServerWould(t *testing.T) {
	s := memstore.New(memstore.Options{Buckets: []string{"b"}})
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	id := s.Begin(at, since, 2)
	left, err := s.OpenUploads(t.Context(), client.Location{Bucket: "b"})
	require.NoError(t, err)
	assert.Equal(t, []client.OpenUpload{{At: at, ID: id, Begun: since}}, left)
	assert.Equal(t, left, s.Open("b"))
	parts, err := s.Parts(t.Context(), client.Upload{At: at, ID: id})
	require.NoError(t, err)
	assert.Len(t, parts, 2)

	s.Doubt(since)
	s.Before(memstore.FailingTimes(1, client.KindNetwork, memstore.CreateMultipartUpload))
	for range 2 { // beside an error too
		u, _, _ := s.CreateUpload(t.Context(), at, asItIs)
		assert.True(t, u.Doubtful)
		assert.Equal(t, since, u.Begun)
	}
}

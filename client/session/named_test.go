package session

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// unlisted is a store that lists no buckets.
type unlisted struct {
	client.Store
	kind client.Kind
}

func (u unlisted) Buckets(context.Context) ([]client.Bucket, error) {
	return nil, &client.Error{Op: "ListBuckets", Kind: u.kind}
}

func namesOf(all []client.Bucket) []string {
	names := []string{}
	for _, b := range all {
		names = append(names, b.Name)
	}
	return names
}

func TestAnAccountThatMayNotListBucketsHasThoseItNames(t *testing.T) {
	d := open(t, nil)
	d.Session.account.Buckets = client.NewBucketNames("zebra", "bucket", "another")
	all, err := d.Buckets(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"another", "bucket", "zebra"}, namesOf(all), "beside those that are listed, each once")

	listed := d.Session.store
	defer func() { d.Session.store = listed }()
	d.Session.store = unlisted{listed, client.KindDenied}
	all, err = d.Buckets(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"another", "bucket", "zebra"}, namesOf(all))

	d.Session.store = unlisted{listed, client.KindBadCredentials}
	_, err = d.Buckets(t.Context())
	require.Error(t, err, "who is not let in has nothing")
	d.Session.account.Buckets = ""
	d.Session.store = unlisted{listed, client.KindDenied}
	_, err = d.Buckets(t.Context())
	require.Error(t, err)
}

func TestABucketIsNotMadeUnderANameItsServiceDoesNotTake(t *testing.T) {
	d := open(t, nil)
	d.Session.account.Service = "twcc"
	sent := d.sent.during(func() {
		err := d.MakeBucket(t.Context(), "much-too-long-for-this-service")
		assert.Equal(t, client.KindInvalid.String(), client.KindOf(err).String())
		assert.ErrorContains(t, err, "1 to 16 letters")
	})
	assert.Empty(t, sent)
	require.NoError(t, d.MakeBucket(t.Context(), "fits"))
}

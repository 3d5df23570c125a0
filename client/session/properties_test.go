package session

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/memstore"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/storetest"
)

func TestPropertiesAskEachThingOnce(t *testing.T) {
	key := customerKey(t, "a")
	for name, c := range map[string]struct {
		rule rules.Rule
		kms  int
	}{
		"alias":       {rules.Rule{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}, 1},
		"SSE-S3":      {rules.Rule{ID: "1", Type: client.TypeSSES3}, 0},
		"managed key": {rules.Rule{ID: "1", Type: client.TypeSSEKMS}, 1},
		"SSE-C":       {sseC("", "bucket", key), 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, []rules.Rule{c.rule})
			d.key("a")
			d.put("a", "x")
			want := []string{"GET /bucket/a?tagging", "GET /bucket?encryption", "HEAD /bucket/a"}
			for range c.kms {
				want = append(want, "POST /")
			}
			assert.Equal(t, want, d.sent.during(func() {
				p, err := d.Properties(t.Context(), bucket.Join("a"), client.ReadOptions{})
				require.NoError(t, err)
				asAsked, known := p.AsAsked()
				assert.True(t, asAsked && known, p.Finding.Why)
				assert.True(t, p.BucketDefault.Told)
			}))
		})
	}
}

const arn = client.KeyID("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")

// faraway is a store that answers each question after a second of a test's bubble.
// It has one object, which asked for the key of the account.
func faraway() *memstore.Store {
	s := memstore.New(memstore.Options{
		Server: storetest.AWS, Buckets: []string{bucket.Bucket},
		Keys: []client.Key{{ARN: arn, Aliases: []string{"alias/demo"}, AWSManaged: true, Enabled: true}},
	})
	s.Write(bucket.Join("a"), nil, client.PutOptions{Encryption: client.SSEKMS{Key: arn}})
	s.Tag(bucket.Join("a"), map[string]string{"team": "ward"})
	s.Before(func(ctx context.Context, _ memstore.Call) error {
		select {
		case <-time.After(time.Second):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	return s
}

// asks is a session over a store that has a key service.
func asks(store *memstore.Store, all []rules.Rule) *Session {
	kms := store.WithKMS()
	keys, _ := client.As[client.Keys](kms)
	return &Session{store: kms, keys: keys, opener: Opener{Rules: func() ([]rules.Rule, error) { return all, nil }}, now: time.Now}
}

func TestPropertiesWaitForNoAnswerButThoseTheyHangOn(t *testing.T) {
	for name, c := range map[string]struct {
		rule client.KeyID
		want time.Duration
	}{
		"an alias is asked for with the rest":             {"alias/demo", time.Second},
		"which key is managed hangs on the one reported":  {"", 2 * time.Second},
		"a key named by its ARN needs no question at all": {arn, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			all := []rules.Rule{{ID: "1", Type: client.TypeSSEKMS, KMSKey: c.rule}}
			s := asks(faraway(), all)
			begun := time.Now()
			p, err := s.Properties(t.Context(), bucket.Join("a"), client.ReadOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.want, time.Since(begun), name)
			asAsked, known := p.AsAsked()
			assert.True(t, asAsked && known, "%s: %s", name, p.Finding.Why)
			assert.Equal(t, "ward", p.Tags["team"])
			assert.True(t, p.BucketDefault.Told)
		})
	}
}

func TestPropertiesOfWhatIsNotThereSaySoAndLeaveNoQuestionBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := []rules.Rule{{ID: "1", Type: client.TypeSSEKMS, KMSKey: "alias/demo"}}
		store := faraway()
		store.Remove(bucket.Join("a"))
		s := asks(store, all)
		p, err := s.Properties(t.Context(), bucket.Join("a"), client.ReadOptions{})
		assert.Equal(t, client.KindNotFound, client.KindOf(err))
		assert.Equal(t, Properties{}, p)
	})
}

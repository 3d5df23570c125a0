package session

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
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

// A faraway store answers each question after a second.
type faraway struct {
	client.Store
	key     client.KeyID // what it encrypts with
	missing bool
}

const arn = client.KeyID("arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")

// answer waits for the way there and back.
func answer(ctx context.Context) error {
	select {
	case <-time.After(time.Second): // of the bubble of a test
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f faraway) Head(ctx context.Context, at client.Location, _ client.ReadOptions) (client.Object, error) {
	err := answer(ctx)
	if f.missing {
		err = &client.Error{Op: "HeadObject", Kind: client.KindNotFound, At: at}
	}
	return client.Object{At: at, Encryption: client.ReportedFrom("aws:kms", string(f.key), false, "", "")}, err
}

func (faraway) Tags(ctx context.Context, _ client.Location, _ string) (map[string]string, error) {
	return map[string]string{"team": "ward"}, answer(ctx)
}

func (faraway) DefaultEncryption(ctx context.Context, _ string) (client.Reported, error) {
	return client.ReportedFrom("AES256", "", false, "", ""), answer(ctx)
}

func (faraway) Keys(context.Context) ([]client.Key, error) { return nil, nil }

func (f faraway) DescribeKey(ctx context.Context, _ client.KeyID) (client.Key, error) {
	return client.Key{ARN: f.key, AWSManaged: true}, answer(ctx)
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
			store := faraway{key: arn}
			s := &Session{store: store, keys: store, opener: Opener{Rules: func() ([]rules.Rule, error) { return all, nil }}, now: time.Now}
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
		store := faraway{missing: true}
		s := &Session{store: store, keys: store, opener: Opener{Rules: func() ([]rules.Rule, error) { return all, nil }}, now: time.Now}
		p, err := s.Properties(t.Context(), bucket.Join("a"), client.ReadOptions{})
		assert.Equal(t, client.KindNotFound, client.KindOf(err))
		assert.Equal(t, Properties{}, p)
	})
}

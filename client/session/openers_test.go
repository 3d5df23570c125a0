package session

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/mock"
)

// row asks about an object as the Encryption column of a listing does.
func (d *desk) row(key string) (r client.Reported, sent []string) {
	d.t.Helper()
	set, err := d.RuleSet(d.t.Context())
	require.NoError(d.t, err)
	sent = d.sent.during(func() {
		r, err = d.Encryption(d.t.Context(), set, bucket.Join(key))
		require.NoError(d.t, err)
	})
	return r, sent
}

func TestARowOfAnSSECObjectTakesOneRequest(t *testing.T) {
	d := open(t, nil)
	key := d.key("a")
	d.book.all = []rules.Rule{sseC("", "bucket", key)}
	d.put("secret", "x")
	d.put("f/1", "x")
	d.put("f/2", "x")
	r, sent := d.row("secret")
	assert.Equal(t, key.MD5(), r.CustomerKeyMD5)
	assert.Equal(t, []string{"HEAD /bucket/secret"}, sent, "the rule for the name says with which key")

	d.book.all = nil
	d.kept = []rules.KeptKey{{MD5: key.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}}}
	_, sent = d.row("f/1")
	assert.Equal(t, []string{"GET /bucket/f/1", "HEAD /bucket/f/1", "HEAD /bucket/f/1"}, sent, "what it is, why it did not open, and once with the key")
	r, sent = d.row("f/2")
	assert.Equal(t, key.MD5(), r.CustomerKeyMD5)
	assert.Equal(t, []string{"HEAD /bucket/f/2"}, sent, "its neighbour opened with that key")
}

func TestARowOfAPlainObjectWhereARuleAsksForSSECTakesOneRequestOnceANeighbourIsKnown(t *testing.T) {
	d := open(t, nil)
	for i := range 3 {
		d.put(fmt.Sprintf("plain/%d", i), "x")
	}
	d.book.all = []rules.Rule{sseC("", "bucket", d.key("a"))}
	r, _ := d.row("plain/0")
	assert.Equal(t, client.TypeSSES3, r.Type)
	for _, key := range []string{"plain/1", "plain/2"} {
		r, sent := d.row(key)
		assert.Equal(t, client.TypeSSES3, r.Type)
		assert.Equal(t, []string{"HEAD /bucket/" + key}, sent)
	}
}

func TestAnObjectWithAnotherKeyThanItsNeighbourIsOpenedAllTheSame(t *testing.T) {
	for _, server := range []string{"aws", "ceph16", "minio"} {
		t.Run(server, func(t *testing.T) {
			d := open(t, nil, mock.As(server))
			a, b := d.key("a"), d.key("b")
			ruleA, ruleB := sseC("", "bucket", a), sseC("", "bucket", b)
			for key, all := range map[string][]rules.Rule{"1": {ruleA}, "2": {ruleB}, "3": nil} {
				d.book.all = all
				d.put(key, "x")
			}
			d.kept = []rules.KeptKey{{MD5: a.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}}, {MD5: b.MD5(), Places: []rules.KeyPlace{{Bucket: "bucket"}}}}
			for _, all := range [][]rules.Rule{{ruleA}, nil} {
				d.book.all = all
				for key, want := range map[string]string{"1": a.MD5(), "2": b.MD5(), "3": ""} {
					r, _ := d.row(key)
					assert.Equal(t, want, r.CustomerKeyMD5, key)
				}
			}
		})
	}
}

func TestTheMemoryOfNeighboursIsBounded(t *testing.T) {
	var o openers
	for i := range 3 * mostFolders {
		o.note(bucket.Join(fmt.Sprintf("%d/x", i)), client.CustomerKey{})
	}
	assert.LessOrEqual(t, len(o.last), mostFolders)
}

package client

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

const (
	uuid     = "1234abcd-12ab-34cd-56ef-1234567890ab"
	otherID  = "ffffabcd-12ab-34cd-56ef-1234567890ab"
	arn      = "arn:aws:kms:us-east-1:111122223333:key/" + uuid
	arnWest  = "arn:aws:kms:us-west-2:111122223333:key/" + uuid
	aliasARN = "arn:aws:kms:us-east-1:111122223333:alias/demo"
)

func TestKeyIDsCompareByMeaningWithAThirdAnswer(t *testing.T) {
	const yes, no, cannotTell = "same", "other", "cannot tell"
	for _, c := range []struct {
		a, b KeyID
		want string
	}{
		{uuid, uuid, yes},
		{uuid, arn, yes},
		{arn, arn, yes},
		{"testkey-1", "testkey-1", yes},
		{"my-key", "arn:aws:kms:my-key", yes}, // MinIO
		{"arn:aws:kms:my-key", "arn:aws:kms:my-key", yes},
		{"path/to:key", "arn:aws:kms:path/to:key", yes},
		{"alias/demo", "alias/demo", yes},
		{"alias/demo", aliasARN, yes},
		{uuid, otherID, no},
		{otherID, arn, no},
		{"testkey-1", "testkey-2", no},
		{"testkey-1", "testkey-10", no},
		{"my-key", "arn:aws:kms:your-key", no},
		{arn, arnWest, no},
		{"alias/demo", arn, cannotTell},
		{"alias/demo", uuid, cannotTell},
		{aliasARN, arn, cannotTell},
		{"alias/demo", "alias/other", cannotTell},
		{"", uuid, cannotTell},
		{uuid, "", cannotTell},
		{"", "", cannotTell},
	} {
		for _, pair := range [][2]KeyID{{c.a, c.b}, {c.b, c.a}} {
			same, known := SameKey(pair[0], pair[1])
			got := map[bool]string{true: no, false: cannotTell}[known]
			if same && known {
				got = yes
			}
			assert.Equal(t, c.want, got, "%q and %q", pair[0], pair[1])
			assert.False(t, same && !known, "what cannot be told is never the same")
		}
	}
}

func TestUnknownShapesOfKeyIDsAreTold(t *testing.T) {
	for _, k := range []KeyID{uuid, arn, "alias/demo", aliasARN, "mrk-1234abcd12ab34cd56ef1234567890ab"} {
		assert.True(t, k.KnownShape(), k)
	}
	for _, k := range []KeyID{"testkey-1", "", "alias/", "mrk-x", "arn:aws:kms:my-key", "1234abcd-12ab-34cd-56ef-1234567890ag"} {
		assert.False(t, k.KnownShape(), k)
	}
	assert.True(t, KeyID(aliasARN).IsAlias())
	assert.False(t, KeyID(arn).IsAlias())
}

func FuzzComparingKeysIsSymmetricAndNeverSureOfAnEmptyOne(f *testing.F) {
	f.Add(uuid, arn)
	f.Add("alias/a", aliasARN)
	f.Fuzz(func(t *testing.T, a, b string) {
		s1, k1 := SameKey(KeyID(a), KeyID(b))
		s2, k2 := SameKey(KeyID(b), KeyID(a))
		if s1 != s2 || k1 != k2 {
			t.Fatalf("%q %q: %v %v, the other way round %v %v", a, b, s1, k1, s2, k2)
		}
		if s1 && !k1 {
			t.Fatal("same without being known")
		}
		if same, known := SameKey(KeyID(a), ""); same || known {
			t.Fatal("an empty id says nothing")
		}
	})
}

package rules

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

const (
	composed   = "\u00dcbung"  // one character for the first letter
	decomposed = "U\u0308bung" // a letter and its dots, as a Mac writes it
)

func TestARuleThatEncryptsTakesNamesThatLookLikeItsMask(t *testing.T) {
	for _, c := range []struct {
		mask, name string
		takes      bool
		alike      bool
	}{
		{composed + "/*", composed + "/a", true, false},
		{composed + "/*", decomposed + "/a", true, true},
		{decomposed + "/*", composed + "/a", true, true},
		{decomposed + "/*", decomposed + "/a", true, false},
		{"?bung/*", decomposed + "/a", true, true},
		{"*/" + composed, "x/" + decomposed, true, true},
		{"\u1e9b\u0323", "\u017f\u0323\u0307", true, true},  // marks in another order
		{"\u212b*", "\u00c5x", true, true},                  // the sign for Ångström
		{"\uac00*", "\u1100\u1161\u1102\u1161", true, true}, // a syllable of Hangul in its letters
		{"Ubung/*", composed + "/a", false, false},
		{composed, decomposed + "x", false, false},
		{"U*", composed, false, false},
	} {
		for _, kind := range []client.EncryptionType{client.TypeSSES3, client.TypeSSEKMS, client.TypeDSSEKMS} {
			d := Set{Rules: []Rule{{Key: c.mask, Type: kind}}}.Decide(File{}, client.Location{Bucket: "b", Key: c.name})
			assert.Equal(t, c.takes, d.Treatment.Rule == 1, "%+q on %+q", c.mask, c.name)
			assert.Equal(t, c.alike, d.LooksAlike, "%+q on %+q", c.mask, c.name)
			d = Set{Rules: []Rule{{Bucket: c.mask, Type: kind}}}.Decide(File{}, client.Location{Bucket: c.name, Key: "k"})
			assert.Equal(t, c.takes, d.Treatment.Rule == 1, "a bucket, %+q on %+q", c.mask, c.name)
		}
		d := Set{Rules: []Rule{{Key: c.mask, Type: client.TypeInherit}}}.Decide(File{}, client.Location{Bucket: "b", Key: c.name})
		assert.Equal(t, c.takes && !c.alike, d.Treatment.Rule == 1, "a rule that asks for nothing: %+q on %+q", c.mask, c.name)
	}
}

func TestARuleThatAsksForNothingDoesNotTakeALookAlikeFromOneThatEncrypts(t *testing.T) {
	s := Set{Rules: []Rule{{Key: composed + "/*", Type: client.TypeInherit}, {Key: composed + "/*", Type: kms}}}
	assert.Equal(t, 1, s.Decide(File{}, client.Location{Bucket: "b", Key: composed + "/a"}).Treatment.Rule)
	assert.Equal(t, 2, s.Decide(File{}, client.Location{Bucket: "b", Key: decomposed + "/a"}).Treatment.Rule)
	assert.Equal(t, []int{0, 0}, ShadowedBy(s.Rules), "so the second rule applies to something")
	s.Rules[0].Key = "*"
	assert.Equal(t, []int{0, 1}, ShadowedBy(s.Rules))
	s.Rules[0] = Rule{Key: composed + "/*", Type: kms}
	assert.Equal(t, []int{0, 1}, ShadowedBy(s.Rules))
}

func TestABucketThatLooksLikeTheMaskIsShownAsMatched(t *testing.T) {
	s := Set{Rules: []Rule{{Bucket: composed, Type: kms}, {Bucket: composed, Type: client.TypeInherit}}}
	assert.Equal(t, []BucketMatch{{decomposed, 0}}, s.MatchesNow(0, []string{decomposed}))
	assert.Empty(t, s.MatchesNow(1, []string{decomposed}))
}

func TestLookAlikesAreTheOtherWaysToWriteAName(t *testing.T) {
	assert.Equal(t, []string{decomposed}, LookAlikes(composed))
	assert.Equal(t, []string{composed}, LookAlikes(decomposed))
	assert.Empty(t, LookAlikes("plain"))
	assert.Empty(t, LookAlikes("報告"))
	assert.Equal(t, composed, Composed(decomposed))
}

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/mock"
)

// A script asks what a bucket's server can do before it relies on it.
func TestCapabilitiesAreShownWithHowTheyAreKnown(t *testing.T) {
	u := newUser(t, mock.As("ceph16"))
	u.runs("mb", "s3://reports").ends(0)
	known := map[string]string{}
	for _, l := range u.runs("accounts", "capabilities", "s3://reports", "--json").ends(0).lines() {
		assert.Equal(t, "reports", l["bucket"])
		known[l["capability"].(string)] = map[bool]string{true: "yes, ", false: "no, "}[l["can"].(bool)] + l["known"].(string)
	}
	assert.Equal(t, "yes, tried", known["versioning"])
	assert.Equal(t, "no, tried", known["bucket-encryption"], "Ceph 16 answers with a listing")
	assert.Equal(t, "no, assumed", known["rename"])
	text := u.runs("accounts", "capabilities").ends(0).out
	assert.Regexp(t, `(?m)^versioning +not known +assumed$`, text, "nothing was asked")
	u.runs("accounts", "capabilities", "s3://reports/a.csv").ends(2)
	u.runs("accounts", "capabilities", "s3://not-there").ends(1)
}

package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsKeptBesideTheBytesIsShown(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const at = "s3://bucket/q3/a b.csv"
	u.encrypted(at, "precious")
	u.runs("meta", "set", at, "--content-type", "text/x-a", "--set", "owner=ada", "--cache-control", "max-age=60", "--content-language", "zh-Hant").ends(0)
	l := u.runs("meta", "get", at, "--json").ends(0).line()
	assert.Equal(t, "text/x-a", l["contentType"])
	assert.Equal(t, "ada", l["metadata"].(map[string]any)["owner"])
	assert.Equal(t, map[string]any{"Cache-Control": "max-age=60", "Content-Language": "zh-Hant"}, l["headers"])
	assert.Equal(t, at, l["uri"])
	assert.Equal(t, "arn:aws:s3:::bucket/q3/a b.csv", l["arn"])
	assert.Equal(t, u.server.URL+"/bucket/q3/a%20b.csv", l["address"], "without a signature")
	text := u.runs("meta", "get", at).ends(0).out
	assert.Contains(t, text, "Content-Type: text/x-a\nCache-Control: max-age=60\n")
	assert.Contains(t, text, "x-amz-meta-owner: ada\n")
	u.runs("meta", "get", "s3://bucket/none").ends(1)
	u.runs("meta", "get", "s3://bucket").ends(2)
}

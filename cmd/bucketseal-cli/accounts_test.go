package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnAccountIsAddedByTheNameOfItsService(t *testing.T) {
	u := newUser(t).vault()
	u.types("", "accounts", "add", "mine", "--service", "twcc").ends(0)
	l := u.types("", "accounts", "list", "--json").ends(0).line()
	assert.Equal(t, "https://cos.twcc.ai", l["endpoint"])
	assert.Equal(t, "us-east-1", l["region"])
	assert.Equal(t, "twcc", l["service"])
	u.types("", "accounts", "add", "own", "--endpoint", "https://nas.example", "--proxy", "none", "--bucket", "a", "--bucket", "b", "--silence-timeout", "2m").ends(0)
	l = u.types("", "accounts", "list", "--json").ends(0).lines()[1]
	assert.Equal(t, map[string]any{"proxy": "none", "silenceSeconds": 120.0}, l["network"])
	assert.Equal(t, []any{"a", "b"}, l["buckets"])

	for says, args := range map[string][]string{
		"there is no service \"moon\"":        {"--service", "moon"},
		"the id of your account":              {"--service", "r2"},
		"give its endpoint":                   {"--service", "minio"},
		"whole seconds":                       {"--connect-timeout", "1500ms"},
		"proxy: it should begin with":         {"--proxy", "ftp://p.example"},
		"certificate: it is no SHA-256":       {"--certificate", "12"},
		"its regions are fsn1, nbg1, hel1":    {"--service", "hetzner", "--region", "moon"},
		"the client certificate cannot be us": {"--client-certificate", "no.pem", "--client-key", "no.key"},
	} {
		r := u.types("", append([]string{"accounts", "add", "wrong"}, args...)...).ends(2)
		assert.Contains(t, r.err, says)
	}
	assert.Len(t, u.types("", "accounts", "list", "--json").ends(0).lines(), 2)
}

func TestTheServicesThatAreKnownAreListedAndToldOf(t *testing.T) {
	u := newUser(t)
	all := u.types("", "accounts", "services", "--json").ends(0).lines()
	assert.Len(t, all, 18)
	assert.Equal(t, "aws", all[0]["id"])
	assert.Contains(t, u.types("", "accounts", "services").ends(0).out, "https://cos.twcc.ai")
	out := u.types("", "accounts", "services", "TWCC").ends(0).out
	assert.Contains(t, out, "Third-party Software")
	assert.Contains(t, out, "Encryption Key ID")
	assert.Equal(t, []any{"CRC64NVME"}, u.types("", "accounts", "services", "r2", "--json").ends(0).line()["checksums"])
	u.types("", "accounts", "services", "moon").ends(2)
	u.types("", "accounts", "services", "a", "b").ends(2)
}

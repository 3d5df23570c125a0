package client

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOnlyWhatCannotLeadElsewhereIsThisMachine(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "127.9.8.7", "localhost", "LOCALHOST", "LocalHost.", "::1", "::ffff:127.0.0.1", "::1%lo"} {
		assert.True(t, IsThisMachine(host), host)
	}
	for _, host := range []string{
		"", ".", "127.1", "0x7f.1", "0177.0.0.1", "2130706433", "0.0.0.0", "::", "127.0.0.1.", "localhost..", "localhost.example", "x.localhost",
		"vm", "192.0.2.1", "::ffff:192.0.2.1", "fe80::1%lo", "[::1]", "127.0.0.1:80",
	} {
		assert.False(t, IsThisMachine(host), host)
	}
	assert.True(t, IsProtected("https://nas"))
	assert.True(t, IsProtected("http://[::1]:9000"))
	assert.False(t, IsProtected("http://nas"))
	assert.False(t, IsProtected("%"))
}

func TestAnEndpointIsTakenAsItWasMeant(t *testing.T) {
	for typed, want := range map[string]string{
		"": "", " ": "", "cos.twcc.ai": "https://cos.twcc.ai", "cos.twcc.ai:8443": "https://cos.twcc.ai:8443",
		" https://cos.twcc.ai/ \r\n": "https://cos.twcc.ai", "HTTPS://cos.twcc.ai//": "https://cos.twcc.ai", "\ufeffcos.twcc.ai\u200b": "https://cos.twcc.ai",
		"//cos.twcc.ai": "https://cos.twcc.ai", "http://127.0.0.1:9000": "http://127.0.0.1:9000", "\u00a0cos.twcc.ai\u3000": "https://cos.twcc.ai",
	} {
		got := Account{Name: "a", AccessKeyID: "A", Endpoint: typed, KMSEndpoint: typed}.Tidy()
		assert.Equal(t, want, got.Endpoint, "%q", typed)
		assert.Equal(t, want, got.KMSEndpoint, "%q", typed)
		assert.NoError(t, got.Check(), "%q", typed)
	}
	for typed, says := range map[string]string{
		"cos.twcc.ai/bucket": "end after the host", "ftp://cos.twcc.ai": "begin with https", "https:/cos.twcc.ai": "", "https://:9000": "names no host",
		"https://cos:99999": "a port is", "https://cos:0": "a port is", "https://cos.example#x": "end after the host", "cos twcc": "not a URL", "https://cos\n.example": "not a URL",
	} {
		err := Account{Name: "a", AccessKeyID: "A", Endpoint: typed}.Tidy().Check()
		assert.ErrorContains(t, err, "endpoint: ", "%q", typed)
		assert.ErrorContains(t, err, says, "%q", typed)
	}
}

func TestAKMSOverPlainHTTPIsRefusedBeyondThisMachine(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"http://nas:9000": false, "http://vm": false, "http://0.0.0.0:1": false, "http://127.1": false,
		"http://127.0.0.1:9000": true, "http://LOCALHOST:9000": true, "https://nas": true,
	} {
		err := Account{Name: "a", AccessKeyID: "A", KMSEndpoint: endpoint}.Check()
		assert.Equal(t, ok, err == nil, endpoint)
		if !ok {
			assert.ErrorContains(t, err, "KMS endpoint: ")
			assert.ErrorContains(t, err, "https://")
		}
	}
}

func TestWhatWasPastedAroundAValueGoesAndWhatIsInItIsRefused(t *testing.T) {
	for _, around := range []string{"\n", "\r\n", "\t", " ", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u2028", "\x00"} {
		c := Credentials{AccessKeyID: around + "AKID" + around, Secret: NewSecret(around + "s3cret/key+" + around), SessionToken: NewSecret("token==" + around)}.Tidy()
		assert.Equal(t, []string{"AKID", "s3cret/key+", "token=="}, []string{c.AccessKeyID, c.Secret.Reveal(), c.SessionToken.Reveal()}, "%q", around)
		assert.NoError(t, c.Check())
		a := Account{Name: around + "my team" + around, AccessKeyID: "AKID" + around, Region: around + "us-east-1" + around, CAFile: "/ca.pem\n"}.Tidy()
		assert.Equal(t, Account{Name: "my team", AccessKeyID: "AKID", Region: "us-east-1", CAFile: "/ca.pem"}, a)
		assert.NoError(t, a.Check())

		inside := "ab" + around + "CANARY"
		for field, c := range map[string]Credentials{
			"access key: ": {AccessKeyID: inside}, "secret access key: ": {Secret: NewSecret(inside)}, "session token: ": {SessionToken: NewSecret(inside)},
		} {
			err := c.Tidy().Check()
			if around == " " && field == "secret access key: " {
				assert.NoError(t, err, "people choose secrets of several words")
				continue
			}
			assert.ErrorContains(t, err, field+"character 3 is ", "%q", around)
			assert.NotContains(t, err.Error(), "CANARY")
		}
		assert.ErrorContains(t, Account{Name: "a", AccessKeyID: inside}.Check(), "access key: character 3")
	}
	assert.True(t, Credentials{Secret: NewSecret(" \n")}.Tidy().Secret.IsZero(), "nothing but blanks is no secret")
	assert.True(t, Credentials{}.Tidy().Secret.IsZero())
	assert.NoError(t, Credentials{Secret: NewSecret("geheim-für-mich")}.Check())
	assert.ErrorContains(t, Credentials{Secret: NewSecret("a\xffb")}.Check(), "secret access key: character 2 cannot be read")
	assert.ErrorContains(t, Credentials{AccessKeyID: "ＡＫ"}.Check(), "access key: character 1 is none that it can have")
	assert.ErrorContains(t, Credentials{SessionToken: NewSecret("té")}.Check(), "session token: character 2")
	assert.ErrorContains(t, Account{Name: "a", AccessKeyID: "A", Region: "us_east 1"}.Check(), "region: ")
	assert.ErrorContains(t, Account{Name: " " + DemoName, AccessKeyID: "A"}.Tidy().Check(), "name: the built-in account")
	assert.NoError(t, Account{Name: DemoName, AccessKeyID: "A", Demo: true}.Check())
	assert.ErrorContains(t, Account{Name: "a\u2028b", AccessKeyID: "A"}.Check(), "name: one line")
}

package client

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHowAnAccountTravelsAndSignsInIsCheckedFieldByField(t *testing.T) {
	print := strings.Repeat("AB:", 31) + "AB"
	for name, c := range map[string]struct {
		change func(*Account)
		says   string
	}{
		"nothing":                 {func(*Account) {}, ""},
		"a proxy by its host":     {func(a *Account) { a.Network.Proxy = "proxy.example:3128" }, ""},
		"no proxy":                {func(a *Account) { a.Network.Proxy = "None" }, ""},
		"by socks":                {func(a *Account) { a.Network.Proxy = "socks5://p.example" }, ""},
		"a password in the proxy": {func(a *Account) { a.Network.Proxy = "http://u:p@p.example" }, "proxy: no user name"},
		"an odd proxy":            {func(a *Account) { a.Network.Proxy = "ftp://p.example" }, "proxy: it should begin with"},
		"a proxy without a host":  {func(a *Account) { a.Network.Proxy = "http://:1" }, "proxy: it names no host"},
		"a proxy that is no URL":  {func(a *Account) { a.Network.Proxy = "http://%zz" }, "proxy: it is not a URL"},
		"a fingerprint":           {func(a *Account) { a.Network.Certificate = "SHA256:" + print }, ""},
		"half a fingerprint":      {func(a *Account) { a.Network.Certificate = "abcd" }, "certificate: it is no SHA-256"},
		"a fingerprint over http": {func(a *Account) { a.Network.Certificate, a.Endpoint = print, "http://127.0.0.1" }, "certificate: over plain http"},
		"a certificate, no key":   {func(a *Account) { a.Network.ClientCertificate = "a.pem" }, "client certificate: a certificate and its key"},
		"a long wait":             {func(a *Account) { a.Network.SilenceSeconds = 3601 }, "timeout: 3601 is not from 0 to 3600"},
		"a role":                  {func(a *Account) { a.SignIn.Role = "arn:aws-cn:iam::123456789012:role/a/b" }, ""},
		"a name for a role":       {func(a *Account) { a.SignIn.Role = "admin" }, "role: \"admin\" is no ARN"},
		"an external id, no role": {func(a *Account) { a.SignIn.ExternalID = "x1" }, "role: an external id"},
		"a short session name":    {func(a *Account) { a.SignIn.Role, a.SignIn.SessionName = "arn:aws:iam::1:role/r", "x" }, "session name: 2 to 64"},
		"a long external id": {func(a *Account) {
			a.SignIn.Role, a.SignIn.ExternalID = "arn:aws:iam::1:role/r", strings.Repeat("x", 1225)
		}, "external id: 2 to"},
		"another way to sign in": {func(a *Account) { a.SignIn.Kind = "magic" }, "sign-in: \"magic\" is none of"},
		"a profile and a key":    {func(a *Account) { a.SignIn.Profile = "work" }, "profile: only an account"},
		"an odd profile":         {func(a *Account) { a.SignIn = SignIn{Kind: ProfileSignIn, Profile: "a]b"} }, "profile: no name"},
		"a profile, no key":      {func(a *Account) { a.SignIn, a.AccessKeyID = SignIn{Kind: ProfileSignIn}, "" }, ""},
		"a key, no key":          {func(a *Account) { a.AccessKeyID = "" }, "access key: enter"},
		"a folder among buckets": {func(a *Account) { a.Buckets = NewBucketNames("b/f") }, "buckets: \"b/f\" is no name"},
		"a blank in a bucket":    {func(a *Account) { a.Buckets = NewBucketNames("b b") }, "buckets: \"b b\": a bucket name has no blanks"},
		"an access point by ARN": {func(a *Account) { a.Buckets = NewBucketNames("arn:aws:s3:us-west-2:1:accesspoint/mine") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := Account{Name: "a", AccessKeyID: "AKID", Endpoint: "https://s3.example"}
			c.change(&a)
			a = a.Tidy()
			if c.says == "" {
				require.NoError(t, a.Check())
				return
			}
			require.ErrorContains(t, a.Check(), c.says)
			assert.NotContains(t, a.Check().Error(), "u:p@")
		})
	}
}

func TestAnAccountIsReadBackAsItWasWritten(t *testing.T) {
	a := Account{
		ID: "1", Name: "a", AccessKeyID: "k", SignIn: SignIn{Kind: ProfileSignIn, Profile: "p"}, Network: Network{Proxy: NoProxy},
		Buckets: NewBucketNames("b", "arn:aws:s3:us-west-2:1:accesspoint/mine", "b"),
	}
	b, err := json.Marshal(a)
	require.NoError(t, err)
	var back Account
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, a, back)
	assert.Equal(t, []string{"b", "arn:aws:s3:us-west-2:1:accesspoint:mine"}, back.Buckets.All())
	b, err = json.Marshal(Account{Name: "a"})
	require.NoError(t, err)
	assert.JSONEq(t, `{"name":"a","accessKeyId":""}`, string(b), "what is not set is not written: an older version reads it")
}

func TestAnAccessPointIsOpenedByItsARN(t *testing.T) {
	at, err := ParseLocation("s3://arn:aws:s3:us-west-2:123456789012:accesspoint/mine/a/b.txt")
	require.NoError(t, err)
	assert.Equal(t, Location{"arn:aws:s3:us-west-2:123456789012:accesspoint:mine", "a/b.txt"}, at)
	again, err := ParseLocation(at.String())
	require.NoError(t, err)
	assert.Equal(t, at, again)
	plain, err := ParseLocation("s3://b/arn:x:accesspoint/k")
	require.NoError(t, err)
	assert.Equal(t, Location{"b", "arn:x:accesspoint/k"}, plain, "only in the place of a bucket")
}

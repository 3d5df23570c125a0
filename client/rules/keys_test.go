package rules

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

// sseC is a rule whose key is known as md5.
func sseC(account, bucket, key, md5 string) Rule {
	return Rule{Account: client.AccountRef{Name: account}, Bucket: bucket, Key: key, Type: client.TypeSSEC, CustomerKeyMD5: md5}
}

func off(r Rule) Rule { r.Disabled = true; return r }

func kept(md5 string, places ...KeyPlace) KeptKey { return KeptKey{MD5: md5, Places: places} }

func TestAKeyGoesOnlyToTheAccountAndBucketItsUserNamed(t *testing.T) {
	const home, stranger = "https://hospital.example", "https://stranger.example"
	at := client.Location{Bucket: "demo", Key: "x/a"}
	moved := KeptKey{MD5: "k", Places: []KeyPlace{{Account: client.AccountRef{Name: "hospital"}, Bucket: "demo"}}, Endpoints: []KeyEndpoint{{client.AccountRef{Name: "hospital"}, home}}}
	for name, c := range map[string]struct {
		set   Set
		named string // by the server
		want  []string
	}{
		"the rule's own account and bucket":            {Set{Account: client.Account{Name: "hospital"}, Rules: []Rule{sseC("hospital", "demo", "", "k")}}, "", []string{"k"}},
		"another account":                              {Set{Account: client.Account{Name: "stranger"}, Rules: []Rule{sseC("hospital", "demo", "", "k")}}, "", nil},
		"another account that names the key":           {Set{Account: client.Account{Name: "stranger"}, Rules: []Rule{sseC("hospital", "demo", "", "k")}}, "k", nil},
		"another bucket":                               {Set{Account: client.Account{Name: "hospital"}, Rules: []Rule{sseC("hospital", "patients", "", "k")}}, "", nil},
		"another bucket, whose server names the key":   {Set{Account: client.Account{Name: "hospital"}, Rules: []Rule{sseC("hospital", "patients", "", "k")}}, "k", nil},
		"another name in the bucket":                   {Set{Account: client.Account{Name: "hospital"}, Rules: []Rule{sseC("", "demo", "y/*", "k")}}, "", nil},
		"a rule for all accounts and buckets":          {Set{Account: client.Account{Name: "anybody"}, Rules: []Rule{sseC("", "", "", "k")}}, "", []string{"k"}},
		"a rule that is off":                           {Set{Rules: []Rule{off(sseC("", "demo", "", "k"))}}, "", nil},
		"a rule that is off, whose key is named":       {Set{Rules: []Rule{off(sseC("", "demo", "", "k"))}}, "k", []string{"k"}},
		"the server names another key":                 {Set{Rules: []Rule{sseC("", "demo", "", "k")}}, "other", nil},
		"the server names the second":                  {Set{Rules: []Rule{sseC("", "demo", "", "k"), sseC("", "demo", "x/*", "l")}}, "l", []string{"l"}},
		"an earlier rule that takes the name":          {Set{Rules: []Rule{{Type: kms}, sseC("", "demo", "", "k")}}, "", []string{"k"}},
		"a rule of another type":                       {Set{Rules: []Rule{{Bucket: "demo", Type: client.TypeSSES3, CustomerKeyMD5: "k"}}}, "", nil},
		"plain http":                                   {Set{Account: client.Account{Endpoint: "http://cos.example"}, Rules: []Rule{sseC("", "demo", "", "k")}}, "k", nil},
		"a key no rule names any more":                 {Set{Account: client.Account{Name: "a"}, Kept: []KeptKey{kept("k", KeyPlace{Account: client.AccountRef{Name: "a"}, Bucket: "demo"})}}, "", []string{"k"}},
		"the newest of those first, a rule's before":   {Set{Rules: []Rule{sseC("", "demo", "", "r")}, Kept: []KeptKey{kept("old", KeyPlace{Bucket: "demo"}), kept("new", KeyPlace{Bucket: "demo"}), kept("r", KeyPlace{Bucket: "demo"})}}, "", []string{"r", "new", "old"}},
		"such a key of another account":                {Set{Account: client.Account{Name: "b"}, Kept: []KeptKey{kept("k", KeyPlace{Account: client.AccountRef{Name: "a"}, Bucket: "demo"})}}, "", nil},
		"such a key of another bucket":                 {Set{Kept: []KeptKey{kept("k", KeyPlace{Bucket: "other"})}}, "", nil},
		"such a key that was for everything":           {Set{Kept: []KeptKey{kept("k", KeyPlace{}, KeyPlace{Bucket: "*"}, KeyPlace{Bucket: "**", Key: "x/*"})}}, "", nil},
		"such a key for all buckets of the account":    {Set{Account: client.Account{Name: "a"}, Kept: []KeptKey{kept("k", KeyPlace{Account: client.AccountRef{Name: "a"}})}}, "", []string{"k"}},
		"a key that nobody said a place for":           {Set{Kept: []KeptKey{kept("k")}}, "", nil},
		"a place of a rule that is off now":            {Set{Rules: []Rule{off(sseC("", "other", "", "k"))}, Kept: []KeptKey{kept("k", KeyPlace{Bucket: "demo"})}}, "", nil},
		"the same, when one of two is on":              {Set{Rules: []Rule{off(sseC("", "other", "", "k")), sseC("", "third", "", "k")}, Kept: []KeptKey{kept("k", KeyPlace{Bucket: "demo"})}}, "", []string{"k"}},
		"no more than a few":                           {Set{Kept: []KeptKey{kept("1", KeyPlace{Bucket: "demo"}), kept("2", KeyPlace{Bucket: "demo"}), kept("3", KeyPlace{Bucket: "demo"}), kept("4", KeyPlace{Bucket: "demo"}), kept("5", KeyPlace{Bucket: "demo"})}}, "", []string{"5", "4", "3", "2"}},
		"the account where it was":                     {Set{Account: client.Account{Name: "hospital", Endpoint: "HTTPS://Hospital.example:443/"}, Kept: []KeptKey{moved}}, "", []string{"k"}},
		"an account of that name elsewhere":            {Set{Account: client.Account{Name: "hospital", Endpoint: stranger}, Kept: []KeptKey{moved}}, "", nil},
		"an account of that name elsewhere, by a rule": {Set{Account: client.Account{Name: "hospital", Endpoint: stranger}, Rules: []Rule{sseC("hospital", "demo", "", "k")}, Kept: []KeptKey{moved}}, "k", nil},
		"an account of that name at AWS":               {Set{Account: client.Account{Name: "hospital"}, Kept: []KeptKey{moved}}, "", nil},
	} {
		assert.Equal(t, c.want, c.set.CustomerKeys(at, c.named), name)
		assert.Equal(t, len(c.set.customerKeys(at, "", true)) > 0, c.set.HasKeysFor(at), name)
	}
}

func TestARuleDoesNotSendItsKeyToAnAccountThatIsElsewhereNow(t *testing.T) {
	r := sseC("hospital", "reports", "", customer.MD5())
	s := Set{
		Account: client.Account{Name: "hospital", Endpoint: "https://hospital.example"}, Rules: []Rule{r}, Keys: map[string]client.CustomerKey{customer.MD5(): customer},
		Kept: []KeptKey{{MD5: customer.MD5(), Endpoints: []KeyEndpoint{{client.AccountRef{Name: "hospital"}, ""}, {client.AccountRef{Name: "hospital"}, "https://hospital.example/"}}}},
	}
	assert.Equal(t, customer.MD5(), s.Decide(File{}, reports).Treatment.CustomerKeyMD5)
	s.Account.Endpoint = "https://stranger.example"
	d := s.Decide(File{}, reports)
	assert.Equal(t, client.TypeUndecided, d.Treatment.Type)
	assert.Contains(t, d.Refuse.String(), "its SSE-C key was given for hospital at AWS, which is elsewhere now")
	s.Rules[0].Account = client.AccountRef{}
	assert.Equal(t, customer.MD5(), s.Decide(File{}, reports).Treatment.CustomerKeyMD5, "a rule for all accounts names them all")
}

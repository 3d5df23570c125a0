package s3store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is signed here is signed by the SDK's signer as well, and compared: all
// headers, the host, path and query as they are sent.

// A signing is a request and what it is signed with.
type signing struct {
	request
	scheme, place, path, region, service string
	as                                   aws.Credentials
	payload                              string
	at                                   time.Time
}

func (s *signing) address() *address {
	return &address{
		scheme: s.scheme, place: s.place, host: withoutPort(s.scheme, s.place), bucket: "bkt",
		path: s.path, escaped: (&url.URL{Path: s.path}).EscapedPath(), region: s.region, service: s.service,
	}
}

// ours is the request as it is sent.
func (s *signing) ours(t *testing.T, to *address) *http.Request {
	t.Helper()
	p := plain{sdk: s3.Options{Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return s.as, nil })}}
	signed, err := p.sign(t.Context(), &s.request, to, s.payload, s.at)
	require.NoError(t, err)
	r, _ := signed.ofHTTP()
	require.Equal(t, r.URL.EscapedPath(), signed.path)
	return r
}

// theirs is the request as the SDK signs it.
func (s *signing) theirs(t *testing.T, to *address) *http.Request {
	t.Helper()
	r := &http.Request{Method: s.method, URL: to.url(s.call.at.Key, s.query), Header: s.header.ofHTTP(), ContentLength: s.size}
	r.Header.Set("X-Amz-Content-Sha256", s.payload)
	if s.size >= expectFrom {
		r.Header.Set("Expect", "100-continue")
	}
	err := v4.NewSigner().SignHTTP(t.Context(), s.as, r, s.payload, s.service, s.region, s.at, func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", "identity")
	r.Header.Set("User-Agent", "Bucketseal")
	return r
}

func (s *signing) compare(t *testing.T) {
	t.Helper()
	ours, theirs := s.ours(t, s.address()), s.theirs(t, s.address())
	host := theirs.Host
	if host == "" {
		host = theirs.URL.Host
	}
	require.Equal(t, theirs.Header, ours.Header, "%+v", ours.URL)
	require.Equal(t, host, ours.Host)
	require.Equal(t, theirs.URL.RequestURI(), ours.URL.RequestURI())
}

// anySigning is a request made up.
func anySigning(r *rand.Rand) *signing {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	pieces := func(most int, all ...string) string {
		var b strings.Builder
		for range r.IntN(most + 1) {
			b.WriteString(pick(all...))
		}
		return b.String()
	}
	words := []string{"a", "Z", "0", "-", "_", ".", "~", "/", " ", "  ", "+", "%", "%20", "%zz", "=", "&", ";", ":", "ä", "é中", "😀", "'", "(", ",", "*", "$", "@", "?", "#", "\t", "\u00a0", "\u2028"}
	s := &signing{
		request: request{method: pick("GET", "PUT", "HEAD", "POST"), query: pieces(8, append(words, "x-id=PutObject", "&a=", "&b=1", "partNumber=7", "&a=2&a=1", "A=", "&")...)},
		scheme:  pick("http", "https"), place: pick("h", "s3.example.test", "h:80", "h:443", "h:9443", "[::1]", "[::1]:9000", "127.0.0.1:80"), path: pick("", "/bkt", "/a b", "/ä"),
		region: pick("us-east-1", "zone-7", "", "ü"), service: pick("s3", "s3express"),
		as:      aws.Credentials{AccessKeyID: pieces(20, "A", "K", "7", "-", ":", "/"), SecretAccessKey: pieces(40, words...), SessionToken: pick("", pieces(30, "t", "+", "/", "=", " ", "  "))},
		payload: pick(unsignedPayload, emptyPayload), at: time.Unix(r.Int64N(4102444800), r.Int64N(1e9)).In(time.FixedZone("", r.IntN(86400)-43200)),
	}
	s.call.at.Key = pieces(12, words...)
	s.size = []int64{0, 1, 4096, expectFrom - 1, expectFrom, 5 << 30}[r.IntN(6)]
	for range r.IntN(20) {
		name := pick("Content-Type", "Content-Md5", "Range", "If-Match", "If-None-Match", "Cache-Control", "Expires", "X-Amz-Tagging", headerCustomerKey, headerCustomerKey+"-Md5",
			headerChecksumMode, headerCRC64NVME, sseHeader, sseHeader+"-Context", http.CanonicalHeaderKey("x-amz-meta-"+pieces(6, "a", "B", "_", ".", "-", "9", "~", "!")))
		s.header.set(name, pieces(10, append(words, "   ", `"`, "\\", "text/plain; charset=utf-8")...))
	}
	return s
}

func TestWhatIsSignedIsSignedAsTheSDKDoes(t *testing.T) {
	for seed := range uint64(20_000) {
		anySigning(rand.New(rand.NewPCG(seed, 1))).compare(t) //nolint:gosec // made up, and the same each time
	}
}

func FuzzSignaturesAreTheSDKs(f *testing.F) {
	f.Add("PUT", "a/b c", "x-id=PutObject", "X-Amz-Meta-A", " a  b ", "secret", "token", int64(4096), int64(1_764_000_000), uint64(1))
	f.Add("GET", "", "list-type=2&prefix=a%2Bb+c", "Range", "bytes=0-9", "", "", int64(0), int64(0), uint64(2))
	f.Add("HEAD", "//..", "b&a=%zz;&a", "If-Match", "\t\"e\" ", "s", "", int64(0), int64(4102444799), uint64(3))
	f.Fuzz(func(t *testing.T, method, key, query, name, value, secret, token string, size, at int64, seed uint64) {
		s := anySigning(rand.New(rand.NewPCG(seed, 2))) //nolint:gosec // made up, and the same each time
		s.method, s.call.at.Key, s.query, s.size = method, key, query, size
		s.as.SecretAccessKey, s.as.SessionToken, s.at = secret, token, time.Unix(at%4102444800, 0)
		s.header.set(http.CanonicalHeaderKey(name), value)
		ours := map[string]bool{"Authorization": true, "User-Agent": true, "Expect": true, "Accept-Encoding": true, "Host": true, "Content-Length": true, "Transfer-Encoding": true, "X-Amzn-Trace-Id": true}
		ascii := func(r rune) bool { return r >= 0x80 }
		if !utf8.ValidString(key) || ours[http.CanonicalHeaderKey(name)] || strings.ContainsFunc(name, ascii) || size < 0 {
			t.Skip() // what no request of ours is
		}
		s.compare(t)
	})
}

// The examples are Amazon's own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func TestTheDocumentedSignaturesComeOut(t *testing.T) {
	const id, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	for name, c := range map[string]struct {
		signable
		want string
	}{
		"GET object": {
			signable{method: "GET", path: "/test.txt", headers: headers{{"Range", "bytes=0-9"}}, payload: emptyPayload},
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		"PUT object": {
			signable{method: "PUT", path: "/" + escapedPath("test$file.text"), headers: headers{{"Date", "Fri, 24 May 2013 00:00:00 GMT"}, {"X-Amz-Storage-Class", "REDUCED_REDUNDANCY"}}, payload: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"},
			"98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		"GET lifecycle": {
			signable{method: "GET", path: "/", query: canonicalQuery("lifecycle"), payload: emptyPayload},
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		"list": {
			signable{method: "GET", path: "/", query: canonicalQuery("prefix=J&max-keys=2"), payload: emptyPayload},
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	} {
		const stamp = "20130524T000000Z"
		c.host = "examplebucket.s3.amazonaws.com"
		c.headers = append(c.headers, header{"X-Amz-Content-Sha256", c.payload}, header{"X-Amz-Date", stamp})
		to := &address{region: "us-east-1", service: "s3"}
		got := to.key(aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, stamp[:8]).sign(c.signable, stamp)
		assert.Equal(t, c.want, got[strings.LastIndex(got, "=")+1:], name)
	}
}

func TestAKeyIsDerivedAnewForAnotherDayOrSecret(t *testing.T) {
	s := anySigning(rand.New(rand.NewPCG(1, 1))) //nolint:gosec // the same each time
	to := s.address()
	first := s.ours(t, to)
	kept := to.lastKey.Load()
	s.at = s.at.Truncate(24 * time.Hour)
	_ = s.ours(t, to)
	assert.Same(t, kept, to.lastKey.Load(), "the same day")
	for name, change := range map[string]func(){
		"the next day":            func() { s.at = s.at.Add(24 * time.Hour) },
		"another secret":          func() { s.as.SecretAccessKey += "x" },
		"another account":         func() { s.as.AccessKeyID += "x" },
		"a session's credentials": func() { s.as = aws.Credentials{AccessKeyID: "S", SecretAccessKey: "s", SessionToken: "t"} },
	} {
		change()
		require.Equal(t, s.theirs(t, to).Header, s.ours(t, to).Header, name)
	}
	assert.NotEqual(t, first.Header, s.ours(t, to).Header)
}

func TestManySignAtOnceWithOneKey(t *testing.T) {
	s := anySigning(rand.New(rand.NewPCG(4, 1))) //nolint:gosec // the same each time
	to := s.address()
	want := s.theirs(t, to).Header
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 500 {
				if got := s.ours(t, to).Header; got.Get("Authorization") != want.Get("Authorization") {
					t.Error(got)
				}
			}
		})
	}
	all.Wait()
}

func TestASigningKeyIsPrintedNowhere(t *testing.T) {
	to := &address{region: "us-east-1", service: "s3"}
	k := to.key(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: secretCanary}, "20261127")
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		for _, x := range []any{k, to, []any{k}, struct{ K *signingKey }{k}} {
			said := fmt.Sprintf(form, x)
			assert.NotContains(t, said, secretCanary, form)
			assert.NotContains(t, said, fmt.Sprintf("%x", secretCanary), form)
		}
	}
	assert.Equal(t, "signing key", fmt.Sprint(k))
}

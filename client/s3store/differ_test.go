package s3store

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

// What goes over the wire in the plain way and through the SDK is compared here,
// byte for byte, but for what may differ: see onlyTheSDKs and freshly.

// onlyTheSDKs are headers that the SDK sends and S3 asks nobody for.
var onlyTheSDKs = []string{"Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "User-Agent"}

// freshly are headers that are never twice the same.
var freshly = []string{"Authorization", "X-Amz-Date"}

// A tap is a server that keeps what it is sent, as it was written.
type tap struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string
}

func tapped(t *testing.T) *tap {
	t.Helper()
	p := &tap{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.keep(r)
		a := agree(r, 0)
		if r.URL.Query().Has("session") {
			a = reply(200, nil, "<CreateSessionResult><Credentials><SessionToken>S</SessionToken><SecretAccessKey>s</SecretAccessKey>"+
				"<AccessKeyId>A</AccessKeyId><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></CreateSessionResult>")
		}
		maps.Copy(w.Header(), a.Header)
		w.WriteHeader(a.StatusCode)
		_, _ = io.Copy(w, a.Body)
	}))
	p.Config.ErrorLog = discard
	p.StartTLS()
	t.Cleanup(p.Close)
	return p
}

func (p *tap) keep(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	h := r.Header.Clone()
	signed := ""
	if _, rest, ok := strings.Cut(h.Get("Authorization"), "Credential="); ok {
		_, scope, _ := strings.Cut(rest, "/")
		signed = scope[len("20060102/"):strings.Index(scope, ", Signature=")] // the day may change between two
	}
	for _, name := range append(onlyTheSDKs, freshly...) {
		h.Del(name)
	}
	var lines []string
	for name, values := range h {
		lines = append(lines, fmt.Sprintf("%s: %q", name, values))
	}
	slices.Sort(lines)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, fmt.Sprintf("%s %s %s\nHost: %s\nLength: %d\nSigned: %s\n%s\n\n%q",
		r.Method, r.RequestURI, r.Proto, r.Host, r.ContentLength, signed, strings.Join(lines, "\n"), body))
}

// everywhere leads every name to the tap.
func (p *tap) everywhere() http.RoundTripper {
	return &http.Transport{
		DialContext:           p.dial,
		TLSClientConfig:       anyName,
		DisableCompression:    true,
		ExpectContinueTimeout: time.Second,
	}
}

// inLines is everywhere, with lines for what is short.
func (p *tap) inLines() http.RoundTripper {
	return &lines{
		through: p.everywhere(), proxy: func(*http.Request) (*url.URL, error) { return nil, nil }, bare: p.dial, idle: map[peer][]*line{},
		secured: func(ctx context.Context, network, address string) (net.Conn, error) {
			raw, err := p.dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return secureOver(ctx, raw, anyName, handshake)
		},
	}
}

func (p *tap) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, p.Listener.Addr().String())
}

var anyName = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // whatever name is asked for, it is the tap

// places are where requests go, with the bucket they are about.
var places = map[string]struct {
	account client.Account
	bucket  string
}{
	"compatible":             {client.Account{Endpoint: "https://cos.example.test"}, "bkt"},
	"compatible, with port":  {client.Account{Endpoint: "https://cos.example.test:9443"}, "bkt"},
	"virtual hosts":          {client.Account{Endpoint: "https://cos.example.test", Addressing: client.AddressingVirtual}, "bkt"},
	"a region":               {client.Account{Endpoint: "https://cos.example.test", Region: "zone-7"}, "bkt"},
	"capitals and underline": {client.Account{Endpoint: "https://cos.example.test"}, "Old_Bucket"},
	"AWS":                    {client.Account{}, "bkt"},
	"AWS, a region":          {client.Account{Region: "eu-west-1"}, "bkt"},
	"AWS, a bucket of dots":  {client.Account{Region: "eu-west-1"}, "www.example.test"},
	"AWS, path style":        {client.Account{Region: "eu-west-1", Addressing: client.AddressingPath}, "bkt"},
	"AWS, China":             {client.Account{Region: "cn-north-1"}, "bkt"},
	"AWS, an access point":   {client.Account{Region: "eu-west-1"}, "arn:aws:s3:eu-west-1:123456789012:accesspoint:mine"},
	"AWS, a directory":       {client.Account{Region: "us-east-1"}, "mine--use1-az4--x-s3"},
}

var oddKeys = []string{
	"k", "a/b", "a//b", "/a", "//", "a/../b", "./a", "..", "a/.", "a/", "a b", "a+b", "a%b", "a%2Fb", "a?b=c&d#e", "é/中/😀", "~-_.!*'();:@&=$,[]{}|^`<>\"\\",
	"\x01\x7f\n\r\t", "x" + strings.Repeat("y", 1023), "%", "%zz", "delete", "a\u0085b\u2028c",
}

// sayings are calls of the six kinds, and more than one of most.
func sayings(t *testing.T, bucket string) map[string]func(*Store) error {
	ctx := t.Context()
	mine := sseC(t)
	at := client.Location{Bucket: bucket, Key: "a/b c"}
	big := strings.Repeat("0123456789abcdef", 3<<16)
	digests := client.Digests{Checksum: client.Checksum{Algorithm: client.CRC64NVME, Value: "AAAAAAAAAAA="}, MD5: "rL0Y20zC+Fzt72VPzMSk2A=="}
	put := func(content string, o client.PutOptions) func(*Store) error {
		return func(s *Store) error { return second(s.Put(ctx, at, newBody(content), int64(len(content)), o)) }
	}
	part := func(content string, key client.CustomerKey) func(*Store) error {
		return func(s *Store) error {
			u := client.Upload{At: at, ID: "2~a/b+c=.-", Key: key}
			return second(s.UploadPart(ctx, u, 17, newBody(content), int64(len(content)), digests))
		}
	}
	read := func(o client.ReadOptions) func(*Store) error {
		return func(s *Store) error {
			_, body, err := s.Get(ctx, at, o)
			if err == nil {
				_, err = io.Copy(io.Discard, body)
				_ = body.Close()
			}
			return err
		}
	}
	head := func(o client.ReadOptions) func(*Store) error {
		return func(s *Store) error { return second(s.Head(ctx, at, o)) }
	}
	all := map[string]func(*Store) error{
		"put":               put("x", client.PutOptions{Encryption: client.Inherit{}, Digests: digests}),
		"put nothing":       put("", client.PutOptions{Encryption: client.Inherit{}, Digests: digests}),
		"put 3 MiB":         put(big, client.PutOptions{Encryption: client.Inherit{}, Digests: digests}),
		"put with metadata": put("x", client.PutOptions{Encryption: client.Inherit{}, Digests: digests, ContentType: "text/plain; charset=utf-8", Metadata: map[string]string{"mtime": "1.5", "UPPER-case": " of  blanks ", "empty": "", "who": "ü"}}),
		"put what is not":   put("x", client.PutOptions{Encryption: client.Inherit{}, Digests: digests, OnlyIfAbsent: true}),
		"put what was":      put("x", client.PutOptions{Encryption: client.Inherit{}, Digests: digests, IfMatch: "e"}),
		"part":              part("x", client.CustomerKey{}),
		"part of 3 MiB":     part(big, mine.Key),
		"head":              head(client.ReadOptions{}),
		"head a version":    head(client.ReadOptions{VersionID: "v/1+2=", IfMatch: "e", Key: mine.Key}),
		"sizes of parts":    func(s *Store) error { return second(s.PartSizes(ctx, at, client.ReadOptions{VersionID: "v"}, false)) },
		"get":               read(client.ReadOptions{}),
		"get a version":     read(client.ReadOptions{VersionID: "v/1+2=", IfMatch: "e", Key: mine.Key}),
		"get a range":       read(client.ReadOptions{Offset: 7, Length: 9}),
		"get the rest":      read(client.ReadOptions{Offset: 7}),
		"list": func(s *Store) error {
			return second(s.List(ctx, client.Location{Bucket: bucket}, client.ListOptions{}))
		},
		"list below": func(s *Store) error {
			return second(s.List(ctx, client.Location{Bucket: bucket, Key: "é/a+b &%/"}, client.ListOptions{Recursive: true, Max: 7, After: place{Token: "1/2+3="}.String()}))
		},
		"delete": func(s *Store) error {
			var at []client.Location
			for _, key := range oddKeys {
				at = append(at, client.Location{Bucket: bucket, Key: key})
			}
			return second(s.Delete(ctx, at))
		},
		"delete what was seen": func(s *Store) error {
			return second(s.DeleteSeen(ctx, []client.Object{
				{At: client.Location{Bucket: bucket, Key: "é"}, ETag: `e"1`}, {At: client.Location{Bucket: bucket, Key: "k"}, VersionID: "v&<"},
			}))
		},
	}
	for name, way := range waysToEncrypt(t) {
		all["put, "+name] = put("x", client.PutOptions{Encryption: way.e, Digests: digests})
	}
	for _, key := range oddKeys {
		all["head "+key] = func(s *Store) error {
			return second(s.Head(ctx, client.Location{Bucket: bucket, Key: key}, client.ReadOptions{}))
		}
	}
	return all
}

// said is what one call sends, and what it returns.
func saidBy(t *testing.T, p *tap, account client.Account, network http.RoundTripper, way func(*Store) sender, do func(*Store) error) ([]string, string) {
	t.Helper()
	account.Name, account.AccessKeyID = "test", "AKID"
	s, err := Open(account, client.Credentials{Secret: client.NewSecret(secretCanary), SessionToken: client.NewSecret(tokenCanary)},
		Options{Transport: network, backoff: atOnce, sender: way})
	require.NoError(t, err)
	p.mu.Lock()
	p.sent = nil
	p.mu.Unlock()
	err = do(s)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sent, fmt.Sprint(err)
}

func TestThePlainWaySendsWhatTheSDKSends(t *testing.T) {
	if path != nil {
		t.Skip("both ways were compared already")
	}
	p := tapped(t)
	for where, place := range places {
		for name, do := range sayings(t, place.bucket) {
			t.Run(where+"/"+name, func(t *testing.T) {
				theirs, wanted := saidBy(t, p, place.account, p.everywhere(), throughSDK, do)
				require.NotEmpty(t, theirs)
				for _, network := range []http.RoundTripper{p.everywhere(), p.inLines()} {
					ours, came := saidBy(t, p, place.account, network, nil, do)
					assert.Equal(t, theirs, ours, "%T", network)
					assert.Equal(t, wanted, came, "%T", network)
				}
			})
		}
	}
}

// requestURI is what stands in the first line of a request for a key.
func requestURI(t *testing.T, way func(*Store) sender, endpoint, key string) string {
	t.Helper()
	rec := &recorder{}
	s := openRecorded(t, rec, endpoint, Options{})
	if way != nil {
		s.send = way(s)
	}
	_, body, err := s.Get(t.Context(), client.Location{Bucket: "bkt", Key: key}, client.ReadOptions{})
	require.NoError(t, err)
	_ = body.Close()
	return rec.last().URL.RequestURI()
}

func FuzzKeysAreEscapedAsTheSDKDoes(f *testing.F) {
	for _, key := range oddKeys {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !utf8.ValidString(key) || client.Location.CheckKey(client.Location{Bucket: "bkt", Key: key}) != nil {
			t.Skip()
		}
		for _, endpoint := range []string{"", compatible, "https://localhost:9000"} {
			assert.Equal(t, requestURI(t, throughSDK, endpoint, key), requestURI(t, nil, endpoint, key))
		}
	})
}

// answersOfOthers are all the odd answers in this room's tables, but for the large
// ones.
func answersOfOthers() map[string]string {
	all := map[string]string{"as S3": wire("200 OK", "", `ETag: "e"`, "x-amz-request-id: R", "x-amz-meta-a: b", "x-amz-server-side-encryption: AES256", "Set-Cookie: s=t")}
	add := func(table, name, raw string) {
		if len(raw) < 1<<20 {
			all[table+", "+name] = raw
		}
	}
	for name, c := range pages {
		add("page", name, c.raw)
	}
	for name, c := range refusals {
		add("refusal", name, c.raw)
	}
	for name, c := range oddHeads {
		add("head", name, c.raw)
	}
	for name, c := range oddGets {
		add("get", name, c.raw)
	}
	for name, c := range oddWrites {
		add("write", name, c.raw)
	}
	for name, c := range oddLists {
		if c.says == "IsTruncated" {
			continue // the SDK says "expected IsTruncated to be of type *bool, got []uint8 instead"
		}
		add("list", name, c.raw)
	}
	for name, c := range oddEntries {
		add("entry", name, list(c.entry))
	}
	for name, c := range oddDeletions {
		add("deletion", name, xmlAnswer("<DeleteResult>"+c.raw+"</DeleteResult>"))
	}
	return all
}

// returns are what each of the six calls returns, whole.
func returns(t *testing.T) map[string]func(*Store) []any {
	t.Helper()
	ctx := t.Context()
	key := sseC(t).Key
	get := func(o client.ReadOptions) func(*Store) []any {
		return func(s *Store) []any {
			got, body, err := s.Get(ctx, anywhere, o)
			if err != nil {
				return []any{got, err}
			}
			content, err := io.ReadAll(body)
			return []any{got, string(content), err, body.Close()}
		}
	}
	return map[string]func(*Store) []any{
		"put": func(s *Store) []any {
			o, err := s.Put(ctx, anywhere, newBody("x"), 1, client.PutOptions{Encryption: client.SSEKMS{Key: keyID}})
			return []any{o, err}
		},
		"part": func(s *Store) []any {
			p, err := s.UploadPart(ctx, client.Upload{At: anywhere, ID: "U", Key: key}, 1, newBody("x"), 1, client.Digests{})
			return []any{p, err}
		},
		"head": func(s *Store) []any {
			o, err := s.Head(ctx, anywhere, client.ReadOptions{Key: key})
			return []any{o, err}
		},
		"get":      get(client.ReadOptions{}),
		"get some": get(client.ReadOptions{Offset: 2, Length: 2, VersionID: "v"}),
		"list": func(s *Store) []any {
			p, err := s.List(ctx, inBucket, client.ListOptions{Recursive: true})
			return []any{p, err}
		},
		"delete": func(s *Store) []any {
			all, err := s.Delete(ctx, []client.Location{anywhere, {Bucket: anywhere.Bucket, Key: "b"}})
			return []any{all, err}
		},
	}
}

// told is an outcome as text, with all that an error holds but its cause, which the
// SDK wraps in words of its own.
func told(outcome []any) string {
	var b strings.Builder
	for _, x := range outcome {
		switch x := x.(type) {
		case *client.Error:
			known := *x
			known.Err = nil
			fmt.Fprintf(&b, "%+v\n", known)
		case []error:
			for _, err := range x {
				b.WriteString(told([]any{err}))
			}
		default:
			fmt.Fprintf(&b, "%+v\n", x)
		}
	}
	return b.String()
}

func TestBothWaysReturnTheSameForEveryAnswer(t *testing.T) {
	if path != nil {
		t.Skip("both ways were compared already")
	}
	for answer, raw := range answersOfOthers() {
		for call, do := range returns(t) {
			t.Run(answer+"/"+call, func(t *testing.T) {
				ours := oddly(t, constantly(raw))
				theirs := oddly(t, constantly(raw))
				theirs.send = throughSDK(theirs.Store)
				assert.Equal(t, told(do(theirs.Store)), told(do(ours.Store)))
				assert.Equal(t, theirs.asked(), ours.asked(), "requests")
			})
		}
	}
}

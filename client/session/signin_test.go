package session

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/s3store"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/mock"
)

// endsAtSize is the size of the file during whose transfer a sign-in ends, in MiB.
var endsAtSize = flag.Int("signin.mib", 96, "MiB of the file that is transferred while its sign-in ends")

// A gate stands before an endpoint: it lets a role's credentials through for so many
// parts and then says that they have ended, as a server does whose word is final. It
// counts what it was sent.
type gate struct {
	http.Handler
	parts    int // each credentials' share; 0 is any
	told     time.Duration
	mu       sync.Mutex
	used     map[string]int
	refused  int
	roles    int
	received atomic.Int64 // bytes of connections, heads included
	bodies   atomic.Int64
}

var (
	accessKeyOf = regexp.MustCompile(`Credential=([^/]+)/`)
	expiration  = regexp.MustCompile(`<Expiration>[^<]*</Expiration>`)
)

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && r.URL.Path == "/" {
		g.role(w, r)
		return
	}
	if m := accessKeyOf.FindStringSubmatch(r.Header.Get("Authorization")); m != nil && strings.HasPrefix(m[1], "ASIA") && g.over(m[1], r) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>`)
		return
	}
	if r.URL.Query().Get("partNumber") != "" {
		r.Body = &counted{r.Body, &g.bodies}
	}
	g.Handler.ServeHTTP(w, r)
}

// over counts the parts that go by credentials, and reports that they were all they
// are good for.
func (g *gate) over(key string, r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.URL.Query().Get("partNumber") == "" && r.Header.Get("Range") == "" {
		return false
	}
	if g.used[key]++; g.parts == 0 || g.used[key] <= g.parts {
		return false
	}
	g.refused++
	return true
}

// role has the endpoint's answer say another end.
func (g *gate) role(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	g.roles++
	g.mu.Unlock()
	answer := httptest.NewRecorder()
	g.Handler.ServeHTTP(answer, r)
	ends := time.Now().Add(g.told).UTC().Format(time.RFC3339)
	w.WriteHeader(answer.Code)
	_, _ = w.Write(expiration.ReplaceAll(answer.Body.Bytes(), []byte("<Expiration>"+ends+"</Expiration>")))
}

type counted struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// tapped counts what comes in by a connection.
type tapped struct {
	net.Listener
	n *atomic.Int64
}

func (t tapped) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return tappedConn{c, t.n}, nil
}

type tappedConn struct {
	net.Conn
	n *atomic.Int64
}

func (c tappedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func TestASignInThatEndsInTheMiddleOfATransferCostsNoByte(t *testing.T) {
	for name, c := range map[string]struct {
		parts int
		told  time.Duration
	}{
		"as it was told":                   {told: 1500 * time.Millisecond},
		"earlier than told, by the server": {parts: 3, told: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := mock.New(mock.Config{
				Dir: t.TempDir(), Fast: true, Buckets: []string{"bucket"},
				Roles: []mock.Role{{Name: "mover", Trusts: []string{"root"}, Policy: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)}},
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, server.Close()) })
			g := &gate{Handler: server, parts: c.parts, told: c.told, used: map[string]int{}}
			web := httptest.NewUnstartedServer(g)
			web.Listener = tapped{web.Listener, &g.received}
			web.Start()
			t.Cleanup(web.Close)

			id, secret := server.Credentials()
			account := client.Account{Name: "team", ID: "t", Endpoint: web.URL, AccessKeyID: id, SignIn: client.SignIn{Role: "arn:aws:iam::000000000000:role/mover"}}
			s, err := Opener{
				Dial: func(a client.Account, k client.Credentials) (client.Store, error) {
					return s3store.Dial(a, k, s3store.Options{})
				},
				Credentials: func(context.Context, client.Account) (client.Credentials, error) {
					return client.Credentials{Secret: client.NewSecret(secret)}, nil
				},
				Rules: (&memoryBook{}).Rules, Transfer: transfer.Config{PartSize: 8 << 20},
			}.Open(t.Context(), account)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close(context.Background())) })

			d := &desk{Session: s, t: t, dir: t.TempDir()}
			size := int64(*endsAtSize) << 20
			content := make([]byte, size)
			for i := range content {
				content[i] = byte(i * 31 >> 7)
			}
			path := d.write("large", string(content))
			for _, r := range d.carry(whole(d.PlanUpload(t.Context(), []string{path}, client.Location{Bucket: "bucket"}, UploadOptions{}, Choice{}))) {
				require.NoError(t, r.Err)
				require.Equal(t, transfer.Done, r.Phase)
			}
			assert.Equal(t, size, g.bodies.Load(), "each byte went up once")
			assert.Less(t, g.received.Load(), size+size/50+1<<20, "and nothing of what was refused")
			if c.parts > 0 {
				assert.Positive(t, g.refused)
				assert.Greater(t, g.roles, 2, "it was signed in again")
			}

			_, body, err := s.store.Get(t.Context(), client.Location{Bucket: "bucket", Key: "large"}, client.ReadOptions{})
			require.NoError(t, err)
			got, err := io.ReadAll(body)
			require.NoError(t, err)
			require.NoError(t, body.Close())
			assert.True(t, bytes.Equal(content, got))
		})
	}
}

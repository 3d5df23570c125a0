package s3store

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // a file's name
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// longToken is as long as session tokens get.
var longToken = "FwoG" + strings.Repeat("t0K/n+", 682)

// An amazon is the services by which people sign in, and a store that lists no
// buckets, all of one test: portal (SSO), its tokens (OIDC), STS, 'aws login', a
// container and a machine.
type amazon struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	asked   []string      // what was asked to sign in
	listed  []string      // the access keys the store was asked by
	lasting time.Duration // what is given lasts so long
	ended   string        // the portal and the OIDC service refuse
	given   int
	secret  string // canary in everything that is secret
}

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	a := &amazon{t: t, lasting: time.Hour, secret: secretCanary}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	for _, v := range []string{"STS", "SSO", "SSO_OIDC", "SIGNIN"} {
		t.Setenv("AWS_ENDPOINT_URL_"+v, a.URL)
	}
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", a.URL)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	return a
}

var signedBy = regexp.MustCompile(`Credential=([^/]+)/`)

func (a *amazon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = r.ParseForm()
	by := ""
	if m := signedBy.FindStringSubmatch(r.Header.Get("Authorization")); m != nil {
		by = m[1]
	}
	note := func(what string) { a.asked = append(a.asked, strings.TrimSuffix(what+" by "+by, " by ")) }
	ends := time.Now().Add(a.lasting).UTC()
	switch r.Method + " " + r.URL.Path {
	case "POST /": // STS
		a.given++
		id := fmt.Sprintf("ROLE%d", a.given)
		note(strings.Join(append([]string{r.Form.Get("Action")}, present(r, "ExternalId", "RoleSessionName", "SerialNumber", "TokenCode")...), " "))
		action := r.Form.Get("Action")
		fmt.Fprintf(w, `<%sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult><Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></%[1]sResult></%[1]sResponse>`,
			action, id, a.secret, longToken, ends.Format(time.RFC3339))
	case "GET /federation/credentials":
		note("portal " + r.URL.Query().Get("account_id") + " " + r.URL.Query().Get("role_name") + " " + r.Header.Get("X-Amz-Sso_bearer_token"))
		if a.ended != "" {
			refuse(w, 401, "UnauthorizedException")
			return
		}
		a.given++
		_ = json.NewEncoder(w).Encode(map[string]any{"roleCredentials": map[string]any{
			"accessKeyId": fmt.Sprintf("SSO%d", a.given), "secretAccessKey": a.secret, "sessionToken": longToken, "expiration": ends.UnixMilli(),
		}})
	case "POST /token":
		note("renewal")
		if a.ended != "" {
			refuse(w, 400, "InvalidGrantException")
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"accessToken": "renewed-" + a.secret, "expiresIn": int(a.lasting / time.Second), "refreshToken": "next-" + a.secret, "tokenType": "Bearer"})
	case "POST /v1/token":
		note("login")
		if a.ended != "" {
			refuse(w, 403, "AccessDeniedException")
			return
		}
		a.given++
		_ = json.NewEncoder(w).Encode(map[string]any{
			"accessToken":  map[string]any{"accessKeyId": fmt.Sprintf("LOGIN%d", a.given), "secretAccessKey": a.secret, "sessionToken": longToken},
			"refreshToken": "next-" + a.secret, "expiresIn": 900, "tokenType": "aws_sigv4",
		})
	case "GET /container":
		note("container " + r.Header.Get("Authorization"))
		_ = json.NewEncoder(w).Encode(map[string]any{"AccessKeyId": "CONTAINER", "SecretAccessKey": a.secret, "Token": longToken, "Expiration": ends})
	case "PUT /latest/api/token":
		w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "60")
		fmt.Fprint(w, "t")
	case "GET /latest/meta-data/iam/security-credentials/":
		fmt.Fprint(w, "machines-role")
	case "GET /latest/meta-data/iam/security-credentials/machines-role":
		note("machine")
		_ = json.NewEncoder(w).Encode(map[string]any{"Code": "Success", "AccessKeyId": "MACHINE", "SecretAccessKey": a.secret, "Token": longToken, "Expiration": ends})
	case "GET /":
		a.listed = append(a.listed, by)
		if !strings.HasPrefix(by, "KEY") && r.Header.Get("X-Amz-Security-Token") != longToken {
			a.t.Errorf("%s came with a token of %d bytes", by, len(r.Header.Get("X-Amz-Security-Token")))
		}
		noBuckets(w, r)
	default:
		http.NotFound(w, r)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"message":"no"}`))
}

func present(r *http.Request, names ...string) (all []string) {
	for _, n := range names {
		if v := r.Form.Get(n); v != "" {
			all = append(all, n+"="+v)
		}
	}
	return all
}

// signedIn leaves what 'aws sso login' leaves for a session or start URL.
func signedIn(t *testing.T, session string, token map[string]any) {
	t.Helper()
	name := sha1.Sum([]byte(session)) //nolint:gosec // a file's name
	leave(t, filepath.Join("sso", "cache", hex.EncodeToString(name[:])+".json"), token)
}

// loggedIn leaves what 'aws login' leaves.
func loggedIn(t *testing.T, session string, ends time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	name := sha256.Sum256([]byte(session))
	leave(t, filepath.Join("login", "cache", hex.EncodeToString(name[:])+".json"), map[string]any{
		"accessToken": map[string]any{"accessKeyId": "LOGIN0", "secretAccessKey": secretCanary, "sessionToken": longToken, "accountId": "1", "expiresAt": ends},
		"tokenType":   "aws_sigv4", "refreshToken": "refresh-" + secretCanary, "clientId": "c", "identityToken": "i",
		"dpopKey": string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})),
	})
}

// cutShort takes bytes off the end of the one token there is; 0 takes its key.
func cutShort(t *testing.T, service string, n int) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".aws", service, "cache", "*.json"))
	require.NoError(t, err)
	require.Len(t, all, 1)
	b, err := os.ReadFile(all[0])
	require.NoError(t, err)
	b = b[:len(b)-n]
	if n == 0 {
		b = []byte(strings.Replace(string(b), "-----BEGIN", "-----", 1))
	}
	require.NoError(t, os.WriteFile(all[0], b, 0o600))
}

func leave(t *testing.T, name string, content map[string]any) {
	t.Helper()
	b, err := json.Marshal(content)
	require.NoError(t, err)
	path := filepath.Join(os.Getenv("HOME"), ".aws", name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, b, 0o600))
}

// dotAWS is all that is in ~/.aws, with its dates.
func dotAWS(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(filepath.Join(os.Getenv("HOME"), ".aws"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		all[path] = fmt.Sprint(info.ModTime().UnixNano(), info.Size())
		if b, err := os.ReadFile(path); err == nil {
			all[path] += string(b)
		}
		return err
	}))
	return all
}

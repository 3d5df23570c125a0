package s3store

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/mock"
)

// noProxies is an environment without proxy variables.
func noProxies(t *testing.T) {
	t.Helper()
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "REQUEST_METHOD"} {
		t.Setenv(name, "")
	}
}

func TestAProxyIsUsedOrRefusedAndNeverPassedBy(t *testing.T) {
	const s3, kms = "https://cos.example.test", "https://kms.example.test"
	for name, c := range map[string]struct {
		set  map[string]string
		url  string
		want string // the proxy; "" is none
		says string // the error
	}{
		"none":                           {nil, s3, "", ""},
		"a URL":                          {map[string]string{"HTTPS_PROXY": "http://p.example:3128"}, s3, "http://p.example:3128", ""},
		"a host and a port":              {map[string]string{"https_proxy": "p.example:3128"}, s3, "http://p.example:3128", ""},
		"an address and a port":          {map[string]string{"https_proxy": "10.0.0.1:3128"}, s3, "http://10.0.0.1:3128", ""},
		"by https":                       {map[string]string{"HTTPS_PROXY": "https://p.example"}, s3, "https://p.example", ""},
		"by socks":                       {map[string]string{"HTTPS_PROXY": "socks5://p.example:1080"}, s3, "socks5://p.example:1080", ""},
		"by socks, names too":            {map[string]string{"HTTPS_PROXY": "socks5h://p.example"}, s3, "socks5h://p.example", ""},
		"a password with an encoded %":   {map[string]string{"HTTPS_PROXY": "http://u:Pa%25ss@p.example"}, s3, "http://u:Pa%25ss@p.example", ""},
		"blanks around":                  {map[string]string{"HTTPS_PROXY": " http://p.example \r"}, s3, "http://p.example", ""},
		"small letters win":              {map[string]string{"HTTPS_PROXY": "http://no", "https_proxy": "http://yes"}, s3, "http://yes", ""},
		"a slash at the end":             {map[string]string{"HTTPS_PROXY": "http://p.example/"}, s3, "http://p.example/", ""},
		"that of http for https":         {map[string]string{"HTTP_PROXY": "http://p.example"}, s3, "", ""},
		"that of http":                   {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://nas.test", "http://p.example", ""},
		"a host that needs none":         {map[string]string{"HTTPS_PROXY": "http://p.example", "NO_PROXY": ".example.test"}, s3, "", ""},
		"needing none, and a bad one":    {map[string]string{"HTTPS_PROXY": "ftp://p.example", "no_proxy": "*"}, s3, "", ""},
		"a raw %":                        {map[string]string{"HTTPS_PROXY": "http://user:Pa%ss@p.example"}, s3, "", "proxy of HTTPS_PROXY cannot be used: it is not a URL; in a user name and a password, write %25 for %"},
		"a raw #":                        {map[string]string{"HTTPS_PROXY": "http://user:12#Pass@p.example"}, s3, "", "%23 for #"},
		"a raw /":                        {map[string]string{"HTTPS_PROXY": "http://user:12/Pass@p.example"}, s3, "", "%2F for /"},
		"a raw ?":                        {map[string]string{"HTTPS_PROXY": "http://user:12?Pass@p.example"}, s3, "", "%3F for ?"},
		"quotes":                         {map[string]string{"HTTPS_PROXY": `"http://p.example"`}, s3, "", "cannot be used"},
		"an unknown scheme":              {map[string]string{"https_proxy": "ftp://p.example"}, s3, "", "proxy of https_proxy cannot be used: it should begin with http://"},
		"socks4":                         {map[string]string{"HTTPS_PROXY": "socks4://p.example"}, s3, "", "socks5h://"},
		"no host":                        {map[string]string{"HTTPS_PROXY": "http://:3128"}, s3, "", "it names no host"},
		"a scheme alone":                 {map[string]string{"HTTPS_PROXY": "http://"}, s3, "", "it names no host"},
		"a bad one of http":              {map[string]string{"HTTP_PROXY": "ftp://p.example"}, "http://nas.test", "", "HTTP_PROXY"},
		"a bad one of http, not asked":   {map[string]string{"HTTP_PROXY": "ftp://p.example"}, s3, "", ""},
		"a request of CGI":               {map[string]string{"HTTP_PROXY": "http://p.example", "REQUEST_METHOD": "GET"}, "http://nas.test", "", "CGI"},
		"this machine":                   {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://127.0.0.1:9000", "", ""},
		"this machine, named":            {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://LOCALHOST:9000", "", ""},
		"this machine, named to the end": {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://localhost.:9000", "", ""},
		"this machine, in IPv6":          {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://[::ffff:127.0.0.1]:9000", "", ""},
		"perhaps this machine":           {map[string]string{"HTTP_PROXY": "http://p.example"}, "http://127.1:9000", "http://p.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			noProxies(t)
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			p := proxiesFromEnvironment()
			got, err := p.forURL(parsed(t, c.url))
			_, openErr := onPath(client.Account{Name: "a", Endpoint: c.url, AccessKeyID: "AKID"}, client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{})
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				require.ErrorContains(t, openErr, c.says)
				for _, e := range []error{err, openErr} {
					assert.NotContains(t, e.Error(), "Pa%ss")
					assert.NotContains(t, e.Error(), "Pass")
				}
				assert.Equal(t, client.KindNetwork.String(), client.KindOf(openErr).String())
				return
			}
			require.NoError(t, err)
			require.NoError(t, openErr)
			if c.want == "" {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, c.want, got.String())
			if password, ok := got.User.Password(); ok {
				assert.Equal(t, "Pa%ss", password)
			}
		})
	}
	noProxies(t)
	t.Setenv("HTTPS_PROXY", "ftp://p.example")
	_, err := onPath(client.Account{Name: "a", Endpoint: "http://127.0.0.1", KMSEndpoint: kms, AccessKeyID: "AKID"}, client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{})
	assert.ErrorContains(t, err, "HTTPS_PROXY", "that of the KMS counts too")
	_, err = onPath(client.Account{Name: "a", AccessKeyID: "AKID"}, client.Credentials{Secret: client.NewSecret(secretCanary)}, Options{})
	assert.ErrorContains(t, err, "HTTPS_PROXY", "at AWS too")
}

func TestAPlainRequestToThisMachineNeverReachesAProxy(t *testing.T) {
	noProxies(t)
	var asked int
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer proxy.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Etag", `"e"`) }))
	defer server.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "localhost."} {
		_, err := openURL(t, "http://"+host+":"+port, "", Options{}).Put(t.Context(), anywhere, newBody("x"), 1, client.PutOptions{Encryption: sseC(t)})
		require.NoError(t, err, host)
	}
	assert.Zero(t, asked)
}

// A proxy that asks for a password.
func closedProxy(t *testing.T, status string) (addr string, asked *int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	asked = new(int)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			*asked++
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = c.Write([]byte("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n"))
			}
			_ = c.Close()
		}
	}()
	return l.Addr().String(), asked
}

func TestAProxyThatDoesNotLetUsThroughIsSaidAndAskedOnceForEachCall(t *testing.T) {
	noProxies(t)
	addr, asked := closedProxy(t, "407 Proxy Authentication Required")
	t.Setenv("HTTPS_PROXY", "http://u:secretpassword@"+addr)
	s := openURL(t, compatible, "", Options{})
	_, short := s.Head(t.Context(), anywhere, client.ReadOptions{})
	for _, err := range []error{s.Test(t.Context()), short} {
		var told *client.Error
		require.ErrorAs(t, err, &told)
		assert.Equal(t, client.KindNetwork.String(), told.Kind.String())
		assert.Equal(t, `the proxy of HTTPS_PROXY cannot be used: it answered "407 Proxy Authentication Required"`, told.Said.String())
		assert.NotContains(t, err.Error(), "secretpassword")
	}
	assert.Equal(t, 2, *asked)
}

func TestAProxyThatLetsUsThroughIsUsed(t *testing.T) {
	noProxies(t)
	e := mock.Start(t)
	var through []string
	proxy := httptest.NewServer(tunnelTo(strings.TrimPrefix(e.URL, "https://"), &through))
	defer proxy.Close()
	t.Setenv("HTTPS_PROXY", proxy.URL)
	endpoint := strings.Replace(e.URL, "127.0.0.1", "mock.test", 1)
	s, err := onPath(client.Account{Name: "a", Endpoint: endpoint, CAFile: e.CAFile, AccessKeyID: e.AccessKey}, client.Credentials{Secret: client.NewSecret(e.SecretKey)}, Options{backoff: atOnce})
	require.NoError(t, err)
	err = s.Test(t.Context())
	assert.Equal(t, client.KindTLS.String(), client.KindOf(err).String(), "the certificate is that of the server, not of the proxy: %v", err)
	assert.Equal(t, "CONNECT "+strings.TrimPrefix(endpoint, "https://"), through[0])
}

// tunnelTo is a proxy that leads to an address, whatever is asked for.
func tunnelTo(address string, through *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if through != nil {
			*through = append(*through, r.Method+" "+r.Host)
		}
		server, err := net.Dial("tcp", address)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusOK)
		c, read, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(c, server); _ = c.Close() }()
		_, _ = io.Copy(server, read) // the first byte may have been read already
		_ = server.Close()
	}
}

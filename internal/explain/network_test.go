package explain_test

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
)

func TestWhatHappenedOnTheWayIsSaidWithoutTheWordsOfALibrary(t *testing.T) {
	for want, c := range map[string]struct {
		kind client.Kind
		err  error
	}{
		"It was issued by an authority this computer does not know.": {client.KindTLS, x509.UnknownAuthorityError{}},
		"It is not the certificate of cos.example.org.":              {client.KindTLS, x509.HostnameError{Certificate: &x509.Certificate{}, Host: "cos.example.org"}},
		"It has expired or is not valid yet.":                        {client.KindTLS, x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}},
		"There is no server of the name cos.example.org.":            {client.KindNetwork, &net.DNSError{Name: "cos.example.org", IsNotFound: true}},
		"The computer answers, but nothing listens at this port.":    {client.KindNetwork, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
		"The way leads through a proxy (HTTPS_PROXY or HTTP_PROXY), and that cannot be reached.": {
			client.KindNetwork, &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}},
		},
		"The server speaks plain http, which protects nothing. Where that is meant, begin the endpoint with http://.": {
			client.KindNetwork, http.ErrSchemeMismatch,
		},
		"": {client.KindStalled, fmt.Errorf("no byte for 60 s")},
	} {
		m := explain.Error(&client.Error{
			Op: "ListBuckets", Kind: c.kind,
			Err: fmt.Errorf("operation error S3: ListBuckets, https response error StatusCode: 0, RequestID: , %w", c.err),
		})
		assert.Equal(t, want, m.Body)
		assert.Contains(t, m.Details, "operation error S3", "it is kept for those who help")
	}
}

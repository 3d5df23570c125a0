package explain

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"

	"github.com/bucketseal/bucketseal/internal/i18n"
)

// onTheWay says what went wrong between here and the server, "" when it is none
// of the known.
func onTheWay(err error) string {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		dns       *net.DNSError
		op        *net.OpError
	)
	switch {
	case errors.Is(err, http.ErrSchemeMismatch):
		return i18n.T("The server speaks plain http, which protects nothing. Where that is meant, begin the endpoint with http://.")
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return i18n.T("The way leads through a proxy (HTTPS_PROXY or HTTP_PROXY), and that cannot be reached.")
	case errors.As(err, &authority):
		return i18n.T("It was issued by an authority this computer does not know.")
	case errors.As(err, &name):
		return i18n.T("It is not the certificate of %s.", name.Host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return i18n.T("It has expired or is not valid yet.")
	case errors.As(err, &dns) && dns.IsNotFound:
		return i18n.T("There is no server of the name %s.", dns.Name)
	case errors.Is(err, syscall.ECONNREFUSED):
		return i18n.T("The computer answers, but nothing listens at this port.")
	}
	return ""
}

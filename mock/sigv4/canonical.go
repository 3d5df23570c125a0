package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"strings"
)

const (
	algorithm   = "AWS4-HMAC-SHA256"
	stampLayout = "20060102T150405Z"
	dayLayout   = "20060102"
	upperHex    = "0123456789ABCDEF"
)

// escape percent-encodes all but the unreserved characters of RFC 3986, and
// keeps '/' where keepSlash says so (a path; S3 encodes it once, not twice).
func escape(s string, keepSlash bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(upperHex[c>>4])
			b.WriteByte(upperHex[c&15])
		}
	}
	return b.String()
}

// canonicalQuery sorts and re-encodes the raw query, without the signature.
func canonicalQuery(raw string) (string, error) {
	type pair struct{ name, value string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		n, err := url.QueryUnescape(name)
		if err != nil {
			return "", err
		}
		v, err := url.QueryUnescape(value)
		if err != nil {
			return "", err
		}
		if n == "X-Amz-Signature" {
			continue
		}
		pairs = append(pairs, pair{escape(n, false), escape(v, false)})
	}
	sort.SliceStable(pairs, func(i, j int) bool {
		if pairs[i].name != pairs[j].name {
			return pairs[i].name < pairs[j].name
		}
		return pairs[i].value < pairs[j].value
	})
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + p.value)
	}
	return b.String(), nil
}

// headerValue gives the canonical value of one lower-case header name. The
// standard library moves Host and Content-Length out of the header map.
func headerValue(r *http.Request, name string) (string, bool) {
	values := r.Header.Values(name)
	switch {
	case name == "host":
		values = []string{r.Host}
	case name == "content-length" && len(values) == 0 && r.ContentLength >= 0:
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	case name == "transfer-encoding" && len(values) == 0:
		values = r.TransferEncoding
	}
	if len(values) == 0 {
		return "", false
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = singleSpaced(v)
	}
	return strings.Join(trimmed, ","), true
}

// singleSpaced has no space at its ends and none beside another. Only ' ' is one:
// the AWS SDK signs tabs and the spaces of other scripts as they are.
func singleSpaced(value string) string {
	value = strings.Trim(value, " ")
	for strings.Contains(value, "  ") {
		value = strings.ReplaceAll(value, "  ", " ")
	}
	return value
}

// canonicalRequest is the text whose hash was signed.
func canonicalRequest(r *http.Request, signed []string, payload string) (string, error) {
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	path := escape(r.URL.Path, true)
	if path == "" {
		path = "/"
	}
	var headers strings.Builder
	for _, name := range signed {
		value, _ := headerValue(r, name)
		headers.WriteString(name + ":" + value + "\n")
	}
	return strings.Join([]string{
		r.Method, path, query, headers.String(), strings.Join(signed, ";"), payload,
	}, "\n"), nil
}

// unsigned lists the x-amz-* headers of the request which the signature does
// not cover; S3 refuses them, or anybody on the way could add one.
func unsigned(r *http.Request, signed []string, exempt string) []string {
	var missing []string
	for name := range r.Header {
		lower := strings.ToLower(name)
		if strings.HasPrefix(lower, "x-amz-") && lower != exempt && !slices.Contains(signed, lower) {
			missing = append(missing, lower)
		}
	}
	slices.Sort(missing)
	return missing
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSHA256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// scope is the credential's day/region/service.
type scope struct{ day, region, service string }

func (s scope) String() string {
	return s.day + "/" + s.region + "/" + s.service + "/aws4_request"
}

func (s scope) key(secret string) []byte {
	return mac(mac(mac(mac([]byte("AWS4"+secret), s.day), s.region), s.service), "aws4_request")
}

// seal signs a text of the family "AWS4-HMAC-SHA256..." under the day key.
func seal(key []byte, family, stamp string, s scope, rest ...string) string {
	lines := append([]string{family, stamp, s.String()}, rest...)
	return hex.EncodeToString(mac(key, strings.Join(lines, "\n")))
}

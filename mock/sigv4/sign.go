package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Identity is whom a request is signed for. It prints as the access key only.
type Identity struct {
	AccessKey, SecretKey, Region string
	Service                      string // "s3", "kms", "sts"
}

// String is the access key.
func (i Identity) String() string { return i.AccessKey }

// GoString is the access key.
func (i Identity) GoString() string { return i.AccessKey }

// Sign signs a request, the body of which is given beside it, for now; it sets
// X-Amz-Date, X-Amz-Content-Sha256 and Authorization. All other headers that are to
// be signed must be there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func Sign(r *http.Request, body []byte, by Identity, now time.Time) error {
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	sum := sha256.Sum256(body)
	payload, stamp := hex.EncodeToString(sum[:]), now.UTC().Format(stampLayout)
	r.Header.Set("X-Amz-Date", stamp)
	r.Header.Set("X-Amz-Content-Sha256", payload)
	signed := append([]string{"host"}, unsigned(r, nil, "")...) // sorted: h is before x
	canonical, err := canonicalRequest(r, signed, payload)
	if err != nil {
		return err
	}
	sc := scope{day: stamp[:len(dayLayout)], region: by.Region, service: by.Service}
	r.Header.Set("Authorization", algorithm+" Credential="+by.AccessKey+"/"+sc.String()+", SignedHeaders="+strings.Join(signed, ";")+
		", Signature="+seal(sc.key(by.SecretKey), algorithm, stamp, sc, hexSHA256(canonical)))
	return nil
}

package client

import (
	"crypto/md5" //nolint:gosec // S3 identifies an SSE-C key by the MD5 of its bytes; nothing is secured by it.
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// An Encryption is what a rule or a person asks of the server for one object.
// It is closed: [Inherit], [SSES3], [SSEKMS], [DSSEKMS] and [SSEC] are all there
// is, and nil is "nobody has decided", which [CheckEncryption] refuses. There is
// no value for "unencrypted": S3 has no request that asks for it.
type Encryption interface{ isEncryption() }

// Inherit sends no header: the bucket's default applies, whatever it is.
type Inherit struct{}

// SSES3 is Server-Side-Encryption with S3 managed keys (AES-256).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
type SSES3 struct{}

// SSEKMS is Server-Side-Encryption with a key kept in KMS.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
type SSEKMS struct {
	Key       KeyID             // empty: the account's AWS managed key (aws/s3)
	BucketKey bool              // ask for an S3 Bucket Key
	Context   map[string]string // encryption context; S3 adds aws:s3:arn itself
}

// DSSEKMS is dual-layer encryption with a key kept in KMS.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
type DSSEKMS struct {
	Key     KeyID
	Context map[string]string
}

// SSEC is Server-Side-Encryption with a key the client sends with every call.
// The server does not keep it: lose the key and the object is lost.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
type SSEC struct{ Key CustomerKey }

func (Inherit) isEncryption() {}
func (SSES3) isEncryption()   {}
func (SSEKMS) isEncryption()  {}
func (DSSEKMS) isEncryption() {}
func (SSEC) isEncryption()    {}

// EncryptionType names a kind of encryption, asked or reported, as people and
// the JSON of the command line read it.
type EncryptionType string

// The types. None belongs to reports only: a server answered for an object and
// named no encryption.
const (
	TypeUndecided EncryptionType = ""
	TypeInherit   EncryptionType = "inherit"
	TypeNone      EncryptionType = "none"
	TypeSSES3     EncryptionType = "SSE-S3"
	TypeSSEKMS    EncryptionType = "SSE-KMS"
	TypeDSSEKMS   EncryptionType = "DSSE-KMS"
	TypeSSEC      EncryptionType = "SSE-C"
)

// TypeOf names the type asked for; nil is TypeUndecided.
func TypeOf(e Encryption) EncryptionType {
	switch e.(type) {
	case Inherit:
		return TypeInherit
	case SSES3:
		return TypeSSES3
	case SSEKMS:
		return TypeSSEKMS
	case DSSEKMS:
		return TypeDSSEKMS
	case SSEC:
		return TypeSSEC
	}
	return TypeUndecided
}

// KeyOf is the KMS key asked for, "" where the type has none.
func KeyOf(e Encryption) KeyID {
	switch e := e.(type) {
	case SSEKMS:
		return e.Key
	case DSSEKMS:
		return e.Key
	}
	return ""
}

// NeedsTLS reports whether the encryption must not be asked over plain http:
// SSE-C would send the key in the clear and S3 refuses SSE-KMS there.
func NeedsTLS(e Encryption) bool { return TreatmentOf(e).NeedsTLS() }

// ErrUndecided is the answer to an upload for which nobody decided.
var ErrUndecided = Say("nobody has decided how to encrypt this: the upload is refused").Err()

// CheckEncryption refuses what must not reach a server: no decision, an SSE-C
// without its key, a key id or context that cannot be sent.
func CheckEncryption(e Encryption) error {
	switch e := e.(type) {
	case nil:
		return ErrUndecided
	case Inherit, SSES3:
		return nil
	case SSEKMS:
		return errors.Join(checkKeyID(e.Key), checkContext(e.Context))
	case DSSEKMS:
		return errors.Join(checkKeyID(e.Key), checkContext(e.Context))
	case SSEC:
		if e.Key.IsZero() {
			return Say("SSE-C needs a key of 32 bytes, and none is given").Err()
		}
		return nil
	}
	return Say("%s is no encryption this program knows", fmt.Sprintf("%T", e)).Err()
}

// checkKeyID refuses only what cannot be in an HTTP header; the shape of an
// id is the server's business.
func checkKeyID(k KeyID) error {
	for _, r := range k {
		if r < 0x20 || r == 0x7f || r > 0xff {
			return Say("the key id holds the character %q, which cannot be sent: paste the id again", r).Err()
		}
	}
	if strings.TrimSpace(string(k)) != string(k) {
		return Say("the key id begins or ends with a blank: remove it").Err()
	}
	return nil
}

func checkContext(c map[string]string) error {
	for k, v := range c {
		switch {
		case k == "":
			return Say("the encryption context has a pair without a name").Err()
		case strings.HasPrefix(k, "aws:"):
			return Say("the encryption context names %q: names beginning with aws: belong to AWS", k).Err()
		case !utf8.ValidString(k) || !utf8.ValidString(v):
			return Say("the encryption context is not valid UTF-8").Err()
		}
	}
	return nil
}

// EncodeContext is the header value of an encryption context: base64 of a JSON
// object of strings. "" for an empty context.
func EncodeContext(c map[string]string) string {
	if len(c) == 0 {
		return ""
	}
	b, _ := json.Marshal(c) // a map of strings always encodes, keys sorted
	return base64.StdEncoding.EncodeToString(b)
}

// A CustomerKey is the 32 bytes of an SSE-C key. The zero value is no key.
type CustomerKey struct{ secret Secret }

// CustomerKeyBytes is the length of an SSE-C key, in bytes.
const CustomerKeyBytes = 32

// NewCustomerKey takes 32 raw bytes.
func NewCustomerKey(raw []byte) (CustomerKey, error) {
	if len(raw) != CustomerKeyBytes {
		return CustomerKey{}, Say("an SSE-C key has %d bytes, this one has %d", CustomerKeyBytes, len(raw)).Err()
	}
	return CustomerKey{NewSecret(string(raw))}, nil
}

// ParseCustomerKey reads a key as people keep it, pasted or in a file: exactly
// 32 bytes are the key, whatever they begin or end with; one line end behind
// them is not part of it. Else it is base64 of 32 bytes or 64 hexadecimal
// digits, or 32 characters of text, with blanks around.
func ParseCustomerKey(s Secret) (CustomerKey, error) {
	t := s.Reveal()
	for _, end := range []string{"", "\n", "\r\n"} {
		if raw, ok := strings.CutSuffix(t, end); ok && len(raw) == CustomerKeyBytes {
			return NewCustomerKey([]byte(raw))
		}
	}
	t = strings.TrimSpace(strings.TrimPrefix(t, "\ufeff"))
	if raw, err := base64.StdEncoding.DecodeString(t); err == nil && len(raw) == CustomerKeyBytes {
		return NewCustomerKey(raw)
	}
	if raw, err := hex.DecodeString(t); err == nil && len(raw) == CustomerKeyBytes {
		return NewCustomerKey(raw)
	}
	if len(t) == CustomerKeyBytes {
		return NewCustomerKey([]byte(t))
	}
	return CustomerKey{}, Say("an SSE-C key is 32 bytes: write it as base64 (44 characters), as 64 hexadecimal digits, or as 32 characters").Err()
}

// IsZero reports whether there is no key.
func (k CustomerKey) IsZero() bool { return k.secret.IsZero() }

// Secret is the key as base64, the form in which it is kept and sent.
func (k CustomerKey) Secret() Secret {
	if k.IsZero() {
		return Secret{}
	}
	return NewSecret(base64.StdEncoding.EncodeToString([]byte(k.secret.Reveal())))
}

// MD5 is base64 of the MD5 of the key: how S3 names an SSE-C key without
// having it. Safe to show.
func (k CustomerKey) MD5() string {
	if k.IsZero() {
		return ""
	}
	sum := md5.Sum([]byte(k.secret.Reveal())) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

func describeKMS(encryption EncryptionType, k KeyID, bucketKey bool, context map[string]string) Text {
	t := Say("%s, AWS managed key", string(encryption))
	if k != "" {
		t = Say("%s, key %s", string(encryption), string(k))
	}
	if bucketKey {
		t = Say("%v, bucket key", t)
	}
	if len(context) > 0 {
		pairs := make([]string, 0, len(context))
		for k, v := range context {
			pairs = append(pairs, k+"="+v)
		}
		sort.Strings(pairs)
		t = Say("%v, context %s", t, strings.Join(pairs, " "))
	}
	return t
}

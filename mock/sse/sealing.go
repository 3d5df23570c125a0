package sse

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/mock/access"
	"github.com/bucketseal/bucketseal/mock/faults"
	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/personality"
	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// managedAlias is that of the key which the account has without making one.
const managedAlias = "alias/aws/s3"

// Sealed is the encryption decided for a write.
type Sealed struct {
	store.Sealing
	Echo        string // the KMS key as answers will name it
	Explicit    bool   // the request named it; otherwise it is the bucket's default
	ShowContext bool   // the answer to the write shows the context
}

// ForWrite decides how a write is stored: what the request asks, else the
// bucket's default.
func (s *Service) ForWrite(r *wire.Request) (Sealed, error) {
	if s.Personality.IgnoreSSE {
		return Sealed{}, nil
	}
	asked, err := s.askedSealing(r)
	if err != nil {
		return Sealed{}, err
	}
	if !asked.Explicit {
		if asked, err = s.defaultSealing(r); err != nil {
			return Sealed{}, err
		}
	}
	if f := r.Fault(faults.StorePlain); f != nil {
		if f.Echo {
			SetHeaders(r.Answer, s.reportOf(asked), asked.ShowContext)
		}
		return Sealed{}, nil
	}
	return asked, nil
}

func (s *Service) askedSealing(r *wire.Request) (Sealed, error) {
	customer, err := s.CustomerKey(r, s3.HeaderCustomer)
	if err != nil {
		return Sealed{}, err
	}
	method, keyID := r.Header.Get(s3.HeaderSSE), r.Header.Get(s3.HeaderKMSKey)
	switch {
	case r.Has(s3.HeaderSSE) && !customer.IsZero():
		return Sealed{}, s3.BadArgument("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", "x-amz-server-side-encryption", method)
	case r.Has(s3.HeaderSSE) && !slices.Contains([]string{s3.MethodS3, s3.MethodKMS, s3.MethodDSSE}, method),
		method == s3.MethodDSSE && s.Personality.NoDSSE:
		if s.Personality.UnknownMethod != nil {
			return Sealed{}, s.Personality.UnknownMethod
		}
		return Sealed{}, s3.BadArgument("The encryption method specified is not supported", "x-amz-server-side-encryption", method)
	case (r.Has(s3.HeaderKMSKey) || r.Has(s3.HeaderContext)) && method != s3.MethodKMS && method != s3.MethodDSSE:
		return Sealed{}, s3.BadArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", "x-amz-server-side-encryption", method)
	case !customer.IsZero():
		return s.customerSealing(r, store.Sealing{Mode: store.SSEC, Customer: customer})
	case method == "":
		return Sealed{}, nil
	case method == s3.MethodS3 && s.Personality.IgnoreSSES3:
		return Sealed{Explicit: true}, nil
	case method == s3.MethodS3:
		return Sealed{Sealing: store.Sealing{Mode: store.SSES3}, Explicit: true}, nil
	}
	return s.kmsSealing(r, method, keyID)
}

// customerSealing refuses SSE-C where the bucket blocks it.
func (s *Service) customerSealing(r *wire.Request, asked store.Sealing) (Sealed, error) {
	d, err := s.bucketDefault(r)
	if err != nil {
		return Sealed{}, err
	}
	if slices.Contains(d.Blocked, "SSE-C") {
		return Sealed{}, s3.Refuse(http.StatusForbidden, "AccessDenied",
			"User is not authorized to perform this operation because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type")
	}
	return Sealed{Sealing: asked, Explicit: true}, nil
}

func (s *Service) kmsSealing(r *wire.Request, method, keyID string) (Sealed, error) {
	context, err := encryptionContext(r)
	if err != nil {
		return Sealed{}, err
	}
	out, err := s.underKey(r, method, keyID)
	if err != nil {
		return Sealed{}, err
	}
	out.Explicit = true
	out.Context = context
	out.ShowContext = context != nil || s.Personality.AlwaysContext
	if method == s3.MethodKMS && s.Personality.BucketEncryption == personality.EncryptedByDefault {
		out.BucketKey, err = s.wantsBucketKey(r)
	}
	return out, err
}

// wantsBucketKey is what the request says, else the bucket's setting.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-bucket-key-object.html
func (s *Service) wantsBucketKey(r *wire.Request) (bool, error) {
	if r.Has(s3.HeaderBucketKey) {
		return strings.EqualFold(r.Header.Get(s3.HeaderBucketKey), "true"), nil
	}
	d, err := s.bucketDefault(r)
	return d.BucketKey, err
}

// underKey resolves the key, and refuses what may not be used.
func (s *Service) underKey(r *wire.Request, method, keyID string) (Sealed, error) {
	if err := access.RefuseAnonymousKMS(r); err != nil {
		return Sealed{}, err
	}
	if r.TLS == nil && !s.Personality.KMSOverHTTP {
		if s.Personality.InsecureRefusal != nil {
			return Sealed{}, s.Personality.InsecureRefusal
		}
		return Sealed{}, s3.BadArgument("Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection.", "x-amz-server-side-encryption", method)
	}
	key, err := s.usableKey(r, keyID)
	if err != nil {
		return Sealed{}, err
	}
	out := Sealed{Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: key.ARN}}
	if method == s3.MethodDSSE {
		out.Mode = store.DSSEKMS
	}
	switch s.Personality.KeyEcho {
	case personality.EchoARN:
		out.Echo = key.ARN
	case personality.EchoVerbatim:
		out.Echo = keyID
	case personality.EchoMinIO:
		out.Echo = "arn:aws:kms:" + key.ID
	}
	return out, nil
}

// usableKey finds a key in the forms which this server knows, for somebody who
// may make data keys with it.
func (s *Service) usableKey(r *wire.Request, ref string) (kms.Key, error) {
	if ref == "" {
		if s.Personality.KeyRequired {
			return kms.Key{}, s3.BadArgument("Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-aws-kms-key-id", "")
		}
		key, err := s.defaultKey()
		if err == nil {
			err = s.Keys.Authorize(r.Caller, "kms:GenerateDataKey", key.ID)
		}
		return key, err
	}
	bare := ref
	if s.Personality.KeyForms == personality.IDOrARN {
		bare = strings.TrimPrefix(ref, "arn:aws:kms:")
	}
	if err := s.Keys.Authorize(r.Caller, "kms:GenerateDataKey", bare); err != nil {
		return kms.Key{}, err
	}
	key, err := s.Keys.Usable(bare)
	if err == nil && s.Personality.KeyForms != personality.AnyForm && key.ID != bare {
		err = &kms.Error{Code: "NotFoundException", Message: "no key of this id", KeyID: ref}
	}
	return key, err
}

// defaultKey is the key of whoever names none.
func (s *Service) defaultKey() (kms.Key, error) {
	if made := s.Keys.CustomerKeys(); s.Personality.ServersOwnKey && len(made) > 0 {
		return s.Keys.Usable(made[0].ID)
	}
	return s.managedKey()
}

// managedKey is the account's aws/s3 key, made at its first use.
func (s *Service) managedKey() (kms.Key, error) {
	if key, err := s.Keys.Usable(managedAlias); err == nil {
		return key, nil
	}
	if _, err := s.Keys.Create(kms.Spec{Alias: managedAlias, Managed: true, Description: "Default key that protects my S3 objects when no other key is defined"}); err != nil {
		if again, e := s.Keys.Usable(managedAlias); e == nil { // another request was faster
			return again, nil
		}
		return kms.Key{}, err
	}
	return s.Keys.Usable(managedAlias)
}

// encryptionContext reads base64 of a JSON object of strings; nil for none.
func encryptionContext(r *wire.Request) (map[string]string, error) {
	if !r.Has(s3.HeaderContext) {
		return nil, nil
	}
	value := r.Header.Get(s3.HeaderContext)
	raw, err := base64.StdEncoding.DecodeString(value)
	var context map[string]string
	if err != nil || !utf8.Valid(raw) || json.Unmarshal(raw, &context) != nil || context == nil {
		return nil, s3.BadArgument("The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map", "x-amz-server-side-encryption-context", value)
	}
	return context, nil
}

// reportOf is how an object that is stored so will be described.
func (s *Service) reportOf(d Sealed) Reported {
	t := Reported{Encryption: store.Encryption{
		Mode: d.Mode, KeyID: d.KeyID, BucketKey: d.BucketKey, Context: maps.Clone(d.Context), CustomerKeyMD5: d.Customer.MD5(),
	}, echo: d.Echo}
	return t
}

// Reported is an object's encryption, with the key as answers name it.
type Reported struct {
	store.Encryption
	echo string
}

// EchoHeader keeps the echo with the object; it never leaves the server.
const EchoHeader = "Mock-Kms-Key-Echo"

// Report is how an object is described that is stored so, by its encryption and its kept
// headers.
func Report(e store.Encryption, headers map[string]string) Reported {
	t := Reported{Encryption: e, echo: headers[EchoHeader]}
	if t.echo == "" {
		t.echo = e.KeyID
	}
	return t
}

// SetHeaders writes the answer's headers of the matrix: method, key, bucket
// key and customer's algorithm and MD5; the context only where asked for.
func SetHeaders(h http.Header, t Reported, context bool) {
	switch t.Mode {
	case store.SSES3:
		h.Set(s3.HeaderSSE, s3.MethodS3)
	case store.SSEKMS:
		h.Set(s3.HeaderSSE, s3.MethodKMS)
	case store.DSSEKMS:
		h.Set(s3.HeaderSSE, s3.MethodDSSE)
	case store.SSEC:
		h.Set(s3.HeaderCustomer+"Algorithm", s3.MethodS3)
		h.Set(s3.HeaderCustomer+"Key-Md5", t.CustomerKeyMD5)
	}
	if t.Mode == store.SSEKMS || t.Mode == store.DSSEKMS {
		h.Set(s3.HeaderKMSKey, t.echo)
		if t.BucketKey {
			h.Set(s3.HeaderBucketKey, "true")
		}
		if context && t.Context != nil {
			raw, _ := json.Marshal(t.Context) // a map of strings always marshals
			h.Set(s3.HeaderContext, base64.StdEncoding.EncodeToString(raw))
		}
	}
}

// SetMultipartHeaders is SetHeaders for answers to what is done in several
// steps or from another object: a beginning, a completion, a copy.
func (s *Service) SetMultipartHeaders(h http.Header, t Reported, context bool) {
	if !s.Personality.NamesNoMultipart {
		SetHeaders(h, t, context)
	}
}

// SentContext is an encryption as a personality that shows contexts tells it, with the
// context as it was sent, and whether there was one.
func (s *Service) SentContext(e store.Encryption) (store.Encryption, bool) {
	if !s.Personality.ShowsContext || len(e.Context) < 2 { // the store adds one pair
		return e, false
	}
	e.Context = maps.Clone(e.Context)
	delete(e.Context, "aws:s3:arn")
	return e, true
}

// RefuseHeaders is for GET, HEAD and others that must not carry write headers.
func (s *Service) RefuseHeaders(r *wire.Request) error {
	for _, name := range []string{s3.HeaderSSE, s3.HeaderKMSKey, s3.HeaderContext, s3.HeaderBucketKey} {
		if r.Has(name) && !s.Personality.IgnoreSSE {
			return s3.BadArgument(strings.ToLower(name)+" header is not supported for this operation.", strings.ToLower(name), r.Header.Get(name))
		}
	}
	return nil
}

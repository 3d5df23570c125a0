package mock

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/store"
)

// managedAlias is that of the key which the account has without making one.
const managedAlias = "alias/aws/s3"

// sealed is the encryption decided for a write.
type sealed struct {
	store.Sealing
	echo     string // the KMS key as answers will name it
	explicit bool   // the request named it; otherwise it is the bucket's default
	context  bool   // the answer to the write shows the context
}

// sealing decides how a write is stored: what the request asks, else the
// bucket's default.
func (s *Server) sealing(r *request) (sealed, error) {
	if s.personality.IgnoreSSE {
		return sealed{}, nil
	}
	asked, err := s.askedSealing(r)
	if err != nil {
		return sealed{}, err
	}
	if !asked.explicit {
		if asked, err = s.defaultSealing(r); err != nil {
			return sealed{}, err
		}
	}
	if f := r.fault(StorePlain); f != nil {
		if f.Echo {
			setEncryption(r.answer, s.told(asked), asked.context)
		}
		return sealed{}, nil
	}
	return asked, nil
}

func (s *Server) askedSealing(r *request) (sealed, error) {
	customer, err := s.customerKey(r, headerCustomer)
	if err != nil {
		return sealed{}, err
	}
	method, keyID := r.Header.Get(headerSSE), r.Header.Get(headerKMSKey)
	switch {
	case r.has(headerSSE) && !customer.IsZero():
		return sealed{}, badArgument("Server Side Encryption with Customer provided key is incompatible with the encryption method specified", "x-amz-server-side-encryption", method)
	case r.has(headerSSE) && !slices.Contains([]string{methodS3, methodKMS, methodDSSE}, method),
		method == methodDSSE && s.personality.NoDSSE:
		if s.personality.UnknownMethod != nil {
			return sealed{}, s.personality.UnknownMethod
		}
		return sealed{}, badArgument("The encryption method specified is not supported", "x-amz-server-side-encryption", method)
	case (r.has(headerKMSKey) || r.has(headerContext)) && method != methodKMS && method != methodDSSE:
		return sealed{}, badArgument("Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms", "x-amz-server-side-encryption", method)
	case !customer.IsZero():
		return s.customerSealing(r, store.Sealing{Mode: store.SSEC, Customer: customer})
	case method == "":
		return sealed{}, nil
	case method == methodS3 && s.personality.IgnoreSSES3:
		return sealed{explicit: true}, nil
	case method == methodS3:
		return sealed{Sealing: store.Sealing{Mode: store.SSES3}, explicit: true}, nil
	}
	return s.kmsSealing(r, method, keyID)
}

// customerSealing refuses SSE-C where the bucket blocks it.
func (s *Server) customerSealing(r *request, asked store.Sealing) (sealed, error) {
	d, err := s.bucketDefault(r)
	if err != nil {
		return sealed{}, err
	}
	if slices.Contains(d.Blocked, "SSE-C") {
		return sealed{}, refuse(http.StatusForbidden, "AccessDenied",
			"User is not authorized to perform this operation because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type")
	}
	return sealed{Sealing: asked, explicit: true}, nil
}

func (s *Server) kmsSealing(r *request, method, keyID string) (sealed, error) {
	context, err := encryptionContext(r)
	if err != nil {
		return sealed{}, err
	}
	out, err := s.underKey(r, method, keyID)
	if err != nil {
		return sealed{}, err
	}
	out.explicit = true
	out.Context = context
	out.context = context != nil || s.personality.AlwaysContext
	if method == methodKMS && s.personality.BucketEncryption == EncryptedByDefault {
		out.BucketKey, err = s.wantsBucketKey(r)
	}
	return out, err
}

// wantsBucketKey is what the request says, else the bucket's setting.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-bucket-key-object.html
func (s *Server) wantsBucketKey(r *request) (bool, error) {
	if r.has(headerBucketKey) {
		return strings.EqualFold(r.Header.Get(headerBucketKey), "true"), nil
	}
	d, err := s.bucketDefault(r)
	return d.BucketKey, err
}

// underKey resolves the key, and refuses what may not be used.
func (s *Server) underKey(r *request, method, keyID string) (sealed, error) {
	if err := needsKey(r); err != nil {
		return sealed{}, err
	}
	if r.TLS == nil && !s.personality.KMSOverHTTP {
		if s.personality.InsecureRefusal != nil {
			return sealed{}, s.personality.InsecureRefusal
		}
		return sealed{}, badArgument("Requests specifying Server Side Encryption with AWS KMS managed keys must be made over a secure connection.", "x-amz-server-side-encryption", method)
	}
	key, err := s.usableKey(r, keyID)
	if err != nil {
		return sealed{}, err
	}
	out := sealed{Sealing: store.Sealing{Mode: store.SSEKMS, KeyID: key.ARN}}
	if method == methodDSSE {
		out.Mode = store.DSSEKMS
	}
	switch s.personality.KeyEcho {
	case EchoARN:
		out.echo = key.ARN
	case EchoVerbatim:
		out.echo = keyID
	case EchoMinIO:
		out.echo = "arn:aws:kms:" + key.ID
	}
	return out, nil
}

// usableKey finds a key in the forms which this server knows, for somebody who
// may make data keys with it.
func (s *Server) usableKey(r *request, ref string) (kms.Key, error) {
	if ref == "" {
		if s.personality.KeyRequired {
			return kms.Key{}, badArgument("Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-aws-kms-key-id", "")
		}
		key, err := s.defaultKey()
		if err == nil {
			err = s.keys.Authorize(r.who, "kms:GenerateDataKey", key.ID)
		}
		return key, err
	}
	bare := ref
	if s.personality.KeyForms == IDOrARN {
		bare = strings.TrimPrefix(ref, "arn:aws:kms:")
	}
	if err := s.keys.Authorize(r.who, "kms:GenerateDataKey", bare); err != nil {
		return kms.Key{}, err
	}
	key, err := s.keys.Usable(bare)
	if err == nil && s.personality.KeyForms != AnyForm && key.ID != bare {
		err = &kms.Error{Code: "NotFoundException", Message: "no key of this id", KeyID: ref}
	}
	return key, err
}

// defaultKey is the key of whoever names none.
func (s *Server) defaultKey() (kms.Key, error) {
	if made := s.keys.CustomerKeys(); s.personality.ServersOwnKey && len(made) > 0 {
		return s.keys.Usable(made[0].ID)
	}
	return s.managedKey()
}

// managedKey is the account's aws/s3 key, made at its first use.
func (s *Server) managedKey() (kms.Key, error) {
	if key, err := s.keys.Usable(managedAlias); err == nil {
		return key, nil
	}
	if _, err := s.keys.Create(kms.Spec{Alias: managedAlias, Managed: true, Description: "Default key that protects my S3 objects when no other key is defined"}); err != nil {
		if again, e := s.keys.Usable(managedAlias); e == nil { // another request was faster
			return again, nil
		}
		return kms.Key{}, err
	}
	return s.keys.Usable(managedAlias)
}

// encryptionContext reads base64 of a JSON object of strings; nil for none.
func encryptionContext(r *request) (map[string]string, error) {
	if !r.has(headerContext) {
		return nil, nil
	}
	value := r.Header.Get(headerContext)
	raw, err := base64.StdEncoding.DecodeString(value)
	var context map[string]string
	if err != nil || !utf8.Valid(raw) || json.Unmarshal(raw, &context) != nil || context == nil {
		return nil, badArgument("The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map", "x-amz-server-side-encryption-context", value)
	}
	return context, nil
}

// told is how an object stored so will be described.
func (s *Server) told(d sealed) told {
	t := told{Encryption: store.Encryption{
		Mode: d.Mode, KeyID: d.KeyID, BucketKey: d.BucketKey, Context: maps.Clone(d.Context), CustomerKeyMD5: d.Customer.MD5(),
	}, echo: d.echo}
	return t
}

// told is an object's encryption, with the key as answers name it.
type told struct {
	store.Encryption
	echo string
}

// echoHeader keeps the echo with the object; it never leaves the server.
const echoHeader = "Mock-Kms-Key-Echo"

func tellObject(e store.Encryption, headers map[string]string) told {
	t := told{Encryption: e, echo: headers[echoHeader]}
	if t.echo == "" {
		t.echo = e.KeyID
	}
	return t
}

// setEncryption writes the answer's headers of the matrix: method, key, bucket
// key and customer's algorithm and MD5; the context only where asked for.
func setEncryption(h http.Header, t told, context bool) {
	switch t.Mode {
	case store.SSES3:
		h.Set(headerSSE, methodS3)
	case store.SSEKMS:
		h.Set(headerSSE, methodKMS)
	case store.DSSEKMS:
		h.Set(headerSSE, methodDSSE)
	case store.SSEC:
		h.Set(headerCustomer+"Algorithm", methodS3)
		h.Set(headerCustomer+"Key-Md5", t.CustomerKeyMD5)
	}
	if t.Mode == store.SSEKMS || t.Mode == store.DSSEKMS {
		h.Set(headerKMSKey, t.echo)
		if t.BucketKey {
			h.Set(headerBucketKey, "true")
		}
		if context && t.Context != nil {
			raw, _ := json.Marshal(t.Context) // a map of strings always marshals
			h.Set(headerContext, base64.StdEncoding.EncodeToString(raw))
		}
	}
}

// setEncryptionOfMany is setEncryption for answers to what is done in several
// steps or from another object: a beginning, a completion, a copy.
func (s *Server) setEncryptionOfMany(h http.Header, t told, context bool) {
	if !s.personality.NamesNoMultipart {
		setEncryption(h, t, context)
	}
}

// shown is an encryption as a personality that shows contexts tells it, with the
// context as it was sent, and whether there was one.
func (s *Server) shown(e store.Encryption) (store.Encryption, bool) {
	if !s.personality.ShowsContext || len(e.Context) < 2 { // the store adds one pair
		return e, false
	}
	e.Context = maps.Clone(e.Context)
	delete(e.Context, "aws:s3:arn")
	return e, true
}

// wantsKMS tells whether a request names a KMS encryption.
func (r *request) wantsKMS() bool { return strings.HasPrefix(r.Header.Get(headerSSE), methodKMS) }

// refuseSSE is for GET, HEAD and others that must not carry write headers.
func (s *Server) refuseSSE(r *request) error {
	for _, name := range []string{headerSSE, headerKMSKey, headerContext, headerBucketKey} {
		if r.has(name) && !s.personality.IgnoreSSE {
			return badArgument(strings.ToLower(name)+" header is not supported for this operation.", strings.ToLower(name), r.Header.Get(name))
		}
	}
	return nil
}

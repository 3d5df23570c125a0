package sse

import (
	"crypto/md5"
	"encoding/base64"
	"net/http"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/seal"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// CustomerKey reads the three SSE-C headers that begin with prefix. The zero
// key is "none given".
func (s *Service) CustomerKey(r *wire.Request, prefix string) (seal.CustomerKey, error) {
	var none seal.CustomerKey
	algorithm, key, sum := r.Header.Get(prefix+"Algorithm"), r.Header.Get(prefix+"Key"), r.Header.Get(prefix+"Key-Md5")
	if !r.Has(prefix+"Algorithm") && key == "" && sum == "" || s.Personality.IgnoreSSE {
		return none, nil
	}
	if r.TLS == nil {
		if s.Personality.InsecureRefusal != nil {
			return none, s.Personality.InsecureRefusal
		}
		return none, s3.BadRequest(s3.CustomerKeyText + "be made over a secure connection.")
	}
	switch {
	case algorithm == "":
		return none, s3.BadArgument(s3.CustomerKeyText+"provide a valid encryption algorithm.", prefixName(prefix)+"algorithm", "null")
	case algorithm != "AES256":
		return none, s3.Refuse(http.StatusBadRequest, "InvalidEncryptionAlgorithmError",
			"The Encryption request you specified is not valid. Supported value: AES256.",
			argument(prefixName(prefix)+"algorithm", algorithm)...)
	case key == "":
		return none, s3.BadArgument(s3.CustomerKeyText+"provide an appropriate secret key.", prefixName(prefix)+"key", "null")
	case sum == "":
		return none, s3.BadArgument(s3.CustomerKeyText+"provide the client calculated MD5 of the secret key.", prefixName(prefix)+"key-MD5", "null")
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if err == nil {
		none, err = seal.NewCustomerKey(raw)
	}
	if err != nil {
		return seal.CustomerKey{}, s3.BadArgument("The secret key was invalid for the specified algorithm.", prefixName(prefix)+"key", "null")
	}
	if digest := md5.Sum(raw); base64.StdEncoding.EncodeToString(digest[:]) != sum {
		return seal.CustomerKey{}, s3.BadArgument("The calculated MD5 hash of the key did not match the hash that was provided.", prefixName(prefix)+"key-MD5", sum)
	}
	return none, nil
}

// prefixName is the spelling of AWS's ArgumentName.
func prefixName(prefix string) string {
	if prefix == s3.HeaderCopySource {
		return "x-amz-copy-source-server-side-encryption-customer-"
	}
	return "x-amz-server-side-encryption-customer-"
}

func argument(name, value string) []sigv4.Field {
	return []sigv4.Field{{Name: "ArgumentName", Value: name}, {Name: "ArgumentValue", Value: value}}
}

// ReadKey is the customer key for reading an object, judged against how the
// object is stored, so that each case has its own answer.
func (s *Service) ReadKey(r *wire.Request, prefix string, stored store.Encryption) (seal.CustomerKey, error) {
	key, err := s.CustomerKey(r, prefix)
	switch {
	case err != nil:
		return seal.CustomerKey{}, err
	case stored.Mode != store.SSEC && !key.IsZero():
		if s.Personality.IgnoreSpareKey {
			return seal.CustomerKey{}, nil
		}
		return seal.CustomerKey{}, s3.BadRequest("The encryption parameters are not applicable to this object.")
	case stored.Mode == store.SSEC && key.IsZero():
		if s.Personality.MissingCustomerKey != nil {
			return key, s.Personality.MissingCustomerKey
		}
		return key, s3.BadRequest("The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
	}
	return key, nil
}

// WrongKey is the answer to store.ErrWrongCustomerKey on reading.
func (s *Service) WrongKey() *sigv4.Error {
	if s.Personality.WrongCustomerKey != nil {
		return s.Personality.WrongCustomerKey
	}
	return s3.Refuse(http.StatusForbidden, "AccessDenied", s3.CustomerKeyText+"provide the correct secret key.")
}

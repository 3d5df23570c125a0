package sse

import (
	"encoding/xml"
	"errors"
	"net/http"
	"regexp"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const lockedUpdate = "The encryption type for the specified object can’t be updated because that object is protected by S3 Object Lock. If the object has a governance-mode retention period or a legal hold, you must first remove the Object Lock status on the object before you issue your UpdateObjectEncryption request. You can't use the UpdateObjectEncryption operation with objects that have an Object Lock compliance mode retention period applied to them."

// updating gives a lock the answer of UpdateObjectEncryption.
func updating(err error) error {
	if errors.Is(err, store.ErrLocked) {
		return s3.Refuse(http.StatusForbidden, "AccessDenied", lockedUpdate)
	}
	return err
}

// The refusals of UpdateObjectEncryption, in the words of its page in the S3 API
// reference.
const (
	bareSource   = "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. " + wire.OnlySealedSources
	otherTarget  = "The UpdateObjectEncryption operation doesn't support updating the encryption type to DSSE-KMS or SSE-C. Modify the request to specify SSE-KMS for the updated encryption type, and then try again."
	noTarget     = "Requests that modify an object encryption configuration require a valid new encryption type. Valid values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then try again."
	noKeyARN     = "Requests that modify an object's encryption type to SSE-KMS require an AWS KMS key Amazon Resource Name (ARN). Modify the request to specify a KMS key ARN, and then try again."
	badKeyARN    = "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key ARN in your request, and then try again."
	badBucketKey = "The BucketKeyEnabled value isn't valid. Valid values are true or false. Modify the request to specify a valid value, and then try again."
	foreignKey   = "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the request to specify a KMS key from the same account, and then try again."
)

// objectEncryption is the request's document; only its KMS member is possible.
type objectEncryption struct {
	XMLName xml.Name `xml:"ObjectEncryption"`
	KMS     *struct {
		KMSKeyArn        string
		BucketKeyEnabled string
	} `xml:"SSE-KMS"`
	DSSE *struct{} `xml:"DSSE-KMS"`
	C    *struct{} `xml:"SSE-C"`
}

var keyARN = regexp.MustCompile(`^arn:aws[-a-z0-9]*:kms:[-a-z0-9]*:([0-9]{12}):key/.+$`)

// target reads which key the object is to lie under.
func (d objectEncryption) target() (key string, bucketKey bool, err error) {
	switch {
	case d.DSSE != nil || d.C != nil:
		return "", false, s3.BadRequest(otherTarget)
	case d.KMS == nil:
		return "", false, s3.BadRequest(noTarget)
	case d.KMS.KMSKeyArn == "":
		return "", false, s3.BadRequest(noKeyARN)
	}
	arn := keyARN.FindStringSubmatch(d.KMS.KMSKeyArn)
	if arn == nil {
		return "", false, s3.BadRequest(badKeyARN)
	}
	if arn[1] != s3.AccountID {
		return "", false, s3.Refuse(http.StatusForbidden, "AccessDenied", foreignKey)
	}
	switch d.KMS.BucketKeyEnabled {
	case "", "false":
	case "true":
		bucketKey = true
	default:
		return "", false, s3.BadRequest(badBucketKey)
	}
	return d.KMS.KMSKeyArn, bucketKey, nil
}

// updateObjectEncryption wraps the data key anew and touches nothing else.
func (s *Service) updateObjectEncryption(w http.ResponseWriter, r *wire.Request) error {
	if s.Personality.NoEncryptionUpdate {
		return s3.NotImplemented("encryption")
	}
	var doc objectEncryption
	if err := wire.ReadDigestedXML(r, &doc); err != nil {
		return err
	}
	o, err := s.Store.Stat(r.Context(), r.Bucket, r.Key, r.Version())
	if err != nil {
		return err
	}
	keyID, bucketKey, err := doc.target()
	if err != nil {
		return err
	}
	switch o.Encryption.Mode {
	case store.Plain:
		return s3.BadRequest(bareSource)
	case store.DSSEKMS, store.SSEC:
		return s3.BadRequest(wire.OtherSource)
	}
	if err := s.Access.MayDecrypt(r, o.Encryption); err != nil {
		return err
	}
	how, err := s.underKey(r, s3.MethodKMS, keyID)
	if err != nil {
		return err
	}
	how.BucketKey = bucketKey
	_, err = s.Store.Rewrap(r.Context(), store.RewrapRequest{
		Bucket: r.Bucket, Key: r.Key, VersionID: r.Version(), Sealing: how.Sealing,
		Headers: map[string]string{EchoHeader: how.Echo},
	})
	if err != nil {
		return updating(err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

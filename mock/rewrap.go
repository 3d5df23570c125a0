package mock

import (
	"encoding/xml"
	"net/http"
	"regexp"

	"github.com/bucketseal/bucketseal/mock/store"
)

// The refusals of UpdateObjectEncryption, in the words of its page in the S3 API
// reference.
const (
	bareSource   = "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. " + onlySealedSources
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
		return "", false, badRequest(otherTarget)
	case d.KMS == nil:
		return "", false, badRequest(noTarget)
	case d.KMS.KMSKeyArn == "":
		return "", false, badRequest(noKeyARN)
	}
	arn := keyARN.FindStringSubmatch(d.KMS.KMSKeyArn)
	if arn == nil {
		return "", false, badRequest(badKeyARN)
	}
	if arn[1] != accountID {
		return "", false, refuse(http.StatusForbidden, "AccessDenied", foreignKey)
	}
	switch d.KMS.BucketKeyEnabled {
	case "", "false":
	case "true":
		bucketKey = true
	default:
		return "", false, badRequest(badBucketKey)
	}
	return d.KMS.KMSKeyArn, bucketKey, nil
}

// updateObjectEncryption wraps the data key anew and touches nothing else.
func (s *Server) updateObjectEncryption(w http.ResponseWriter, r *request) error {
	if s.personality.NoEncryptionUpdate {
		return notImplemented("encryption")
	}
	var doc objectEncryption
	if err := readDigested(r, &doc); err != nil {
		return err
	}
	o, err := s.store.Stat(r.Context(), r.bucket, r.key, r.version())
	if err != nil {
		return err
	}
	keyID, bucketKey, err := doc.target()
	if err != nil {
		return err
	}
	switch o.Encryption.Mode {
	case store.Plain:
		return badRequest(bareSource)
	case store.DSSEKMS, store.SSEC:
		return badRequest(otherSource)
	}
	if err := s.mayDecrypt(r, o.Encryption); err != nil {
		return err
	}
	how, err := s.underKey(r, methodKMS, keyID)
	if err != nil {
		return err
	}
	how.BucketKey = bucketKey
	_, err = s.store.Rewrap(r.Context(), store.RewrapRequest{
		Bucket: r.bucket, Key: r.key, VersionID: r.version(), Sealing: how.Sealing,
		Headers: map[string]string{echoHeader: how.echo},
	})
	if err != nil {
		return updating(err)
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

package client

// Reported is what a server said about an object's encryption. The zero value
// is "not told": no answer that could have carried it was seen (an object known
// from a listing only, a HEAD that was denied). That is different from an
// answer that named no encryption, which is Told with TypeNone.
type Reported struct {
	Told      bool           `json:"told"`           // an answer was seen that says how the object is stored
	Type      EncryptionType `json:"type,omitempty"` // TypeNone when the answer named no encryption; TypeUndecided while not told
	Raw       string         `json:"raw,omitempty"`  // x-amz-server-side-encryption verbatim, for types this program does not name
	Key       KeyID          `json:"key,omitempty"`  // "" when no key was named
	BucketKey bool           `json:"bucketKey,omitempty"`
	// CustomerKeyMD5 is base64 of the MD5 of the SSE-C key.
	CustomerKeyMD5 string `json:"customerKeyMD5,omitempty"`
}

// IfNamed is the report of an answer that may keep quiet about an encryption
// which is there: the beginning, a part and the completion of a multipart
// upload, a copy. One that names nothing is not told.
func (r Reported) IfNamed() Reported {
	if r == (Reported{Told: true, Type: TypeNone}) {
		return Reported{}
	}
	return r
}

// ReportedFrom reads the response headers of S3, given one by one so that this
// package need not know HTTP: x-amz-server-side-encryption, ...-aws-kms-key-id,
// ...-bucket-key-enabled, ...-customer-algorithm and ...-customer-key-MD5.
func ReportedFrom(sse, keyID string, bucketKey bool, customerAlgorithm, customerKeyMD5 string) Reported {
	r := Reported{Told: true, Raw: sse, Key: KeyID(keyID), BucketKey: bucketKey, CustomerKeyMD5: customerKeyMD5}
	switch {
	case customerAlgorithm != "" || customerKeyMD5 != "":
		r.Type = TypeSSEC
	case sse == "AES256":
		r.Type = TypeSSES3
	case sse == "aws:kms":
		r.Type = TypeSSEKMS
	case sse == "aws:kms:dsse":
		r.Type = TypeDSSEKMS
	case sse == "":
		r.Type = TypeNone
	default:
		r.Type = EncryptionType(sse) // aws:fsx, aws:backup: shown as the server says it
	}
	return r
}

// Describe says in a few words what was reported. "Not told" is never worded as
// "not encrypted".
func (r Reported) Describe() Text {
	switch {
	case !r.Told:
		return Say("not told by the server")
	case r.Type == TypeNone:
		return Say("none reported")
	case r.Type == TypeSSEC && r.CustomerKeyMD5 != "":
		return Say("SSE-C, key MD5 %s", r.CustomerKeyMD5)
	case r.Key != "":
		t := Say("%s, key %s", string(r.Type), string(r.Key))
		if r.BucketKey {
			t = Say("%v, bucket key", t)
		}
		return t
	case r.Type == TypeSSEKMS || r.Type == TypeDSSEKMS:
		return Say("%s, key not reported", string(r.Type))
	}
	return Verbatim(string(r.Type))
}

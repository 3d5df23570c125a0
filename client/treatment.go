package client

import "maps"

// A Treatment is what is asked for one file, and because of what: an
// [Encryption] without the secret in it, so that it can be stored, compared and
// shown. The zero value is undecided and refused.
type Treatment struct {
	Type           EncryptionType    `json:"type"`
	Key            KeyID             `json:"key,omitempty"`       // SSE-KMS, DSSE-KMS; "" is the account's AWS managed key
	BucketKey      bool              `json:"bucketKey,omitempty"` // SSE-KMS only
	Context        map[string]string `json:"context,omitempty"`   // SSE-KMS and DSSE-KMS only
	CustomerKeyMD5 string            `json:"customerKeyMD5,omitempty"`

	RuleID  string `json:"ruleID,omitempty"` // of the rule that decided, "" for none
	Rule    int    `json:"rule,omitempty"`   // its number then, counted from 1, for people
	Because Text   `json:"because"`
}

// TreatmentOf leaves the secrets of an encryption behind. Nobody's rule and no
// reason are in it.
func TreatmentOf(e Encryption) Treatment {
	t := Treatment{Type: TypeOf(e), Key: KeyOf(e)}
	switch e := e.(type) {
	case SSEKMS:
		t.BucketKey, t.Context = e.BucketKey, e.Context
	case DSSEKMS:
		t.Context = e.Context
	case SSEC:
		t.CustomerKeyMD5 = e.Key.MD5()
	}
	return t
}

// NeedsCustomerKey reports whether an SSE-C key has to be fetched, by its MD5,
// before a byte moves.
func (t Treatment) NeedsCustomerKey() bool { return t.Type == TypeSSEC }

// NeedsTLS is [NeedsTLS] of the treatment.
func (t Treatment) NeedsTLS() bool {
	return t.Type == TypeSSEKMS || t.Type == TypeDSSEKMS || t.Type == TypeSSEC
}

// AsksTheSame reports whether two treatments ask for the same encryption, by
// whichever rules and for whatever reasons.
func (t Treatment) AsksTheSame(as Treatment) bool {
	return t.Type == as.Type && t.Key == as.Key && t.BucketKey == as.BucketKey &&
		t.CustomerKeyMD5 == as.CustomerKeyMD5 && maps.Equal(t.Context, as.Context)
}

// Check is [CheckEncryption] for a treatment, whose SSE-C key is only named.
func (t Treatment) Check() error {
	if t.Type == TypeSSEC {
		if t.CustomerKeyMD5 == "" {
			return CheckEncryption(SSEC{})
		}
		return nil
	}
	_, err := t.Encryption(CustomerKey{})
	return err
}

// Describe says in a few words what is asked, for plans, rows and logs:
// "SSE-KMS, key ab12".
func (t Treatment) Describe() Text {
	switch t.Type {
	case TypeUndecided:
		return Say("undecided")
	case TypeInherit:
		return Say("bucket default")
	case TypeSSEKMS, TypeDSSEKMS:
		return describeKMS(t.Type, t.Key, t.BucketKey, t.Context)
	case TypeSSEC:
		return Say("SSE-C, key MD5 %s", t.CustomerKeyMD5)
	}
	return Verbatim(string(t.Type))
}

// Encryption is the treatment with its secret, to be sent. key is looked at for
// SSE-C only, where any other than the one decided is refused. So is what
// [CheckEncryption] refuses.
func (t Treatment) Encryption(key CustomerKey) (Encryption, error) {
	var e Encryption
	switch t.Type {
	case TypeInherit:
		e = Inherit{}
	case TypeSSES3:
		e = SSES3{}
	case TypeSSEKMS:
		e = SSEKMS{Key: t.Key, BucketKey: t.BucketKey, Context: t.Context}
	case TypeDSSEKMS:
		e = DSSEKMS{Key: t.Key, Context: t.Context}
	case TypeSSEC:
		if !key.IsZero() && key.MD5() != t.CustomerKeyMD5 {
			return nil, Say("another SSE-C key than the one decided was found: nothing is sent").Err()
		}
		e = SSEC{Key: key}
	}
	return e, CheckEncryption(e)
}

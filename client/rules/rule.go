package rules

import (
	"errors"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// A Rule says how the uploads that fit its masks are encrypted. It holds no
// secret: the key of an SSE-C rule is kept elsewhere under its MD5.
type Rule struct {
	ID        string                `json:"id"`                  // made once, never shown; an older version kept SSE-C keys by it
	Disabled  bool                  `json:"disabled,omitempty"`  // the zero rule is enabled
	Account   client.AccountRef     `json:"account,omitzero"`    // the zero one is all
	Bucket    string                `json:"bucket,omitempty"`    // bucket name or mask; "" is all
	Key       string                `json:"key,omitempty"`       // remote file name or mask, matched against the whole key; "" is all
	Type      client.EncryptionType `json:"type"`                // inherit, SSE-S3, SSE-KMS, DSSE-KMS or SSE-C
	KMSKey    client.KeyID          `json:"kmsKey,omitempty"`    // sent verbatim; "" is the AWS managed key
	BucketKey bool                  `json:"bucketKey,omitempty"` // SSE-KMS only
	Context   map[string]string     `json:"context,omitempty"`   // SSE-KMS and DSSE-KMS only
	// CustomerKeyMD5 names an SSE-C rule's key without having it.
	CustomerKeyMD5 string `json:"customerKeyMD5,omitempty"`
}

// A Field is a field of a rule, for putting an error at its place.
type Field string

// The fields, named as in the JSON of a rule.
const (
	FieldBucket  Field = "bucket"
	FieldKey     Field = "key"
	FieldType    Field = "type"
	FieldKMSKey  Field = "kmsKey"
	FieldContext Field = "context"
)

// A Problem is something wrong with one field. A warning may be saved.
type Problem struct {
	Field   Field
	Text    client.Text
	Warning bool
}

// Err is the problem as an error, for those who stop at the first.
func (p Problem) Err() error { return client.Say("%s: %v", string(p.Field), p.Text).Err() }

// Problems checks every field. Wrong values are errors; a key of unknown
// shape only warns, since key ids of other clouds are opaque.
func (r Rule) Problems() []Problem {
	var all []Problem
	add := func(f Field, text client.Text, warning bool) { all = append(all, Problem{f, text, warning}) }
	if strings.ContainsAny(r.Bucket, "/ \t\r\n") {
		add(FieldBucket, client.Say("a bucket name has no slash and no blank: name the bucket here and the folder in the file mask"), false)
	}
	for _, f := range []struct {
		name Field
		text string
	}{{FieldBucket, r.Bucket}, {FieldKey, r.Key}} {
		if strings.ContainsFunc(f.text, func(c rune) bool { return c < 0x20 }) {
			add(f.name, client.Say("the mask holds a control character, which was probably pasted by accident"), false)
		}
		if len(f.text) > client.MaxKeyBytes {
			add(f.name, client.Say("the mask is longer than the %d bytes of the longest name", client.MaxKeyBytes), false)
		}
	}
	if strings.HasPrefix(r.Key, "/") {
		add(FieldKey, client.Say("names in a bucket rarely begin with a slash: this mask may match nothing"), true)
	}
	isKMS := r.Type == client.TypeSSEKMS || r.Type == client.TypeDSSEKMS
	switch r.Type {
	case client.TypeInherit, client.TypeSSES3, client.TypeSSEKMS, client.TypeDSSEKMS, client.TypeSSEC:
	case client.TypeUndecided:
		add(FieldType, client.Say("choose an encryption type"), false)
	default:
		add(FieldType, client.Say("%q is no encryption type: use inherit, SSE-S3, SSE-KMS, DSSE-KMS or SSE-C", string(r.Type)), false)
	}
	switch {
	case !isKMS && r.KMSKey != "":
		add(FieldKMSKey, client.Say("a KMS key belongs to SSE-KMS or DSSE-KMS only"), false)
	case isKMS:
		if err := client.CheckEncryption(client.SSEKMS{Key: r.KMSKey}); err != nil {
			add(FieldKMSKey, client.TextOf(err), false)
		} else if r.KMSKey != "" && !r.KMSKey.KnownShape() {
			add(FieldKMSKey, client.Say("this looks like no AWS key id, ARN or alias; it is sent as it stands, which is right for many other clouds"), true)
		}
	}
	switch {
	case len(r.Context) > 0 && !isKMS:
		add(FieldContext, client.Say("an encryption context belongs to SSE-KMS or DSSE-KMS only"), false)
	case isKMS:
		if err := client.CheckEncryption(client.SSEKMS{Context: r.Context}); err != nil {
			add(FieldContext, client.TextOf(err), false)
		}
	}
	if r.BucketKey && r.Type != client.TypeSSEKMS {
		add(FieldType, client.Say("a bucket key belongs to SSE-KMS only"), false)
	}
	return all
}

// Check is the errors among the problems, nil when the rule can be saved.
func (r Rule) Check() error {
	var errs []error
	for _, p := range r.Problems() {
		if !p.Warning {
			errs = append(errs, p.Err())
		}
	}
	return errors.Join(errs...)
}

// treatment is what the rule asks for; key is its SSE-C key.
func (r Rule) treatment(key client.CustomerKey) (client.Treatment, error) {
	if err := r.Check(); err != nil {
		return client.Treatment{}, err
	}
	t := r.asks()
	if r.Type == client.TypeSSEC {
		if key.IsZero() {
			return client.Treatment{}, client.Say("its SSE-C key is not in the keyring of this computer: edit the rule and enter the key").Err()
		}
		t.CustomerKeyMD5 = key.MD5()
	}
	return t, nil
}

// asks is what the rule asks for, whether or not that can be had.
func (r Rule) asks() client.Treatment {
	return client.Treatment{Type: r.Type, Key: r.KMSKey, BucketKey: r.BucketKey, Context: r.Context, CustomerKeyMD5: r.CustomerKeyMD5}
}

// Describe says what the rule asks for, as the list of rules shows it.
func (r Rule) Describe() client.Text {
	if r.Type == client.TypeSSEC && r.CustomerKeyMD5 == "" {
		return client.Verbatim(string(r.Type))
	}
	return r.asks().Describe()
}

package transfer

import (
	"context"
	"time"

	"github.com/bucketseal/bucketseal/client"
)

// A Describer asks KMS about a key; nil where there is no KMS.
type Describer func(context.Context, client.KeyID) (client.Key, error)

// kmsSilent is why nothing is verified yet, in words that a receipt keeps.
var kmsSilent = client.Say("the key could not be compared yet: KMS did not answer")

// KeyToDescribe is the key about which KMS must be asked before a report can be
// judged: the alias asked for, which may point anywhere; or, where the AWS
// managed key was asked for, the key that the server chose. "" where nothing
// hangs on KMS.
func KeyToDescribe(asked client.Treatment, r client.Reported) client.KeyID {
	switch key := asked.Key; {
	case key.IsAlias():
		return key
	case key == "" && r.Type == asked.Type:
		return r.Key
	}
	return ""
}

// answer is what KMS says of the key. Without a KMS, or where it answers
// and does not say, nothing is known, which is no error: the verdict then says
// that the key could not be compared. The error means that KMS could not be
// asked.
func (d Describer) answer(ctx context.Context, asked client.Treatment, r client.Reported) (client.Key, error) {
	id := KeyToDescribe(asked, r)
	if d == nil || id == "" {
		return client.Key{}, nil
	}
	key, err := d(ctx, id)
	switch {
	case err == nil:
		return key, nil
	case unasked(client.KindOf(err)):
		return client.Key{}, err
	}
	return client.Key{}, nil
}

// Judge is [Judge], with KMS asked where the verdict hangs on it.
func (d Describer) Judge(ctx context.Context, asked client.Treatment, r client.Reported) Finding {
	f := Judge(asked, r, client.Key{})
	if f.Verdict != KeyNotReported {
		return f
	}
	kms, err := d.answer(ctx, asked, r)
	if err != nil {
		return Finding{NotYetVerified, kmsSilent}
	}
	return Judge(asked, r, kms)
}

// askKMS asks with patience what a verdict hangs on. An answer may be so long ago.
func (e *Engine) askKMS(ctx context.Context, it *item, asked client.Treatment, r client.Reported, ago time.Duration) (client.Key, error) {
	if e.keys.describeKey == nil {
		return client.Key{}, nil
	}
	good := func(kms client.Key) bool { return Judge(asked, r, kms).Verdict == Verified }
	patient := Describer(func(ctx context.Context, id client.KeyID) (key client.Key, err error) {
		err = e.patiently(ctx, it, client.Kind.Temporary, func() (err error) {
			key, err = e.keys.describe(ctx, id, ago, good)
			return err
		})
		return key, err
	})
	return patient.answer(ctx, asked, r)
}

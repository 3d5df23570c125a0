package kms

import (
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// rotation is one exchange of a key's bytes. The old ones stay, to open what they
// sealed.
type rotation struct {
	Material []byte    `json:"material"`
	At       time.Time `json:"at"`
	OnDemand bool      `json:"onDemand,omitempty"`
}

const (
	maxOnDemand     = 25 // rotations of one key, as KMS
	standardPeriod  = 365
	shortestPeriod  = 90
	longestPeriod   = 2560
	rotatedByHand   = "ON_DEMAND"
	rotatedByItself = "AUTOMATIC"
)

// Rotate gives a key new bytes, now. Its id and ARN stay.
func (k *Keystore) Rotate(ref string) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.rotatable(ref)
	if err != nil {
		return Key{}, err
	}
	count := 0
	for _, r := range e.Rotations {
		if r.OnDemand {
			count++
		}
	}
	if count >= maxOnDemand {
		return Key{}, &Error{Code: "LimitExceededException", Message: "The number of on-demand rotations of " + e.ARN + " has reached its limit.", KeyID: ref}
	}
	return e.Key, k.commit(func() { e.rotate(k.now(), true) })
}

// Rotations is how often a key has got new bytes; 0 for one that is not there.
func (k *Keystore) Rotations(ref string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return 0
	}
	return len(e.Rotations)
}

// rotatable finds a key that rotates; the caller holds the lock.
func (k *Keystore) rotatable(ref string) (*entry, error) {
	e, err := k.resolve(ref)
	if err != nil {
		return nil, err
	}
	if e.Usage != UsageEncrypt || e.Managed {
		return nil, &Error{Code: "UnsupportedOperationException", Message: e.ARN + " cannot be rotated: only the customer's symmetric keys can.", KeyID: ref}
	}
	return k.usable(ref)
}

// rotate does not change the slice that a snapshot of commit shares.
func (e *entry) rotate(at time.Time, onDemand bool) {
	e.Rotations = append(slices.Clone(e.Rotations), rotation{Material: seal.GenerateKey().Bytes(), At: at, OnDemand: onDemand})
}

// RotateEvery lets a key rotate by itself after so many days (90 to 2560), 0 for
// never again.
func (k *Keystore) RotateEvery(ref string, days int) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.rotatable(ref)
	if err != nil {
		return err
	}
	if days != 0 && (days < shortestPeriod || days > longestPeriod) {
		return invalid("1 validation error detected: Value '%d' at 'rotationPeriodInDays' failed to satisfy constraint: Member must have value between %d and %d", days, shortestPeriod, longestPeriod)
	}
	return k.commit(func() {
		e.RotationDays, e.NextRotation = days, time.Time{}
		if days > 0 {
			e.NextRotation = k.now().AddDate(0, 0, days)
		}
	})
}

// turn rotates the keys whose date has come; the caller holds the lock.
func (k *Keystore) turn() {
	due := func(e entry) bool {
		return e.RotationDays > 0 && e.State == Enabled && !k.opts.Now().Before(e.NextRotation)
	}
	if !slices.ContainsFunc(k.entries, due) {
		return
	}
	_ = k.commit(func() { // a failure leaves them as they were, to be rotated at the next look
		for i := range k.entries {
			for e := &k.entries[i]; due(*e); {
				e.rotate(e.NextRotation, false)
				e.NextRotation = e.NextRotation.AddDate(0, 0, e.RotationDays)
			}
		}
	})
}

func (k *Keystore) now() time.Time { return k.opts.Now().UTC().Truncate(time.Millisecond) }

func rotateKeyOnDemand(k *Keystore, in input) (any, error) {
	key, err := k.Rotate(in.KeyID)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ID}, nil
}

func enableKeyRotation(k *Keystore, in input) (any, error) {
	days := standardPeriod
	if in.RotationPeriodInDays != nil {
		days = *in.RotationPeriodInDays
	}
	if days == 0 { // is not how KMS spells "never"
		days = -1
	}
	return nil, k.RotateEvery(in.KeyID, days)
}

func disableKeyRotation(k *Keystore, in input) (any, error) { return nil, k.RotateEvery(in.KeyID, 0) }

func getKeyRotationStatus(k *Keystore, in input) (any, error) {
	key, err := k.Resolve(in.KeyID)
	if err != nil {
		return nil, err
	}
	m := map[string]any{"KeyId": key.ID, "KeyRotationEnabled": key.RotationDays > 0}
	if key.RotationDays > 0 {
		m["RotationPeriodInDays"], m["NextRotationDate"] = key.RotationDays, epoch(key.NextRotation)
	}
	return m, nil
}

func listKeyRotations(k *Keystore, in input) (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(in.KeyID)
	if err != nil {
		return nil, err
	}
	rotations, next, err := page(e.Rotations, in, 100, 1000, func(r rotation) string { return r.At.Format(time.RFC3339Nano) })
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, r := range rotations {
		kind := rotatedByItself
		if r.OnDemand {
			kind = rotatedByHand
		}
		list = append(list, map[string]any{"KeyId": e.ID, "RotationDate": epoch(r.At), "RotationType": kind})
	}
	return answer("Rotations", list, next), nil
}

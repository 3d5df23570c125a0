package kms

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bucketseal/bucketseal/mock/iam"
	"github.com/bucketseal/bucketseal/mock/seal"
)

// Spec describes a key to make. The zero value is a customer's encryption key
// with a random UUID for its id.
type Spec struct {
	ID          string // empty: a random UUID
	Alias       string // "alias/...", or empty for none
	Description string
	Usage       string // empty: UsageEncrypt
	Policy      string // JSON; empty: the account's people decide by their own
	Managed     bool
	Tags        map[string]string
}

var (
	aliasName = regexp.MustCompile(`^alias/[a-zA-Z0-9/_-]{1,250}$`)
	keyName   = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,128}$`)
	uuidShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

func looksLikeUUID(s string) bool { return uuidShape.MatchString(s) }

func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, or ends the program
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Create makes a key, with its alias where one is named.
func (k *Keystore) Create(spec Spec) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if spec.ID == "" {
		spec.ID = newUUID()
	}
	if spec.Usage == "" {
		spec.Usage = UsageEncrypt
	}
	if !keyName.MatchString(spec.ID) {
		return Key{}, invalid("key id %q: letters, digits, '_', '.' and '-' only", spec.ID)
	}
	if spec.Usage != UsageEncrypt && spec.Usage != UsageSign {
		return Key{}, invalid("KeyUsage %s is not supported", spec.Usage)
	}
	if _, err := iam.ParseKeyPolicy([]byte(spec.Policy)); err != nil && spec.Policy != "" {
		return Key{}, &Error{Code: "MalformedPolicyDocumentException", Message: err.Error(), KeyID: spec.ID}
	}
	if k.find(spec.ID) != nil {
		return Key{}, &Error{Code: "AlreadyExistsException", Message: "Key " + spec.ID + " already exists", KeyID: spec.ID}
	}
	if spec.Alias != "" {
		if err := k.checkAlias(spec.Alias); err != nil {
			return Key{}, err
		}
	}
	e := entry{Key: Key{
		ID: spec.ID, ARN: k.keyARN(spec.ID), State: Enabled, Usage: spec.Usage, Managed: spec.Managed,
		Description: spec.Description, Created: k.now(),
	}, Material: seal.GenerateKey().Bytes(), Policy: spec.Policy, Tags: spec.Tags}
	return e.Key, k.commit(func() {
		k.entries = append(k.entries, e)
		if spec.Alias != "" {
			k.addAlias(spec.Alias, e.ID)
		}
	})
}

// commit changes and saves, or changes nothing; the caller holds the lock.
func (k *Keystore) commit(change func()) error {
	entries, aliases := slices.Clone(k.entries), slices.Clone(k.aliases)
	change()
	if err := k.save(); err != nil {
		k.entries, k.aliases = entries, aliases
		return err
	}
	return nil
}

func (k *Keystore) checkAlias(name string) error {
	if !aliasName.MatchString(name) {
		return invalid("Invalid alias name '%s': it must begin with alias/ and contain only letters, digits, '/', '_' and '-'", name)
	}
	if a, taken := k.findAlias(name); taken {
		return &Error{Code: "AlreadyExistsException", Message: "An alias with the name " + a.ARN + " already exists", KeyID: name}
	}
	return nil
}

func (k *Keystore) addAlias(name, id string) {
	k.aliases = append(k.aliases, Alias{Name: name, ARN: k.arn(name), KeyID: id})
	slices.SortFunc(k.aliases, func(a, b Alias) int { return strings.Compare(a.Name, b.Name) })
}

// CreateAlias gives a key a second name.
func (k *Keystore) CreateAlias(name, ref string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return err
	}
	if e.State == PendingDeletion {
		return pendingDeletion(e.Key)
	}
	if err := k.checkAlias(name); err != nil {
		return err
	}
	return k.commit(func() { k.addAlias(name, e.ID) })
}

// Enable and Disable switch a key; a key pending deletion must be cancelled first.
func (k *Keystore) Enable(ref string) error { return k.switchTo(ref, Enabled) }

// Disable is the opposite of Enable.
func (k *Keystore) Disable(ref string) error { return k.switchTo(ref, Disabled) }

func (k *Keystore) switchTo(ref string, state State) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return err
	}
	if e.State == PendingDeletion {
		return pendingDeletion(e.Key)
	}
	return k.commit(func() { e.State = state })
}

// ScheduleDeletion lets a key vanish after so many days (7 to 30).
func (k *Keystore) ScheduleDeletion(ref string, days int) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return Key{}, err
	}
	if days < 7 || days > 30 {
		return Key{}, invalid("PendingWindowInDays must be between 7 and 30")
	}
	if e.State == PendingDeletion {
		return Key{}, pendingDeletion(e.Key)
	}
	err = k.commit(func() {
		e.State = PendingDeletion
		e.Deletion = k.now().AddDate(0, 0, days)
	})
	return e.Key, err
}

// CancelDeletion keeps the key after all; it is then disabled, as with KMS.
func (k *Keystore) CancelDeletion(ref string) (Key, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, err := k.resolve(ref)
	if err != nil {
		return Key{}, err
	}
	if e.State != PendingDeletion {
		return Key{}, &Error{Code: "KMSInvalidStateException", Message: e.ARN + " is not pending deletion.", KeyID: ref}
	}
	err = k.commit(func() { e.State, e.Deletion = Disabled, time.Time{} })
	return e.Key, err
}

package rulelist

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A KMSKeyType is how the KMS key of a rule is given.
type KMSKeyType string

// The ways, in the words of the manuals people hold.
const (
	KeyManaged KMSKeyType = "managed" // no id is sent
	KeyListed  KMSKeyType = "listed"
	KeyTyped   KMSKeyType = "typed"
)

// KMSKeyTypes are the ways in the order of the list.
func KMSKeyTypes() []KMSKeyType { return []KMSKeyType{KeyManaged, KeyListed, KeyTyped} }

// Label is the way in words.
func (t KMSKeyType) Label() string {
	switch t {
	case KeyManaged:
		return i18n.T("AWS managed key")
	case KeyListed:
		return i18n.T("Choose from list")
	}
	return i18n.T("Enter KMS master key ARN")
}

// Types are the encryption types of a rule in the order of the list.
func Types() []client.EncryptionType {
	return []client.EncryptionType{client.TypeInherit, client.TypeSSES3, client.TypeSSEKMS, client.TypeDSSEKMS, client.TypeSSEC}
}

// TypeLabel is an encryption type in the words of the manuals people hold.
func TypeLabel(t client.EncryptionType) string {
	switch t {
	case client.TypeInherit:
		return i18n.T("Bucket default (send nothing)")
	case client.TypeSSES3:
		return i18n.T("Server-Side-Encryption with Amazon S3-Managed Keys (SSE-S3)")
	case client.TypeSSEKMS:
		return i18n.T("Server-Side-Encryption with Customer Keys Stored in AWS KMS (SSE-KMS)")
	case client.TypeDSSEKMS:
		return i18n.T("Dual-layer Server-Side-Encryption with AWS KMS keys (DSSE-KMS)")
	case client.TypeSSEC:
		return i18n.T("Server-Side-Encryption with Customer-Provided Keys (SSE-C)")
	}
	return ""
}

// FieldCustomerKey is the field of the SSE-C key, which is no part of a rule.
const FieldCustomerKey rules.Field = "customerKey"

// A Editor is one rule being added or changed. Save hands it to the list;
// nothing is stored by it.
type Editor struct {
	// OnChange is called after a field, an error or the preview changed; nil
	// for none.
	OnChange func()
	// OnSaved is called once the list has taken the rule over.
	OnSaved func()

	list    *List
	ctx     context.Context
	stop    context.CancelFunc
	at      int // index in the list; its length for a new rule
	before  rules.Rule
	touched map[rules.Field]bool

	rule        rules.Rule // bucket, file, account, type, disabled, bucket key
	keyType     KMSKeyType
	typed       string // the KMS key as typed
	listed      client.KeyID
	context     string // NAME=VALUE lines
	customerKey string // as typed; "" keeps the one there is
	generated   bool

	asking bool // for the keys
	keys   []client.Key
	asked  bool
	denied string // why there is no list of keys, in words
}

// Add begins a new rule, by default SSE-KMS with a key id to be typed, for the
// bucket that is open in the browser; nil when rules cannot be changed now.
func (l *List) Add() *Editor {
	if l.WhyNotChange() != "" {
		return nil
	}
	return l.editor(len(l.draft.Rules), rules.Rule{Bucket: l.world.Bucket(), Type: client.TypeSSEKMS})
}

// Edit begins to change the selected rule; nil when there is not one.
func (l *List) Edit() *Editor {
	if l.WhyNotOne() != "" {
		return nil
	}
	at := l.selected()[0]
	return l.editor(at, l.draft.Rules[at])
}

func (l *List) editor(at int, r rules.Rule) *Editor {
	e := &Editor{list: l, at: at, before: r, rule: r, touched: map[rules.Field]bool{}, keyType: KeyTyped, typed: string(r.KMSKey)}
	if at < len(l.draft.Rules) && r.KMSKey == "" && (r.Type == client.TypeSSEKMS || r.Type == client.TypeDSSEKMS) {
		e.keyType = KeyManaged
	}
	for _, name := range slices.Sorted(maps.Keys(r.Context)) {
		e.context += name + "=" + r.Context[name] + "\n"
	}
	e.context = strings.TrimSuffix(e.context, "\n")
	e.ctx, e.stop = context.WithCancel(l.ctx)
	return e
}

// Close drops what is under way.
func (e *Editor) Close() { e.stop() }

// IsNew reports whether a rule is being added.
func (e *Editor) IsNew() bool { return e.at >= len(e.list.draft.Rules) }

// Bucket, File, Account, Type, Enabled and BucketKey are what the fields hold.
func (e *Editor) Bucket() string { return e.rule.Bucket }

// File is the mask of the remote file name.
func (e *Editor) File() string { return e.rule.Key }

// Account is an account's name, "" for all.
func (e *Editor) Account() string { return e.rule.Account.Name }

// Type is the encryption type.
func (e *Editor) Type() client.EncryptionType { return e.rule.Type }

// Enabled reports whether the rule is in force.
func (e *Editor) Enabled() bool { return !e.rule.Disabled }

// BucketKey reports whether an S3 Bucket Key is asked for.
func (e *Editor) BucketKey() bool { return e.rule.BucketKey }

// KeyType is how the KMS key is given.
func (e *Editor) KeyType() KMSKeyType { return e.keyType }

// TypedKey is the KMS key as typed.
func (e *Editor) TypedKey() string { return e.typed }

// Context is the encryption context, a NAME=VALUE on each line.
func (e *Editor) Context() string { return e.context }

// CustomerKey is the SSE-C key as typed.
func (e *Editor) CustomerKey() string { return e.customerKey }

// SetBucket changes the bucket's name or mask.
func (e *Editor) SetBucket(s string) { edit(e, rules.FieldBucket, &e.rule.Bucket, s) }

// SetFile changes the file's name or mask.
func (e *Editor) SetFile(s string) { edit(e, rules.FieldKey, &e.rule.Key, s) }

// SetAccount chooses an account, "" for all.
func (e *Editor) SetAccount(name string) {
	chosen := client.AccountRef{Name: name}.Among(e.list.world.Accounts())
	if name == e.before.Account.Name {
		chosen = e.before.Account // it may be removed
	}
	edit(e, "", &e.rule.Account, chosen)
}

// SetEnabled switches the rule on or off.
func (e *Editor) SetEnabled(on bool) { edit(e, "", &e.rule.Disabled, !on) }

// SetBucketKey asks for an S3 Bucket Key.
func (e *Editor) SetBucketKey(on bool) { edit(e, rules.FieldType, &e.rule.BucketKey, on) }

// SetType chooses the encryption type.
func (e *Editor) SetType(t client.EncryptionType) { edit(e, rules.FieldType, &e.rule.Type, t) }

// SetTypedKey changes the KMS key.
func (e *Editor) SetTypedKey(s string) { edit(e, rules.FieldKMSKey, &e.typed, s) }

// SetContext changes the encryption context.
func (e *Editor) SetContext(s string) { edit(e, rules.FieldContext, &e.context, s) }

// SetCustomerKey changes the SSE-C key.
func (e *Editor) SetCustomerKey(s string) {
	if s != e.customerKey {
		e.generated = false
	}
	edit(e, FieldCustomerKey, &e.customerKey, s)
}

func edit[T comparable](e *Editor, f rules.Field, field *T, value T) {
	if *field == value {
		return
	}
	*field = value
	e.touched[f] = true
	e.changed()
}

// UsesKMS and UsesCustomerKey say which fields belong to the type chosen.
func (e *Editor) UsesKMS() bool {
	return e.rule.Type == client.TypeSSEKMS || e.rule.Type == client.TypeDSSEKMS
}

// UsesCustomerKey reports whether the type is SSE-C.
func (e *Editor) UsesCustomerKey() bool { return e.rule.Type == client.TypeSSEC }

// UsesBucketKey reports whether the type may have an S3 Bucket Key.
func (e *Editor) UsesBucketKey() bool { return e.rule.Type == client.TypeSSEKMS }

// Accounts are the accounts to choose from, without "all accounts".
func (e *Editor) Accounts() []string {
	names := e.list.accountNames()
	if n := e.before.Account.Name; n != "" && !slices.Contains(names, n) {
		names = append(names, n) // removed meanwhile; the rule still names it
	}
	return names
}

// Buckets are the buckets known, to choose from.
func (e *Editor) Buckets() []string {
	names, _ := e.list.world.Buckets()
	return names
}

// Rule is the rule as entered, only with what belongs to its type, and the
// SSE-C key typed for it.
func (e *Editor) Rule() (rules.Rule, client.CustomerKey) {
	t := e.rule.Type
	r := rules.Rule{
		ID: e.rule.ID, Disabled: e.rule.Disabled, Account: e.rule.Account, Type: t,
		Bucket: strings.TrimSpace(e.rule.Bucket), Key: e.rule.Key, BucketKey: e.rule.BucketKey && e.UsesBucketKey(),
	}
	if e.UsesKMS() {
		r.KMSKey = e.kmsKey()
		r.Context, _ = parseContext(e.context)
	}
	if !e.UsesCustomerKey() {
		return r, client.CustomerKey{}
	}
	r.CustomerKeyMD5 = e.before.CustomerKeyMD5
	if strings.TrimSpace(e.customerKey) == "" {
		return r, client.CustomerKey{}
	}
	key, _ := client.ParseCustomerKey(client.NewSecret(e.customerKey)) // a wrong one is remarked on
	r.CustomerKeyMD5 = key.MD5()
	return r, key
}

// kmsKey is the key id as it would be sent: verbatim but for the blanks a
// paste brings along.
func (e *Editor) kmsKey() client.KeyID {
	switch e.keyType {
	case KeyManaged:
		return ""
	case KeyListed:
		return e.listed
	}
	return client.KeyID(strings.TrimSpace(e.typed))
}

// Save hands the rule to the list.
func (e *Editor) Save() {
	if e.WhyNotSave() != "" {
		for _, f := range []rules.Field{rules.FieldBucket, rules.FieldKey, rules.FieldType, rules.FieldKMSKey, rules.FieldContext, FieldCustomerKey} {
			e.touched[f] = true
		}
		e.changed()
		return
	}
	r, key := e.Rule()
	e.stop()
	e.list.put(e.at, r, key)
	if e.OnSaved != nil {
		e.OnSaved()
	}
}

// Dirty reports whether the rule is no longer as it was.
func (e *Editor) Dirty() bool {
	r, _ := e.Rule()
	r.ID = e.before.ID
	return len(e.touched) > 0 && !rulebook.Same([]rules.Rule{r}, []rules.Rule{e.before})
}

// Refresh is called after the open account's buckets changed.
func (e *Editor) Refresh() { e.changed() }

func (e *Editor) changed() {
	if e.OnChange != nil {
		e.OnChange()
	}
}

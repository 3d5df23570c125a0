package rulelist

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
)

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

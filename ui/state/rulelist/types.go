package rulelist

import (
	"github.com/bucketseal/bucketseal/client"
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

package kms

import (
	"crypto/rand"
	"encoding/json"
	"errors"

	"github.com/bucketseal/bucketseal/mock/seal"
)

// A ciphertext blob is: version 1, length of the key id, key id, wrapped bytes.
const blobVersion = 1

// contextAAD is the encryption context in one form: JSON with sorted names.
func contextAAD(context map[string]string) []byte {
	if len(context) == 0 {
		return []byte("{}")
	}
	aad, _ := json.Marshal(context) // a map of strings always marshals
	return aad
}

// encrypt seals under the key's newest bytes and gives the blob.
func (k *Keystore) encrypt(key Key, plain []byte, context map[string]string) ([]byte, error) {
	wrapped, err := wrapper{store: k, id: key.ID}.Wrap(plain, contextAAD(context))
	if err != nil {
		return nil, err
	}
	blob := append([]byte{blobVersion, byte(len(key.ID))}, key.ID...)
	return append(blob, wrapped...), nil
}

// decrypt opens a blob; named is the key the caller expects, empty for any.
func (k *Keystore) decrypt(blob []byte, named string, context map[string]string) (Key, []byte, error) {
	damaged := &Error{Code: "InvalidCiphertextException"}
	id, wrapped, ok := splitBlob(blob)
	if !ok {
		return Key{}, nil, damaged
	}
	key, err := k.Usable(id)
	if err != nil {
		return Key{}, nil, err
	}
	if named != "" {
		want, err := k.Resolve(named)
		if err != nil {
			return Key{}, nil, err
		}
		if want.ID != key.ID {
			return Key{}, nil, &Error{Code: "IncorrectKeyException", Message: "The key ID in the request does not identify a CMK that can perform this operation."}
		}
	}
	plain, err := wrapper{store: k, id: id}.Unwrap(wrapped, contextAAD(context))
	if errors.Is(err, seal.ErrCorrupt) {
		return Key{}, nil, damaged
	}
	return key, plain, err
}

func splitBlob(blob []byte) (id string, wrapped []byte, ok bool) {
	if len(blob) < 2 || blob[0] != blobVersion || len(blob) < 2+int(blob[1]) {
		return "", nil, false
	}
	end := 2 + int(blob[1])
	return string(blob[2:end]), blob[end:], true
}

func generateDataKey(k *Keystore, in input) (any, error) {
	size := 0
	switch {
	case in.NumberOfBytes != nil && in.KeySpec == "":
		size = *in.NumberOfBytes
	case in.KeySpec == "AES_256" && in.NumberOfBytes == nil:
		size = 32
	case in.KeySpec == "AES_128" && in.NumberOfBytes == nil:
		size = 16
	}
	if size < 1 || size > 1024 {
		return nil, invalid("Please specify either number of bytes (1 to 1024) or key spec (AES_256, AES_128).")
	}
	key, err := k.Usable(in.KeyID)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, size)
	_, _ = rand.Read(plain) // never fails, or ends the program
	blob, err := k.encrypt(key, plain, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN, "Plaintext": plain, "CiphertextBlob": blob}, nil
}

func generateDataKeyWithoutPlaintext(k *Keystore, in input) (any, error) {
	out, err := generateDataKey(k, in)
	if err != nil {
		return nil, err
	}
	m := out.(map[string]any) //nolint:forcetypeassert // made above
	delete(m, "Plaintext")
	return m, nil
}

const maxPlaintext = 4096 // bytes, as KMS

func encrypt(k *Keystore, in input) (any, error) {
	if len(in.Plaintext) < 1 || len(in.Plaintext) > maxPlaintext {
		return nil, invalid("1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length between 1 and %d", maxPlaintext)
	}
	key, err := k.Usable(in.KeyID)
	if err != nil {
		return nil, err
	}
	blob, err := k.encrypt(key, in.Plaintext, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN, "CiphertextBlob": blob, "EncryptionAlgorithm": symmetric}, nil
}

func decrypt(k *Keystore, in input) (any, error) {
	key, plain, err := k.decrypt(in.CiphertextBlob, in.KeyID, in.EncryptionContext)
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN, "Plaintext": plain, "EncryptionAlgorithm": symmetric}, nil
}

func reEncrypt(k *Keystore, in input) (any, error) {
	from, plain, err := k.decrypt(in.CiphertextBlob, in.SourceKeyID, in.SourceEncryptionContext)
	if err != nil {
		return nil, err
	}
	to, err := k.Usable(in.DestinationKeyID)
	if err != nil {
		return nil, err
	}
	blob, err := k.encrypt(to, plain, in.DestinationEncryptionContext)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"SourceKeyId": from.ARN, "KeyId": to.ARN, "CiphertextBlob": blob,
		"SourceEncryptionAlgorithm": symmetric, "DestinationEncryptionAlgorithm": symmetric,
	}, nil
}

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
	wrapped, err := wrapper{store: k, id: key.ID}.Wrap(plain, contextAAD(in.EncryptionContext))
	if err != nil {
		return nil, err
	}
	blob := append([]byte{blobVersion, byte(len(key.ID))}, key.ID...)
	return map[string]any{"KeyId": key.ARN, "Plaintext": plain, "CiphertextBlob": append(blob, wrapped...)}, nil
}

func decrypt(k *Keystore, in input) (any, error) {
	damaged := &Error{Code: "InvalidCiphertextException"}
	blob := in.CiphertextBlob
	if len(blob) < 2 || blob[0] != blobVersion || len(blob) < 2+int(blob[1]) {
		return nil, damaged
	}
	end := 2 + int(blob[1])
	id, wrapped := string(blob[2:end]), blob[end:]
	key, err := k.Usable(id)
	if err != nil {
		return nil, err
	}
	if in.KeyID != "" {
		named, err := k.Resolve(in.KeyID)
		if err != nil {
			return nil, err
		}
		if named.ID != key.ID {
			return nil, &Error{Code: "IncorrectKeyException", Message: "The key ID in the request does not identify a CMK that can perform this operation."}
		}
	}
	plain, err := wrapper{store: k, id: id}.Unwrap(wrapped, contextAAD(in.EncryptionContext))
	if errors.Is(err, seal.ErrCorrupt) {
		return nil, damaged
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"KeyId": key.ARN, "Plaintext": plain, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}, nil
}

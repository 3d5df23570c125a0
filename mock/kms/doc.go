// Package kms is the key service of the local endpoint: keys with a state,
// aliases, and the KMS calls that a key picker and tests need.
//
// It promises: a key's bytes leave the keystore only sealed under the root key
// (AES-256-GCM, file mode 0600, replaced atomically); a key that is disabled or
// awaits deletion wraps and unwraps nothing, from the next call on; a key whose
// deletion date has passed is gone, and with it all that was sealed under it; a
// rotated key seals under its new bytes and opens what its old ones sealed.
//
// A key is found by its id, its ARN, alias/NAME or the alias's ARN. An ARN of
// another region is refused as "Invalid arn REGION", as by AWS.
//
// It refuses asymmetric key material (a key of usage SIGN_VERIFY can be made, so
// that the refusal InvalidKeyUsageException can be tested) and grants. Who may use
// a key is decided by its policy and the caller's own: [Keystore.Authorize].
//
// The JSON calls follow the AWS JSON 1.1 protocol of the KMS API reference.
// Signatures are checked before [Keystore.Call] is reached.
package kms

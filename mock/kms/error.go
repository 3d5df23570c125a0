package kms

import "fmt"

// Error is a refusal in the words of KMS.
type Error struct {
	Code    string // "NotFoundException", "DisabledException", ...
	Message string
	KeyID   string // the key as it was asked for; empty where none was
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func notFound(ref, message string, args ...any) *Error {
	return &Error{Code: "NotFoundException", Message: fmt.Sprintf(message, args...), KeyID: ref}
}

func disabled(k Key) *Error {
	return &Error{Code: "DisabledException", Message: k.ARN + " is disabled.", KeyID: k.ID}
}

func pendingDeletion(k Key) *Error {
	return &Error{Code: "KMSInvalidStateException", Message: k.ARN + " is pending deletion.", KeyID: k.ID}
}

func wrongUsage(k Key) *Error {
	return &Error{Code: "InvalidKeyUsageException", Message: k.ARN + " key usage is " + k.Usage + " which is not valid for this operation.", KeyID: k.ID}
}

func invalid(message string, args ...any) *Error {
	return &Error{Code: "ValidationException", Message: fmt.Sprintf(message, args...)}
}

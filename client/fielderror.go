package client

// A FieldError says what is wrong with one field of an account or of its
// credentials. It never quotes a secret.
type FieldError struct {
	Field Text // its name: "region"
	Said  Text // half a sentence
}

// Error is the field and what is wrong with it.
func (e *FieldError) Error() string { return e.Text().String() }

// Text is what [FieldError.Error] says.
func (e *FieldError) Text() Text { return Say("%v: %v", e.Field, e.Said) }

// wrong is the error of a field.
func wrong(field, said Text) error { return &FieldError{field, said} }

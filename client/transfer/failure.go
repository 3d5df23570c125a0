package transfer

import (
	"encoding/json"
	"errors"

	"github.com/bucketseal/bucketseal/client"
)

// A failure is an error as a journal keeps it: its words, and what of it decides
// what can be done.
type failure struct {
	Text  client.Text `json:"text,omitzero"`
	Error *keptError  `json:"error,omitempty"` // the *client.Error that it is or wraps
	Mark  mark        `json:"mark,omitempty"`
}

// A keptError is a client.Error. Its kind is kept by name: numbers move.
type keptError struct {
	Op             string          `json:"op"`
	Kind           string          `json:"kind"`
	At             client.Location `json:"at,omitzero"`
	Key            client.KeyID    `json:"key,omitempty"`
	CustomerKeyMD5 string          `json:"customerKeyMD5,omitempty"`
	Status         int             `json:"status,omitempty"`
	Code           string          `json:"code,omitempty"`
	Message        string          `json:"message,omitempty"`
	RequestID      string          `json:"requestId,omitempty"`
	Hidden         bool            `json:"hidden,omitempty"`
	Said           client.Text     `json:"said,omitzero"`
	Cause          client.Text     `json:"cause,omitzero"`
}

// A mark is an error of this package that others ask for.
type mark string

const (
	markOtherContents mark = "other-contents"  // ErrOtherContents
	markOtherETag     mark = "other-etag"      // Row.Acceptable
	markUnknown       mark = "request-failure" // Row.Unknown
)

// EncodeFailure writes the error of a row for DecodeFailure: its words in both
// languages, its kind, what the server said. nil is nothing. Its causes beyond that
// are not kept.
func EncodeFailure(err error) []byte {
	if err == nil {
		return nil
	}
	f := failure{Mark: markOf(err)}
	var request *requestFailure
	if errors.As(err, &request) {
		err = request.error
	}
	var e *client.Error
	if errors.As(err, &e) {
		f.Error = &keptError{
			e.Op, e.Kind.String(), e.At, e.Key, e.CustomerKeyMD5, e.Status, e.Code, e.Message, e.RequestID, e.Hidden, e.Said, client.TextOf(e.Err),
		}
	}
	if e != err { //nolint:errorlint // whether it is that very one
		f.Text = client.TextOf(err)
	}
	b, merr := json.Marshal(f)
	if merr != nil { // of texts and strings: cannot be
		b, _ = json.Marshal(failure{Text: client.Verbatim(err.Error())})
	}
	return b
}

// DecodeFailure reads what EncodeFailure wrote. What cannot be read is an error
// that says so.
func DecodeFailure(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var f failure
	if err := json.Unmarshal(b, &f); err != nil {
		return client.Say("why it failed cannot be read any more: %v", err).Err()
	}
	var err error
	if f.Error != nil {
		err = f.Error.error(f.Mark)
	}
	if !f.Text.IsZero() {
		err = &keptFailure{f.Text, err}
	}
	if f.Mark == markUnknown && err != nil {
		err = &requestFailure{err}
	}
	return err
}

// A keptFailure says what an error that wrapped another one said.
type keptFailure struct {
	text  client.Text
	cause error
}

func (k *keptFailure) Error() string     { return k.text.String() }
func (k *keptFailure) Text() client.Text { return k.text }
func (k *keptFailure) Unwrap() error     { return k.cause }

func (k *keptError) error(m mark) error {
	e := &client.Error{
		Op: k.Op, At: k.At, Key: k.Key, CustomerKeyMD5: k.CustomerKeyMD5, Status: k.Status,
		Code: k.Code, Message: k.Message, RequestID: k.RequestID, Hidden: k.Hidden, Said: k.Said, Err: k.Cause.Err(),
	}
	for _, kind := range client.Kinds() {
		if kind.String() == k.Kind {
			e.Kind = kind
		}
	}
	switch m {
	case markOtherContents:
		e.Err = ErrOtherContents
	case markOtherETag:
		e.Err = &otherETag{k.Cause}
	}
	return e
}

func markOf(err error) mark {
	var etag *otherETag
	var request *requestFailure
	switch {
	case errors.Is(err, ErrOtherContents):
		return markOtherContents
	case errors.As(err, &etag):
		return markOtherETag
	case errors.As(err, &request):
		return markUnknown
	}
	return ""
}

package admin

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/bucketseal/bucketseal/mock/kms"
	"github.com/bucketseal/bucketseal/mock/wire"
)

// Path is where the running endpoint is told to change: a name that no bucket
// can have.
const Path = "_mocks3"

// maxAdmin bounds a document for the admin path, in bytes.
const maxAdmin = 1 << 20

// adminCalls by method and what follows the path. Each gets the document that
// came, and gives the one to answer, nil for none.
var adminCalls = map[string]func(*Endpoint, []byte) (any, error){
	"GET keys":          (*Endpoint).adminListKeys,
	"POST keys":         (*Endpoint).adminCreateKey,
	"POST keys/change":  (*Endpoint).adminChangeKey,
	"GET users":         (*Endpoint).adminListUsers,
	"POST users":        (*Endpoint).adminAddUser,
	"POST users/remove": (*Endpoint).adminRemoveUser,
	"GET faults":        (*Endpoint).adminShowFaults,
	"PUT faults":        (*Endpoint).adminSetFaults,
	"DELETE faults":     (*Endpoint).adminClearFaults,
}

// adminError is a refusal of the admin path.
type adminError struct {
	status  int
	message string
}

// Error is what is told.
func (e *adminError) Error() string { return e.message }

func adminRefusal(status int, err error) error { return &adminError{status, err.Error()} }

var errNotTheAccount = &adminError{http.StatusForbidden, "this path is for the account itself: sign the request, body included, with its access key"}

var literalSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Serve answers the account itself and nobody else. Faults do not hit it, the
// wrong clock included, or they could not be taken back.
func (s *Endpoint) Serve(w http.ResponseWriter, r *wire.Request) error {
	r.Op = "Admin"
	body, err := s.adminBody(r)
	if err != nil {
		return errors.Join(errNotTheAccount, err)
	}
	run, ok := adminCalls[r.Method+" "+r.Key]
	if !ok {
		return &adminError{http.StatusNotFound, "there is no " + r.Method + " " + r.Key}
	}
	out, err := run(s, body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// adminBody reads the body of a request that the account signed, in the header
// and with the hash of the body, so that nothing of it is another's.
func (s *Endpoint) adminBody(r *wire.Request) ([]byte, error) {
	v := s.Verifier
	v.Now = s.Clock
	auth, err := v.Verify(r.Request)
	if err != nil {
		return nil, err
	}
	r.Auth = auth
	theAccount := subtle.ConstantTimeCompare([]byte(auth.AccessKey), []byte(s.AccessKey)) == 1
	if !theAccount || auth.Presigned || auth.Service != "s3" || !literalSHA256.MatchString(auth.Payload) {
		return nil, errNotTheAccount
	}
	body, err := io.ReadAll(io.LimitReader(auth.Body, maxAdmin+1))
	if err == nil && len(body) > maxAdmin {
		err = errors.New("the document is too large")
	}
	return body, err
}

func writeJSON(w http.ResponseWriter, status int, document any) error {
	raw, err := json.Marshal(document)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(raw, '\n'))
	return err
}

// WriteRefusal says why not; of errors that are nobody's fault only the log
// tells more.
func WriteRefusal(w http.ResponseWriter, err error) {
	status, message := http.StatusInternalServerError, "an internal error occurred; the log says more"
	var ours *adminError
	var ofKMS *kms.Error
	switch {
	case errors.As(err, &ours):
		status, message = ours.status, ours.message
	case errors.As(err, &ofKMS):
		status, message = http.StatusBadRequest, ofKMS.Error()
	}
	_ = writeJSON(w, status, map[string]string{"error": message})
}

// readAdmin reads a document strictly. The decoder's own words may quote what it
// stumbled over, which may be a secret.
func readAdmin(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil || d.More() {
		return &adminError{http.StatusBadRequest, "the document is not the JSON expected: see docs/mocks3.md"}
	}
	return nil
}

package mock

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/bucketseal/bucketseal/mock/kms"
)

// adminPath is where the running endpoint is told to change: a name that no bucket
// can have.
const adminPath = "_mocks3"

// maxAdmin bounds a document for the admin path, in bytes.
const maxAdmin = 1 << 20

// adminCalls by method and what follows the path. Each gets the document that
// came, and gives the one to answer, nil for none.
var adminCalls = map[string]func(*Server, []byte) (any, error){
	"GET keys":          (*Server).adminListKeys,
	"POST keys":         (*Server).adminCreateKey,
	"POST keys/change":  (*Server).adminChangeKey,
	"GET users":         (*Server).adminListUsers,
	"POST users":        (*Server).adminAddUser,
	"POST users/remove": (*Server).adminRemoveUser,
	"GET faults":        (*Server).adminShowFaults,
	"PUT faults":        (*Server).adminSetFaults,
	"DELETE faults":     (*Server).adminClearFaults,
}

func isAdmin(r *request) bool { return r.bucket == adminPath }

// adminError is a refusal of the admin path.
type adminError struct {
	status  int
	message string
}

func (e *adminError) Error() string { return e.message }

func adminRefusal(status int, err error) error { return &adminError{status, err.Error()} }

var errNotTheAccount = &adminError{http.StatusForbidden, "this path is for the account itself: sign the request, body included, with its access key"}

var literalSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)

// serveAdmin answers the account itself and nobody else. Faults do not hit it, the
// wrong clock included, or they could not be taken back.
func (s *Server) serveAdmin(w http.ResponseWriter, r *request) error {
	r.op = "Admin"
	body, err := s.adminBody(r)
	if err != nil {
		return errors.Join(errNotTheAccount, err)
	}
	run, ok := adminCalls[r.Method+" "+r.key]
	if !ok {
		return &adminError{http.StatusNotFound, "there is no " + r.Method + " " + r.key}
	}
	out, err := run(s, body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// adminBody reads the body of a request that the account signed, in the header
// and with the hash of the body, so that nothing of it is another's.
func (s *Server) adminBody(r *request) ([]byte, error) {
	v := s.verifier
	v.Now = s.clock
	auth, err := v.Verify(r.Request)
	if err != nil {
		return nil, err
	}
	r.auth = auth
	theAccount := subtle.ConstantTimeCompare([]byte(auth.AccessKey), []byte(s.accessKey)) == 1
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

// writeAdminRefusal says why not; of errors that are nobody's fault only the log
// tells more.
func writeAdminRefusal(w http.ResponseWriter, err error) {
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

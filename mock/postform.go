package mock

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const maxFields = 20 << 10 // bytes of a form before its file

func notAForm() error {
	return s3.Refuse(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.",
		s3.Field("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"))
}

// form is an upload by form, read up to its file.
type form struct {
	fields map[string]string // by lower-case name; a field given twice is refused
	file   *multipart.Part
}

// readForm reads the fields before the file; what comes after it is ignored.
func readForm(r *wire.Request) (form, error) {
	f := form{fields: map[string]string{}}
	broken := s3.Refuse(http.StatusBadRequest, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
	parts, err := r.MultipartReader()
	switch {
	case errors.Is(err, http.ErrMissingBoundary):
		return f, broken
	case err != nil:
		return f, notAForm()
	}
	for left := maxFields; ; {
		part, err := parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // the end of the form is this very value; a form cut short wraps it
			return f, s3.BadArgument("POST requires exactly one file upload per request.", "file", "0")
		}
		if err != nil {
			return f, broken
		}
		name := strings.ToLower(part.FormName())
		if name == "file" {
			f.file = part
			return f, nil
		}
		value, err := io.ReadAll(io.LimitReader(part, int64(left)+1))
		if err != nil {
			return f, broken
		}
		if left -= len(value) + len(name); left < 0 {
			return f, s3.Refuse(http.StatusBadRequest, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.")
		}
		if _, twice := f.fields[name]; twice || name == "" {
			return f, s3.BadArgument("POST requires exactly one "+name+" field per request.", name, "2")
		}
		f.fields[name] = string(value)
	}
}

// asRequest is the PUT that a form means: its fields are the headers.
func (f form) asRequest(r *wire.Request) *wire.Request {
	hr := *r.Request
	hr.Header = http.Header{}
	for name, value := range f.fields {
		hr.Header.Set(name, value)
	}
	if acl, ok := f.fields["acl"]; ok {
		hr.Header.Set("X-Amz-Acl", acl)
	}
	put := *r
	put.Request = &hr
	put.Key = strings.ReplaceAll(f.fields["key"], "${filename}", f.file.FileName())
	return &put
}

// policyReader holds a file against the policy's content-length-range.
type policyReader struct {
	io.Reader
	formPolicy
	size int64
}

// Read implements io.Reader.
func (m *policyReader) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.size += int64(n)
	switch {
	case m.size > m.most:
		return 0, s3.Refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.",
			s3.Field("ProposedSize", strconv.FormatInt(m.size, 10)), s3.Field("MaxSizeAllowed", strconv.FormatInt(m.most, 10)))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, store.ErrIncompleteBody
	case errors.Is(err, io.EOF) && m.size < m.least:
		return 0, s3.Refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
			s3.Field("ProposedSize", strconv.FormatInt(m.size, 10)), s3.Field("MinSizeAllowed", strconv.FormatInt(m.least, 10)))
	}
	return n, err
}

// postForm runs an upload by form from its signature on.
func (s *Server) postForm(w http.ResponseWriter, r *wire.Request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	auth, policy := &sigv4.Request{Service: "s3", Payload: sigv4.UnsignedPayload, Length: -1}, formPolicy{most: s3.MaxPut}
	if f.signed() {
		if auth, policy, err = s.signedForm(r, f); err != nil {
			return err
		}
	}
	auth.Body = &policyReader{Reader: f.file, formPolicy: policy}
	put := f.asRequest(r)
	put.Auth, r.Auth = auth, auth
	r.Key = put.Key // for the log
	if auth.AccessKey != "" {
		if put.Caller, err = s.people.Identify(put); err != nil {
			return err
		}
	}
	put.Caller.Context = s.access.ConditionKeys(put)
	switch {
	case f.fields["key"] == "":
		return s3.BadArgument("Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.", "key", "")
	case len(put.Key) > s3.MaxKeyLength:
		return store.ErrKeyTooLong
	}
	if err := s.access.Authorize(put); err != nil {
		return err
	}
	changed := s.faults.BeforeChange(r.Context(), s.store, put.Bucket, put.Key)
	err = s.objects.PostObject(w, put, f.fields)
	changed(err)
	return err
}

// signed tells that a form claims a key; one which does not is anonymous.
func (f form) signed() bool {
	return slices.ContainsFunc([]string{"policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"}, func(name string) bool {
		_, ok := f.fields[name]
		return ok
	})
}

// signedForm holds a form against its signature and its policy.
func (s *Server) signedForm(r *wire.Request, f form) (*sigv4.Request, formPolicy, error) {
	auth, err := s.verifier.VerifyForm(f.fields)
	if err != nil {
		return nil, formPolicy{}, err
	}
	policy, err := readFormPolicy(f.fields["policy"], s.now())
	if err != nil {
		return nil, formPolicy{}, err
	}
	f.fields["bucket"] = r.Bucket
	defer delete(f.fields, "bucket")
	return auth, policy, policy.judge(f.fields)
}

package mock

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bucketseal/bucketseal/mock/sigv4"
	"github.com/bucketseal/bucketseal/mock/store"
)

const maxFields = 20 << 10 // bytes of a form before its file

// isForm tells an upload by an HTML form, which is signed in the form.
func isForm(r *request) bool {
	return r.op == "PostObject" && r.Header.Get("Authorization") == "" && !r.query.Has("X-Amz-Signature")
}

func notAForm() error {
	return refuse(http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.",
		field("Condition", "Bucket POST must be of the enclosure-type multipart/form-data"))
}

// form is an upload by form, read up to its file.
type form struct {
	fields map[string]string // by lower-case name; a field given twice is refused
	file   *multipart.Part
}

// readForm reads the fields before the file; what comes after it is ignored.
func readForm(r *request) (form, error) {
	f := form{fields: map[string]string{}}
	broken := refuse(http.StatusBadRequest, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
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
			return f, badArgument("POST requires exactly one file upload per request.", "file", "0")
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
			return f, refuse(http.StatusBadRequest, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.")
		}
		if _, twice := f.fields[name]; twice || name == "" {
			return f, badArgument("POST requires exactly one "+name+" field per request.", name, "2")
		}
		f.fields[name] = string(value)
	}
}

// asRequest is the PUT that a form means: its fields are the headers.
func (f form) asRequest(r *request) *request {
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
	put.key = strings.ReplaceAll(f.fields["key"], "${filename}", f.file.FileName())
	return &put
}

// measured holds a file against the policy's content-length-range.
type measured struct {
	io.Reader
	formPolicy
	size int64
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	m.size += int64(n)
	switch {
	case m.size > m.most:
		return 0, refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.",
			field("ProposedSize", strconv.FormatInt(m.size, 10)), field("MaxSizeAllowed", strconv.FormatInt(m.most, 10)))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, store.ErrIncompleteBody
	case errors.Is(err, io.EOF) && m.size < m.least:
		return 0, refuse(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size",
			field("ProposedSize", strconv.FormatInt(m.size, 10)), field("MinSizeAllowed", strconv.FormatInt(m.least, 10)))
	}
	return n, err
}

// postForm runs an upload by form from its signature on.
func (s *Server) postForm(w http.ResponseWriter, r *request) error {
	f, err := readForm(r)
	if err != nil {
		return err
	}
	auth, policy := &sigv4.Request{Service: "s3", Payload: sigv4.UnsignedPayload, Length: -1}, formPolicy{most: maxPut}
	if f.signed() {
		if auth, policy, err = s.signedForm(r, f); err != nil {
			return err
		}
	}
	auth.Body = &measured{Reader: f.file, formPolicy: policy}
	put := f.asRequest(r)
	put.auth, r.auth = auth, auth
	r.key = put.key // for the log
	if auth.AccessKey != "" {
		if put.who, err = s.people.identify(put); err != nil {
			return err
		}
	}
	put.who.Context = s.conditionKeys(put)
	switch {
	case f.fields["key"] == "":
		return badArgument("Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.", "key", "")
	case len(put.key) > maxKeyLength:
		return store.ErrKeyTooLong
	}
	if err := s.authorize(put); err != nil {
		return err
	}
	changed := s.faults.Changing(r.Context(), s.store, put.bucket, put.key)
	err = s.postObject(w, put, f.fields)
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
func (s *Server) signedForm(r *request, f form) (*sigv4.Request, formPolicy, error) {
	auth, err := s.verifier.VerifyForm(f.fields)
	if err != nil {
		return nil, formPolicy{}, err
	}
	policy, err := readFormPolicy(f.fields["policy"], s.now())
	if err != nil {
		return nil, formPolicy{}, err
	}
	f.fields["bucket"] = r.bucket
	defer delete(f.fields, "bucket")
	return auth, policy, policy.judge(f.fields)
}

func (s *Server) postObject(w http.ResponseWriter, r *request, fields map[string]string) error {
	rec, err := s.recordOf(r)
	if err != nil {
		return err
	}
	if document := fields["tagging"]; document != "" {
		if rec.tags, err = readTags([]byte(document)); err != nil {
			return err
		}
	}
	body := &content{Reader: r.auth.Body, size: -1, auth: r.auth}
	if err := s.digesting(r, body, ""); err != nil {
		return err
	}
	lock, err := s.locksOf(r)
	if err == nil {
		err = s.demandDigest(r, lock.asked(), "Object")
	}
	if err != nil {
		return err
	}
	how, err := s.sealing(r)
	if err != nil {
		return err
	}
	rec.headers[echoHeader] = how.echo
	o, err := s.store.Put(r.Context(), store.PutRequest{
		Bucket: r.bucket, Key: r.key, Body: body, Size: -1, MD5: body.md5, Verify: body.verify,
		Headers: rec.headers, UserMetadata: rec.metadata, Tags: rec.tags, ACL: rec.acl, Sealing: how.Sealing,
		Retention: lock.Retention, LegalHold: lock.LegalHold,
	})
	if err != nil {
		return err
	}
	setWritten(w.Header(), o)
	setEncryption(w.Header(), tellObject(o.Encryption, o.Headers), false)
	s.setChecksums(w.Header(), o.Checksums, o.CRC64NVME)
	return posted(w, r, o, fields)
}

// posted answers as the form asks.
func posted(w http.ResponseWriter, r *request, o store.Object, fields map[string]string) error {
	location := completed(r, "").Location
	w.Header().Set("Etag", quoted(o.ETag))
	w.Header().Set("Location", location)
	if to, err := url.Parse(fields["success_action_redirect"]); err == nil && to.IsAbs() {
		q := to.Query()
		q.Set("bucket", r.bucket)
		q.Set("key", r.key)
		q.Set("etag", quoted(o.ETag))
		to.RawQuery = q.Encode()
		w.Header().Set("Location", to.String())
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	switch fields["success_action_status"] {
	case "200":
		w.WriteHeader(http.StatusOK)
	case "201":
		raw, err := xml.Marshal(struct {
			XMLName                     xml.Name `xml:"PostResponse"`
			Location, Bucket, Key, ETag string
		}{Location: location, Bucket: r.bucket, Key: r.key, ETag: quoted(o.ETag)})
		if err != nil {
			return fmt.Errorf("answer a form: %w", err)
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusCreated)
		_, err = w.Write(append([]byte(xml.Header), raw...))
		return err
	default:
		w.WriteHeader(http.StatusNoContent)
	}
	return nil
}

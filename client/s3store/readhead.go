package s3store

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// readHead is http.ReadResponse, which it asks wherever a head is not of the
// plainest form: all of it there, HTTP/1.1, one Content-Length, no encoding of the
// transfer, nothing about the connection but that it stays, characters of ASCII.
func readHead(in *bufio.Reader, asked *http.Request) (*http.Response, error) {
	raw, _ := in.Peek(in.Buffered())
	if end := bytes.Index(raw, []byte("\r\n\r\n")); end >= 0 {
		if answer := plainHead(string(raw[:end+2]), asked); answer != nil {
			_, _ = in.Discard(end + 4) // it is there
			if answer.ContentLength > 0 && asked.Method != http.MethodHead {
				answer.Body = &bounded{in, answer.ContentLength}
			}
			return answer, nil
		}
	}
	return http.ReadResponse(in, asked)
}

// plainHead reads the lines of a head; nil is one that is left to net/http.
func plainHead(head string, asked *http.Request) *http.Response {
	first, rest, _ := strings.Cut(head, "\r\n")
	status, found := strings.CutPrefix(first, "HTTP/1.1 ")
	if !found || !isPrintable(status) || len(status) < 4 || status[3] != ' ' {
		return nil
	}
	code, err := strconv.Atoi(status[:3])
	if err != nil || code < http.StatusOK || code == http.StatusNoContent || code == http.StatusNotModified {
		return nil
	}
	n := strings.Count(rest, "\n")
	a := &http.Response{
		Status: status, StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, n), ContentLength: -1, Body: http.NoBody, Request: asked,
	}
	values := make([]string, 0, n)
	for rest != "" {
		var one string
		one, rest, _ = strings.Cut(rest, "\r\n")
		name, value, found := strings.Cut(one, ":")
		name, plain := canonicalName(name)
		value = strings.Trim(value, " \t")
		if !found || !plain || !isPrintable(value) || !plainly(a, name, value) {
			return nil
		}
		if a.Header[name] != nil {
			a.Header[name] = append(a.Header[name], value)
			continue
		}
		values = append(values, value)
		a.Header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	if a.ContentLength < 0 {
		return nil
	}
	return a
}

// plainly reports whether a header leaves the answer one of the plainest form.
func plainly(a *http.Response, name, value string) bool {
	switch name {
	case "Transfer-Encoding", "Pragma":
		return false
	case "Connection":
		return strings.EqualFold(value, "keep-alive")
	case "Content-Length":
		n, err := strconv.ParseUint(value, 10, 62)
		if err != nil || a.ContentLength >= 0 {
			return false
		}
		a.ContentLength = int64(n) //nolint:gosec // of 62 bits
	}
	return true
}

func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// canonicalName is the name of a header in canonical form; plain is false where it
// has other characters than such names have.
func canonicalName(name string) (canonical string, plain bool) {
	if known, ok := usualNames[name]; ok {
		return known, true
	}
	for i := range len(name) {
		if c := lower(name[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return "", false
		}
	}
	return http.CanonicalHeaderKey(name), name != ""
}

// usualNames are headers that most answers have, as they are written, in canonical
// form.
var usualNames = func() map[string]string {
	all := map[string]string{}
	for _, name := range []string{
		"Server", "Date", "Connection", "Content-Length", "Content-Type", "Last-Modified", "ETag", "Accept-Ranges", "Content-Range",
		"x-amz-request-id", "x-amz-id-2", "x-amz-version-id", "x-amz-storage-class", "x-amz-checksum-type", "x-amz-checksum-crc64nvme",
		"x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-bucket-key-enabled",
		"x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key-md5", "x-amz-meta-mtime",
	} {
		canonical := http.CanonicalHeaderKey(name)
		all[name], all[canonical], all[strings.ToLower(name)] = canonical, canonical, canonical
	}
	return all
}()

// A bounded body is so many bytes of a line.
type bounded struct {
	in   *bufio.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case b.left == 0:
		err = io.EOF
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close has nothing to do: the line is its owner's.
func (*bounded) Close() error { return nil }

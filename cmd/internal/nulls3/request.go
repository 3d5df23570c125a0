package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// A request is what a client asks, without its body. It is valid until the next
// one of the connection is read.
type request struct {
	method, bucket, key, query string
	fields                     []field
	length                     int64 // of the body, in bytes
}

// A field is a header as it came.
type field struct{ name, value string }

var errHead = errors.New("not a request of HTTP/1.1 with a Content-Length")

// read reads the head of the next request.
func (r *request) read(from *bufio.Reader) error {
	for seen := 1; ; seen = from.Buffered() + 1 {
		if _, err := from.Peek(seen); err != nil {
			return err // the end, or a head that is larger than the buffer
		}
		b, _ := from.Peek(from.Buffered())
		if end := bytes.Index(b, []byte("\r\n\r\n")); end >= 0 {
			head := string(b[:end])
			_, _ = from.Discard(end + 4) // they are buffered
			return r.parse(head)
		}
	}
}

func (r *request) parse(head string) error {
	line, rest, _ := strings.Cut(head, "\r\n")
	method, line, _ := strings.Cut(line, " ")
	target, protocol, _ := strings.Cut(line, " ")
	if protocol != "HTTP/1.1" || !strings.HasPrefix(target, "/") {
		return errHead
	}
	r.fields, r.length = r.fields[:0], 0
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, _ := strings.Cut(line, ":")
		r.fields = append(r.fields, field{name, strings.TrimSpace(value)})
	}
	path, query, _ := strings.Cut(target[1:], "?")
	if strings.Contains(path, "%") {
		var err error
		if path, err = url.PathUnescape(path); err != nil {
			return fmt.Errorf("%w: %w", errHead, err)
		}
	}
	r.method, r.query = method, query
	r.bucket, r.key, _ = strings.Cut(path, "/")
	return r.measure()
}

func (r *request) measure() (err error) {
	if r.header("Transfer-Encoding") != "" {
		return errHead
	}
	if told := r.header("Content-Length"); told != "" {
		if r.length, err = strconv.ParseInt(told, 10, 64); err != nil || r.length < 0 {
			return errHead
		}
	}
	return nil
}

// header is the value of a header, "" where there is none.
func (r *request) header(name string) string {
	for _, f := range r.fields {
		if len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// param is a parameter of the query; asked is false where it is not there.
func (r *request) param(name string) (value string, asked bool) {
	for rest := r.query; rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, "&")
		if key, value, _ := strings.Cut(one, "="); key == name {
			if plain, err := url.QueryUnescape(value); err == nil {
				return plain, true
			}
			return value, true
		}
	}
	return "", false
}

// asks reports whether any of the parameters is there.
func (r *request) asks(names ...string) bool {
	for _, name := range names {
		if _, asked := r.param(name); asked {
			return true
		}
	}
	return false
}

// at is the bucket and key as one.
func (r *request) at() string { return r.bucket + "/" + r.key }

// span is the range of an object that is asked for: all of it where none is named.
// ok is false where there is nothing of it.
func (r *request) span(size int64) (from, length int64, part, ok bool) {
	first, last, found := strings.Cut(strings.TrimPrefix(r.header("Range"), "bytes="), "-")
	if !found {
		return 0, size, false, true
	}
	end := size - 1
	if first == "" { // the last so many
		n, err := strconv.ParseInt(last, 10, 64)
		return max(size-n, 0), min(n, size), true, err == nil && n > 0 && size > 0
	}
	from, err := strconv.ParseInt(first, 10, 64)
	if err == nil && last != "" {
		end, err = strconv.ParseInt(last, 10, 64)
		end = min(end, size-1)
	}
	return from, end - from + 1, true, err == nil && from >= 0 && from <= end
}

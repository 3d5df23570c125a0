package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// Headers that are told and come back.
const (
	headerSSE     = "x-amz-server-side-encryption"
	headerKey     = "x-amz-server-side-encryption-aws-kms-key-id"
	headerSum     = "x-amz-checksum-"
	headerSumType = "x-amz-checksum-type"
)

// The one key there is. Whatever else is asked for is believed to be an ID.
const (
	keyID    = "00000000-0000-4000-8000-000000000000"
	keyAlias = "alias/demo"
	arn      = "arn:aws:kms:us-east-1:111111111111:key/"
	keyARN   = arn + keyID
)

func lines(name, value string) string {
	if value == "" {
		return ""
	}
	return name + ": " + value + "\r\n"
}

// act answers a request, whose body is read.
func (c *conn) act(body []byte) error {
	switch r := &c.request; {
	case r.bucket == "":
		c.buckets()
	case r.key == "":
		c.actOnBucket(body)
	case r.asks("acl", "tagging", "attributes", "retention", "legal-hold", "torrent", "restore"), r.header("x-amz-copy-source") != "" && r.asks("uploadId"):
		c.refuse(r, http.StatusNotImplemented, "NotImplemented")
	case r.header("x-amz-copy-source") != "":
		c.copyObject()
	case r.asks("uploads", "uploadId"):
		c.actOnUpload(body)
	default:
		return c.actOnObject()
	}
	return nil
}

func (c *conn) actOnObject() error {
	r := &c.request
	switch r.method {
	case http.MethodPut:
		c.putObject()
	case http.MethodHead, http.MethodGet:
		return c.give()
	case http.MethodDelete:
		c.server.remove(r.at())
		c.empty(http.StatusNoContent)
	default:
		c.refuse(r, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
	return nil
}

func (c *conn) putObject() {
	r := &c.request
	if !c.server.hasBucket(r.bucket) {
		c.refuse(r, http.StatusNotFound, "NoSuchBucket")
		return
	}
	if !c.mayWrite() {
		c.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	x := &object{size: r.length, etag: c.etag(), told: c.told()}
	c.server.put(r.at(), x)
	c.begin(http.StatusOK)
	c.field("ETag", x.etag)
	c.lines(x.sse)
	c.lines(x.sums)
	c.end(0)
}

// mayWrite looks at If-None-Match and If-Match.
func (c *conn) mayWrite() bool {
	r := &c.request
	none, match := r.header("If-None-Match"), r.header("If-Match")
	if none == "" && match == "" {
		return true
	}
	there := c.server.get(r.at())
	if match != "" {
		return there != nil && strings.Trim(match, `"`) == strings.Trim(there.etag, `"`)
	}
	return there == nil
}

// etag is the ETag of a body: its MD5 where that was told, and something that
// looks like no MD5 where it was not.
func (c *conn) etag() string {
	if md5, err := base64.StdEncoding.DecodeString(c.request.header("Content-MD5")); err == nil && len(md5) > 0 {
		return `"` + hex.EncodeToString(md5) + `"`
	}
	return `"null-` + strconv.FormatUint(c.ids, 16) + `"`
}

// told is what the request tells of an object.
func (c *conn) told() (t told) {
	for _, f := range c.request.fields {
		switch name := strings.ToLower(f.name); {
		case name == headerKey:
			t.sse += lines(name, arnOf(f.value))
		case strings.HasPrefix(name, headerSSE) && !strings.HasSuffix(name, "-customer-key"):
			t.sse += lines(name, f.value)
		case strings.HasPrefix(name, headerSum) && name != headerSum+"algorithm" && name != headerSumType:
			t.sums += lines(name, f.value)
		case strings.HasPrefix(name, "x-amz-meta-"), strings.HasPrefix(name, "content-") && keptContent[name], name == "cache-control", name == "x-amz-storage-class":
			t.kept += lines(name, f.value)
		}
	}
	switch {
	case c.server.noChecksums:
		t.sums = ""
	case t.sums != "":
		t.sums += lines(headerSumType, "FULL_OBJECT")
	}
	return t
}

var keptContent = map[string]bool{"content-type": true, "content-encoding": true, "content-disposition": true, "content-language": true}

func arnOf(key string) string {
	switch {
	case key == keyAlias || strings.HasSuffix(key, ":"+keyAlias):
		return keyARN
	case strings.HasPrefix(key, "arn:"):
		return key
	}
	return arn + key
}

// give answers HEAD and GET.
func (c *conn) give() error {
	r := &c.request
	x := c.server.get(r.at())
	if x == nil {
		c.refuse(r, http.StatusNotFound, "NoSuchKey")
		return nil
	}
	if match := r.header("If-Match"); match != "" && strings.Trim(match, `"`) != strings.Trim(x.etag, `"`) {
		c.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
		return nil
	}
	from, length, part, ok := r.span(x.size)
	if !ok {
		c.refuse(r, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
		return nil
	}
	c.describe(x, from, length, part)
	if r.method == http.MethodHead {
		return nil
	}
	return c.body(from, length)
}

// describe writes the head of an answer that has the object, or a part of it.
func (c *conn) describe(x *object, from, length int64, part bool) {
	status := http.StatusOK
	if part {
		status = http.StatusPartialContent
	}
	c.begin(status)
	c.field("Last-Modified", c.server.started)
	c.field("ETag", x.etag)
	c.field("Accept-Ranges", "bytes")
	c.lines(x.kept)
	c.lines(x.sse)
	switch {
	case part:
		c.field("Content-Range", "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+length-1, 10)+"/"+strconv.FormatInt(x.size, 10))
	case c.request.header("x-amz-checksum-mode") != "":
		c.lines(x.sums)
	}
	c.end(length)
}

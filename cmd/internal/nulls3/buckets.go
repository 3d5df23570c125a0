package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// text is a string within XML.
func text(s string) string {
	if !strings.ContainsAny(s, "&<>\"'\r\n\t") {
		return s
	}
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer never fails
	return b.String()
}

func (c *conn) buckets() {
	if c.request.method != http.MethodGet {
		c.refuse(&c.request, http.StatusNotImplemented, "NotImplemented")
		return
	}
	doc := []byte(`<ListAllMyBucketsResult><Owner><ID>null</ID></Owner><Buckets>`)
	for _, name := range c.server.bucketNames() {
		doc = fmt.Appendf(doc, `<Bucket><Name>%s</Name><CreationDate>%s</CreationDate></Bucket>`, text(name), listedDate)
	}
	c.document(http.StatusOK, append(doc, `</Buckets></ListAllMyBucketsResult>`...))
}

func (o *objects) bucketNames() []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return slices.Sorted(maps.Keys(o.buckets))
}

// actOnBucket knows what a bucket holds, and nothing that could be configured.
func (c *conn) actOnBucket(body []byte) {
	r := &c.request
	switch plain := !r.asks("acl", "cors", "encryption", "lifecycle", "logging", "notification", "object-lock", "policy", "policyStatus",
		"publicAccessBlock", "ownershipControls", "replication", "tagging", "uploads", "versioning", "versions", "website"); {
	case !plain:
		c.refuse(r, http.StatusNotImplemented, "NotImplemented")
	case r.method == http.MethodPut:
		c.server.makeBucket(r.bucket)
		c.empty(http.StatusOK)
	case !c.server.hasBucket(r.bucket):
		c.refuse(r, http.StatusNotFound, "NoSuchBucket")
	case r.method == http.MethodHead:
		c.empty(http.StatusOK)
	case r.method == http.MethodPost && r.asks("delete"):
		c.removeMany(body)
	case r.method == http.MethodGet && r.asks("location"):
		c.document(http.StatusOK, []byte(`<LocationConstraint></LocationConstraint>`))
	case r.method == http.MethodGet:
		c.list()
	default:
		c.refuse(r, http.StatusNotImplemented, "NotImplemented")
	}
}

func (c *conn) removeMany(body []byte) {
	var asked struct {
		Quiet  bool
		Object []struct{ Key string }
	}
	if err := xml.Unmarshal(body, &asked); err != nil {
		c.refuse(&c.request, http.StatusBadRequest, "MalformedXML")
		return
	}
	doc := []byte(`<DeleteResult>`)
	for _, x := range asked.Object {
		c.server.remove(c.request.bucket + "/" + x.Key)
		if !asked.Quiet {
			doc = fmt.Appendf(doc, `<Deleted><Key>%s</Key></Deleted>`, text(x.Key))
		}
	}
	c.document(http.StatusOK, append(doc, `</DeleteResult>`...))
}

const listedDate = "2026-01-01T00:00:00.000Z"

// A listing is one page of ListObjectsV2 or, where that is not asked for, of
// ListObjects.
type listing struct {
	doc       []byte
	spell     func(string) string // of keys
	n, most   int
	truncated bool
	last      string // key or folder that was given last
}

func (c *conn) list() {
	r := &c.request
	version, _ := r.param("list-type")
	prefix, _ := r.param("prefix")
	delimiter, _ := r.param("delimiter")
	l := listing{spell: text, most: 1000, doc: make([]byte, 0, 320<<10)}
	if asked, _ := r.param("max-keys"); asked != "" {
		l.most, _ = strconv.Atoi(asked)
	}
	encoding, _ := r.param("encoding-type")
	if encoding == "url" {
		l.spell = func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "%2F", "/") }
	}
	var behind string
	for _, name := range []string{"marker", "start-after", "continuation-token"} {
		if from, asked := r.param(name); asked {
			behind = from
		}
	}
	l.fill(c.server.objects, r.bucket+"/", prefix, delimiter, behind)
	head := fmt.Appendf(nil, `<ListBucketResult><Name>%s</Name><Prefix>%s</Prefix><Delimiter>%s</Delimiter><MaxKeys>%d</MaxKeys><IsTruncated>%t</IsTruncated>`,
		text(r.bucket), l.spell(prefix), l.spell(delimiter), l.most, l.truncated)
	if encoding != "" {
		head = fmt.Appendf(head, `<EncodingType>%s</EncodingType>`, encoding)
	}
	switch {
	case version == "2":
		head = fmt.Appendf(head, `<KeyCount>%d</KeyCount>`, l.n)
		if l.truncated {
			head = fmt.Appendf(head, `<NextContinuationToken>%s</NextContinuationToken>`, text(l.last))
		}
	case l.truncated:
		head = fmt.Appendf(head, `<NextMarker>%s</NextMarker>`, l.spell(l.last))
	}
	c.document(http.StatusOK, append(append(head, l.doc...), `</ListBucketResult>`...))
}

// fill takes keys, and folders in the place of what lies below them.
func (l *listing) fill(o *objects, bucket, prefix, delimiter, behind string) {
	all, removed := o.under(bucket+prefix, bucket+behind)
	for _, x := range all {
		if removed && o.get(x.at) == nil {
			continue
		}
		key := x.at[len(bucket):]
		folder := ""
		if delimiter != "" {
			if i := strings.Index(key[len(prefix):], delimiter); i >= 0 {
				folder = key[:len(prefix)+i+len(delimiter)]
			}
		}
		if folder != "" && (folder == l.last || strings.HasPrefix(behind, folder)) {
			continue
		}
		if l.n == l.most {
			l.truncated = true
			return
		}
		l.n++
		if folder != "" {
			l.last = folder
			l.doc = fmt.Appendf(l.doc, `<CommonPrefixes><Prefix>%s</Prefix></CommonPrefixes>`, l.spell(folder))
			continue
		}
		l.last = key
		listed := x.listed
		if listed == "" {
			listed = x.listing()
		}
		l.doc = append(append(append(l.doc, `<Contents><Key>`...), l.spell(key)...), listed...)
	}
}

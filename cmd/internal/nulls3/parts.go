package main

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

func (c *conn) actOnUpload(body []byte) {
	r := &c.request
	id, _ := r.param("uploadId")
	switch r.method {
	case http.MethodPut:
		c.putPart(id)
	case http.MethodGet:
		c.listParts(id)
	case http.MethodDelete:
		if !c.server.abort(id, r.at()) {
			c.noUpload()
			return
		}
		c.empty(http.StatusNoContent)
	case http.MethodPost:
		if id == "" {
			c.createUpload()
		} else {
			c.completeUpload(id, body)
		}
	default:
		c.refuse(r, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

func (c *conn) noUpload() { c.refuse(&c.request, http.StatusNotFound, "NoSuchUpload") }

func (c *conn) createUpload() {
	r := &c.request
	if !c.server.hasBucket(r.bucket) {
		c.refuse(r, http.StatusNotFound, "NoSuchBucket")
		return
	}
	t := c.told()
	algorithm := r.header(headerSum + "algorithm")
	id := c.server.begin(r.at(), t)
	doc := fmt.Appendf(nil, `<InitiateMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId></InitiateMultipartUploadResult>`,
		text(r.bucket), text(r.key), id)
	c.begin(http.StatusOK)
	c.lines(t.sse)
	if algorithm != "" && !c.server.noChecksums {
		c.field(headerSum+"algorithm", algorithm)
		c.field(headerSumType, "FULL_OBJECT")
	}
	c.end(int64(len(doc)))
	c.out = append(c.out, doc...)
}

func (c *conn) putPart(id string) {
	r := &c.request
	told, _ := r.param("partNumber")
	number, err := strconv.Atoi(told)
	if err != nil || number < 1 || number > 10_000 {
		c.refuse(r, http.StatusBadRequest, "InvalidArgument")
		return
	}
	p := part{size: r.length, etag: c.etag()}
	if !c.server.noChecksums {
		p.sums = c.told().sums
	}
	sse, ok := c.server.addPart(id, r.at(), number, p)
	if !ok {
		c.noUpload()
		return
	}
	c.begin(http.StatusOK)
	c.field("ETag", p.etag)
	c.lines(sse)
	c.lines(strings.TrimSuffix(p.sums, lines(headerSumType, "FULL_OBJECT"))) // that of a part has no type
	c.end(0)
}

func (c *conn) listParts(id string) {
	r := &c.request
	numbers, parts, ok := c.server.partsOf(id, r.at())
	if !ok {
		c.noUpload()
		return
	}
	doc := fmt.Appendf(nil, `<ListPartsResult><Bucket>%s</Bucket><Key>%s</Key><UploadId>%s</UploadId><IsTruncated>false</IsTruncated>`, text(r.bucket), text(r.key), id)
	for _, n := range numbers {
		p := parts[n]
		doc = fmt.Appendf(doc, `<Part><PartNumber>%d</PartNumber><ETag>%s</ETag><Size>%d</Size>%s</Part>`, n, text(p.etag), p.size, sumElement(p.sums))
	}
	c.document(http.StatusOK, append(doc, `</ListPartsResult>`...))
}

func (c *conn) completeUpload(id string, body []byte) {
	r := &c.request
	var asked struct {
		Part []struct{ PartNumber int }
	}
	if err := xml.Unmarshal(body, &asked); err != nil || len(asked.Part) == 0 {
		c.refuse(r, http.StatusBadRequest, "MalformedXML")
		return
	}
	if !c.mayWrite() {
		c.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	var numbers []int
	for _, p := range asked.Part {
		numbers = append(numbers, p.PartNumber)
	}
	x, ok := c.server.complete(id, r.at(), numbers, c.told().sums)
	if !ok {
		c.noUpload()
		return
	}
	doc := fmt.Appendf(nil, `<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag>%s</CompleteMultipartUploadResult>`,
		text(r.bucket), text(r.key), text(x.etag), sumElement(x.sums))
	c.begin(http.StatusOK)
	c.lines(x.sse)
	c.end(int64(len(doc)))
	c.out = append(c.out, doc...)
}

// sumElement is the CRC64NVME within lines of a head, as the documents of S3 name
// it.
func sumElement(sums string) string {
	_, rest, found := strings.Cut(sums, headerSum+"crc64nvme: ")
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, "\r\n")
	return "<ChecksumCRC64NVME>" + value + "</ChecksumCRC64NVME>"
}

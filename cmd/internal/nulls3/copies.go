package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// copyObject says of the target what was said of the source, or what is told where that
// is to replace it. How it is encrypted is always told anew.
func (c *conn) copyObject() {
	r := &c.request
	from, _, _ := strings.Cut(strings.TrimPrefix(r.header("x-amz-copy-source"), "/"), "?")
	from, err := url.PathUnescape(from)
	source := c.server.get(from)
	switch match := r.header("x-amz-copy-source-if-match"); {
	case err != nil:
		c.refuse(r, http.StatusBadRequest, "InvalidArgument")
		return
	case source == nil:
		c.refuse(r, http.StatusNotFound, "NoSuchKey")
		return
	case !c.server.hasBucket(r.bucket):
		c.refuse(r, http.StatusNotFound, "NoSuchBucket")
		return
	case match != "" && strings.Trim(match, `"`) != strings.Trim(source.etag, `"`), !c.mayWrite():
		c.refuse(r, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	x := &object{size: source.size, etag: source.etag, told: c.told()}
	x.sums = source.sums
	if !strings.EqualFold(r.header("x-amz-metadata-directive"), "REPLACE") {
		x.kept = source.kept
	}
	c.server.put(r.at(), x)
	doc := fmt.Appendf(nil, `<CopyObjectResult><LastModified>%s</LastModified><ETag>%s</ETag></CopyObjectResult>`, listedDate, text(x.etag))
	c.begin(http.StatusOK)
	c.lines(x.sse)
	c.end(int64(len(doc)))
	c.out = append(c.out, doc...)
}

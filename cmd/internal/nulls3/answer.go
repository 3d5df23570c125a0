package main

import (
	"net/http"
	"strconv"
)

// An answer is put together here and goes out in one write, a large body apart.
type answer struct {
	out []byte
	ids uint64 // of requests: the connection's number in the upper half
}

// begin writes the first line. A request's id is one of a kind in a run.
func (a *answer) begin(status int) {
	a.ids++
	a.out = append(a.out, "HTTP/1.1 "...)
	a.out = strconv.AppendInt(a.out, int64(status), 10)
	a.out = append(a.out, ' ')
	a.out = append(a.out, http.StatusText(status)...)
	a.out = append(a.out, "\r\nServer: nulls3\r\nx-amz-request-id: "...)
	a.out = strconv.AppendUint(a.out, a.ids, 16)
	a.out = append(a.out, "\r\n"...)
}

func (a *answer) field(name, value string) {
	a.out = append(a.out, name...)
	a.out = append(a.out, ": "...)
	a.out = append(a.out, value...)
	a.out = append(a.out, "\r\n"...)
}

// lines are fields that are written out already.
func (a *answer) lines(s string) { a.out = append(a.out, s...) }

// end ends the head; length is of the body, in bytes.
func (a *answer) end(length int64) {
	a.out = append(a.out, "Content-Length: "...)
	a.out = strconv.AppendInt(a.out, length, 10)
	a.out = append(a.out, "\r\n\r\n"...)
}

// document is a whole answer with a body of XML.
func (a *answer) document(status int, xml []byte) {
	a.begin(status)
	a.field("Content-Type", "application/xml")
	a.end(int64(len(xml)))
	a.out = append(a.out, xml...)
}

// empty is a whole answer without a body.
func (a *answer) empty(status int) {
	a.begin(status)
	a.end(0)
}

// refuse is a whole answer that says why not; one to HEAD has no body.
func (a *answer) refuse(r *request, status int, code string) {
	if r.method == http.MethodHead {
		a.empty(status)
		return
	}
	a.document(status, []byte(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>`+code+`</Code><Message>`+code+`</Message></Error>`))
}

package s3store

import (
	"net/http"
	"slices"
)

// headers are those of a request: by canonical names, each once, in the order in
// which they were set. As a list they are made, signed and written for a quarter
// of what the map of net/http costs.
type headers []header

type header struct{ name, value string }

// Get is the value of a header, "" where there is none.
func (h headers) Get(name string) string {
	if i := h.place(name); i >= 0 {
		return h[i].value
	}
	return ""
}

func (h headers) has(name string) bool { return h.place(name) >= 0 }

func (h headers) place(name string) int {
	return slices.IndexFunc(h, func(x header) bool { return x.name == name })
}

// set gives a header its value.
func (h *headers) set(name, value string) {
	if i := h.place(name); i >= 0 {
		(*h)[i].value = value
		return
	}
	*h = append(*h, header{name, value})
}

// put gives a header a value, or takes it off: nil is none.
func (h *headers) put(name string, value *string) {
	if value != nil {
		h.set(name, *value)
		return
	}
	if i := h.place(name); i >= 0 {
		*h = slices.Delete(*h, i, i+1)
	}
}

// ofHTTP are the headers as net/http has them.
func (h headers) ofHTTP() http.Header {
	all, values := make(http.Header, len(h)), make([]string, len(h))
	for i, x := range h {
		values[i] = x.value
		all[x.name] = values[i : i+1 : i+1]
	}
	return all
}

package transfer

import (
	"errors"
	"reflect"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A row and a receipt are written for each of many small files. By reflection that
// cost as much as a request of theirs, so it is done by hand: encoding/json reads the
// same from what stands here as from what it writes itself (encode_test.go).

// Halves are one value in two objects of JSON, whose members together are its own
// (Whole): what the values of a run have in common, most of their text, and what is of
// this one. So a journal can keep the first once.
type Halves struct {
	Common, Own []byte
}

// Whole appends the value as one object. Neither half is empty.
func (h *Halves) Whole(b []byte) []byte {
	b = append(b, h.Common[:len(h.Common)-1]...)
	return append(append(b, ','), h.Own[1:]...)
}

// begin has both halves written over what was in them.
func (h *Halves) begin() (common, own jsonWriter) {
	common.b, own.b = h.Common[:0], h.Own[:0]
	common.begin()
	own.begin()
	return common, own
}

func (h *Halves) end(common, own *jsonWriter) error {
	common.end()
	own.end()
	h.Common, h.Own = common.b, own.b
	return errors.Join(common.err, own.err)
}

// OfJob are a job's; its own half alone says what it reads and writes. The error says
// what in it has no JSON.
func (h *Halves) OfJob(j *Job) error {
	c, w := h.begin()
	c.text("overwrite", string(j.Overwrite))
	c.treatment("treatment", &j.Treatment)
	if len(j.Metadata) > 0 {
		c.value("metadata", j.Metadata)
	}
	w.text("id", j.ID)
	w.text("op", string(j.Op))
	w.place("from", &j.From)
	if j.To != (Place{}) {
		w.place("to", &j.To)
	}
	w.said("contentType", j.ContentType)
	if j.Edit != nil {
		w.value("edit", j.Edit)
	}
	w.expect("expect", &j.Expect)
	if j.Over != nil {
		w.expect("over", j.Over)
	}
	w.truth("acceptStale", j.AcceptStale)
	w.counted("priority", int64(j.Priority))
	return h.end(&c, &w)
}

// OfReceipt are a receipt's. The error says what in it has no JSON.
func (h *Halves) OfReceipt(r *Receipt) error {
	c, w := h.begin()
	c.text("account", r.Account)
	c.said("accountId", r.AccountID)
	c.text("op", string(r.Op))
	c.said("content", string(r.Content))
	c.sentence("compared", r.Compared)
	c.treatment("treatment", &r.Treatment)
	c.reported("reported", &r.Reported)
	c.said("verdict", string(r.Verdict))
	c.sentence("why", r.Why)
	w.text("job", r.Job)
	w.text("source", r.Source)
	w.location("at", r.At)
	w.said("versionId", r.VersionID)
	w.said("etag", r.ETag)
	w.moment("modified", r.Modified)
	w.number("size", r.Size)
	w.checksum("checksum", r.Checksum)
	w.counted("partSize", r.PartSize)
	if len(r.Parts) > 0 {
		w.value("parts", r.Parts)
	}
	w.said("identity", r.Identity)
	w.said("requestId", r.RequestID)
	w.moment("verifiedAt", r.VerifiedAt)
	if r.From != nil {
		w.value("from", r.From)
	}
	return h.end(&c, &w)
}

func (w *jsonWriter) place(name string, p *Place) {
	if !standsAsItIs(p.Path) || !standsAsItIs(p.Root) {
		w.value(name, p)
		return
	}
	w.name(name)
	w.begin()
	w.said("path", p.Path)
	w.said("root", p.Root)
	w.said("name", p.Name)
	w.truth("unsized", p.Unsized)
	w.said("stream", p.Stream)
	w.said("account", p.Account)
	if p.IsObject() {
		w.location("at", p.At)
	}
	w.said("version", p.Version)
	w.said("customerKeyMD5", p.CustomerKeyMD5)
	w.end()
}

func (w *jsonWriter) location(name string, at client.Location) {
	w.name(name)
	w.begin()
	w.text("bucket", at.Bucket)
	w.said("key", at.Key)
	w.end()
}

func (w *jsonWriter) expect(name string, e *Expect) {
	w.name(name)
	w.begin()
	w.number("size", e.Size)
	w.said("etag", e.ETag)
	w.moment("modified", e.Modified)
	w.said("identity", e.Identity)
	w.end()
}

func (w *jsonWriter) treatment(name string, t *client.Treatment) {
	if t.Type == client.TypeUndecided && reflect.ValueOf(*t).IsZero() {
		return
	}
	w.name(name)
	w.begin()
	w.text("type", string(t.Type))
	w.said("key", string(t.Key))
	w.truth("bucketKey", t.BucketKey)
	if len(t.Context) > 0 {
		w.value("context", t.Context)
	}
	w.said("customerKeyMD5", t.CustomerKeyMD5)
	w.said("ruleID", t.RuleID)
	w.counted("rule", int64(t.Rule))
	w.sentence("because", t.Because)
	w.end()
}

func (w *jsonWriter) reported(name string, r *client.Reported) {
	if *r == (client.Reported{}) {
		return
	}
	w.name(name)
	w.begin()
	w.truth("told", r.Told)
	w.said("type", string(r.Type))
	w.said("raw", r.Raw)
	w.said("key", string(r.Key))
	w.truth("bucketKey", r.BucketKey)
	w.said("customerKeyMD5", r.CustomerKeyMD5)
	w.end()
}

func (w *jsonWriter) checksum(name string, c client.Checksum) {
	if c == (client.Checksum{}) {
		return
	}
	w.name(name)
	w.begin()
	w.text("algorithm", string(c.Algorithm))
	w.text("value", c.Value)
	w.truth("composite", c.Composite)
	w.end()
}

// sentence is a text, nothing for none.
func (w *jsonWriter) sentence(name string, t client.Text) {
	if t.IsZero() {
		return
	}
	w.name(name)
	w.words(t)
}

func (w *jsonWriter) words(t client.Text) {
	if slices.ContainsFunc(t.Args, isNoText) {
		w.any(t)
		return
	}
	w.begin()
	w.text("form", t.Form)
	if len(t.Args) > 0 {
		w.name("args")
		before := byte('[')
		for _, a := range t.Args {
			w.b = append(w.b, before)
			before = ','
			if words, ok := a.(string); ok {
				w.string(words)
			} else {
				w.words(a.(client.Text))
			}
		}
		w.b = append(w.b, ']')
	}
	w.end()
}

// isNoText reports whether a value of a text is neither a string nor a text.
func isNoText(v any) bool {
	switch v.(type) {
	case string, client.Text:
		return false
	}
	return true
}

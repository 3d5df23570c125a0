package transfer

import (
	"reflect"
	"slices"

	"github.com/bucketseal/bucketseal/client"
)

// A row and a receipt are written for each of many small files. By reflection that
// cost as much as a request of theirs, so it is done by hand: encoding/json reads the
// same from what stands here as from what it writes itself (encode_test.go).

// AppendJob appends a job as JSON. The error says what in it has no JSON.
func AppendJob(b []byte, j *Job) ([]byte, error) {
	w := jsonWriter{b: b}
	w.begin()
	w.text("id", j.ID)
	w.text("op", string(j.Op))
	w.place("from", &j.From)
	if j.To != (Place{}) {
		w.place("to", &j.To)
	}
	w.treatment("treatment", &j.Treatment)
	w.said("contentType", j.ContentType)
	if len(j.Metadata) > 0 {
		w.value("metadata", j.Metadata)
	}
	if j.Edit != nil {
		w.value("edit", j.Edit)
	}
	w.expect("expect", &j.Expect)
	w.said("overwrite", string(j.Overwrite))
	if j.Over != nil {
		w.expect("over", j.Over)
	}
	w.truth("acceptStale", j.AcceptStale)
	w.counted("priority", int64(j.Priority))
	w.end()
	return w.b, w.err
}

// AppendReceipt appends a receipt as JSON. The error says what in it has no JSON.
func AppendReceipt(b []byte, r *Receipt) ([]byte, error) {
	w := jsonWriter{b: b}
	w.begin()
	w.text("job", r.Job)
	w.text("account", r.Account)
	w.said("accountId", r.AccountID)
	w.text("op", string(r.Op))
	w.text("source", r.Source)
	w.location("at", r.At)
	w.said("versionId", r.VersionID)
	w.said("etag", r.ETag)
	w.moment("modified", r.Modified)
	w.number("size", r.Size)
	w.checksum("checksum", r.Checksum)
	w.said("content", string(r.Content))
	w.sentence("compared", r.Compared)
	w.treatment("treatment", &r.Treatment)
	w.counted("partSize", r.PartSize)
	if len(r.Parts) > 0 {
		w.value("parts", r.Parts)
	}
	w.said("identity", r.Identity)
	w.reported("reported", &r.Reported)
	w.said("verdict", string(r.Verdict))
	w.sentence("why", r.Why)
	w.said("requestId", r.RequestID)
	w.moment("verifiedAt", r.VerifiedAt)
	if r.From != nil {
		w.value("from", r.From)
	}
	w.end()
	return w.b, w.err
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

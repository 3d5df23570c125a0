package session

import (
	"context"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/bucketdoc"
)

// Document is a document of a bucket as the server has it, nil where nothing is set. What
// the server does not have is KindUnsupported.
func (s *Session) Document(ctx context.Context, bucket string, kind client.DocumentKind) ([]byte, error) {
	store, err := word[client.Documents](s, "bucket get", client.Location{Bucket: bucket})
	if err != nil {
		return nil, err
	}
	return store.Document(ctx, bucket, kind)
}

// A DocumentPlan is the change of a document before it is made. It is shown, and what was
// there then is what it counts on.
type DocumentPlan struct {
	Bucket   string
	Form     client.DocumentForm
	Was      []byte             // what is set now, nil for nothing
	Become   []byte             // nil: it is removed
	Changes  []bucketdoc.Change // none: it is so already
	Warnings []client.Text
}

// PlanDocument looks at what is set and says what setting a document would change; become
// nil is to remove it. Nothing is written.
func (s *Session) PlanDocument(ctx context.Context, bucket string, form client.DocumentForm, become []byte) (DocumentPlan, error) {
	p := DocumentPlan{Bucket: bucket, Form: form, Become: become}
	if err := form.CanChange(become == nil); err != nil {
		return p, p.fail(client.KindInvalid, client.TextOf(err))
	}
	if become != nil {
		if err := bucketdoc.Check(form, become); err != nil {
			return p, p.fail(client.KindInvalid, client.TextOf(err))
		}
		p.Warnings = bucketdoc.Warnings(form, become)
	}
	var err error
	if p.Was, err = s.Document(ctx, bucket, form.Kind); err != nil {
		return p, err
	}
	p.Changes, err = p.compare(p.Was, become)
	return p, err
}

// SetDocument does what was planned: it looks again whether what was there still is, puts
// the document, reads it and compares. S3 has no condition for these calls, so that who
// writes in the moment between is overwritten. The differences are what is not as it was
// to be, though the server said success.
func (s *Session) SetDocument(ctx context.Context, p DocumentPlan) ([]bucketdoc.Change, error) {
	store, err := word[client.Documents](s, "bucket set", client.Location{Bucket: p.Bucket})
	if err != nil {
		return nil, err
	}
	now, err := store.Document(ctx, p.Bucket, p.Form.Kind)
	if err != nil {
		return nil, err
	}
	if moved, err := p.compare(p.Was, now); err != nil || len(moved) > 0 {
		if err == nil {
			err = p.fail(client.KindPrecondition, client.Say("somebody changed the document meanwhile: look at it, and do it again"))
		}
		return nil, err
	}
	if p.Become == nil {
		err = store.RemoveDocument(ctx, p.Bucket, p.Form.Kind)
	} else {
		err = store.SetDocument(ctx, p.Bucket, p.Form.Kind, p.Become)
	}
	if err != nil {
		return nil, err
	}
	now, err = store.Document(ctx, p.Bucket, p.Form.Kind)
	if err != nil {
		return nil, p.fail(client.KindNotYetVerified, client.Say("it was sent, and could not be read again: %v", client.TextOf(err)))
	}
	return p.compare(p.Become, now)
}

// LeavesDefault reports whether what SetDocument found to differ is no failure: AWS encrypts
// every bucket by SSE-S3, which stays when the default encryption is removed. Another
// encryption that is still there was not removed.
func (p DocumentPlan) LeavesDefault(differs []bucketdoc.Change) bool {
	if p.Become != nil || p.Form.Kind != client.EncryptionDocument {
		return false
	}
	sseS3 := false
	for _, c := range differs {
		const algorithm = "/SSEAlgorithm = "
		other := strings.Contains(c.Line, algorithm) && !strings.HasSuffix(c.Line, algorithm+"AES256")
		if !c.Added || other {
			return false
		}
		sseS3 = sseS3 || strings.Contains(c.Line, algorithm)
	}
	return sseS3
}

func (p DocumentPlan) compare(from, to []byte) ([]bucketdoc.Change, error) {
	changes, err := bucketdoc.Difference(p.Form, from, to)
	if err != nil {
		return nil, p.fail(client.KindContradiction, client.TextOf(err))
	}
	return changes, nil
}

func (p DocumentPlan) fail(k client.Kind, said client.Text) error {
	return &client.Error{Op: "bucket " + string(p.Form.Kind), Kind: k, At: client.Location{Bucket: p.Bucket}, Said: said}
}

package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/bucketseal/bucketseal/client"
)

// proveUpload asks the server for the object's properties, compares them with
// what was asked, keeps the receipt, and says whether the transfer may count as
// done. It never removes the object: whether to delete, keep or send again is
// for the user to say.
func (e *Engine) proveUpload(ctx context.Context, it *item, s sent) error {
	job := it.row.Job
	head, err := e.cfg.Store.Head(ctx, job.Remote, client.ReadOptions{
		VersionID: s.versionID, Key: customerKey(job.Put.Encryption),
	})
	if err != nil && !(e.cfg.AllowUnverified && client.KindOf(err) == client.KindDenied) {
		return fmt.Errorf("the file is stored, and what the server made of it could not be read: %w", err)
	}
	evidence := Evidence{Answer: s.answer, Head: head, Sum: s.sum}
	finding, verr := e.judge(ctx, job, &evidence, err != nil)
	if verr != nil {
		return verr
	}
	content, how, cerr := s.handed.content(job.Remote, head)
	if cerr != nil {
		return cerr
	}
	r := Receipt{
		Account: e.cfg.Account, Op: Upload, Source: job.Local, At: job.Remote,
		VersionID: first(s.versionID, head.VersionID), Size: job.Size, Checksum: s.sum, Content: content, Compared: how,
		Asked: AskedOf(job.Put.Encryption), Reported: decisive(job, evidence, finding),
		Verdict: finding.Verdict, Why: finding.Why, Rule: job.Rule, Because: job.Because,
		RequestID: first(s.requestID, head.RequestID), VerifiedAt: e.cfg.Now(),
	}
	if err := e.keep(it, r); err != nil {
		return err
	}
	if finding.Verdict.AsAsked() || e.cfg.AllowUnverified {
		return nil
	}
	return notAsAsked(job, r)
}

// judge compares; KMS is asked what an alias points at only where the answer
// hangs on it. headDenied: the properties may not be read, and the user allowed
// that: only the answer to the upload is left to judge by.
func (e *Engine) judge(ctx context.Context, j Job, got *Evidence, headDenied bool) (Finding, error) {
	if headDenied {
		e.resolve(ctx, j, got)
		return CompareEncryption(j.Put.Encryption, got.Answer, client.Reported{}, got.Resolved), nil
	}
	finding, err := Verify(j, *got)
	if err != nil || finding.Verdict != KeyNotReported || !e.resolve(ctx, j, got) {
		return finding, err
	}
	return Verify(j, *got)
}

// resolve finds out what the alias asked for points at. Not being told is no
// failure: the verdict then says that the key could not be compared.
func (e *Engine) resolve(ctx context.Context, j Job, got *Evidence) bool {
	asked := client.KeyOf(j.Put.Encryption)
	if e.cfg.Resolve == nil || !asked.IsAlias() {
		return false
	}
	id, err := e.cfg.Resolve(ctx, asked)
	if err != nil || id == "" {
		return false
	}
	got.Resolved = id
	return true
}

// decisive is the report the verdict rests on: HEAD's, unless the answer to the
// upload was the worse.
func decisive(j Job, got Evidence, f Finding) client.Reported {
	if !got.Head.Encryption.Told || Judge(j.Put.Encryption, got.Head.Encryption, got.Resolved).Verdict != f.Verdict {
		return got.Answer
	}
	return got.Head.Encryption
}

// keep puts the receipt into the row and hands it to whoever stores receipts.
func (e *Engine) keep(it *item, r Receipt) error {
	e.mu.Lock()
	it.row.Receipt = &r
	e.mu.Unlock()
	e.signal()
	if e.cfg.Receipt == nil {
		return nil
	}
	if err := e.cfg.Receipt(r); err != nil {
		return &client.Error{
			Op: string(r.Op), Kind: client.KindLocal, At: r.At,
			Err: fmt.Errorf("the file was moved and its receipt could not be kept: %w", err),
		}
	}
	return nil
}

// notAsAsked is the error of a verdict that is not what was asked.
func notAsAsked(j Job, r Receipt) error {
	text := "the server does not say with which key the file is encrypted"
	switch {
	case r.Verdict == NotEncrypted:
		text = "the server stored the file without encryption"
	case r.Verdict == OtherKey && r.Reported.Type != r.Asked.Type:
		text = "the server encrypted the file in another way than asked"
	case r.Verdict == OtherKey:
		text = "the server stored the file encrypted with another key"
	case !r.Reported.Told:
		text = "the server does not say how the file is encrypted"
	}
	return &client.Error{
		Op: "verify", Kind: client.KindEncryptionNotAsAsked, At: j.Remote, Key: r.Asked.Key,
		RequestID: r.RequestID, Err: errors.New(text + " (" + r.Why + ")"),
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

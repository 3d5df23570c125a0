package session

import (
	"bytes"
	"context"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// MakeFolder writes the empty object by which clients show an empty folder.
// It is encrypted by the rules like any other and judged like any other.
func (s *Session) MakeFolder(ctx context.Context, at client.Location) error {
	set, err := s.RuleSet(ctx)
	if err != nil {
		return err
	}
	at = at.Folder()
	d := set.Decide(rules.File{}, at)
	if !d.Refuse.IsZero() {
		return &client.Error{Op: "PutObject", Kind: client.KindRefused, At: at, Said: d.Refuse}
	}
	var key client.CustomerKey
	if d.Treatment.NeedsCustomerKey() {
		if key, err = s.key(ctx, set, d.Treatment.CustomerKeyMD5); err != nil {
			return &client.Error{Op: "PutObject", Kind: client.KindRefused, At: at, Err: err}
		}
	}
	put := client.PutOptions{ContentType: "application/x-directory", OnlyIfAbsent: true}
	if put.Encryption, err = d.Treatment.Encryption(key); err != nil {
		return &client.Error{Op: "PutObject", Kind: client.KindRefused, At: at, Err: err}
	}
	o, err := s.store.Put(ctx, at, bytes.NewReader(nil), 0, put)
	if err != nil {
		return err
	}
	f := s.judge(ctx, d.Treatment, o.Encryption)
	switch {
	case f.Verdict == transfer.NotYetVerified:
		return &client.Error{Op: "PutObject", Kind: client.KindNotYetVerified, At: at, RequestID: o.RequestID, Said: f.Why}
	case !f.Verdict.AsAsked():
		return &client.Error{Op: "PutObject", Kind: client.KindEncryptionNotAsAsked, At: at, RequestID: o.RequestID, Said: f.Why}
	}
	return nil
}

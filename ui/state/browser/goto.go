package browser

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// GoTo opens a place as people type or paste it: s3://bucket/folder, what Copy
// location copied (of several, the first), bucket/folder, or an address of the
// account's own server. An object is shown in its folder.
func (b *Browser) GoTo(text string) error {
	at, err := b.place(text)
	if err != nil {
		return err
	}
	if b.session == nil || at.Key == "" || at.IsFolder() {
		b.Open(at)
		return nil
	}
	s := b.session
	loop.Fetch(b.ctx, b.world.Loop, func(ctx context.Context) (bool, error) { return s.IsThere(ctx, at) }, func(object bool, err error) {
		if err != nil || !object { // a folder without its slash, or one may not look
			b.Open(at)
			return
		}
		b.Open(at.Parent())
		b.cursorTo = at.Key
		b.placeCursor()
		b.changed()
	})
	return nil
}

// place reads what was typed.
func (b *Browser) place(text string) (client.Location, error) {
	text, _, _ = strings.Cut(strings.TrimLeft(text, " \t\r\n"), "\n")
	text = strings.TrimSuffix(text, "\r")
	if low := strings.ToLower(text); strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "http://") {
		return b.placeOfURL(strings.TrimSpace(text))
	}
	if !strings.HasPrefix(text, client.Scheme) {
		text = client.Scheme + strings.TrimPrefix(strings.TrimSpace(text), "/")
	}
	return client.ParseLocation(text)
}

// placeOfURL reads an address of the account's server, with the bucket in its
// path or before its host; what a signed one carries besides does not matter.
func (b *Browser) placeOfURL(text string) (client.Location, error) {
	u, err := url.Parse(text)
	if err != nil || b.session == nil {
		return client.Location{}, errors.New(i18n.T("This is no address: %s", text))
	}
	path := strings.TrimPrefix(u.Path, "/")
	bucket, own := b.hostOf(strings.ToLower(u.Host))
	switch {
	case !own:
		return client.Location{}, errors.New(i18n.T("%s is another server than that of this account.", u.Host))
	case bucket != "":
		path = bucket + "/" + path
	}
	return client.ParseLocation(client.Scheme + path)
}

// hostOf is the bucket that a host names, "" for none; own reports whether the
// host is that of the account's server.
func (b *Browser) hostOf(host string) (bucket string, own bool) {
	account := b.session.Account()
	if e, err := url.Parse(account.Endpoint); err == nil && e.Host != "" {
		endpoint := strings.ToLower(e.Host)
		if host == endpoint {
			return "", true
		}
		if bucket, own = strings.CutSuffix(host, "."+endpoint); own {
			return bucket, true
		}
	}
	if !account.IsAWS() || !strings.HasSuffix(host, ".amazonaws.com") && !strings.HasSuffix(host, ".amazonaws.com.cn") {
		return "", false
	}
	if strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-") {
		return "", true
	}
	if i := max(strings.LastIndex(host, ".s3."), strings.LastIndex(host, ".s3-")); i > 0 {
		return host[:i], true
	}
	return "", false
}

package explain

import (
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Content is a content proof in a word or two.
func Content(c transfer.Content) string {
	switch c {
	case transfer.ContentChecksum:
		return i18n.T("checksum")
	case transfer.ContentMD5:
		return "MD5"
	case transfer.ContentSize:
		return i18n.T("size only")
	}
	return ""
}

// Compared is the content proof of a receipt, and what was compared; "" for none.
// Of a download that could be compared with nothing it says "unverified", and why.
func Compared(r transfer.Receipt) string {
	if r.IsUnverified() {
		return i18n.Say(r.Compared)
	}
	if r.Content == transfer.ContentNone {
		return ""
	}
	return i18n.T("%s: %s", Content(r.Content), i18n.Say(r.Compared))
}

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

// contentWords are those, with what was compared.
func Compared(r transfer.Receipt) string {
	if r.Content == transfer.ContentNone {
		return ""
	}
	return i18n.T("%s: %s", Content(r.Content), Words(r.Compared))
}

// contentTexts are the sentences of package transfer about the bytes of a file.
// See Words.
var contentTexts = []string{
	i18n.M("%s; the checksum that an upload left in the metadata is stale: the object was changed later by a program that kept it"),
	i18n.M("the server returned the checksum of what was sent"),
	i18n.M("the server returned the checksum of each part that was sent, and none of the whole"),
	i18n.M("no digest was sent, and the server returned none: only the size was compared"),
	i18n.M("the server's ETag is the MD5 of what was sent"),
	i18n.M("the server's ETag of each part is the MD5 of what was sent"),
	i18n.M("the server took the MD5 of what was sent, and its ETag looks like another: only the size was compared"),
	i18n.M("the server took the bytes by their MD5"),
	i18n.M("the server's checksum %s is not %s, the checksum of what was sent"),
	i18n.M("size and checksum agree with what an upload left in the metadata, which is no word of the server's"),
	i18n.M("size and checksum agree with what the upload left in the metadata"),
	i18n.M("size and checksum agree with the object's (%s of %s parts)"),
	i18n.M("size and checksum agree with the object's (%s)"),
	i18n.M("size and MD5 agree with the object's ETag (of %s parts)"),
	i18n.M("size and MD5 agree with the object's ETag"),
	i18n.M("the checksum in the metadata, or the ETag, is of other bytes, which was accepted; the size agrees"),
	i18n.M("the object's checksum is composite (%s), and the server does not tell of which parts: not compared; the size agrees"),
	i18n.M("the server offers no checksum of the whole file to compare with; the size agrees"),
	i18n.M("the server tells neither the size nor a checksum to compare with: nothing was compared"),
	i18n.M("the checksum of what arrived is %s, and %s was left in the metadata by an upload: either a program changed the object later and kept the metadata, or bytes are damaged; nothing else tells which, so the file was not kept"),
	i18n.M("the checksum of what arrived is %s and the object's is %s: the file was not kept"),
	i18n.M("the checksum of what arrived is not %s, the object's: the file was not kept"),
	i18n.M("the MD5 of what arrived is %s and the object's ETag is %s: the file was not kept; where ETags are known to be no MD5s, the file can be taken all the same"),
	i18n.M("%s bytes arrived and the object has %s"),
}

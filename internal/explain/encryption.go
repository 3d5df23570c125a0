package explain

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// ShortTreatment is what is asked, with the short form of its key.
func ShortTreatment(t client.Treatment) string {
	if t.Type == client.TypeInherit {
		return i18n.T("bucket default")
	}
	return typeAndKey(t.Type, t.Key)
}

// typeAndKey is a type with the short form of its key.
func typeAndKey(t client.EncryptionType, key client.KeyID) string {
	if key == "" {
		return string(t)
	}
	return string(t) + " " + ShortKey(key)
}

// ShortKey is the part of a key id by which people know it: the id of an ARN
// without the road to it.
func ShortKey(key client.KeyID) string {
	s := string(key)
	if i := strings.LastIndexByte(s, '/'); i >= 0 && strings.HasPrefix(s, "arn:") {
		return s[i+1:]
	}
	return s
}

// Reported says what a server reported of an encryption. "Not told" is never
// worded as "not encrypted".
func Reported(r client.Reported) string {
	switch {
	case !r.Told:
		return i18n.T("not told by the server")
	case r.Type == client.TypeNone:
		return i18n.T("none reported")
	}
	return i18n.Say(r.Describe())
}

// StoredWith names the type with the server's own word for it.
func StoredWith(r client.Reported) string {
	switch {
	case !r.Told:
		return i18n.T("not told by the server")
	case r.Type == client.TypeNone:
		return i18n.T("none reported")
	case r.Raw != "" && r.Raw != string(r.Type):
		return string(r.Type) + " (" + r.Raw + ")"
	}
	return string(r.Type)
}

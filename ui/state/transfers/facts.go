package transfers

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// facts are what a receipt holds: what was asked beside what was reported, and
// what to hand to whoever runs the server.
func facts(r transfer.Receipt) []explain.Property {
	role := explain.RoleNormal
	switch {
	case r.Verdict == transfer.NotYetVerified:
		role = explain.RoleWarn
	case !r.Verdict.AsAsked():
		role = explain.RoleBad
	}
	rows := []explain.Property{{Name: i18n.T("Object"), Value: r.At.String()}}
	if r.Op == transfer.Delete {
		return explain.NonEmpty(append(rows,
			explain.Property{Name: i18n.T("Version"), Value: r.VersionID},
			explain.Property{Name: i18n.T("Deleted"), Value: explain.Time(r.VerifiedAt)}))
	}
	source := i18n.T("File")
	if r.Op.Copies() {
		source = i18n.T("Copied from")
	}
	rows = append(rows, explain.Property{Name: source, Value: r.Source})
	if r.Op.WritesObject() {
		rows = append(rows,
			explain.Property{Name: i18n.T("Asked for"), Value: askedType(r.Treatment)},
			explain.Property{Name: i18n.T("Reported"), Value: explain.StoredWith(r.Reported), Role: role})
		if want := askedKey(r.Treatment); want != "" {
			rows = append(rows, explain.Property{Name: i18n.T("Key asked for"), Value: want}, reportedKey(r.Reported, role))
		}
		rows = append(rows,
			explain.Property{Name: i18n.T("Why"), Value: explain.Sentence(r.Why)},
			explain.Property{Name: i18n.T("Asked because of"), Value: explain.Sentence(r.Treatment.Because)})
	} else {
		rows = append(rows, explain.Property{Name: i18n.T("Stored with"), Value: explain.Reported(r.Reported)})
	}
	return explain.NonEmpty(append(rows,
		explain.Property{Name: i18n.T("Content"), Value: explain.Compared(r)},
		explain.Property{Name: i18n.T("Version"), Value: r.VersionID},
		explain.Property{Name: i18n.T("Request id"), Value: r.RequestID},
		explain.Property{Name: i18n.T("Checked"), Value: explain.Time(r.VerifiedAt)}))
}

func askedType(a client.Treatment) string {
	if a.Type == client.TypeInherit {
		return i18n.T("bucket default")
	}
	return string(a.Type)
}

// askedKey names the key asked for: an SSE-C key by its MD5.
func askedKey(a client.Treatment) string {
	if a.Type == client.TypeSSEC {
		return "MD5 " + a.CustomerKeyMD5
	}
	return string(a.Key)
}

func reportedKey(r client.Reported, role explain.Role) explain.Property {
	p := explain.Property{Name: i18n.T("Key reported"), Value: string(r.Key), Role: role}
	switch {
	case r.Type == client.TypeSSEC && r.CustomerKeyMD5 != "":
		p.Value = "MD5 " + r.CustomerKeyMD5
	case r.Key != "":
	case r.Told && r.Type == client.TypeNone:
		p.Value = i18n.T("none reported")
	default:
		p.Value = i18n.T("not told by the server")
	}
	return p
}

// askedWords is what was asked for on one line.
func askedWords(a client.Treatment) string {
	if key := askedKey(a); key != "" {
		return i18n.T("%s, key %s", askedType(a), key)
	}
	return askedType(a)
}

package state

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// facts are what a receipt holds: what was asked beside what was reported, and
// what to hand to whoever runs the server.
func facts(r transfer.Receipt) []Property {
	role := RoleNormal
	switch {
	case r.Verdict == transfer.NotYetVerified:
		role = RoleWarn
	case !r.Verdict.AsAsked():
		role = RoleBad
	}
	rows := []Property{
		{Name: i18n.T("Object"), Value: r.At.String()},
		{Name: i18n.T("File"), Value: r.Source},
	}
	if r.Op == transfer.Upload {
		rows = append(rows,
			Property{Name: i18n.T("Asked for"), Value: askedType(r.Asked)},
			Property{Name: i18n.T("Reported"), Value: storedWith(r.Reported), Role: role})
		if want := askedKey(r.Asked); want != "" {
			rows = append(rows, Property{Name: i18n.T("Key asked for"), Value: want}, reportedKey(r.Reported, role))
		}
		rows = append(rows,
			Property{Name: i18n.T("Why"), Value: remark(inWords(r.Why, verdictTexts))},
			Property{Name: i18n.T("Asked because of"), Value: remark(inReasons(r.Because))})
	} else {
		rows = append(rows, Property{Name: i18n.T("Stored with"), Value: Reported(r.Reported)})
	}
	return given(append(rows,
		Property{Name: i18n.T("Content"), Value: contentWords(r)},
		Property{Name: i18n.T("Version"), Value: r.VersionID},
		Property{Name: i18n.T("Request id"), Value: r.RequestID},
		Property{Name: i18n.T("Checked"), Value: moment(r.VerifiedAt)}))
}

func askedType(a transfer.Asked) string {
	if a.Type == client.TypeInherit {
		return i18n.T("bucket default")
	}
	return string(a.Type)
}

// askedKey names the key asked for: an SSE-C key by its MD5.
func askedKey(a transfer.Asked) string {
	if a.Type == client.TypeSSEC {
		return "MD5 " + a.CustomerKeyMD5
	}
	return string(a.Key)
}

func reportedKey(r client.Reported, role Role) Property {
	p := Property{Name: i18n.T("Key reported"), Value: string(r.Key), Role: role}
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
func askedWords(a transfer.Asked) string {
	if key := askedKey(a); key != "" {
		return i18n.T("%s, key %s", askedType(a), key)
	}
	return askedType(a)
}

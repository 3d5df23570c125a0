package bucketdoc

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// Check refuses what is no document of a form: no XML or JSON, another root, a policy
// without statements. What else is wrong the server says.
func Check(form client.DocumentForm, raw []byte) error {
	if len(bytes.TrimSpace(raw)) == 0 {
		return client.Say("the document is empty: to take off what is set, remove it").Err()
	}
	root, err := read(form, raw)
	if err != nil || form.Kind != client.PolicyDocument {
		return err
	}
	statements := root.each("Statement")
	if len(statements) == 0 {
		return client.Say("the policy has no Statement").Err()
	}
	for i, s := range statements {
		effect := s.said("Effect")
		switch {
		case effect != "Allow" && effect != "Deny":
			return client.Say("statement %d has the Effect %q: it is Allow or Deny", i+1, effect).Err()
		case s.child("Principal") == nil && s.child("NotPrincipal") == nil:
			return client.Say("statement %d has no Principal: in the policy of a bucket each says whom it is about", i+1).Err()
		case s.child("Action") == nil && s.child("NotAction") == nil:
			return client.Say("statement %d has no Action", i+1).Err()
		case s.child("Resource") == nil && s.child("NotResource") == nil:
			return client.Say("statement %d has no Resource", i+1).Err()
		}
	}
	return nil
}

// Warnings are what a document does that its author may not expect.
func Warnings(form client.DocumentForm, raw []byte) (all []client.Text) {
	root, err := read(form, raw)
	if err != nil {
		return nil
	}
	switch form.Kind {
	case client.EncryptionDocument:
		return ofEncryption(root)
	case client.LifecycleDocument:
		return ofLifecycle(root)
	case client.PolicyDocument:
		for _, s := range root.each("Statement") {
			open := s.said("Principal") == "*" || s.said("Principal", "AWS") == "*"
			if s.said("Effect") == "Allow" && open && s.child("Condition") == nil {
				all = append(all, client.Say("anybody may do this, without signing in: %s", strings.Join(s.texts("Action"), ", ")))
			}
		}
	case client.VersioningDocument:
		if root.said("Status") == "Suspended" {
			all = append(all, client.Say("from now on what is overwritten is lost; the versions that are there stay"))
		}
	case client.ObjectLockDocument:
		if root.said("Rule", "DefaultRetention", "Mode") == "COMPLIANCE" {
			all = append(all, client.Say("in COMPLIANCE mode nobody can remove a version before its time, the owner of the account neither"))
		}
	case client.ACLDocument:
		for _, l := range root.lines("") {
			if strings.Contains(l, "groups/global/") {
				all = append(all, client.Say("this gives the bucket to everybody, or to everybody with an account"))
				break
			}
		}
	}
	return all
}

func (n *node) texts(name string) (all []string) {
	for _, c := range n.each(name) {
		all = append(all, c.text)
	}
	return all
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
func ofEncryption(root *node) (all []client.Text) {
	for _, r := range root.each("Rule") {
		key := r.said("ApplyServerSideEncryptionByDefault", "KMSMasterKeyID")
		if strings.HasPrefix(key, "alias/") || strings.Contains(key, ":alias/") {
			all = append(all, client.Say("the alias %s is looked up in the account of whoever uploads, which may not be the bucket's: name the key by its ARN", key))
		}
		if r.child("BlockedEncryptionTypes") == nil {
			all = append(all, client.Say("whether uploads with SSE-C are taken stays as it is; AWS takes none in new buckets"))
		}
	}
	return all
}

func ofLifecycle(root *node) (all []client.Text) {
	for _, r := range root.each("Rule") {
		whole := r.said("Prefix") == "" && (r.child("Filter") == nil || len(r.child("Filter").lines("")) == 0)
		if days := r.said("Expiration", "Days"); days != "" && whole && r.said("Status") == "Enabled" {
			all = append(all, client.Say("every object of the bucket is removed when it is %s days old", days))
		}
	}
	return all
}

// Indented is a document as people read it; what cannot be read is given as it is.
func Indented(form client.DocumentForm, raw []byte) []byte {
	if form.Root == "" {
		var b bytes.Buffer
		if json.Indent(&b, bytes.TrimSpace(raw), "", "  ") != nil {
			return raw
		}
		return append(b.Bytes(), '\n')
	}
	is, err := readXML(raw)
	if err != nil {
		return raw
	}
	out := indentXML(raw)
	if shown, err := readXML(out); err != nil || !slices.Equal(shown.lines(""), is.lines("")) {
		return raw // a remark in the middle of a value
	}
	return out
}

// indentXML moves the tags of a document.
func indentXML(raw []byte) []byte {
	var b bytes.Buffer
	d := xml.NewDecoder(bytes.NewReader(raw))
	depth, leaf := 0, true
	line := func() {
		if b.Len() > 0 {
			b.WriteByte('\n')
			b.WriteString(strings.Repeat("  ", depth))
		}
	}
	for from := int64(0); ; from = d.InputOffset() {
		t, err := d.RawToken()
		if err != nil {
			b.WriteByte('\n')
			return b.Bytes()
		}
		part := raw[from:d.InputOffset()]
		switch t.(type) {
		case xml.StartElement:
			line()
			depth, leaf = depth+1, true
		case xml.EndElement:
			depth--
			if !leaf && len(part) > 0 {
				line()
			}
			leaf = false
		case xml.CharData:
			if len(bytes.TrimSpace(part)) == 0 {
				continue
			}
		default:
			line()
		}
		b.Write(part)
	}
}

package state

import (
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Property is a name and its value.
type Property struct {
	Name, Value string
	Role        Role
}

// String is the property on one line, for tests.
func (p Property) String() string { return p.Name + ": " + p.Value }

// General is what any object has.
func (p *ObjectProperties) General() []Property {
	o := p.found.Object
	class := o.StorageClass
	if class == "" {
		class = "STANDARD"
	}
	rows := []Property{
		{Name: i18n.T("Name"), Value: o.At.Base()},
		{Name: i18n.T("Location"), Value: o.At.String()},
		{Name: i18n.T("Size"), Value: sizeInFull(o)},
		{Name: i18n.T("Modified"), Value: moment(o.Modified)},
		{Name: i18n.T("Content type"), Value: o.ContentType},
		{Name: i18n.T("Storage class"), Value: class},
		{Name: i18n.T("ETag"), Value: o.ETag},
	}
	if o.VersionID != "" {
		rows = append(rows, Property{Name: i18n.T("Version"), Value: o.VersionID})
	}
	for _, c := range o.Checksums {
		value := c.Value
		if c.Composite {
			value = i18n.T("%s (of the parts, not of the content)", c.Value)
		}
		rows = append(rows, Property{Name: string(c.Algorithm), Value: value})
	}
	return given(rows)
}

// sizeInFull is an object's size in both spellings.
func sizeInFull(o client.Object) string {
	if !o.SizeTold() {
		return i18n.T("not told by the server")
	}
	return i18n.N(int(o.Size), "%s (%s byte)", "%s (%s bytes)", size(o.Size), count(int(o.Size)))
}

// given leaves out what the server did not say.
func given(rows []Property) []Property {
	return slices.DeleteFunc(rows, func(p Property) bool { return p.Value == "" })
}

// Encryption is how the object is stored, and what the rules ask for its name.
// The verdict itself is Verdict's.
func (p *ObjectProperties) Encryption() []Property {
	r := p.found.Object.Encryption
	stored := Property{Name: i18n.T("Stored with"), Value: storedWith(r)}
	if !r.Told {
		stored.Role = RoleWarn
	}
	rows := []Property{stored}
	switch {
	case r.Type == client.TypeSSEC:
		rows = append(rows, toldOr(i18n.T("SSE-C key MD5"), r.CustomerKeyMD5))
	case r.Key != "" || r.Type == client.TypeSSEKMS || r.Type == client.TypeDSSEKMS:
		rows = append(rows, toldOr(i18n.T("KMS key"), string(r.Key)))
	}
	if r.Type == client.TypeSSEKMS {
		rows = append(rows, Property{Name: i18n.T("Bucket Key"), Value: onOff(r.BucketKey)})
	}
	rule, role := p.ruleForName()
	return append(rows, Property{Name: i18n.T("Rule for this name"), Value: rule, Role: role})
}

// Default is what the bucket does with uploads that ask for nothing.
func (p *ObjectProperties) Default() Property {
	d := Property{Name: i18n.T("Bucket default"), Value: Reported(p.found.BucketDefault)}
	if !p.found.BucketDefault.Told {
		d.Role = RoleMuted
	}
	return d
}

// Checked says when and how the server was asked.
func (p *ObjectProperties) Checked() Property {
	return Property{Name: i18n.T("Checked"), Value: i18n.T("%s by HEAD", moment(p.found.CheckedAt))}
}

// storedWith names the type with the server's own word for it.
func storedWith(r client.Reported) string {
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

func toldOr(name, value string) Property {
	if value == "" {
		return Property{Name: name, Value: i18n.T("not told by the server"), Role: RoleWarn}
	}
	return Property{Name: name, Value: value}
}

func onOff(on bool) string {
	if on {
		return i18n.T("on")
	}
	return i18n.T("off")
}

// Metadata is what the uploader wrote beside the object, by name.
func (p *ObjectProperties) Metadata() []Property { return sorted(p.found.Object.Metadata) }

// Tags are the object's tags; why is set when they could not be read.
func (p *ObjectProperties) Tags() (rows []Property, why Message) {
	if p.found.TagsErr != nil {
		return nil, Explain(p.found.TagsErr)
	}
	return sorted(p.found.Tags), Message{}
}

// Headers are the headers of the server's answer as they came.
func (p *ObjectProperties) Headers() []Property {
	joined := map[string]string{}
	for name, values := range p.found.Object.Headers {
		joined[name] = strings.Join(values, ", ")
	}
	return sorted(joined)
}

func sorted(all map[string]string) []Property {
	var rows []Property
	for _, name := range slices.Sorted(maps.Keys(all)) {
		rows = append(rows, Property{Name: name, Value: all[name]})
	}
	return rows
}

package properties

import (
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// General is what any object has.
func (p *Properties) General() []explain.Property {
	o := p.found.Object
	class := o.StorageClass
	if class == "" {
		class = "STANDARD"
	}
	rows := []explain.Property{
		{Name: i18n.T("Name"), Value: o.At.Base()},
		{Name: i18n.T("Location"), Value: o.At.String()},
		{Name: i18n.T("Size"), Value: sizeInFull(o)},
		{Name: i18n.T("Modified"), Value: explain.Time(o.Modified)},
		{Name: i18n.T("Content type"), Value: o.ContentType},
		{Name: i18n.T("Storage class"), Value: class},
		{Name: i18n.T("ETag"), Value: o.ETag},
	}
	if o.VersionID != "" {
		rows = append(rows, explain.Property{Name: i18n.T("Version"), Value: o.VersionID})
	}
	for _, c := range o.Checksums {
		value := c.Value
		if c.Composite {
			value = i18n.T("%s (of the parts, not of the content)", c.Value)
		}
		rows = append(rows, explain.Property{Name: string(c.Algorithm), Value: value})
	}
	return explain.NonEmpty(rows)
}

// sizeInFull is an object's size in both spellings.
func sizeInFull(o client.Object) string {
	if !o.SizeTold() {
		return i18n.T("not told by the server")
	}
	return i18n.N(int(o.Size), "%s (%s byte)", "%s (%s bytes)", explain.Size(o.Size), explain.Count(int(o.Size)))
}

// Encryption is how the object is stored, and what the rules ask for its name.
// The verdict itself is Verdict's.
func (p *Properties) Encryption() []explain.Property {
	r := p.found.Object.Encryption
	stored := explain.Property{Name: i18n.T("Stored with"), Value: explain.StoredWith(r)}
	if !r.Told {
		stored.Role = explain.RoleWarn
	}
	rows := []explain.Property{stored}
	switch {
	case r.Type == client.TypeSSEC:
		rows = append(rows, toldOr(i18n.T("SSE-C key MD5"), r.CustomerKeyMD5))
	case r.Key != "" || r.Type == client.TypeSSEKMS || r.Type == client.TypeDSSEKMS:
		rows = append(rows, toldOr(i18n.T("KMS key"), string(r.Key)))
	}
	if r.Type == client.TypeSSEKMS {
		rows = append(rows, explain.Property{Name: i18n.T("Bucket Key"), Value: onOff(r.BucketKey)})
	}
	rule, role := p.ruleForName()
	return append(rows, explain.Property{Name: i18n.T("Rule for this name"), Value: rule, Role: role})
}

// Default is what the bucket does with uploads that ask for nothing.
func (p *Properties) Default() explain.Property {
	d := explain.Property{Name: i18n.T("Bucket default"), Value: explain.Reported(p.found.BucketDefault)}
	if !p.found.BucketDefault.Told {
		d.Role = explain.RoleMuted
	}
	return d
}

// Checked says when and how the server was asked.
func (p *Properties) Checked() explain.Property {
	return explain.Property{Name: i18n.T("Checked"), Value: i18n.T("%s by HEAD", explain.Time(p.found.CheckedAt))}
}

func toldOr(name, value string) explain.Property {
	if value == "" {
		return explain.Property{Name: name, Value: i18n.T("not told by the server"), Role: explain.RoleWarn}
	}
	return explain.Property{Name: name, Value: value}
}

func onOff(on bool) string {
	if on {
		return i18n.T("on")
	}
	return i18n.T("off")
}

// Metadata is what the uploader wrote beside the object, by name.
func (p *Properties) Metadata() []explain.Property { return sorted(p.found.Object.Metadata) }

// Tags are the object's tags; why is set when they could not be read.
func (p *Properties) Tags() (rows []explain.Property, why explain.Message) {
	if p.found.TagsErr != nil {
		return nil, explain.Error(p.found.TagsErr)
	}
	return sorted(p.found.Tags), explain.Message{}
}

// Headers are the headers of the server's answer as they came.
func (p *Properties) Headers() []explain.Property {
	joined := map[string]string{}
	for name, values := range p.found.Object.Headers {
		joined[name] = strings.Join(values, ", ")
	}
	return sorted(joined)
}

func sorted(all map[string]string) []explain.Property {
	var rows []explain.Property
	for _, name := range slices.Sorted(maps.Keys(all)) {
		rows = append(rows, explain.Property{Name: name, Value: all[name]})
	}
	return rows
}

package accounts

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// A Preset fills the fields of an account for a kind of service.
type Preset string

// The presets. COS is the object storage of Taiwan's TWCC, a Ceph gateway.
const (
	PresetAWS        Preset = "aws"
	PresetCompatible Preset = "compatible"
	PresetCOS        Preset = "cos"
)

// Presets are the presets in the order of the list.
func Presets() []Preset { return []Preset{PresetCOS, PresetCompatible, PresetAWS} }

// Label is the preset in words.
func (p Preset) Label() string {
	switch p {
	case PresetAWS:
		return i18n.T("Amazon S3 (AWS)")
	case PresetCOS:
		return i18n.T("TWCC Cloud Object Storage (COS)")
	}
	return i18n.T("S3-compatible (Ceph, MinIO, others)")
}

// A Field is a field of the editor.
type Field string

// The fields.
const (
	FieldName        Field = "name"
	FieldEndpoint    Field = "endpoint"
	FieldRegion      Field = "region"
	FieldCAFile      Field = "caFile"
	FieldKMSEndpoint Field = "kmsEndpoint"
	FieldAccessKey   Field = "accessKey"
	FieldSecret      Field = "secret"
	FieldToken       Field = "sessionToken"
)

// An Editor is the account being added or changed.
type Editor struct {
	// OnChange is called after fields, errors or the test changed; nil for none.
	OnChange func()
	// OnSaved is called once the account was saved.
	OnSaved func()

	list    *List
	preset  Preset
	account client.Account
	secret  string
	token   string
	touched map[Field]bool

	testing, saving bool
	tested          *explain.Message // what the test found
	worked          bool
	wants           Field // the field a failed test points at
}

// Add begins to add an account.
func (l *List) Add() *Editor {
	e := &Editor{list: l, touched: map[Field]bool{}}
	e.SetPreset(PresetCOS)
	return e
}

// Edit begins to change an account; ok is false when there is none of that id or
// it is built in.
func (l *List) Edit(id string) (e *Editor, ok bool) {
	account, ok := l.Find(id)
	if !ok || account.Demo {
		return nil, false
	}
	e = &Editor{list: l, account: account, touched: map[Field]bool{}}
	e.preset = PresetCompatible
	switch {
	case account.Endpoint == cosEndpoint:
		e.preset = PresetCOS
	case account.IsAWS():
		e.preset = PresetAWS
	}
	return e, true
}

const cosEndpoint = "https://cos.twcc.ai"

// IsNew reports whether an account is being added.
func (e *Editor) IsNew() bool { return e.account.ID == "" }

// SignsIn says how an account signs in that has no access key of its own, "" of others:
// these have one, and its secret is kept here.
func (e *Editor) SignsIn() string { return explain.Sentence(e.account.SignIn.Text()) }

// Preset is the kind of service chosen.
func (e *Editor) Preset() Preset { return e.preset }

// SetPreset fills endpoint, region and addressing for a kind of service.
func (e *Editor) SetPreset(p Preset) {
	if p == e.preset {
		return
	}
	e.preset, e.account.Service = p, ""
	switch p {
	case PresetAWS:
		e.account.Endpoint, e.account.Region, e.account.Addressing = "", client.DefaultRegion, client.AddressingAuto
	case PresetCOS:
		e.account.Endpoint, e.account.Region, e.account.Addressing = cosEndpoint, client.DefaultRegion, client.AddressingPath
	default:
		e.account.Endpoint, e.account.Region, e.account.Addressing = "", client.DefaultRegion, client.AddressingPath
	}
	delete(e.touched, FieldEndpoint)
	e.changed()
}

// Get is what a field holds.
func (e *Editor) Get(f Field) string { return *e.field(f) }

// Set changes a field.
func (e *Editor) Set(f Field, value string) {
	p := e.field(f)
	if *p == value {
		return
	}
	*p = value
	if f == FieldEndpoint {
		e.account.Service = "" // it is known by its address again
		e.anotherService(client.Account{Endpoint: value}.Tidy().Endpoint)
	}
	e.touched[f] = true
	e.tested = nil
	e.changed()
}

// anotherService stops calling the service by a name when its address is
// another's; the other fields stay.
func (e *Editor) anotherService(endpoint string) {
	if e.preset == PresetCOS && endpoint != cosEndpoint || e.preset == PresetAWS && !e.account.IsAWS() {
		e.preset = PresetCompatible
	}
}

func (e *Editor) field(f Field) *string {
	switch f {
	case FieldName:
		return &e.account.Name
	case FieldEndpoint:
		return &e.account.Endpoint
	case FieldRegion:
		return &e.account.Region
	case FieldCAFile:
		return &e.account.CAFile
	case FieldKMSEndpoint:
		return &e.account.KMSEndpoint
	case FieldAccessKey:
		return &e.account.AccessKeyID
	case FieldSecret:
		return &e.secret
	}
	return &e.token
}

// Addressing is how bucket names travel.
func (e *Editor) Addressing() client.Addressing {
	if e.account.Addressing == "" {
		return client.AddressingAuto
	}
	return e.account.Addressing
}

// SetAddressing chooses how bucket names travel.
func (e *Editor) SetAddressing(a client.Addressing) { e.account.Addressing = a }

// Account is the account as entered, without blanks around its values, and its
// credentials.
func (e *Editor) Account() (client.Account, client.Credentials) {
	a := e.account.Tidy()
	c := client.Credentials{AccessKeyID: a.AccessKeyID, Secret: client.NewSecret(e.secret), SessionToken: client.NewSecret(e.token)}.Tidy()
	return a, c
}

package state

import (
	"context"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
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

// An AccountField is a field of the editor.
type AccountField string

// The fields.
const (
	FieldName        AccountField = "name"
	FieldEndpoint    AccountField = "endpoint"
	FieldRegion      AccountField = "region"
	FieldCAFile      AccountField = "caFile"
	FieldKMSEndpoint AccountField = "kmsEndpoint"
	FieldAccessKey   AccountField = "accessKey"
	FieldSecret      AccountField = "secret"
	FieldToken       AccountField = "sessionToken"
)

// An AccountEditor is the account being added or changed.
type AccountEditor struct {
	// OnChange is called after fields, errors or the test changed; nil for none.
	OnChange func()
	// OnSaved is called once the account was saved.
	OnSaved func()

	app     *App
	oldName string // "" when adding
	preset  Preset
	account client.Account
	secret  string
	token   string
	touched map[AccountField]bool

	testing, saving bool
	tested          *Message // what the test found
	worked          bool
}

// NewAccount begins to add an account.
func (a *App) NewAccount() *AccountEditor {
	e := &AccountEditor{app: a, touched: map[AccountField]bool{}}
	e.SetPreset(PresetCOS)
	return e
}

// EditAccount begins to change an account; ok is false when there is none of
// that name or it is built in.
func (a *App) EditAccount(name string) (e *AccountEditor, ok bool) {
	account, ok := a.account(name)
	if !ok || account.Demo {
		return nil, false
	}
	e = &AccountEditor{app: a, oldName: name, account: account, touched: map[AccountField]bool{}}
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
func (e *AccountEditor) IsNew() bool { return e.oldName == "" }

// Preset is the kind of service chosen.
func (e *AccountEditor) Preset() Preset { return e.preset }

// SetPreset fills endpoint, region and addressing for a kind of service.
func (e *AccountEditor) SetPreset(p Preset) {
	if p == e.preset {
		return
	}
	e.preset = p
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
func (e *AccountEditor) Get(f AccountField) string { return *e.field(f) }

// Set changes a field.
func (e *AccountEditor) Set(f AccountField, value string) {
	p := e.field(f)
	if *p == value {
		return
	}
	*p = value
	e.touched[f] = true
	e.tested = nil
	e.changed()
}

func (e *AccountEditor) field(f AccountField) *string {
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
func (e *AccountEditor) Addressing() client.Addressing {
	if e.account.Addressing == "" {
		return client.AddressingAuto
	}
	return e.account.Addressing
}

// SetAddressing chooses how bucket names travel.
func (e *AccountEditor) SetAddressing(a client.Addressing) { e.account.Addressing = a }

// Account is the account as entered, without blanks around its values, and its
// credentials.
func (e *AccountEditor) Account() (client.Account, client.Credentials) {
	a := e.account
	for _, s := range []*string{&a.Name, &a.Endpoint, &a.Region, &a.CAFile, &a.KMSEndpoint, &a.AccessKeyID} {
		*s = strings.TrimSpace(*s)
	}
	a.Endpoint, a.KMSEndpoint = strings.TrimRight(a.Endpoint, "/"), strings.TrimRight(a.KMSEndpoint, "/")
	c := client.Credentials{AccessKeyID: a.AccessKeyID}
	if s := strings.TrimSpace(e.secret); s != "" {
		c.Secret = client.NewSecret(s)
	}
	if s := strings.TrimSpace(e.token); s != "" {
		c.SessionToken = client.NewSecret(s)
	}
	return a, c
}

// Problems are what is wrong, by field; all fields are looked at. A field not
// touched yet is not complained of unless all is true.
func (e *AccountEditor) Problems(all bool) map[AccountField]string {
	a, c := e.Account()
	found := map[AccountField]string{}
	add := func(f AccountField, text string) {
		if found[f] == "" && (all || e.touched[f]) {
			found[f] = text
		}
	}
	_, taken := e.app.account(a.Name)
	switch {
	case a.Name == "":
		add(FieldName, i18n.T("Give the account a name."))
	case taken && a.Name != e.oldName:
		add(FieldName, i18n.T("There is an account of that name already."))
	}
	if a.AccessKeyID == "" {
		add(FieldAccessKey, i18n.T("Enter the access key id you were given."))
	}
	if c.Secret.IsZero() && e.IsNew() {
		add(FieldSecret, i18n.T("Enter the secret access key you were given."))
	}
	if e.preset != PresetAWS && a.Endpoint == "" {
		add(FieldEndpoint, i18n.T("Enter the address of the service, such as https://s3.example.org."))
	}
	// What client.Account.Check says, at its field. It stops at the first, so
	// each field is checked in an account that is right otherwise.
	right := client.Account{Name: "x", AccessKeyID: "x"}
	for _, one := range []struct {
		field   AccountField
		account client.Account
	}{
		{FieldName, client.Account{Name: orX(a.Name), AccessKeyID: "x"}},
		{FieldEndpoint, client.Account{Name: right.Name, AccessKeyID: right.AccessKeyID, Endpoint: a.Endpoint}},
		{FieldKMSEndpoint, client.Account{Name: right.Name, AccessKeyID: right.AccessKeyID, KMSEndpoint: a.KMSEndpoint}},
	} {
		if err := one.account.Check(); err != nil {
			_, text, _ := strings.Cut(err.Error(), ": ")
			add(one.field, sentence(text))
		}
	}
	return found
}

func orX(s string) string {
	if s == "" {
		return "x"
	}
	return s
}

// WhyNotSave says why it cannot be saved or tested, "" when it can.
func (e *AccountEditor) WhyNotSave() string {
	if e.saving || e.testing {
		return i18n.T("One moment, please.")
	}
	problems := e.Problems(true)
	for _, f := range []AccountField{FieldName, FieldEndpoint, FieldAccessKey, FieldSecret, FieldCAFile, FieldKMSEndpoint} {
		if text := problems[f]; text != "" {
			return text
		}
	}
	return ""
}

// Warning is what to know though it can be saved, "" for nothing.
func (e *AccountEditor) Warning() string {
	if a, _ := e.Account(); strings.HasPrefix(strings.ToLower(a.Endpoint), "http://") {
		return i18n.T("http:// is not protected: everything travels readable, and SSE-KMS and SSE-C are refused.")
	}
	return ""
}

// Testing reports whether a test is under way; Tested is what the last one
// found, nil for none.
func (e *AccountEditor) Testing() bool { return e.testing }

// Tested is what the last test found; ok says whether it worked.
func (e *AccountEditor) Tested() (m Message, ok, done bool) {
	if e.tested == nil {
		return Message{}, false, false
	}
	return *e.tested, e.worked, true
}

// Test asks the server whether the account works. It does nothing while
// something is wrong.
func (e *AccountEditor) Test() {
	if e.WhyNotSave() != "" {
		e.complain()
		return
	}
	a, c := e.Account()
	old := e.oldName
	e.testing, e.tested = true, nil
	do(e.app.ctx, e.app.loop, func(ctx context.Context) error {
		if old != "" && c.Secret.IsZero() {
			a.Name = old // the secret is kept under the old name still
		}
		return e.app.desk.TestAccount(ctx, a, c)
	}, func(err error) {
		e.testing, e.worked = false, err == nil
		m := Message{Title: i18n.T("It works: the server accepts the account.")}
		if err != nil {
			m = Explain(err)
		}
		e.tested = &m
		e.changed()
	})
	e.changed()
}

// Save stores the account and opens it.
func (e *AccountEditor) Save() {
	if e.WhyNotSave() != "" {
		e.complain()
		return
	}
	if why := e.app.busyWith(e.oldName); why != "" {
		e.tested, e.worked = &Message{Title: why}, false
		e.changed()
		return
	}
	a, c := e.Account()
	e.saving = true
	do(e.app.ctx, e.app.loop, func(ctx context.Context) error { return e.app.desk.SaveAccount(ctx, e.oldName, a, c) },
		func(err error) {
			e.saving = false
			if err != nil {
				m := Explain(err)
				e.tested, e.worked = &m, false
				e.changed()
				return
			}
			e.app.forget(e.oldName)
			e.app.loadAccounts(func() { e.app.Open(a.Name) })
			if e.OnSaved != nil {
				e.OnSaved()
			}
		})
	e.changed()
}

// complain shows every field's error, touched or not.
func (e *AccountEditor) complain() {
	for f := range e.Problems(true) {
		e.touched[f] = true
	}
	e.changed()
}

func (e *AccountEditor) changed() {
	if e.OnChange != nil {
		e.OnChange()
	}
}

// busyWith says why an account must not be changed now, "" when it may.
func (a *App) busyWith(name string) string {
	s, ok := a.sessions[name]
	if !ok {
		return ""
	}
	if slices.ContainsFunc(a.Transfers.rows, func(r transferring) bool { return r.account == name && !r.Phase.Over() }) || s == nil {
		return i18n.T("Files are being transferred with this account: wait for them, or cancel them first.")
	}
	return ""
}

// WhyNotRemoveAccount says why the open account cannot be changed or removed,
// "" when it can.
func (a *App) WhyNotRemoveAccount() string {
	account, ok := a.account(a.current)
	switch {
	case !ok:
		return i18n.T("Open an account first.")
	case account.Demo:
		return i18n.T("The demo account is built in.")
	}
	return a.busyWith(a.current)
}

// RemoveAccount forgets the open account and its secret, and opens the first
// that is left.
func (a *App) RemoveAccount() {
	if a.WhyNotRemoveAccount() != "" {
		return
	}
	name := a.current
	do(a.ctx, a.loop, func(ctx context.Context) error { return a.desk.RemoveAccount(ctx, name) }, func(err error) {
		if err != nil {
			a.problem(err)
			return
		}
		a.forget(name)
		a.current = ""
		a.loadAccounts(func() {
			if len(a.accounts) > 0 {
				a.Open(a.accounts[0].Name)
			}
		})
	})
}

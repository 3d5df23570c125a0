package accounts

import (
	"errors"
	"slices"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// Problems are what is wrong, by field; all fields are looked at. A field not
// touched yet is not complained of unless all is true.
func (e *Editor) Problems(all bool) map[Field]string {
	a, c := e.Account()
	found := map[Field]string{}
	add := func(f Field, text string) {
		if found[f] == "" && (all || e.touched[f]) {
			found[f] = text
		}
	}
	taken := slices.ContainsFunc(e.list.all, func(o client.Account) bool { return o.Name == a.Name && o.ID != a.ID })
	switch {
	case a.Name == "":
		add(FieldName, i18n.T("Give the account a name."))
	case taken:
		add(FieldName, i18n.T("There is an account of that name already."))
	}
	if a.AccessKeyID == "" && a.NeedsSecret() {
		add(FieldAccessKey, i18n.T("Enter the access key id you were given."))
	}
	if c.Secret.IsZero() && e.IsNew() {
		add(FieldSecret, i18n.T("Enter the secret access key you were given."))
	}
	if e.preset != PresetAWS && a.Endpoint == "" {
		add(FieldEndpoint, i18n.T("Enter the address of the service, such as https://s3.example.org."))
	}
	// What Check says, at its field. It stops at the first, so each field is
	// checked in an account that is right otherwise.
	right := client.Account{Name: "x", AccessKeyID: "x"}
	check := func(f Field, err error) {
		var wrong *client.FieldError
		if errors.As(err, &wrong) {
			add(f, explain.Sentence(wrong.Said))
		}
	}
	with := func(change func(*client.Account)) error { one := right; change(&one); return one.Check() }
	check(FieldName, with(func(one *client.Account) { one.Name = orX(a.Name) }))
	check(FieldEndpoint, with(func(one *client.Account) { one.Endpoint = a.Endpoint }))
	check(FieldKMSEndpoint, with(func(one *client.Account) { one.KMSEndpoint = a.KMSEndpoint }))
	check(FieldRegion, with(func(one *client.Account) { one.Region = a.Region }))
	check(FieldAccessKey, client.Credentials{AccessKeyID: a.AccessKeyID}.Check())
	check(FieldSecret, client.Credentials{Secret: c.Secret}.Check())
	check(FieldToken, client.Credentials{SessionToken: c.SessionToken}.Check())
	return found
}

func orX(s string) string {
	if s == "" {
		return "x"
	}
	return s
}

// WhyNotSave says why it cannot be saved or tested, "" when it can.
func (e *Editor) WhyNotSave() string {
	if e.saving || e.testing {
		return i18n.T("One moment, please.")
	}
	problems := e.Problems(true)
	for _, f := range []Field{FieldName, FieldEndpoint, FieldAccessKey, FieldSecret, FieldToken, FieldRegion, FieldCAFile, FieldKMSEndpoint} {
		if text := problems[f]; text != "" {
			return text
		}
	}
	return ""
}

// Warning is what to know though it can be saved, "" for nothing.
func (e *Editor) Warning() string {
	if a, _ := e.Account(); a.PlainHTTP() && !a.Secure() {
		return i18n.T("http:// is not protected: everything travels readable, and SSE-KMS and SSE-C are refused.")
	}
	return ""
}

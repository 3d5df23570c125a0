package state

import (
	"net/url"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// reach is what is known of the connection to the open account.
type reach struct {
	asked bool
	err   error
}

// connection notes whether the server answered.
func (a *App) connection(err error) {
	a.reached = reach{asked: true, err: err}
	a.changed()
}

// A Segment is a part of the status line. Tip says more, "" when there is no
// more to say.
type Segment struct {
	Text string
	Role Role
	Tip  string
}

// Status is the status line: connection, protection of the connection, the
// rule in force here, rates.
func (a *App) Status() []Segment {
	if a.current == "" {
		return []Segment{{Text: i18n.T("No account is open"), Role: RoleMuted}}
	}
	account, known := a.account(a.current)
	if !known {
		account.Name = a.current
	}
	connection, guard := a.connected(account), protection(account)
	if guard.Role == RoleGood && connection.Role != RoleGood { // nothing was shown to be protected
		guard.Role, guard.Tip = RoleMuted, ""
	}
	line := []Segment{connection, guard}
	if text, role := a.Browser.RuleHere(); text != "" {
		line = append(line, Segment{i18n.T("Here: %s", text), role, i18n.T("What uploads into this folder ask for. Change it under Tools > Server-Side-Encryption.")})
	}
	if n := a.Transfers.Tally(); n.Running > 0 {
		line = append(line, Segment{Text: i18n.T("up %s/s, down %s/s", size(int64(n.Up)), size(int64(n.Down)))})
	}
	return line
}

func (a *App) connected(account client.Account) Segment {
	where := account.Name + " @ " + host(account)
	switch {
	case a.opening || !a.reached.asked:
		return Segment{i18n.T("Connecting: %s", where), RoleMuted, ""}
	case a.reached.err == nil:
		return Segment{i18n.T("Connected: %s", where), RoleGood, ""}
	}
	switch client.KindOf(a.reached.err) {
	case client.KindDenied, client.KindUnsupported: // it answered; listing buckets is not everybody's right
		return Segment{i18n.T("Connected: %s", where), RoleGood, i18n.T("This account may not list its buckets.")}
	}
	return Segment{i18n.T("Not connected: %s", where), RoleBad, Explain(a.reached.err).Title}
}

// protection says whether the connection is encrypted.
func protection(account client.Account) Segment {
	if u, err := url.Parse(account.Endpoint); err == nil && strings.EqualFold(u.Scheme, "http") {
		return Segment{i18n.T("NOT PROTECTED (http)"), RoleBad, i18n.T("Everything travels readable for anybody on the way. Use an https:// endpoint.")}
	}
	return Segment{i18n.T("TLS"), RoleGood, i18n.T("The connection is encrypted and the server's certificate is checked.")}
}

func host(account client.Account) string {
	if account.Demo {
		return i18n.T("this computer")
	}
	if u, err := url.Parse(account.Endpoint); err == nil && u.Host != "" {
		return u.Host
	}
	if account.Region != "" {
		return "AWS " + account.Region
	}
	return "AWS"
}

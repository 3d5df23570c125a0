package shell

import (
	"errors"
	"net/url"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// reach is what is known of the connection to an account.
type reach struct {
	asked bool
	err   error
	at    time.Time // of the answer, or of its absence
}

// connection notes whether an account's server answered.
func (a *App) connection(account string, err error) {
	a.reached[account] = reach{asked: true, err: err, at: a.now()}
	a.changed()
}

// heard takes notice of what an answer to something else than the list of
// buckets says of the connection, unless a later one said so already: that it is
// there, or that it is not.
func (a *App) heard(account string, err error, at time.Time) {
	if at.Before(a.reached[account].at) {
		return
	}
	var e *client.Error
	switch kind := client.KindOf(err); {
	case err == nil:
	case kind == client.KindNetwork, kind == client.KindStalled, kind == client.KindTLS,
		kind == client.KindBadCredentials, kind == client.KindExpired, kind == client.KindClockSkew:
	case errors.As(err, &e) && e.Status != 0: // refused, and so answered
		err = nil
	default:
		return // of this computer's own making: it says nothing
	}
	a.reached[account] = reach{asked: true, err: err, at: at}
}

// A Segment is a part of the status line. Tip says more, "" when there is no
// more to say.
type Segment struct {
	Text string
	Role explain.Role
	Tip  string
}

// Status is the status line: connection, protection of the connection, the
// rule in force here (empty where there is none), rates.
func (a *App) Status() []Segment {
	if a.current == "" {
		return []Segment{{Text: i18n.T("No account is open"), Role: explain.RoleMuted}}
	}
	account, _ := a.Accounts.Find(a.current)
	connection, guard := a.connected(account, a.Transfers.Silence(a.current)), protection(account)
	if guard.Role == explain.RoleGood && connection.Role != explain.RoleGood { // nothing was shown to be protected
		guard.Role, guard.Tip = explain.RoleMuted, ""
	}
	var rule Segment
	if text, role := a.Browser.RuleHere(); text != "" {
		rule = Segment{i18n.T("Here: %s", text), role, i18n.T("What uploads into this folder ask for. Change it under Tools > Server-Side-Encryption.")}
	}
	line := []Segment{connection, guard, rule}
	if n := a.Transfers.Tally(); n.Running > 0 && n.Moves() {
		line = append(line, Segment{Text: i18n.T("up %s/s, down %s/s", explain.Size(int64(n.Up)), explain.Size(int64(n.Down)))})
	}
	return line
}

// connected says whether an account's server answers; silent is how long it has
// not, though it is waited for.
func (a *App) connected(account client.Account, silent time.Duration) Segment {
	where := account.Name + " @ " + host(account)
	reached := a.reached[a.current]
	switch {
	case silent > 0:
		return Segment{i18n.T("No answer for %d s: %s", int(silent.Seconds()), where), explain.RoleWarn, i18n.T("The transfers wait for the server and are tried again.")}
	case a.opening || !reached.asked:
		return Segment{i18n.T("Connecting: %s", where), explain.RoleMuted, ""}
	case reached.err == nil:
		return Segment{i18n.T("Connected: %s", where), explain.RoleGood, ""}
	}
	switch client.KindOf(reached.err) {
	case client.KindDenied, client.KindUnsupported: // it answered; listing buckets is not everybody's right
		return Segment{i18n.T("Connected: %s", where), explain.RoleGood, i18n.T("This account may not list its buckets.")}
	}
	return Segment{i18n.T("Not connected: %s", where), explain.RoleBad, explain.Error(reached.err).Title}
}

// protection says whether the connection is encrypted.
func protection(account client.Account) Segment {
	if account.PlainHTTP() {
		return Segment{i18n.T("NOT PROTECTED (http)"), explain.RoleBad, i18n.T("Everything travels readable for anybody on the way. Use an https:// endpoint.")}
	}
	return Segment{i18n.T("TLS"), explain.RoleGood, i18n.T("The connection is encrypted and the server's certificate is checked.")}
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

package explain

import (
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// The words of the verdicts, wherever one is said, claim only what was compared.

// A verdictWords is what is said of one verdict, in English, which is the key of
// the translation. Where there is a %s, it is what the server reported.
type verdictWords struct {
	name   string // on a line of the command line
	row    string // of a transfer
	stored string // of the object on the server, behind its name
	role   Role   // of the row

	badge     string // whether an object is as the rules ask
	answer    string // the same, to the question "as asked?"
	badgeRole Role

	// One object of a folder, and several, about which the user has to decide.
	one, several string
	leftRole     Role
}

// A nuance is a verdict as far as words go: some depend on what was reported.
type nuance int

const (
	noVerdict nuance = iota
	verified
	otherWay // another type than asked
	otherKey
	keyUnknown // a key is reported, and whether it is the one asked for is not known
	keyNotReported
	notTold // nothing is reported
	notEncrypted
	nothingAsked
	notYetVerified
)

var verdicts = [...]verdictWords{
	noVerdict: {row: i18n.M("Done"), badge: i18n.M("Cannot be told"), badgeRole: RoleWarn},
	verified: {
		name: i18n.M("Verified"), row: i18n.M("Verified, %s"), role: RoleGood,
		badge: i18n.M("As asked"), answer: i18n.M("yes"), badgeRole: RoleGood,
	},
	otherWay: {
		name: i18n.M("Encrypted, another key"), row: i18n.M("Encrypted in another way: %s"), role: RoleBad,
		stored: i18n.M("encrypted in another way than asked: %s"),
		badge:  i18n.M("Not as asked"), answer: i18n.M("NO"), badgeRole: RoleBad,
	},
	otherKey: {
		name: i18n.M("Encrypted, another key"), row: i18n.M("Encrypted, another key: %s"), role: RoleBad,
		stored: i18n.M("encrypted with another key: %s"),
		badge:  i18n.M("Not as asked"), answer: i18n.M("NO"), badgeRole: RoleBad,
	},
	keyUnknown: {
		name: i18n.M("Encrypted, key not reported"), row: i18n.M("Encrypted, unknown whether with the key asked for: %s"), role: RoleWarn,
		stored: i18n.M("encrypted, and it cannot be told whether with the key asked for: %s"),
		badge:  i18n.M("Cannot be told"), answer: i18n.M("cannot be told"), badgeRole: RoleWarn,
	},
	keyNotReported: {
		name: i18n.M("Encrypted, key not reported"), row: i18n.M("Encrypted, key not reported"), role: RoleWarn,
		stored: i18n.M("encrypted, and it cannot be told whether with the key asked for: %s"),
		badge:  i18n.M("Cannot be told"), answer: i18n.M("cannot be told"), badgeRole: RoleWarn,
	},
	notTold: {
		name: i18n.M("Encrypted, key not reported"), row: i18n.M("Encrypted, key not reported"), role: RoleWarn,
		stored: i18n.M("and the server does not say how it is encrypted"),
		badge:  i18n.M("Cannot be told"), answer: i18n.M("cannot be told"), badgeRole: RoleWarn,
	},
	notEncrypted: {
		name: i18n.M("Not encrypted"), row: i18n.M("Not encrypted"), role: RoleBad,
		stored: i18n.M("stored without encryption"),
		badge:  i18n.M("Not as asked"), answer: i18n.M("NO"), badgeRole: RoleBad,
		one: i18n.M("%s object here is NOT encrypted"), several: i18n.M("%s objects here are NOT encrypted"), leftRole: RoleBad,
	},
	nothingAsked: {
		name: i18n.M("Nothing asked"), row: i18n.M("Done, nothing asked (%s)"),
		badge: i18n.M("Nothing is asked"), badgeRole: RoleMuted,
	},
	notYetVerified: {
		name: i18n.M("Not yet verified"), row: i18n.M("Not yet verified"), role: RoleWarn,
		stored: i18n.M("and how it is encrypted is not yet verified"),
		badge:  i18n.M("Cannot be told"), answer: i18n.M("cannot be told"), badgeRole: RoleWarn,
		one: i18n.M("%s object here is not yet verified"), several: i18n.M("%s objects here are not yet verified"), leftRole: RoleWarn,
	},
}

// wordsOf are the words of a verdict on a report; asked is the type asked for.
func wordsOf(v transfer.Verdict, r client.Reported, asked client.EncryptionType) verdictWords {
	n := noVerdict
	switch v {
	case transfer.Verified:
		n = verified
	case transfer.OtherKey:
		n = otherKey
		if r.Type != asked {
			n = otherWay
		}
	case transfer.KeyNotReported:
		switch {
		case r.Key != "":
			n = keyUnknown
		case r.Told:
			n = keyNotReported
		default:
			n = notTold
		}
	case transfer.NotEncrypted:
		n = notEncrypted
	case transfer.NothingAsked:
		n = nothingAsked
	case transfer.NotYetVerified:
		n = notYetVerified
	}
	return verdicts[n]
}

func wordsOfReceipt(r transfer.Receipt) verdictWords {
	return wordsOf(r.Verdict, r.Reported, r.Treatment.Type)
}

// with says words with what was reported, where they name it.
func with(words, reported string) string {
	if !strings.Contains(words, "%s") {
		return i18n.T(words)
	}
	return i18n.T(words, reported)
}

// Verdict is what a proof found, for the row of its transfer.
func Verdict(r transfer.Receipt) (string, Role) {
	w := wordsOfReceipt(r)
	if r.Verdict == transfer.Verified {
		return with(w.row, typeAndKey(r.Reported.Type, r.Reported.Key)), w.role // a column is narrow
	}
	return with(w.row, Reported(r.Reported)), w.role
}

// VerdictName is a verdict in a word or two.
func VerdictName(v transfer.Verdict) string {
	if name := wordsOf(v, client.Reported{}, "").name; name != "" {
		return i18n.T(name)
	}
	return ""
}

// Stored says how an object that is not proved to be as asked is stored on the
// server: "stored without encryption".
func Stored(r transfer.Receipt) string { return with(wordsOfReceipt(r).stored, Reported(r.Reported)) }

// AsAsked says whether an object is encrypted as the rules ask, as a badge.
func AsAsked(f transfer.Finding) (badge string, role Role) {
	w := wordsOf(f.Verdict, client.Reported{}, "")
	return i18n.T(w.badge), w.badgeRole
}

// AnswerAsAsked is a finding as the answer to the question whether an object is
// encrypted as the rules ask, and why; "" where nothing was compared.
func AnswerAsAsked(f transfer.Finding) string {
	w := wordsOf(f.Verdict, client.Reported{}, "")
	switch {
	case f.Verdict == transfer.NothingAsked: // so the answer is neither
		return i18n.Say(f.Why)
	case w.answer == "":
		return ""
	}
	return i18n.T("%s: %s", i18n.T(w.answer), i18n.Say(f.Why))
}

// Encryption is the Encryption column of a list: what the server says of an
// object, marked when a rule asks for something else.
func Encryption(r client.Reported, f transfer.Finding) (string, Role) {
	text := Reported(r)
	if r.Told && r.Type != client.TypeNone {
		text = typeAndKey(r.Type, r.Key) // a column is narrow, Properties has the whole
	}
	w := wordsOf(f.Verdict, r, r.Type)
	switch {
	case w.role == RoleBad:
		return i18n.T("Not as asked: %s", text), RoleBad
	case f.Verdict == transfer.Verified || f.Verdict == transfer.KeyNotReported:
		return text, w.role
	case !r.Told:
		return text, RoleWarn
	}
	return text, RoleNormal
}

// Unproven says of objects of a folder about which the user has to decide how many
// there are and what is wrong with them, "" for none.
func Unproven(all []transfer.Verdict) (string, Role) {
	n := len(all)
	if n == 0 {
		return "", RoleNormal
	}
	for _, v := range all {
		if v != all[0] {
			return unprovenNotAsAsked(n)
		}
	}
	w := wordsOf(all[0], client.Reported{}, "")
	if w.one == "" {
		return unprovenNotAsAsked(n)
	}
	return i18n.N(n, w.one, w.several, Count(n)), w.leftRole
}

func unprovenNotAsAsked(n int) (string, Role) {
	return i18n.N(n, "%s object here is not encrypted as asked", "%s objects here are not encrypted as asked", Count(n)), RoleBad
}

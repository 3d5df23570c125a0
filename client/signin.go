package client

import (
	"regexp"
	"strings"
	"time"
)

// A SignIn is how an account proves who it is. The zero SignIn is the access key and
// its secret.
type SignIn struct {
	Kind SignInKind `json:"kind,omitempty"`
	// Profile is that of the AWS command line whose settings say how to sign in; of
	// ProfileSignIn, "" is "default".
	Profile string `json:"profile,omitempty"`
	// Role is the ARN of a role that is assumed once signed in; "" is none.
	Role string `json:"role,omitempty"`
	// ExternalID, SessionName and MFASerial go with the role: what its owner agreed
	// with us, what its log calls us, and the device whose code it wants.
	ExternalID  string `json:"externalId,omitempty"`
	SessionName string `json:"sessionName,omitempty"`
	MFASerial   string `json:"mfaSerial,omitempty"`
}

// SignInKind is where credentials come from.
type SignInKind string

// The kinds.
const (
	KeySignIn         SignInKind = ""            // the access key, its secret kept in the keyring
	ProfileSignIn     SignInKind = "profile"     // a profile of the AWS command line
	EnvironmentSignIn SignInKind = "environment" // what the environment gives each program: variables, a container, a machine
)

// Tidy is the sign-in as it was meant.
func (s SignIn) Tidy() SignIn {
	for _, f := range []*string{&s.Profile, &s.Role, &s.ExternalID, &s.SessionName, &s.MFASerial} {
		*f = trimmed(*f)
	}
	return s
}

// roleARN and sessionName are as STS has them.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
var (
	roleARN     = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::[0-9]*:role/[\x21-\x7e]+$`)
	sessionName = regexp.MustCompile(`^[A-Za-z0-9_+=,.@-]{2,64}$`)
	externalID  = regexp.MustCompile(`^[A-Za-z0-9_+=,.@:/-]+$`)
)

func (s SignIn) check() error {
	switch s.Kind {
	case KeySignIn, ProfileSignIn, EnvironmentSignIn:
	default:
		return wrong(Say("sign-in"), Say("%q is none of key, profile, environment", string(s.Kind)))
	}
	if s.Profile != "" && s.Kind != ProfileSignIn {
		return wrong(Say("profile"), Say("only an account that signs in by a profile has one"))
	}
	if strings.ContainsAny(s.Profile, "[]\r\n") {
		return wrong(Say("profile"), Say("no name of a profile has brackets or line ends"))
	}
	switch {
	case s.Role == "" && s.ExternalID+s.SessionName+s.MFASerial != "":
		return wrong(Say("role"), Say("an external id, a session name and an MFA device belong to a role: give its ARN"))
	case s.Role != "" && !roleARN.MatchString(s.Role):
		return wrong(Say("role"), Say("%q is no ARN of a role, as arn:aws:iam::123456789012:role/name", s.Role))
	case s.SessionName != "" && !sessionName.MatchString(s.SessionName):
		return wrong(Say("session name"), Say("2 to 64 letters, digits and _+=,.@-"))
	case s.ExternalID != "" && (len(s.ExternalID) < 2 || len(s.ExternalID) > 1224 || !externalID.MatchString(s.ExternalID)):
		return wrong(Say("external id"), Say("2 to 1,224 letters, digits and _+=,.@:/-"))
	}
	return nil
}

// Text says how an account signs in of which no secret is kept; zero of others.
func (s SignIn) Text() Text {
	switch {
	case s.Kind == ProfileSignIn && s.Profile != "":
		return Say("it signs in by the profile %q of the AWS command line, each time anew; no secret is kept", s.Profile)
	case s.Kind == ProfileSignIn:
		return Say("it signs in by the default profile of the AWS command line, each time anew; no secret is kept")
	case s.Kind == EnvironmentSignIn:
		return Say("it signs in by what the environment gives; no secret is kept")
	}
	return Text{}
}

// NeedsSecret reports whether a secret is kept for the account, and asked for where
// it is not.
func (a Account) NeedsSecret() bool { return a.SignIn.Kind == KeySignIn }

// Identity is what tells the account from others at the same endpoint: its access
// key, or how it signs in where the key changes by the hour.
func (a Account) Identity() string {
	who := a.AccessKeyID
	switch a.SignIn.Kind {
	case ProfileSignIn:
		who = "profile/" + a.SignIn.Profile
	case EnvironmentSignIn:
		who = "environment"
	}
	if a.SignIn.Role != "" {
		who += "/" + a.SignIn.Role
	}
	return who
}

// A SignedIn is how long a sign-in holds.
type SignedIn struct {
	// Ends is when it ends and cannot be renewed without its user; zero where it does
	// not end, or nobody said when.
	Ends time.Time
	// Renew is the command that renews it, "" where there is none.
	Renew string
}

// EndsSoon is how long before the end of a sign-in its user is told.
const EndsSoon = 15 * time.Minute

// Text says that the sign-in ends soon or has ended; zero where there is nothing to
// say yet.
func (s SignedIn) Text(now time.Time) Text {
	left := s.Ends.Sub(now)
	switch {
	case s.Ends.IsZero() || left > EndsSoon:
		return Text{}
	case left <= 0 && s.Renew != "":
		return Say("the sign-in has ended; renew it with: %s", s.Renew)
	case left <= 0:
		return Say("the sign-in has ended: get new credentials and enter them")
	case s.Renew != "":
		return Say("the sign-in ends in %d minutes; renew it with: %s", minutes(left), s.Renew)
	}
	return Say("the sign-in ends in %d minutes", minutes(left))
}

// minutes counts begun ones.
func minutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// SignsIn is a [Store] whose sign-in may end.
type SignsIn interface {
	// SignedIn is how long the sign-in holds, as far as it is known without asking
	// anybody.
	SignedIn() SignedIn
}

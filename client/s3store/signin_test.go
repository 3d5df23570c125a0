package s3store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
)

const base = "[profile base]\naws_access_key_id=KEYBASE\naws_secret_access_key=" + secretCanary + "\n"

var aRole = "arn:aws:iam::123456789012:role/"

func byProfile(name string) client.SignIn {
	return client.SignIn{Kind: client.ProfileSignIn, Profile: name}
}

// tokenFor is a token that holds so long and may be renewed.
func tokenFor(d time.Duration, renewable bool) map[string]any {
	m := map[string]any{"accessToken": "token-" + secretCanary, "expiresAt": time.Now().Add(d).UTC().Format(time.RFC3339)}
	if renewable {
		m["refreshToken"], m["clientId"], m["clientSecret"] = "refresh-"+secretCanary, "id", "cs-"+secretCanary
		m["registrationExpiresAt"] = time.Now().Add(90 * 24 * time.Hour).UTC().Format(time.RFC3339)
	}
	return m
}

func TestAProfileOfEveryKindSignsInAndNothingOfItIsWrittenOrSaid(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"PROCESS\",\"SecretAccessKey\":\""+secretCanary+"\",\"SessionToken\":\""+longToken+"\"}'\n"), 0o700)) //nolint:gosec // runs
	vouched := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(vouched, []byte("vouched-"+secretCanary), 0o600))
	const session = "[sso-session corp]\nsso_region=eu-south-2\nsso_start_url=https://corp.example/start\n"
	const viaSSO = "[profile sso]\nsso_session=corp\nsso_account_id=42\nsso_role_name=Reader\n"
	for name, c := range map[string]struct {
		config string
		set    map[string]string
		before func(t *testing.T, a *amazon)
		by     client.SignIn
		as     string   // the access key the store is asked by
		asked  []string // of whom
		only   string   // systems
	}{
		"a key":                       {config: base, by: byProfile("base"), as: "KEYBASE"},
		"a role of another profile":   {config: base + "[profile r]\nsource_profile=base\nrole_arn=" + aRole + "r\nexternal_id=ext\nrole_session_name=me\n", by: byProfile("r"), as: "ROLE1", asked: []string{"AssumeRole ExternalId=ext RoleSessionName=me by KEYBASE"}},
		"a role of a role":            {config: base + "[profile r]\nsource_profile=base\nrole_arn=" + aRole + "r\n[profile rr]\nsource_profile=r\nrole_arn=" + aRole + "rr\n", by: byProfile("rr"), as: "ROLE2", asked: []string{"AssumeRole RoleSessionName=bucketseal by KEYBASE", "AssumeRole RoleSessionName=bucketseal by ROLE1"}},
		"a role of its own key":       {config: "[profile own]\naws_access_key_id=KEYOWN\naws_secret_access_key=" + secretCanary + "\nsource_profile=own\nrole_arn=" + aRole + "r\n", by: byProfile("own"), as: "ROLE1", asked: []string{"AssumeRole RoleSessionName=bucketseal by KEYOWN"}},
		"a role with a code":          {config: base + "[profile m]\nsource_profile=base\nrole_arn=" + aRole + "r\nmfa_serial=arn:aws:iam::1:mfa/me\n", by: byProfile("m"), as: "ROLE1", asked: []string{"AssumeRole RoleSessionName=bucketseal SerialNumber=arn:aws:iam::1:mfa/me TokenCode=123456 by KEYBASE"}},
		"a role by the environment":   {config: "[profile e]\ncredential_source=Environment\nrole_arn=" + aRole + "r\n", set: map[string]string{"AWS_ACCESS_KEY_ID": "KEYENV", "AWS_SECRET_ACCESS_KEY": secretCanary}, by: byProfile("e"), as: "ROLE1", asked: []string{"AssumeRole RoleSessionName=bucketseal by KEYENV"}},
		"a program":                   {config: "[profile p]\ncredential_process=" + program + "\n", by: byProfile("p"), as: "PROCESS"},
		"a session of a portal":       {config: session + viaSSO, before: func(t *testing.T, _ *amazon) { signedIn(t, "corp", tokenFor(time.Hour, true)) }, by: byProfile("sso"), as: "SSO1", asked: []string{"portal 42 Reader token-" + secretCanary}},
		"a session that is renewed":   {config: session + viaSSO, before: func(t *testing.T, _ *amazon) { signedIn(t, "corp", tokenFor(-time.Hour, true)) }, by: byProfile("sso"), as: "SSO1", asked: []string{"renewal", "portal 42 Reader renewed-" + secretCanary}},
		"a portal without a session":  {config: "[profile old]\nsso_start_url=https://old.example\nsso_region=us-east-1\nsso_account_id=7\nsso_role_name=R\n", before: func(t *testing.T, _ *amazon) { signedIn(t, "https://old.example", tokenFor(time.Hour, false)) }, by: byProfile("old"), as: "SSO1", asked: []string{"portal 7 R token-" + secretCanary}},
		"a role behind a portal":      {config: session + viaSSO + "[profile rs]\nsource_profile=sso\nrole_arn=" + aRole + "r\n", before: func(t *testing.T, _ *amazon) { signedIn(t, "corp", tokenFor(time.Hour, true)) }, by: byProfile("rs"), as: "ROLE2", asked: []string{"portal 42 Reader token-" + secretCanary, "AssumeRole RoleSessionName=bucketseal by SSO1"}},
		"a login":                     {config: "[profile l]\nlogin_session=arn:aws:iam::1:user/me\nregion=eu-west-1\n", before: func(t *testing.T, _ *amazon) { loggedIn(t, "arn:aws:iam::1:user/me", time.Now().Add(10*time.Minute)) }, by: byProfile("l"), as: "LOGIN0"},
		"a login that is renewed":     {config: "[profile l]\nlogin_session=arn:aws:iam::1:user/me\nregion=eu-west-1\n", before: func(t *testing.T, _ *amazon) { loggedIn(t, "arn:aws:iam::1:user/me", time.Now().Add(-time.Minute)) }, by: byProfile("l"), as: "LOGIN1", asked: []string{"login"}},
		"a web identity":              {config: "[profile w]\nweb_identity_token_file=" + vouched + "\nrole_arn=" + aRole + "w\n", by: byProfile("w"), as: "ROLE1", asked: []string{"AssumeRoleWithWebIdentity RoleSessionName=bucketseal"}},
		"a container":                 {config: "[profile c]\ncredential_source=EcsContainer\nrole_arn=" + aRole + "c\n", set: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "/container", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth"}, by: byProfile("c"), as: "ROLE1", asked: []string{"container auth", "AssumeRole RoleSessionName=bucketseal by CONTAINER"}},
		"a machine":                   {config: "[profile i]\nregion=eu-west-1\n", by: byProfile("i"), as: "MACHINE", asked: []string{"machine"}},
		"saved by Notepad":            {config: inUTF16(base+"[profile r]\r\nsource_profile=base\r\nrole_arn="+aRole+"r\r\n", binary.LittleEndian), by: byProfile("r"), as: "ROLE1", asked: []string{"AssumeRole RoleSessionName=bucketseal by KEYBASE"}},
		"the environment, a key":      {set: map[string]string{"AWS_ACCESS_KEY_ID": "KEYENV", "AWS_SECRET_ACCESS_KEY": secretCanary}, by: client.SignIn{Kind: client.EnvironmentSignIn}, as: "KEYENV"},
		"the environment, a profile":  {config: base, set: map[string]string{"AWS_PROFILE": "base"}, by: client.SignIn{Kind: client.EnvironmentSignIn}, as: "KEYBASE"},
		"the environment, Kubernetes": {set: map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": vouched, "AWS_ROLE_ARN": aRole + "k", "AWS_ROLE_SESSION_NAME": "pod"}, by: client.SignIn{Kind: client.EnvironmentSignIn}, as: "ROLE1", asked: []string{"AssumeRoleWithWebIdentity RoleSessionName=pod"}},
		"the environment, a machine":  {by: client.SignIn{Kind: client.EnvironmentSignIn}, as: "MACHINE", asked: []string{"machine"}},
		"a role of one's own":         {config: base, by: client.SignIn{Kind: client.ProfileSignIn, Profile: "base", Role: aRole + "mine", ExternalID: "agreed", SessionName: "ada", MFASerial: "device"}, as: "ROLE1", asked: []string{"AssumeRole ExternalId=agreed RoleSessionName=ada SerialNumber=device TokenCode=123456 by KEYBASE"}},
		"a role of a key":             {by: client.SignIn{Role: aRole + "mine"}, as: "ROLE1", asked: []string{"AssumeRole RoleSessionName=bucketseal by KEYMINE"}},
	} {
		t.Run(name, func(t *testing.T) {
			awsHome(t, c.config, "")
			noProxies(t)
			a := newAmazon(t)
			for k, v := range c.set {
				if strings.HasPrefix(v, "/container") {
					v = a.URL + v
				}
				t.Setenv(k, v)
			}
			if c.before != nil {
				c.before(t, a)
			}
			before := dotAWS(t)
			var said bytes.Buffer
			account := client.Account{Name: "a", Endpoint: a.URL, SignIn: c.by}
			var own client.Credentials
			if account.NeedsSecret() {
				account.AccessKeyID, own.Secret = "KEYMINE", client.NewSecret(secretCanary)
			}
			s, err := onPath(account, own, Options{
				Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug})), backoff: atOnce,
				AskCode: func(context.Context, string) (client.Secret, error) { return client.NewSecret(" 123456\n"), nil },
			})
			require.NoError(t, err)
			require.NoError(t, s.Test(t.Context()))
			require.NoError(t, s.Test(t.Context()), "what holds is not asked for again")
			assert.Equal(t, []string{c.as, c.as}, a.listed)
			assert.Equal(t, c.asked, a.asked)
			assert.Equal(t, before, dotAWS(t), "~/.aws is read and never written")
			assert.NotContains(t, said.String(), secretCanary)
			assert.NotContains(t, said.String(), longToken[:64])
			assert.NotEmpty(t, said.String())
		})
	}
}

func TestASignInThatCannotBeSaysWhyAndWhatToDo(t *testing.T) {
	liar := filepath.Join(t.TempDir(), "liar")
	require.NoError(t, os.WriteFile(liar, []byte("#!/bin/sh\necho '{\"Version\":1, "+secretCanary+"'\n"), 0o700)) //nolint:gosec // runs
	const sso = "[profile s]\nsso_session=corp\nsso_account_id=42\nsso_role_name=R\n[sso-session corp]\nsso_region=eu-south-2\n"
	for name, c := range map[string]struct {
		config string
		set    map[string]string
		before func(t *testing.T, a *amazon)
		by     client.SignIn
		kind   client.Kind
		says   string
	}{
		"no such profile":         {by: byProfile("no"), kind: client.KindBadCredentials, says: `there is no profile "no"`},
		"each other's source":     {config: "[profile a]\nsource_profile=b\nrole_arn=x\n[profile b]\nsource_profile=a\nrole_arn=y\n", by: byProfile("a"), kind: client.KindBadCredentials, says: "a, b, a have each other"},
		"never signed in":         {config: sso, by: byProfile("s"), kind: client.KindExpired, says: "renew it with: aws sso login --profile s"},
		"a session that is over":  {config: sso, before: func(t *testing.T, _ *amazon) { signedIn(t, "corp", tokenFor(-time.Hour, false)) }, by: byProfile("s"), kind: client.KindExpired, says: "renew it with: aws sso login --profile s"},
		"a session not renewed":   {config: sso, before: func(t *testing.T, a *amazon) { a.ended = "yes"; signedIn(t, "corp", tokenFor(-time.Hour, true)) }, by: byProfile("s"), kind: client.KindExpired, says: "aws sso login --profile s"},
		"a session taken away":    {config: sso, before: func(t *testing.T, a *amazon) { a.ended = "yes"; signedIn(t, "corp", tokenFor(time.Hour, false)) }, by: byProfile("s"), kind: client.KindExpired, says: "aws sso login --profile s"},
		"a damaged token":         {config: sso, before: func(t *testing.T, _ *amazon) { signedIn(t, "corp", tokenFor(time.Hour, true)); cutShort(t, "sso", 2) }, by: byProfile("s"), kind: client.KindExpired, says: "aws sso login --profile s"},
		"a damaged login":         {config: "[profile l]\nlogin_session=me\n", before: func(t *testing.T, _ *amazon) { loggedIn(t, "me", time.Now().Add(time.Hour)); cutShort(t, "login", 2) }, by: byProfile("l"), kind: client.KindExpired, says: "aws login --profile l"},
		"a login without a key":   {config: "[profile l]\nlogin_session=me\n", before: func(t *testing.T, _ *amazon) { loggedIn(t, "me", time.Now().Add(-time.Hour)); cutShort(t, "login", 0) }, by: byProfile("l"), kind: client.KindExpired, says: "aws login --profile l"},
		"no such session":         {config: "[profile s]\nsso_session=no\n", by: byProfile("s"), kind: client.KindBadCredentials, says: `names the sso_session "no"`},
		"half a session":          {config: "[profile s]\nsso_session=corp\n[sso-session corp]\nsso_region=x\n", by: byProfile("s"), kind: client.KindBadCredentials, says: "needs sso_region, sso_account_id and sso_role_name"},
		"never logged in":         {config: "[profile l]\nlogin_session=me\n", by: byProfile("l"), kind: client.KindExpired, says: "aws login --profile l"},
		"a login that is over":    {config: "[profile l]\nlogin_session=me\n", before: func(t *testing.T, a *amazon) { a.ended = "yes"; loggedIn(t, "me", time.Now().Add(-time.Hour)) }, by: byProfile("l"), kind: client.KindExpired, says: "aws login --profile l"},
		"a program that fails":    {config: "[profile p]\ncredential_process=/no/such/program\n", by: byProfile("p"), kind: client.KindBadCredentials, says: "run it in a terminal"},
		"a program that lies":     {config: "[profile p]\ncredential_process=" + liar + "\n", by: byProfile("p"), kind: client.KindBadCredentials, says: "its answer is not what"},
		"nobody to ask":           {config: base, by: client.SignIn{Kind: client.ProfileSignIn, Profile: "base", Role: aRole + "r", MFASerial: "dev"}, kind: client.KindBadCredentials, says: "MFA device dev, and there is nobody"},
		"no token of the cluster": {set: map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": "/no/file", "AWS_ROLE_ARN": "r"}, by: client.SignIn{Kind: client.EnvironmentSignIn}, kind: client.KindBadCredentials, says: "read the web identity token"},
		"no role of the cluster":  {set: map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": liar}, by: client.SignIn{Kind: client.EnvironmentSignIn}, kind: client.KindBadCredentials, says: "no role: set role_arn"},
		"no container":            {config: "[profile c]\ncredential_source=EcsContainer\n", by: byProfile("c"), kind: client.KindBadCredentials, says: "this is none"},
		"an odd container":        {set: map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://evil.example/"}, by: client.SignIn{Kind: client.EnvironmentSignIn}, kind: client.KindBadCredentials, says: "is not https, nor on this machine"},
		"an odd source":           {config: "[profile c]\ncredential_source=Moon\n", by: byProfile("c"), kind: client.KindBadCredentials, says: `"Moon" is none of`},
		"no key in the environ":   {config: "[profile c]\ncredential_source=Environment\n", by: byProfile("c"), kind: client.KindBadCredentials, says: "set AWS_ACCESS_KEY_ID"},
		"no way at all":           {config: "[profile n]\nregion=x\n", set: map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}, by: byProfile("n"), kind: client.KindBadCredentials, says: `profile "n" names no way to sign in`},
	} {
		t.Run(name, func(t *testing.T) {
			awsHome(t, c.config, "")
			noProxies(t)
			a := newAmazon(t)
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			if c.before != nil {
				c.before(t, a)
			}
			s, err := onPath(client.Account{Name: "a", Endpoint: a.URL, SignIn: c.by}, client.Credentials{}, Options{backoff: atOnce})
			if err == nil {
				err = s.Test(t.Context())
			}
			require.ErrorContains(t, err, c.says)
			assert.Equal(t, c.kind.String(), client.KindOf(err).String())
			for e := err; e != nil; e = errors.Unwrap(e) {
				assert.NotContains(t, e.Error(), secretCanary)
			}
			assert.Empty(t, a.listed, "nothing is sent without credentials")
		})
	}
}

// clocked is a sign-in whose origin gives what the test says.
func clocked(gives func(n int) (grant, error)) (*signIn, *int, *[]string) {
	n, notes := 0, []string{}
	var mu sync.Mutex
	s := newSignIn(func(context.Context) (grant, error) { n++; return gives(n) }, &hidden{}, func(t client.Text) {
		mu.Lock()
		defer mu.Unlock()
		notes = append(notes, t.String())
	})
	return s, &n, &notes
}

func lasting(d time.Duration) grant {
	return grant{Credentials: aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s", CanExpire: true, Expires: time.Now().Add(d)}}
}

func TestCredentialsAreRenewedBeforeTheyEndAndKeptWhileTheyHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("portal is down")
		down := false
		s, asked, _ := clocked(func(int) (grant, error) {
			if down {
				return grant{}, refused
			}
			return lasting(time.Hour), nil
		})
		get := func() error { _, err := s.Retrieve(t.Context()); return err }
		require.NoError(t, get())
		time.Sleep(54 * time.Minute)
		require.NoError(t, get())
		require.Equal(t, 1, *asked, "they hold")
		time.Sleep(2 * time.Minute)
		require.NoError(t, get())
		require.Equal(t, 2, *asked, "five minutes before their end")
		down = true
		time.Sleep(57 * time.Minute)
		require.NoError(t, get(), "they still hold")
		require.NoError(t, get())
		require.Equal(t, 3, *asked, "a portal that is down is not asked for each request")
		time.Sleep(4 * time.Minute)
		require.ErrorIs(t, get(), refused)
	})
}

func TestTheEndOfASignInIsToldBeforeItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		end := time.Now().Add(time.Hour)
		s, _, notes := clocked(func(int) (grant, error) {
			g := lasting(2 * time.Hour)
			g.holds = client.SignedIn{Ends: end, Renew: "aws sso login --profile w"}
			return g, nil
		})
		for range 62 {
			_, err := s.Retrieve(t.Context())
			require.NoError(t, err)
			time.Sleep(time.Minute)
		}
		const renew = "; renew it with: aws sso login --profile w"
		assert.Equal(t, []string{"the sign-in ends in 15 minutes" + renew, "the sign-in ends in 5 minutes" + renew, "the sign-in ends in 1 minutes" + renew}, *notes)
		assert.Equal(t, end, s.SignedIn().Ends)
		assert.Equal(t, "the sign-in has ended"+renew, s.SignedIn().Text(time.Now()).String())
		assert.Equal(t, "the sign-in ends in 12 minutes", client.SignedIn{Ends: time.Now().Add(12 * time.Minute)}.Text(time.Now()).String())
	})
}

func TestOneRenewalServesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, asked, _ := clocked(func(int) (grant, error) { time.Sleep(time.Second); return lasting(time.Hour), nil })
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				_, err := s.Retrieve(t.Context())
				assert.NoError(t, err)
			})
		}
		given, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		time.Sleep(time.Microsecond)
		_, err := s.Retrieve(given)
		assert.ErrorIs(t, err, context.DeadlineExceeded, "who gives up waits no longer")
		all.Wait()
		assert.Equal(t, 1, *asked)
	})
}

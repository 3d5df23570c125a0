package s3store

import (
	"cmp"
	"context"
	"crypto/sha1" //nolint:gosec // a file's name, as the AWS command line makes it
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// A portalToken is what 'aws sso login' leaves in ~/.aws/sso/cache.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
type portalToken struct {
	AccessToken  string    `json:"accessToken"`
	ExpiresAt    time.Time `json:"expiresAt"`
	RefreshToken string    `json:"refreshToken"`
	ClientID     string    `json:"clientId"`
	ClientSecret string    `json:"clientSecret"`
	// RegisteredUntil is when it can no longer be renewed without its user.
	RegisteredUntil time.Time `json:"registrationExpiresAt"`
}

func (t portalToken) renewable() bool {
	return t.RefreshToken != "" && t.ClientID != "" && t.ClientSecret != ""
}

// A portal is a user's session at IAM Identity Center.
type portal struct {
	chain         *chain
	profile       settings
	file          string // of the token
	region        string
	account, role string
	renew         string // the command
	held          portalToken
	roles         *sso.Client
	tokens        *ssooidc.Client
}

// tokenMargin is how long before its end a token counts as ended.
const tokenMargin = time.Minute

// sso signs in by a session of IAM Identity Center, in whatever region that is.
func (c *chain) sso(s settings) (origin, error) {
	p := &portal{
		chain: c, profile: s, account: s.get("sso_account_id"), role: s.get("sso_role_name"), region: s.get("sso_region"),
		renew: "aws sso login --profile " + s.name,
	}
	key := s.get("sso_start_url")
	if session := s.get("sso_session"); session != "" {
		of := c.config["sso-session "+session]
		if of == nil {
			return nil, noSignIn(client.Say("%s names the sso_session %q, which is not in the configuration", s.who(), session), nil)
		}
		key, p.region = session, cmp.Or(of["sso_region"], p.region)
	}
	if p.region == "" || p.account == "" || p.role == "" {
		return nil, noSignIn(client.Say("%s needs sso_region, sso_account_id and sso_role_name: 'aws configure sso' writes them", s.who()), nil)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, noSignIn(client.TextOf(err), err)
	}
	name := sha1.Sum([]byte(key)) //nolint:gosec // a file's name
	p.file = filepath.Join(home, ".aws", "sso", "cache", hex.EncodeToString(name[:])+".json")
	cfg := c.amazon(p.region, aws.AnonymousCredentials{})
	p.roles = sso.NewFromConfig(cfg, func(o *sso.Options) { o.BaseEndpoint = c.endpoint(s, "SSO", "sso") })
	p.tokens = ssooidc.NewFromConfig(cfg, func(o *ssooidc.Options) { o.BaseEndpoint = c.endpoint(s, "SSO_OIDC", "sso_oidc") })
	return p.grant, nil
}

// grant gets credentials of the role. It is called by one at a time.
func (p *portal) grant(ctx context.Context) (grant, error) {
	token, err := p.token(ctx)
	if err != nil {
		return grant{}, err
	}
	out, err := p.roles.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{AccessToken: &token.AccessToken, AccountId: &p.account, RoleName: &p.role})
	var ended *ssotypes.UnauthorizedException
	switch {
	case errors.As(err, &ended):
		return grant{}, over(p.profile.who(), p.renew, err)
	case err != nil:
		return grant{}, p.failed(ctx, err)
	case out.RoleCredentials == nil || aws.ToString(out.RoleCredentials.AccessKeyId) == "":
		return grant{}, noSignIn(client.Say("the sign-in portal of %s gave no credentials", p.profile.who()), nil)
	}
	got := out.RoleCredentials
	ends := token.ExpiresAt
	if token.renewable() {
		ends = token.RegisteredUntil
	}
	return grant{aws.Credentials{
		AccessKeyID: *got.AccessKeyId, SecretAccessKey: aws.ToString(got.SecretAccessKey), SessionToken: aws.ToString(got.SessionToken),
		Source: "sso", CanExpire: true, Expires: time.UnixMilli(got.Expiration),
	}, client.SignedIn{Ends: ends, Renew: p.renew}}, nil
}

func (p *portal) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return &errSignIn{client.KindNetwork, client.Say("the sign-in portal of %s gave no credentials: %v", p.profile.who(), codeOf(err)), err}
}

// token is one that holds: that of the file, which its user may have renewed, else
// that which was renewed here, else one that is renewed now. It stays in memory: the
// file is not ours.
func (p *portal) token(ctx context.Context) (portalToken, error) {
	stored, err := readToken(p.file)
	if err == nil && stored.ExpiresAt.After(p.held.ExpiresAt) {
		p.held = stored
	}
	p.chain.hidden.add(client.NewSecret(p.held.AccessToken), client.NewSecret(p.held.RefreshToken), client.NewSecret(p.held.ClientSecret))
	now := p.chain.now()
	switch {
	case p.held.AccessToken == "":
		return p.held, over(p.profile.who(), p.renew, err)
	case now.Before(p.held.ExpiresAt.Add(-tokenMargin)):
		return p.held, nil
	case !p.held.renewable():
		return p.held, over(p.profile.who(), p.renew, nil)
	}
	out, err := p.tokens.CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: &p.held.ClientID, ClientSecret: &p.held.ClientSecret, RefreshToken: &p.held.RefreshToken, GrantType: aws.String("refresh_token"),
	})
	switch {
	case ctx.Err() != nil:
		return p.held, err
	case err != nil && now.Before(p.held.ExpiresAt):
		return p.held, nil // it holds a little longer
	case err != nil:
		return p.held, over(p.profile.who(), p.renew, err)
	}
	p.held.AccessToken, p.held.ExpiresAt = aws.ToString(out.AccessToken), now.Add(time.Duration(out.ExpiresIn)*time.Second)
	p.held.RefreshToken = cmp.Or(aws.ToString(out.RefreshToken), p.held.RefreshToken)
	p.chain.hidden.add(client.NewSecret(p.held.AccessToken), client.NewSecret(p.held.RefreshToken))
	return p.held, nil
}

// readToken reads a token. No error quotes it.
func readToken(file string) (portalToken, error) {
	var t portalToken
	b, err := os.ReadFile(file)
	if err != nil {
		return t, err
	}
	if json.Unmarshal(b, &t) != nil {
		return portalToken{}, client.Say("%s is not what 'aws sso login' writes", file).Err()
	}
	return t, nil
}

// codeOf is what a service of Amazon called its refusal, else that it was not reached.
func codeOf(err error) client.Text {
	var api smithy.APIError
	if errors.As(err, &api) {
		return client.Verbatim(cmp.Or(api.ErrorMessage(), api.ErrorCode()))
	}
	return client.Say("it cannot be reached")
}

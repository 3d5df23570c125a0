package s3store

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/bucketseal/bucketseal/client"
)

// sessionName is what the log of a role's owner calls us where nobody chose a name.
const sessionName = "bucketseal"

// sts is the service that roles are assumed at.
func (c *chain) sts(s settings, as aws.CredentialsProvider) *sts.Client {
	cfg := c.amazon(cmp.Or(c.region, s.get("region")), as)
	at := c.endpoint(s, "STS", "sts")
	if c.ownSTS != "" {
		cfg.HTTPClient, at = c.ownNetwork, &c.ownSTS
	}
	return sts.NewFromConfig(cfg, func(o *sts.Options) { o.BaseEndpoint = at })
}

// assume takes on a role, once signed in by base.
func (c *chain) assume(base origin, s settings, role client.SignIn) origin {
	return func(ctx context.Context) (grant, error) {
		from, err := base(ctx)
		if err != nil {
			return grant{}, err
		}
		c.hidden.add(client.NewSecret(from.SecretAccessKey), client.NewSecret(from.SessionToken))
		in := &sts.AssumeRoleInput{
			RoleArn: aws.String(role.Role), RoleSessionName: aws.String(cmp.Or(role.SessionName, sessionName)), ExternalId: optional(role.ExternalID),
			SerialNumber: optional(role.MFASerial), DurationSeconds: seconds(s.get("duration_seconds")),
		}
		if role.MFASerial != "" {
			if in.TokenCode, err = c.code(ctx, role.MFASerial); err != nil {
				return grant{}, err
			}
		}
		out, err := c.sts(s, credentials.StaticCredentialsProvider{Value: from.Credentials}).AssumeRole(ctx, in)
		if err != nil {
			return grant{}, refusedRole(ctx, role.Role, from.holds, err)
		}
		return grantOf(out.Credentials, from.holds)
	}
}

// code asks for the code of an MFA device.
func (c *chain) code(ctx context.Context, device string) (*string, error) {
	if c.ask == nil {
		return nil, noSignIn(client.Say("the role wants the code of the MFA device %s, and there is nobody to ask for it", device), nil)
	}
	code, err := c.ask(ctx, device)
	if err != nil {
		return nil, noSignIn(client.Say("the role wants the code of the MFA device %s: %v", device, err), err)
	}
	c.hidden.add(code)
	return aws.String(strings.TrimSpace(code.Reveal())), nil
}

// webIdentity takes on a role by a token that somebody else vouches for, as in
// Kubernetes and build services. The file is read each time: its owner renews it.
func (c *chain) webIdentity(s settings, file, role, session string) origin {
	return func(ctx context.Context) (grant, error) {
		if role == "" {
			return grant{}, noSignIn(client.Say("a web identity token is there and no role: set role_arn or AWS_ROLE_ARN"), nil)
		}
		token, err := os.ReadFile(file)
		if err != nil {
			return grant{}, noSignIn(client.Say("read the web identity token: %v", err), err)
		}
		c.hidden.add(client.NewSecret(string(token)))
		out, err := c.sts(s, aws.AnonymousCredentials{}).AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
			RoleArn: &role, RoleSessionName: aws.String(cmp.Or(session, sessionName)), WebIdentityToken: aws.String(string(token)),
		})
		if err != nil {
			return grant{}, refusedRole(ctx, role, client.SignedIn{}, err)
		}
		return grantOf(out.Credentials, client.SignedIn{})
	}
}

// grantOf is what STS gave; it holds as long as what it was given for.
func grantOf(c *types.Credentials, holds client.SignedIn) (grant, error) {
	if c == nil || aws.ToString(c.AccessKeyId) == "" || aws.ToString(c.SecretAccessKey) == "" {
		return grant{}, noSignIn(client.Say("the answer to AssumeRole holds no credentials"), nil)
	}
	return grant{aws.Credentials{
		AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: aws.ToString(c.SessionToken), Source: "role",
		CanExpire: c.Expiration != nil, Expires: aws.ToTime(c.Expiration),
	}, holds}, nil
}

// refusedRole is why a role was not taken on. A cancelled or unreachable one stays
// what it is.
func refusedRole(ctx context.Context, role string, holds client.SignedIn, err error) error {
	var api smithy.APIError
	switch {
	case ctx.Err() != nil:
		return err
	case !errors.As(err, &api):
		return &errSignIn{client.KindNetwork, client.Say("the role %s was not assumed: its service cannot be reached", role), err}
	}
	switch api.ErrorCode() {
	case "ExpiredToken", "ExpiredTokenException":
		if holds.Renew != "" {
			return over(role, holds.Renew, err)
		}
		return &errSignIn{client.KindExpired, client.Say("the credentials from which the role %s is assumed have ended: %s", role, api.ErrorMessage()), err}
	case "AccessDenied":
		return &errSignIn{client.KindDenied, client.Say("the role %s was not assumed: %s", role, api.ErrorMessage()), err}
	}
	return noSignIn(client.Say("the role %s was not assumed: %s", role, cmp.Or(api.ErrorMessage(), api.ErrorCode())), err)
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// seconds is a duration that AssumeRole takes; nil, for its own, where there is none.
func seconds(s string) *int32 {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || time.Duration(n)*time.Second < 15*time.Minute {
		return nil
	}
	return aws.Int32(int32(n))
}

package s3store

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
)

// Variables of the AWS command line, each with its older names.
var (
	varAccessKey = []string{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"}
	varSecret    = []string{"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"}
	varRegion    = []string{"AWS_REGION", "AWS_DEFAULT_REGION"}
	varProfile   = []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}
)

// InEnvironment reports whether the environment names an account: keys, a
// profile or a service.
func InEnvironment() bool {
	return firstSet(append(append([]string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, varAccessKey...), varProfile...)...).value != "" || givenBySurroundings()
}

// givenBySurroundings reports whether the container or whoever started us gives
// credentials.
func givenBySurroundings() bool {
	return firstSet("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI").value != ""
}

// FromEnvironment finds an account where the AWS command line keeps it: its
// keys, without a profile in AWS_ACCESS_KEY_ID and its companions, else, or with
// a profile, in the shared files (~/.aws/credentials, ~/.aws/config). Region,
// service and certificates may be in variables or in the profile, too; the
// service, in the order that Amazon documents
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html),
// in AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the services section of the profile,
// or its endpoint_url, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or the profile
// says to ignore them. A KMS is taken from what is said of KMS, and from what is
// said of all services only where these are Amazon's: elsewhere a store that has
// no KMS would be asked for one.
//
// given is what the caller knows better; its fields are kept. The account has no
// name. Where no key is written there, the account signs in by the profile, or by what
// the environment gives, once it is opened, and there are no credentials yet. Nothing is
// sent.
func FromEnvironment(profile string, given client.Account) (client.Account, client.Credentials, error) {
	e, err := readEnvironment(profile)
	if err != nil {
		return client.Account{}, client.Credentials{}, err
	}
	c, by, err := e.credentials()
	if err != nil {
		return client.Account{}, client.Credentials{}, &client.Error{Op: "read credentials", Kind: client.KindBadCredentials, Err: err}
	}
	given.AccessKeyID = c.AccessKeyID
	given.SignIn.Kind, given.SignIn.Profile = by.Kind, by.Profile
	a, err := e.account(given)
	return a, c, err
}

// ServiceFromEnvironment is FromEnvironment for an account whose keys come from
// elsewhere.
func ServiceFromEnvironment(given client.Account) (client.Account, error) {
	e, err := readEnvironment("")
	if err != nil {
		return client.Account{}, err
	}
	return e.account(given)
}

// ByProfile is an account that signs in by a profile, whatever kind that is of; region,
// service and certificates are the profile's where given leaves them open.
func ByProfile(profile string, given client.Account) (client.Account, error) {
	e, err := readEnvironment(profile)
	if err != nil {
		return client.Account{}, err
	}
	given.AccessKeyID, given.SignIn.Kind, given.SignIn.Profile = "", client.ProfileSignIn, cmp.Or(e.profile.value, "default")
	return e.account(given)
}

// Profiles are the names of those in the files of the AWS command line, in order.
func Profiles() ([]string, error) {
	config, err := readSharedFile(awsFile("AWS_CONFIG_FILE", "config"))
	if err != nil {
		return nil, err
	}
	secrets, err := readSharedFile(awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for section := range config {
		if name, ok := strings.CutPrefix(section, "profile "); ok || section == "default" {
			names[name] = true
		}
	}
	for name := range secrets {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names)), nil
}

// environment is what the variables and files say, for one profile.
type environment struct {
	profile variable // where its name comes from; "" is the default one

	config, secrets map[string]string // the profile's settings in either file; nil where it is not there
	services        map[string]string // the settings that the profile's services name
}

func readEnvironment(profile string) (*environment, error) {
	e := &environment{profile: variable{"--profile", strings.TrimSpace(profile)}}
	if err := e.read(); err != nil {
		return nil, &client.Error{Op: "read the environment", Kind: client.KindLocal, Err: err}
	}
	return e, nil
}

func (e *environment) read() error {
	if e.profile.value == "" {
		e.profile = firstSet(varProfile...)
	}
	name := cmp.Or(e.profile.value, "default")
	config, err := readSharedFile(awsFile("AWS_CONFIG_FILE", "config"))
	if err != nil {
		return err
	}
	secrets, err := readSharedFile(awsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
	if err != nil {
		return err
	}
	e.secrets = secrets[name]
	if e.config = config["profile "+name]; e.config == nil && name == "default" {
		e.config = config[name]
	}
	e.services = config["services "+e.setting("services")]
	if e.config == nil && e.secrets == nil && e.profile.value != "" {
		return client.Say("there is no profile %q in the files of the AWS command line (%s)", name, e.profile.name).Err()
	}
	return nil
}

// awsFile is where one of the shared files is.
func awsFile(variable, name string) string {
	if path := firstSet(variable).value; path != "" {
		return path
	}
	home, _ := os.UserHomeDir() // without one there is no such file
	return filepath.Join(home, ".aws", name)
}

// setting is a setting of the profile, in either file.
func (e *environment) setting(key string) string { return cmp.Or(e.secrets[key], e.config[key]) }

// credentials are the variables', unless a profile was asked for, or the
// profile's: both halves from one place. Where neither has any, it is how to sign in.
func (e *environment) credentials() (c client.Credentials, by client.SignIn, err error) {
	id, secret := firstSet(varAccessKey...), firstSet(varSecret...)
	asked := e.profile.name == "--profile"
	switch {
	case asked:
	case id.value != "" && secret.value != "":
		c, err = checked(keys(id.value, secret.value, os.Getenv("AWS_SESSION_TOKEN")), "the environment")
		return c, by, err
	case id.value != "":
		return c, by, client.Say("%s is set and AWS_SECRET_ACCESS_KEY is not: set both", id.name).Err()
	case secret.value != "":
		return c, by, client.Say("%s is set and AWS_ACCESS_KEY_ID is not: set both", secret.name).Err()
	case e.profile.value == "" && givenBySurroundings():
		return c, client.SignIn{Kind: client.EnvironmentSignIn}, nil
	}
	name := cmp.Or(e.profile.value, "default")
	for _, s := range []map[string]string{e.secrets, e.config} {
		if s["aws_access_key_id"] != "" && s["aws_secret_access_key"] != "" && e.setting("role_arn") == "" {
			c, err = checked(keys(s["aws_access_key_id"], s["aws_secret_access_key"], s["aws_session_token"]), fmt.Sprintf("profile %q", name))
			return c, by, err
		}
	}
	if e.config == nil && e.secrets == nil {
		return c, by, client.Say("neither AWS_ACCESS_KEY_ID nor a profile %q is there: set one, or name an account", name).Err()
	}
	return c, client.SignIn{Kind: client.ProfileSignIn, Profile: name}, nil
}

func keys(id, secret, token string) client.Credentials {
	return client.Credentials{AccessKeyID: id, Secret: client.NewSecret(secret), SessionToken: client.NewSecret(token)}.Tidy()
}

func checked(c client.Credentials, from string) (client.Credentials, error) {
	if err := c.Check(); err != nil {
		return client.Credentials{}, client.Say("%s: %v", from, err).Err()
	}
	return c, nil
}

// account fills in what given leaves open. What is wrong is named by where it
// was written.
func (e *environment) account(given client.Account) (client.Account, error) {
	a := given.Tidy()
	s3, kms, all, err := e.endpoints()
	take := func(to *string, from variable) {
		if err != nil || *to != "" || from.value == "" {
			return
		}
		*to = from.value
		a = a.Tidy()
		if wrong := (client.Account{Name: "x", AccessKeyID: "x", Endpoint: a.Endpoint, KMSEndpoint: a.KMSEndpoint, Region: a.Region}).Check(); wrong != nil {
			err = client.Say("%s: %v", from.name, wrong).Err()
		}
	}
	take(&a.Region, cmp.Or(firstSet(varRegion...), e.written("region")))
	take(&a.Endpoint, cmp.Or(s3, all))
	if a.IsAWS() {
		kms = cmp.Or(kms, all)
	}
	take(&a.KMSEndpoint, kms)
	take(&a.CAFile, cmp.Or(firstSet("AWS_CA_BUNDLE"), e.written("ca_bundle")))
	if err != nil {
		return client.Account{}, &client.Error{Op: "read the environment", Kind: client.KindInvalid, Err: err}
	}
	return a, nil
}

// written is a setting of the profile with where it is.
func (e *environment) written(key string) variable {
	return variable{fmt.Sprintf("%s of profile %q", key, cmp.Or(e.profile.value, "default")), e.setting(key)}.orNone()
}

// orNone is the zero variable for one without a value, so that the next counts.
func (v variable) orNone() variable {
	if v.value == "" {
		return variable{}
	}
	return v
}

// endpoints are the services: what is said of S3, of KMS, and of all. What
// is in a variable comes before what is in a file.
func (e *environment) endpoints() (s3, kms, all variable, err error) {
	ignore := cmp.Or(firstSet("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), e.written("ignore_configured_endpoint_urls"))
	switch strings.ToLower(ignore.value) {
	case "true":
		return s3, kms, all, nil
	case "", "false":
	default:
		return s3, kms, all, client.Say("%s: %q is neither true nor false", ignore.name, ignore.value).Err()
	}
	section := func(service string) variable {
		return variable{fmt.Sprintf("endpoint_url of %s in services %q", service, e.setting("services")), e.services[service+".endpoint_url"]}.orNone()
	}
	everywhere := firstSet("AWS_ENDPOINT_URL")
	s3 = cmp.Or(firstSet("AWS_ENDPOINT_URL_S3"), everywhere, section("s3"))
	kms = firstSet("AWS_ENDPOINT_URL_KMS")
	if everywhere.value == "" {
		kms = cmp.Or(kms, section("kms"))
	}
	return s3, kms, cmp.Or(everywhere, e.written("endpoint_url")), nil
}

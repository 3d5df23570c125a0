// Package session is one open account: its store, the user's rules, the
// transfer engine. It is what the screen and the command line talk to, so that
// both do the same job in the same way.
//
// It promises that no upload is planned without the rules having been read: a
// rule list that cannot be read refuses every upload, it never means "no
// rules". It never dials by itself: [Opener] is handed how to reach a store,
// where secrets are and where rules are kept, so it knows neither AWS, nor the
// keyring, nor the disk.
package session

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/flow"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/client/services"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// An Opener opens accounts. Dial, Credentials and Rules are needed, the rest
// is optional.
type Opener struct {
	// Dial makes the store of an account; it does not wait for the network. A
	// store with a KMS beside it is a client.Keys too.
	Dial func(client.Account, client.Credentials) (client.Store, error)
	// Credentials fetches an account's secret; it may wait for a keyring.
	Credentials func(context.Context, client.Account) (client.Credentials, error)
	// Rules reads the user's rules.
	Rules func() ([]rules.Rule, error)
	// CustomerKey fetches an SSE-C key by its MD5, or by the ID of a rule with
	// which an older version kept it; nil when there is no place for keys.
	CustomerKey func(ctx context.Context, md5 string, ruleIDs ...string) (client.CustomerKey, error)
	// KeptKeys is what is remembered of SSE-C keys, oldest first; nil for nothing.
	KeptKeys func() ([]rules.KeptKey, error)
	// Current refuses an account that is no longer what it was when it was
	// opened; no upload is planned then. nil: it always is.
	Current func(client.Account) error
	// Account is a saved account by its id, which a copy that another program has left may
	// have its source in; nil: none is kept.
	Account func(id string) (client.Account, error)
	// Journal keeps an account's transfers beyond the program; nil: they end with it.
	Journal func(client.Account) transfer.Journal
	// Flows are what transfers may use of each endpoint, for all accounts of a program;
	// nil: each session uses an endpoint as if it were alone.
	Flows *flow.Endpoints
	// Transfer is how transfers are done; Store, Account, Flow, CustomerKey, Other and DescribeKey
	// are filled in here.
	Transfer transfer.Config
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// A Session is one open account. It is safe for concurrent use.
type Session struct {
	opener  Opener
	account client.Account
	store   client.Store
	keys    client.Keys // nil without a KMS
	engine  *transfer.Engine
	journal transfer.Journal
	held    heldKeys
	now     func() time.Time
	openers openers
	besides besides
}

// Open opens an account without waiting for its server.
func (o Opener) Open(ctx context.Context, a client.Account) (*Session, error) {
	if err := a.Check(); err != nil {
		return nil, client.Say("account %q: %v", a.Name, err).Err()
	}
	c, err := o.Credentials(ctx, a)
	if err != nil {
		return nil, client.Say("account %q: %v", a.Name, err).Err()
	}
	store, err := o.Dial(a, c)
	if err != nil {
		return nil, client.Say("account %q: %v", a.Name, err).Err()
	}
	s := &Session{opener: o, account: a, store: store, now: o.Now}
	if s.now == nil {
		s.now = time.Now
	}
	s.keys, _ = client.As[client.Keys](store)
	config := o.Transfer
	config.Store, config.Account, config.DescribeKey, config.Now = store, a.Ref(), s.describer(), s.now
	config.CustomerKey, config.Other = s.CustomerKey, s.other
	if o.Flows != nil {
		config.Flow = o.Flows.Of(cmp.Or(a.Endpoint, a.Region))
	}
	if o.Journal != nil {
		config.Journal = o.Journal(a)
	}
	if config.Journal == nil {
		config.Journal = &transfer.Memory{}
	}
	s.journal = config.Journal
	if s.engine, err = transfer.New(config); err != nil {
		return nil, err
	}
	return s, nil
}

// Account is what was opened.
func (s *Session) Account() client.Account { return s.account }

// Transfers is the account's engine.
func (s *Session) Transfers() *transfer.Engine { return s.engine }

// Close stops the transfers and waits for them, until ctx ends.
func (s *Session) Close(ctx context.Context) error { return s.engine.Close(ctx) }

// Buckets lists the account's buckets, by name: those the server lists, and those the
// account names. An account that names some need not be allowed to list any.
func (s *Session) Buckets(ctx context.Context) ([]client.Bucket, error) {
	all, err := s.store.Buckets(ctx)
	named := s.account.Buckets.All()
	if err != nil && (len(named) == 0 || !cannotList(err)) {
		return nil, err
	}
	for _, name := range named {
		if !slices.ContainsFunc(all, func(b client.Bucket) bool { return b.Name == name }) {
			all = append(all, client.Bucket{Name: name})
		}
	}
	slices.SortStableFunc(all, func(a, b client.Bucket) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// cannotList reports whether listing buckets failed for whoever may do other things.
func cannotList(err error) bool {
	switch client.KindOf(err) {
	case client.KindDenied, client.KindUnsupported:
		return true
	}
	return false
}

// MakeBucket makes a bucket. A name that its service is known not to take is refused
// before.
func (s *Session) MakeBucket(ctx context.Context, name string) error {
	if err := services.Of(s.account).Buckets.Check(name); err != nil {
		return &client.Error{Op: "CreateBucket", Kind: client.KindInvalid, At: client.Location{Bucket: name}, Said: client.TextOf(err)}
	}
	return s.store.MakeBucket(ctx, name)
}

// RemoveBucket removes an empty bucket.
func (s *Session) RemoveBucket(ctx context.Context, name string) error {
	return s.store.RemoveBucket(ctx, name)
}

// List gives one page of a folder.
func (s *Session) List(ctx context.Context, under client.Location, o client.ListOptions) (client.Page, error) {
	return s.store.List(ctx, under, o)
}

// Rules reads the rules as they are now.
func (s *Session) Rules() ([]rules.Rule, error) { return s.opener.Rules() }

// RuleSet is the rules as they apply to this account.
func (s *Session) RuleSet(ctx context.Context) (rules.Set, error) {
	return s.opener.RuleSet(ctx, s.account)
}

// RuleSet is the rules as they apply to an account, with the SSE-C keys of its
// rules that can be fetched. Keys that cannot are left out, and Decide refuses
// what needs them.
func (o Opener) RuleSet(ctx context.Context, a client.Account) (rules.Set, error) {
	all, err := o.Rules()
	if err == nil && o.Current != nil {
		err = o.Current(a)
	}
	if err != nil {
		return rules.Set{}, &RulesError{err}
	}
	set := rules.Set{Rules: slices.Clone(all), Account: a, Keys: map[string]client.CustomerKey{}}
	if set.Kept, err = o.keptKeys(); err != nil && slices.ContainsFunc(all, isCustomer) {
		return rules.Set{}, &RulesError{err} // for whom their keys are is not known
	}
	for i, r := range all {
		if !isCustomer(r) || o.CustomerKey == nil || !r.Account.IsZero() && !r.Account.Is(a) {
			continue
		}
		if key, err := o.CustomerKey(ctx, r.CustomerKeyMD5, r.ID); err == nil {
			set.Rules[i].CustomerKeyMD5 = key.MD5() // older rules do not say it
			set.Keys[key.MD5()] = key
		}
	}
	return set, nil
}

func isCustomer(r rules.Rule) bool { return r.Type == client.TypeSSEC }

func (o Opener) keptKeys() ([]rules.KeptKey, error) {
	if o.KeptKeys == nil {
		return nil, nil
	}
	return o.KeptKeys()
}

// A RulesError says that the rules could not be read. Nothing is uploaded then:
// rules that cannot be read must not mean "no rules".
type RulesError struct{ Err error }

func (e *RulesError) Error() string { return e.Text().String() }

// Text is what [RulesError.Error] says.
func (e *RulesError) Text() client.Text {
	return client.Say("the encryption rules cannot be read, so nothing is uploaded: %v", e.Err)
}

// Unwrap is the cause.
func (e *RulesError) Unwrap() error { return e.Err }

// HasKMS reports whether keys can be listed here.
func (s *Session) HasKMS() bool { return s.keys != nil }

// KMSKeys lists the keys that can encrypt, for choosing one.
func (s *Session) KMSKeys(ctx context.Context) ([]client.Key, error) {
	if s.keys == nil {
		return nil, &client.Error{
			Op: "ListKeys", Kind: client.KindUnsupported,
			Err: client.Say("this service has no KMS interface: enter the key id you were given").Err(),
		}
	}
	return s.keys.Keys(ctx)
}

// describer asks KMS about a key; nil without a KMS.
func (s *Session) describer() transfer.Describer {
	if s.keys == nil {
		return nil
	}
	return s.keys.DescribeKey
}

// judge compares a report with what was asked, and asks KMS where it must.
func (s *Session) judge(ctx context.Context, asked client.Treatment, r client.Reported) transfer.Finding {
	return s.describer().Judge(ctx, asked, r)
}

package rulelist

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
)

// An Editor is one rule being added or changed. Save hands it to the list;
// nothing is stored by it.
type Editor struct {
	// OnChange is called after a field, an error or the preview changed; nil
	// for none.
	OnChange func()
	// OnSaved is called once the list has taken the rule over.
	OnSaved func()

	list    *List
	ctx     context.Context
	stop    context.CancelFunc
	isNew   bool
	place   int        // index in the list when it was opened, of a rule that is not new
	before  rules.Rule // as it was then
	touched map[rules.Field]bool

	rule        rules.Rule // bucket, file, account, type, disabled, bucket key
	keyType     KMSKeyType
	typed       string // the KMS key as typed
	listed      client.KeyID
	context     string // NAME=VALUE lines
	customerKey string // as typed; "" keeps the one there is
	generated   bool

	asking bool // for the keys
	keys   []client.Key
	asked  bool
	denied string // why there is no list of keys, in words
}

// Add begins a new rule, by default SSE-KMS with a key id to be typed, for the
// bucket that is open in the browser; nil when rules cannot be changed now.
func (l *List) Add() *Editor {
	if l.WhyNotChange() != "" {
		return nil
	}
	e := l.editor(rules.Rule{Bucket: l.world.Bucket(), Type: client.TypeSSEKMS})
	e.isNew = true
	return e
}

// Edit begins to change the selected rule; nil when there is not one.
func (l *List) Edit() *Editor {
	if l.WhyNotOne() != "" {
		return nil
	}
	at := l.selected()[0]
	e := l.editor(l.draft.Rules[at])
	e.place = at
	if r := e.before; r.KMSKey == "" && e.UsesKMS() {
		e.keyType = KeyManaged
	}
	return e
}

func (l *List) editor(r rules.Rule) *Editor {
	e := &Editor{list: l, before: r, rule: r, touched: map[rules.Field]bool{}, keyType: KeyTyped, typed: string(r.KMSKey)}
	for _, name := range slices.Sorted(maps.Keys(r.Context)) {
		e.context += name + "=" + r.Context[name] + "\n"
	}
	e.context = strings.TrimSuffix(e.context, "\n")
	e.ctx, e.stop = context.WithCancel(l.ctx)
	return e
}

// Close drops what is under way.
func (e *Editor) Close() { e.stop() }

// IsNew reports whether a rule is being added.
func (e *Editor) IsNew() bool { return e.isNew }

// UsesKMS and UsesCustomerKey say which fields belong to the type chosen.
func (e *Editor) UsesKMS() bool {
	return e.rule.Type == client.TypeSSEKMS || e.rule.Type == client.TypeDSSEKMS
}

// UsesCustomerKey reports whether the type is SSE-C.
func (e *Editor) UsesCustomerKey() bool { return e.rule.Type == client.TypeSSEC }

// UsesBucketKey reports whether the type may have an S3 Bucket Key.
func (e *Editor) UsesBucketKey() bool { return e.rule.Type == client.TypeSSEKMS }

// Accounts are the accounts to choose from, without "all accounts".
func (e *Editor) Accounts() []string {
	names := e.list.accountNames()
	if n := e.before.Account.Name; n != "" && !slices.Contains(names, n) {
		names = append(names, n) // removed meanwhile; the rule still names it
	}
	return names
}

// Buckets are the buckets known, to choose from.
func (e *Editor) Buckets() []string {
	names, _ := e.list.world.Buckets()
	return names
}

// Rule is the rule as entered, only with what belongs to its type, and the
// SSE-C key typed for it.
func (e *Editor) Rule() (rules.Rule, client.CustomerKey) {
	t := e.rule.Type
	r := rules.Rule{
		ID: e.rule.ID, Disabled: e.rule.Disabled, Account: e.rule.Account, Type: t,
		Bucket: strings.TrimSpace(e.rule.Bucket), Key: e.rule.Key, BucketKey: e.rule.BucketKey && e.UsesBucketKey(),
	}
	if e.UsesKMS() {
		r.KMSKey = e.kmsKey()
		r.Context, _ = parseContext(e.context)
	}
	if !e.UsesCustomerKey() {
		return r, client.CustomerKey{}
	}
	r.CustomerKeyMD5 = e.before.CustomerKeyMD5
	if strings.TrimSpace(e.customerKey) == "" {
		return r, client.CustomerKey{}
	}
	key, _ := client.ParseCustomerKey(client.NewSecret(e.customerKey)) // a wrong one is remarked on
	r.CustomerKeyMD5 = key.MD5()
	return r, key
}

// kmsKey is the key id as it would be sent: verbatim but for the blanks a
// paste brings along.
func (e *Editor) kmsKey() client.KeyID {
	switch e.keyType {
	case KeyManaged:
		return ""
	case KeyListed:
		return e.listed
	}
	return client.KeyID(strings.TrimSpace(e.typed))
}

// Save hands the rule to the list.
func (e *Editor) Save() {
	if e.WhyNotSave() != "" {
		for _, f := range []rules.Field{rules.FieldBucket, rules.FieldKey, rules.FieldType, rules.FieldKMSKey, rules.FieldContext, FieldCustomerKey} {
			e.touched[f] = true
		}
		e.changed()
		return
	}
	if r, key := e.Rule(); !e.list.put(e, r, key) {
		return
	}
	e.stop()
	if e.OnSaved != nil {
		e.OnSaved()
	}
}

// Dirty reports whether the rule is no longer as it was.
func (e *Editor) Dirty() bool {
	r, _ := e.Rule()
	r.ID = e.before.ID
	return len(e.touched) > 0 && !rulebook.Same([]rules.Rule{r}, []rules.Rule{e.before})
}

// Refresh is called after the open account's buckets changed.
func (e *Editor) Refresh() { e.changed() }

func (e *Editor) changed() {
	if e.OnChange != nil {
		e.OnChange()
	}
}

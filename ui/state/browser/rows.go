package browser

import (
	"fmt"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// An ObjectRow is a row of the object table as text.
type ObjectRow struct {
	Name, Size, Modified, Class, Encryption string
	EncryptionRole                          explain.Role
	IsFolder                                bool
}

// String is the row on one line, for tests and logs.
func (r ObjectRow) String() string {
	return strings.Join([]string{r.Name, r.Size, r.Modified, r.Class, r.Encryption}, " | ")
}

// Row is a row as text.
func (b *Browser) Row(row int) ObjectRow {
	o := b.list.object(row)
	r := objectRow(o)
	if !o.IsFolder {
		r.Encryption, r.EncryptionRole = b.probes.text(o.At.Key)
	}
	return r
}

func objectRow(o client.Object) ObjectRow {
	if o.IsFolder {
		return ObjectRow{Name: o.At.Base() + "/", IsFolder: true}
	}
	r := ObjectRow{Name: o.At.Base(), Size: explain.Size(o.Size), Modified: explain.Time(o.Modified), Class: o.StorageClass}
	if strings.HasSuffix(o.At.Key, "/") {
		r.Name += "/" // the marker of a folder, seen among objects
	}
	if r.Class == "" {
		r.Class = "STANDARD"
	}
	return r
}

// A BucketRow is a row of the bucket list.
type BucketRow struct {
	Name    string
	Rule    string // what the rules do with most names in it
	Sealed  bool   // a rule asks for encryption there
	Current bool
}

// Buckets are the rows of the bucket list.
func (b *Browser) Buckets() []BucketRow {
	rows := make([]BucketRow, len(b.buckets))
	for i, bucket := range b.buckets {
		d := b.ruleSet.Decide(rules.File{}, client.Location{Bucket: bucket.Name, Key: probeName})
		rows[i] = BucketRow{
			Name: bucket.Name, Rule: i18n.Say(d.Treatment.Because), Current: bucket.Name == b.at.Bucket,
			Sealed: d.Treatment.Rule > 0 && d.Treatment.Type != client.TypeInherit,
		}
	}
	return rows
}

// BucketNames are the buckets' names, in the order of the list.
func (b *Browser) BucketNames() []string {
	names := make([]string, len(b.buckets))
	for i, bucket := range b.buckets {
		names[i] = bucket.Name
	}
	return names
}

// BucketsEmpty says why the bucket list is empty, nil Message while it is not
// known yet or not empty.
func (b *Browser) BucketsEmpty() (m explain.Message, empty bool) {
	switch {
	case b.session == nil || len(b.buckets) > 0:
		return explain.Message{}, false
	case b.bucketsBusy:
		return explain.Message{Title: i18n.T("Loading…")}, true
	case b.wantsBucket():
		return explain.Message{
			Title: i18n.T("This account may not list its buckets"),
			Hints: []string{i18n.T("Open one by its name: it is kept for this account.")},
		}, true
	case b.bucketsErr != nil:
		return explain.Error(b.bucketsErr), true
	}
	return explain.Message{
		Title: i18n.T("No buckets"),
		Hints: []string{i18n.T("Make one with Bucket > New bucket, or type the name of one you know into the path bar (Ctrl+L).")},
	}, true
}

// Empty says why there are no rows and what to do about it.
func (b *Browser) Empty() explain.Message {
	switch {
	case b.session == nil:
		return explain.Message{Title: i18n.T("No account is open"), Hints: []string{i18n.T("Add the account you were given, or choose one at the top left.")}}
	case b.at.Bucket == "":
		return explain.Message{Title: i18n.T("Choose a bucket"), Hints: []string{i18n.T("The buckets of this account are on the left.")}}
	case b.err != nil:
		return explain.Error(b.err)
	case b.slowed():
		return explain.Message{Title: i18n.T("Loading…"), Hints: []string{i18n.T("The server asks to slow down: trying again.")}}
	case b.busy:
		return explain.Message{Title: i18n.T("Loading…")}
	case b.list.filter != "" && b.Total() > 0:
		return explain.Message{Title: i18n.T("Nothing fits the filter"), Hints: []string{i18n.N(b.Total(), "%s entry is hidden by it.", "%s entries are hidden by it.", explain.Count(b.Total()))}}
	}
	return explain.Message{Title: i18n.T("This folder is empty"), Hints: []string{i18n.T("Drop files and folders here, or press Upload.")}}
}

// A Crumb is one step of the path bar.
type Crumb struct {
	Title string
	At    client.Location
}

// Path is the way from the account to the folder shown.
func (b *Browser) Path() []Crumb {
	if b.session == nil {
		return nil
	}
	crumbs := []Crumb{{Title: b.session.Account().Name}}
	if b.at.Bucket == "" {
		return crumbs
	}
	crumbs = append(crumbs, Crumb{b.at.Bucket, client.Location{Bucket: b.at.Bucket}})
	for i, c := range b.at.Key {
		if c == '/' {
			at := client.Location{Bucket: b.at.Bucket, Key: b.at.Key[:i+1]}
			crumbs = append(crumbs, Crumb{at.Base(), at})
		}
	}
	return crumbs
}

// probeName stands for "any name": no mask names it but those which take all.
const probeName = "\uFFFD"

// RuleHere says which rule takes what is uploaded into the folder shown.
func (b *Browser) RuleHere() (text string, role explain.Role) {
	switch {
	case b.session == nil || b.at.Bucket == "":
		return "", explain.RoleNormal
	case b.rulesErr != nil:
		return i18n.T("The rules cannot be read: uploads are refused"), explain.RoleBad
	}
	d := b.ruleSet.Decide(rules.File{}, b.at.Join(probeName))
	text = i18n.Say(d.Treatment.Because)
	if d.Treatment.Rule == 0 {
		text = i18n.T("no rule: bucket default")
	}
	if b.otherRulesForSomeNames(d.Treatment.Rule) {
		text = i18n.T("%s (other rules for some names)", text)
	}
	if !d.Refuse.IsZero() {
		return i18n.T("%s: refused, %s", text, i18n.Say(d.Refuse)), explain.RoleBad
	}
	if d.Treatment.Rule == 0 || d.Treatment.Type == client.TypeInherit {
		return text, explain.RoleMuted
	}
	return text, explain.RoleNormal
}

// otherRulesForSomeNames reports whether a rule before the decider takes some
// names of the folder.
func (b *Browser) otherRulesForSomeNames(decider int) bool {
	for i, r := range b.ruleSet.Rules {
		if decider > 0 && i+1 >= decider {
			return false
		}
		if !r.Disabled && (r.Account.IsZero() || r.Account.Is(b.ruleSet.Account)) && r.TakesBucket(b.at.Bucket) &&
			(mayMatchBelow(r.Key, b.at.Key) || mayMatchBelow(rules.Composed(r.Key), rules.Composed(b.at.Key))) {
			return true
		}
	}
	return false
}

// mayMatchBelow reports whether a mask can fit some name that begins with a
// prefix. It may say yes once too often, never no wrongly.
func mayMatchBelow(mask, prefix string) bool {
	fixed := mask
	if i := strings.IndexAny(mask, "*?"); i >= 0 {
		fixed = mask[:i]
	} else if len(mask) <= len(prefix) {
		return false
	}
	return strings.HasPrefix(fixed, prefix) || strings.HasPrefix(prefix, fixed)
}

// Title is the window's title.
func (b *Browser) Title() string {
	if b.at.Bucket == "" {
		return "Bucketseal"
	}
	return fmt.Sprintf("%s - Bucketseal", b.at)
}

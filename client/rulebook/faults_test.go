package rulebook_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zalando/go-keyring"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/rulebook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/faults"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

// ring is a keyring in memory, which outlives the runs of the program.
type ring map[string]string

func (r ring) Get(_, name string) (string, error) {
	if s, ok := r[name]; ok {
		return s, nil
	}
	return "", keyring.ErrNotFound
}

func (r ring) Set(_, name, secret string) error { r[name] = secret; return nil }

func (r ring) Delete(_, name string) error {
	if _, ok := r[name]; !ok {
		return keyring.ErrNotFound
	}
	delete(r, name)
	return nil
}

// home is what outlives a run: the folder, and the keyring unless there is a vault.
type home struct {
	t     *testing.T
	dir   string
	ring  ring
	vault bool
}

// book opens the home, for a run whose changes fail, or nil for one that is well.
func (h home) book(run *faults.Run) rulebook.Book {
	h.t.Helper()
	o := keychain.Options{
		VaultFile: filepath.Join(h.dir, "secrets.age"), WorkFactor: 1,
		Passphrase: func(context.Context, keychain.Question) (client.Secret, error) { return client.NewSecret("p"), nil },
	}
	var backend keychain.Backend = h.ring
	if h.vault {
		backend = keychain.NoKeyring
	}
	var s *settings.Store
	var err error
	if run != nil {
		o.Disk, backend = run, run.Keyring(backend)
		s, err = settings.OpenOn(run, h.dir)
	} else {
		s, err = settings.Open(h.dir)
	}
	require.NoError(h.t, err)
	o.Backend = backend
	return rulebook.Book{Storage: s, Keys: keychain.Open(h.t.Context(), o), KeyIndex: s}
}

func (h home) key(of rulebook.Book, md5 string) (client.CustomerKey, error) {
	return of.Keys.(*keychain.Keychain).CustomerKey(h.t.Context(), md5)
}

func customerKey(of string) client.CustomerKey {
	key, err := client.NewCustomerKey([]byte(strings.Repeat(of, 32)))
	if err != nil {
		panic(err)
	}
	return key
}

// The keys of these stories: the first was kept long ago and is named by the first
// rule, the second belongs to no rule any more, the third is entered now.
var k1, k2, k3 = customerKey("1"), customerKey("2"), customerKey("3")

func plain(bucket string) rules.Rule { return rules.Rule{Bucket: bucket, Type: client.TypeSSES3} }
func sealed(bucket string) rules.Rule {
	return rules.Rule{Bucket: bucket, Type: client.TypeSSEC}
}

// told are rules as text, without their IDs.
func told(all []rules.Rule) string {
	var s []string
	for _, r := range all {
		one := r.Bucket
		for name, key := range map[string]client.CustomerKey{"k1": k1, "k2": k2, "k3": k3} {
			if r.CustomerKeyMD5 == key.MD5() {
				one += ":" + name
			}
		}
		if r.Disabled {
			one += "-"
		}
		s = append(s, one)
	}
	return strings.Join(s, " ")
}

const old = "a:k1 b c"

// begin makes the stored rules of every story.
func begin(d *rulebook.Draft) error {
	d.Insert(0, sealed("a"), k1)
	d.Insert(1, plain("b"), client.CustomerKey{})
	d.Insert(2, plain("c"), client.CustomerKey{})
	return nil
}

// A verb is one change to the rules; becomes is what they are then.
type verb struct {
	name    string
	change  func(d *rulebook.Draft) error
	becomes string
}

var verbs = []verb{
	{"add", func(d *rulebook.Draft) error { d.Insert(1, plain("x"), client.CustomerKey{}); return nil }, "a:k1 x b c"},
	{"add with a key", func(d *rulebook.Draft) error { d.Insert(3, sealed("x"), k3); return nil }, "a:k1 b c x:k3"},
	{"edit", func(d *rulebook.Draft) error {
		_, err := d.Edit(1, d.Rules[1], plain("x"), client.CustomerKey{})
		return err
	}, "a:k1 x c"},
	{"edit to another key", func(d *rulebook.Draft) error {
		_, err := d.Edit(0, d.Rules[0], d.Rules[0], k3)
		return err
	}, "a:k3 b c"},
	{"edit to no key", func(d *rulebook.Draft) error {
		_, err := d.Edit(0, d.Rules[0], plain("a"), client.CustomerKey{})
		return err
	}, "a b c"},
	{"duplicate", func(d *rulebook.Draft) error { d.Duplicate(0); return nil }, "a:k1 a:k1 b c"},
	{"move", func(d *rulebook.Draft) error { d.Move([]int{0}, 2); return nil }, "b c a:k1"},
	{"switch", func(d *rulebook.Draft) error { d.Switch([]int{0, 2}, false); return nil }, "a:k1- b c-"},
	{"remove", func(d *rulebook.Draft) error { d.Remove([]int{0}); return nil }, "b c"},
	{"remove all", func(d *rulebook.Draft) error { d.Remove([]int{0, 1, 2}); return nil }, ""},
	{"import", func(d *rulebook.Draft) error {
		other := sealed("x")
		other.CustomerKeyMD5 = k2.MD5()
		d.Import([]rules.Rule{other, plain("y")})
		return nil
	}, "a:k1 b c x:k2 y"},
	{"import in place of all", func(d *rulebook.Draft) error { d.Replace([]rules.Rule{plain("x")}); return nil }, "x"},
	{"all at once", func(d *rulebook.Draft) error {
		d.Remove([]int{1})
		d.Insert(0, sealed("x"), k3)
		d.Duplicate(0)
		_, err := d.Edit(2, d.Rules[2], d.Rules[2], k2)
		return err
	}, "x:k3 x:k3 a:k2 c"},
}

// prepared are homes as prepare makes them, to be copied: their many writes need not
// be waited for again.
var prepared = map[bool]home{}

// prepare makes a home in which the rules are stored and k1 and k2 were given.
func prepare(t *testing.T, vault bool) home {
	t.Helper()
	from, ok := prepared[vault]
	if !ok {
		dir, err := os.MkdirTemp(scratch, "") //nolint:usetesting // outlives the test that makes it
		require.NoError(t, err)
		from = home{t: t, dir: dir, ring: ring{}, vault: vault}
		book := from.book(nil)
		for _, change := range []func(d *rulebook.Draft) error{
			begin,
			func(d *rulebook.Draft) error { d.Insert(3, sealed("gone"), k2); return nil },
			func(d *rulebook.Draft) error { d.Remove([]int{3}); return nil },
		} {
			_, err := book.Change(t.Context(), change)
			require.NoError(t, err)
		}
		prepared[vault] = from
	}
	h := home{t: t, dir: t.TempDir(), ring: maps.Clone(from.ring), vault: vault}
	require.NoError(t, os.CopyFS(h.dir, os.DirFS(from.dir)))
	return h
}

// scratch is for what outlives one test.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "rulebook"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// holds is what is promised after every failure, to the next run.
func (h home) holds(err error, becomes ...string) {
	h.t.Helper()
	book := h.book(nil)
	now, rerr := book.Rules()
	require.NoError(h.t, rerr)
	if err == nil {
		require.Equal(h.t, becomes[len(becomes)-1], told(now), "what was reported as stored is stored")
	}
	require.Contains(h.t, becomes, told(now), "the old rules or the new ones")
	h.keys(book, now)
	h.goesOn(book)
}

// keys: every key ever entered and every key that a rule names is there, and
// remembered.
func (h home) keys(book rulebook.Book, now []rules.Rule) {
	h.t.Helper()
	wanted := []client.CustomerKey{k1, k2}
	for _, r := range now {
		if r.CustomerKeyMD5 == k3.MD5() {
			wanted = append(wanted, k3)
		}
	}
	kept, err := book.KeyIndex.KeptKeys()
	require.NoError(h.t, err)
	for _, key := range wanted {
		got, err := h.key(book, key.MD5())
		require.NoError(h.t, err)
		assert.Equal(h.t, key.Secret().Reveal(), got.Secret().Reveal())
		assert.True(h.t, remembers(kept, key.MD5()), "a key that is kept is known of")
	}
	if _, err := h.key(book, k3.MD5()); err == nil {
		assert.True(h.t, remembers(kept, k3.MD5()), "a key that is kept is known of")
	}
}

func remembers(kept []rules.KeptKey, md5 string) bool {
	for _, k := range kept {
		if k.MD5 == md5 {
			return true
		}
	}
	return false
}

// goesOn: the next change is made as if nothing had been, and sweeps up.
func (h home) goesOn(book rulebook.Book) {
	h.t.Helper()
	next := customerKey("n")
	before, err := book.Rules()
	require.NoError(h.t, err)
	_, err = book.Change(h.t.Context(), func(d *rulebook.Draft) error { d.Insert(0, sealed("next"), next); return nil })
	require.NoError(h.t, err)
	after, err := h.book(nil).Rules()
	require.NoError(h.t, err)
	assert.Equal(h.t, before, after[1:])
	_, err = h.key(h.book(nil), next.MD5())
	require.NoError(h.t, err)
	left, err := filepath.Glob(filepath.Join(h.dir, "*.tmp-*"))
	require.NoError(h.t, err)
	hidden, err := filepath.Glob(filepath.Join(h.dir, ".*.tmp-*"))
	require.NoError(h.t, err)
	assert.Empty(h.t, append(left, hidden...))
}

func TestWhicheverWriteOfAChangeFailsTheRulesAreOldOrNewAndNoKeyIsLost(t *testing.T) {
	for _, v := range verbs {
		for _, vault := range []bool{false, true} {
			if vault && !strings.Contains(v.becomes, "k3") {
				continue // it is not written then
			}
			t.Run(fmt.Sprintf("%s, vault %v", v.name, vault), func(t *testing.T) {
				faults.Each(t, func(t *testing.T, run *faults.Run) {
					h := prepare(t, vault)
					_, err := h.book(run).Change(t.Context(), v.change)
					if !run.Failed() {
						require.NoError(t, err)
					}
					h.holds(err, old, v.becomes)
				})
			})
		}
	}
}

func TestWhicheverWriteOfSaveChangesFailsTheRulesAreOldOrNewAndNoKeyIsLost(t *testing.T) {
	v := verbs[len(verbs)-1]
	faults.Each(t, func(t *testing.T, run *faults.Run) {
		h := prepare(t, false)
		book := h.book(run)
		stored, err := book.Rules()
		require.NoError(t, err)
		d := rulebook.NewDraft(stored)
		require.NoError(t, v.change(&d))
		_, err = book.Save(t.Context(), stored, d)
		h.holds(err, old, v.becomes)
	})
}

// The files of version 1 name accounts; the first change writes them anew.
func TestWhicheverWriteOfTheFirstChangeToOlderFilesFailsTheRulesAreOldOrNewAndNoKeyIsLost(t *testing.T) {
	faults.Each(t, func(t *testing.T, run *faults.Run) {
		h := home{t: t, dir: t.TempDir(), ring: ring{}}
		for _, key := range []client.CustomerKey{k1, k2} {
			require.NoError(t, h.book(nil).Keys.SetCustomerKey(t.Context(), key))
		}
		for name, text := range map[settings.File]string{
			settings.AccountsFile: `{"version":1,"accounts":[{"name":"team","endpoint":"https://s3.example","accessKeyId":"AK"}]}`,
			settings.RulesFile: `{"version":1,"rules":[{"id":"1","account":"team","bucket":"a","type":"SSE-C","customerKeyMD5":"` + k1.MD5() + `"},` +
				`{"id":"2","bucket":"b","type":"SSE-S3"},{"id":"3","bucket":"c","type":"SSE-S3"}]}`,
			settings.KeysFile: `{"version":1,"keys":[{"md5":"` + k1.MD5() + `","places":[{"account":"team","bucket":"a"}],"endpoints":{"team":["https://s3.example"]}},` +
				`{"md5":"` + k2.MD5() + `"}]}`,
		} {
			require.NoError(t, os.WriteFile(filepath.Join(h.dir, string(name)), []byte(text), 0o600))
		}
		_, err := h.book(run).Change(t.Context(), func(d *rulebook.Draft) error { d.Insert(3, sealed("x"), k3); return nil })
		now, rerr := h.book(nil).Rules()
		require.NoError(t, rerr)
		assert.Equal(t, "team", now[0].Account.Name)
		h.holds(err, old, "a:k1 b c x:k3")
	})
}

func TestWhicheverWriteOfTheFirstRuleFailsThereIsNoneOrTheNewOne(t *testing.T) {
	for _, vault := range []bool{false, true} {
		faults.Each(t, func(t *testing.T, run *faults.Run) {
			h := home{t: t, dir: t.TempDir(), ring: ring{}, vault: vault}
			_, _, err := h.book(run).Begin(t.Context(), func(d *rulebook.Draft) error { d.Insert(0, sealed("x"), k3); return nil })
			now, rerr := h.book(nil).Rules()
			require.NoError(t, rerr)
			if err == nil {
				require.Equal(t, "x:k3", told(now))
			}
			if len(now) > 0 {
				key, err := h.key(h.book(nil), k3.MD5())
				require.NoError(t, err)
				assert.Equal(t, k3.Secret().Reveal(), key.Secret().Reveal())
			}
			h.goesOn(h.book(nil))
		})
	}
}

func TestWhicheverWriteOfANewBeginningFailsTheRulesAreMissedOrNew(t *testing.T) {
	faults.Each(t, func(t *testing.T, run *faults.Run) {
		h := prepare(t, false)
		require.NoError(t, os.Remove(filepath.Join(h.dir, string(settings.RulesFile))))
		_, gone, err := h.book(run).Begin(t.Context(), func(d *rulebook.Draft) error { d.Insert(0, sealed("x"), k3); return nil })
		if !run.Failed() {
			require.NoError(t, err)
			require.ErrorIs(t, gone, rules.ErrGone)
		}
		now, rerr := h.book(nil).Rules()
		if err != nil && rerr != nil {
			require.ErrorIs(t, rerr, rules.ErrGone, "nothing is uploaded still")
			_, _, err = h.book(nil).Begin(t.Context(), func(d *rulebook.Draft) error { d.Insert(0, sealed("x"), k3); return nil })
			require.NoError(t, err)
			now, rerr = h.book(nil).Rules()
		}
		require.NoError(t, rerr)
		require.Equal(t, "x:k3", told(now))
		h.keys(h.book(nil), now)
		h.goesOn(h.book(nil))
	})
}

func TestWhicheverWriteFailsWhenAKeyIsForgottenTheOthersStayAndItCanBeForgottenAgain(t *testing.T) {
	for _, vault := range []bool{false, true} {
		faults.Each(t, func(t *testing.T, run *faults.Run) {
			h := prepare(t, vault)
			err := h.book(run).ForgetKey(t.Context(), k2.MD5())
			book := h.book(nil)
			kept, rerr := book.KeyIndex.KeptKeys()
			require.NoError(t, rerr)
			_, there := h.key(book, k2.MD5())
			if err == nil {
				require.ErrorIs(t, there, keychain.ErrNotFound)
			}
			if there == nil {
				assert.True(t, remembers(kept, k2.MD5()), "a key that is kept is known of")
			}
			require.NoError(t, book.ForgetKey(t.Context(), k2.MD5()))
			_, there = h.key(h.book(nil), k2.MD5())
			require.ErrorIs(t, there, keychain.ErrNotFound)
			_, there = h.key(h.book(nil), k1.MD5())
			require.NoError(t, there)
			now, rerr := book.Rules()
			require.NoError(t, rerr)
			assert.Equal(t, old, told(now))
			h.goesOn(book)
		})
	}
}

func TestWhicheverWriteOfAnExportedFileFailsItsRulesAreOldOrNew(t *testing.T) {
	for _, v := range verbs {
		t.Run(v.name, func(t *testing.T) {
			faults.Each(t, func(t *testing.T, run *faults.Run) {
				h := prepare(t, false)
				path := filepath.Join(t.TempDir(), "team.json")
				on := func(run *faults.Run) rulebook.Book {
					book := h.book(run)
					book.Storage = book.Storage.(*settings.Store).RuleFile(path)
					return book
				}
				_, err := on(nil).Change(t.Context(), begin)
				require.NoError(t, err)
				_, err = on(run).Change(t.Context(), v.change)
				now, rerr := on(nil).Rules()
				require.NoError(t, rerr)
				if err == nil {
					require.Equal(t, v.becomes, told(now))
				}
				require.Contains(t, []string{old, v.becomes}, told(now))
				h.keys(h.book(nil), now)
				h.holds(nil, old)
			})
		})
	}
}

func TestOfChangesByManyProgramsAtOnceNoneIsLost(t *testing.T) {
	h := prepare(t, true)
	var programs sync.WaitGroup
	for p := range 4 {
		book := h.book(nil) // each with a vault and a lock of its own
		programs.Go(func() {
			for i := range 5 {
				_, err := book.Change(t.Context(), func(d *rulebook.Draft) error {
					d.Insert(0, sealed(fmt.Sprintf("x%d%d", p, i)), customerKey(string(rune('A'+5*p+i))))
					return nil
				})
				assert.NoError(t, err)
			}
		})
	}
	programs.Wait()
	now, err := h.book(nil).Rules()
	require.NoError(t, err)
	assert.Len(t, now, 3+4*5)
	for _, r := range now {
		if r.Type == client.TypeSSEC {
			_, err := h.key(h.book(nil), r.CustomerKeyMD5)
			assert.NoError(t, err, r.Bucket)
		}
	}
}

package accountbook_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/accountbook"
	"github.com/bucketseal/bucketseal/client/rules"
	"github.com/bucketseal/bucketseal/settings"
	"github.com/bucketseal/bucketseal/settings/keychain"
)

var (
	team = client.Account{Name: "team", Endpoint: "https://127.0.0.1:1", AccessKeyID: "AK"}
	kept = client.Credentials{AccessKeyID: "AK", Secret: client.NewSecret("s3cret")}
)

func ref(name string) client.AccountRef { return client.AccountRef{Name: name} }

// homeOfTeam has one account and three rules, one of them for the account.
func homeOfTeam(t *testing.T, vault bool) *house {
	t.Helper()
	h := newHouse(t, vault)
	_, err := h.book().Save(t.Context(), team, kept)
	require.NoError(t, err)
	h.setRules(
		rules.Rule{ID: "1", Account: ref("lab"), Bucket: "reports", Type: client.TypeSSES3},
		rules.Rule{ID: "2", Account: ref("team"), Bucket: "reports", Type: client.TypeSSEKMS, KMSKey: "ab12"},
		rules.Rule{ID: "3", Bucket: "reports", Type: client.TypeInherit},
	)
	return h
}

func TestARenamedAccountKeepsItsIdItsSecretAndItsRules(t *testing.T) {
	h := homeOfTeam(t, false)
	before, ring := h.find("team"), h.ring.all()
	files := func() map[string]string {
		all := map[string]string{}
		for _, f := range []settings.File{settings.RulesFile, settings.KeysFile} {
			b, _ := os.ReadFile(filepath.Join(h.dir, string(f)))
			all[string(f)] = string(b)
		}
		return all
	}
	was := files()
	renamed := before
	renamed.Name = "team2"
	saved, err := h.book().Save(t.Context(), renamed, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, renamed, saved, "the id stays")
	was["rules.json"] = strings.Replace(was["rules.json"], `"team"`, `"team2"`, 1)
	assert.Equal(t, was, files(), "nothing but the name, for who reads them without the accounts")
	assert.Equal(t, ring, h.ring.all())

	assert.Equal(t, client.TypeSSEKMS, h.decide(renamed))
	assert.Equal(t, client.TypeSSEKMS, h.decide(before), "a window that has it open still goes on")
	assert.Equal(t, "s3cret", h.secret(renamed))
	_, s, _ := h.run(nil)
	all, err := s.Rules()
	require.NoError(t, err)
	assert.Equal(t, renamed.Ref(), all[1].Account, "shown by the name of today")
	_, err = h.book().Find("team")
	require.EqualError(t, err, `there is no account called "team"`)
}

func TestWhoTakesTheOldNameOfAnAccountGetsNothingOfIt(t *testing.T) {
	h := homeOfTeam(t, false)
	renamed := h.find("team")
	renamed.Name = "team2"
	_, err := h.book().Save(t.Context(), renamed, client.Credentials{})
	require.NoError(t, err)
	other, err := h.book().Save(t.Context(), team, client.Credentials{Secret: client.NewSecret("other")})
	require.NoError(t, err)
	assert.NotEqual(t, renamed.ID, other.ID)
	assert.Equal(t, client.TypeInherit, h.decide(other))
	assert.Equal(t, client.TypeSSEKMS, h.decide(renamed))
	assert.Equal(t, "s3cret", h.secret(renamed))
	assert.Equal(t, "other", h.secret(other))
}

func TestAnAccountThatIsRemovedAndAddedAgainHasItsRules(t *testing.T) {
	h := homeOfTeam(t, false)
	renamed := h.find("team")
	renamed.Name = "clinic"
	_, err := h.book().Save(t.Context(), renamed, client.Credentials{})
	require.NoError(t, err)
	_, err = h.book().Remove(t.Context(), "clinic")
	require.NoError(t, err)
	assert.Equal(t, client.TypeUndecided, h.decide(renamed), "a window that has it open still")
	again, err := h.book().Save(t.Context(), client.Account{Name: "clinic", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	assert.NotEqual(t, renamed.ID, again.ID)
	assert.Equal(t, client.TypeSSEKMS, h.decide(again), "by the name it had last")
	again.Name = "surgery"
	_, err = h.book().Save(t.Context(), again, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, h.decide(again), "and under its next one")
}

func TestARuleForANameThatIsNotThereIsForTheAccountThatTakesIt(t *testing.T) {
	h := homeOfTeam(t, false)
	lab, err := h.book().Save(t.Context(), client.Account{Name: "lab", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, h.decide(lab))
	lab.Name = "laboratory"
	_, err = h.book().Save(t.Context(), lab, client.Credentials{})
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSES3, h.decide(lab), "its rule is pinned before the name goes")
}

func TestAnAccountThatWasRemovedIsRefusedWhereItIsOpenStill(t *testing.T) {
	h := homeOfTeam(t, false)
	was := h.find("team")
	require.NoError(t, h.book().Current(was))
	_, err := h.book().Remove(t.Context(), "team")
	require.NoError(t, err)
	require.EqualError(t, h.book().Current(was), `there is no account called "team" any more: it was removed since it was opened`)
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "accounts.json"), []byte("{"), 0o600))
	var d *settings.DamagedError
	require.ErrorAs(t, h.book().Current(was), &d)
	_, err = h.book().Find("team")
	require.ErrorAs(t, err, &d)
	_, err = h.book().Save(t.Context(), team, kept)
	require.ErrorAs(t, err, &d)
}

func TestOneNameIsOneAccounts(t *testing.T) {
	h := homeOfTeam(t, false)
	_, err := h.book().Save(t.Context(), team, kept)
	require.EqualError(t, err, `name: there is an account called "team" already`)
	lab, err := h.book().Save(t.Context(), client.Account{Name: "lab", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	lab.Name = "team"
	_, err = h.book().Save(t.Context(), lab, client.Credentials{})
	require.EqualError(t, err, `name: there is an account called "team" already`)
	_, err = h.book().Save(t.Context(), client.Account{ID: "gone", Name: "other", AccessKeyID: "AK"}, kept)
	require.ErrorAs(t, err, new(*accountbook.NoAccountError))
	assert.Equal(t, []string{"team", "lab"}, h.names())
}

func TestWhenTheAccountsAreLostARenamedOneIsFoundByItsRulesUnderItsLastName(t *testing.T) {
	h := homeOfTeam(t, false)
	renamed := h.find("team")
	renamed.Name = "clinic"
	_, err := h.book().Save(t.Context(), renamed, client.Credentials{})
	require.NoError(t, err)
	_, s, _ := h.run(nil)
	_, err = s.Reset(settings.AccountsFile)
	require.NoError(t, err)
	stranger, err := h.book().Save(t.Context(), team, kept)
	require.NoError(t, err)
	assert.Equal(t, client.TypeInherit, h.decide(stranger), "it has a name that the other one had once")
	again, err := h.book().Save(t.Context(), client.Account{Name: "clinic", AccessKeyID: "AK"}, kept)
	require.NoError(t, err)
	assert.Equal(t, client.TypeSSEKMS, h.decide(again))
}

// spoiled are homes whose rules are gone, or damaged.
func spoiled(t *testing.T, try func(h *house)) {
	t.Helper()
	for _, spoil := range []func(path string) error{os.Remove, func(p string) error { return os.WriteFile(p, []byte("{"), 0o600) }} {
		h := homeOfTeam(t, false)
		require.NoError(t, spoil(filepath.Join(h.dir, "rules.json")))
		try(h)
	}
}

func TestAnAccountIsNotRenamedWhileItsRulesAreGoneOrUnreadable(t *testing.T) {
	spoiled(t, func(h *house) {
		renamed := h.find("team")
		renamed.Name = "team2"
		_, err := h.book().Save(t.Context(), renamed, client.Credentials{})
		require.Error(t, err)
		assert.Equal(t, []string{"team"}, h.names())
	})
}

func TestAnAccountIsRemovedWithItsSecretAlsoWhileTheRulesAreGoneOrUnreadable(t *testing.T) {
	spoiled(t, func(h *house) {
		found, err := h.book().Remove(t.Context(), "team")
		require.NoError(t, err)
		assert.True(t, found)
		assert.Empty(t, h.names())
		assert.Empty(t, h.ring.all())
	})
	spoiled(t, func(h *house) {
		require.NoError(t, h.book().Forget("team"))
		assert.Empty(t, h.names())
	})
}

func TestASecretIsKeptWithTheAccessKeyItBelongsTo(t *testing.T) {
	h := homeOfTeam(t, false)
	a := h.find("team")
	a.AccessKeyID = "AK2"
	_, err := h.book().Save(t.Context(), a, client.Credentials{})
	require.EqualError(t, err, "the access key changed: enter its secret")
	_, err = h.book().Save(t.Context(), a, client.Credentials{Secret: client.NewSecret("second")})
	require.NoError(t, err)
	assert.Equal(t, "second", h.secret(a))
	delete(h.ring.entries, "account/"+a.ID)
	_, err = h.book().Save(t.Context(), a, client.Credentials{})
	require.ErrorIs(t, err, keychain.ErrNotFound, "nothing is kept that could stay")
}

func TestWhatIsSavedWasMeant(t *testing.T) {
	h := homeOfTeam(t, false)
	typed := client.Account{Name: " lab\n", Endpoint: "cos.twcc.ai/", AccessKeyID: "AK \r\n"}
	a, err := h.book().Save(t.Context(), typed, client.Credentials{Secret: client.NewSecret("\ufeffs3cret\n"), SessionToken: client.NewSecret("\n")})
	require.NoError(t, err)
	assert.Equal(t, a, h.find("lab"))
	assert.Len(t, a.ID, 26)
	a.ID = ""
	assert.Equal(t, client.Account{Name: "lab", Endpoint: "https://cos.twcc.ai", AccessKeyID: "AK"}, a)
	assert.Equal(t, "s3cret", h.secret(h.find("lab")))
	bad := client.Credentials{Secret: client.NewSecret("two\nlines")}
	_, err = h.book().Save(t.Context(), client.Account{Name: "x", AccessKeyID: "AK"}, bad)
	require.ErrorContains(t, err, "secret access key: character 4 is a line end")
	assert.Equal(t, []string{"team", "lab"}, h.names())
}

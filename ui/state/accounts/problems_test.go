package accounts_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/accounts"
)

func TestWhatIsWrongWithAnAccountStandsAtItsFieldInTheUsersLanguage(t *testing.T) {
	t.Cleanup(func() { i18n.Set(i18n.English) })
	for _, c := range []struct {
		field          accounts.Field
		typed          string
		english, local string
	}{
		{accounts.FieldName, "a\tb", "One line without tabs, please.", "請填單行文字，不含 Tab。"},
		{accounts.FieldName, "Local demo", "The built-in account has this name", "這是內建帳號的名稱"},
		{accounts.FieldEndpoint, "cos.example.org/bucket", "should end after the host", "應在主機名稱之後結束"},
		{accounts.FieldEndpoint, "https://:9000", "names no host", "沒有主機名稱"},
		{accounts.FieldEndpoint, "https://cos:99999", "a port is a number", "連接埠須為"},
		{accounts.FieldEndpoint, "cos example", "This is not a URL.", "這不是網址。"},
		{accounts.FieldKMSEndpoint, "http://nas:9000", "is not protected", "未受保護"},
		{accounts.FieldRegion, "us east", "is none: letters, digits", "不是區域名稱"},
		{accounts.FieldAccessKey, "AK\u200bID", "Character 3 is one that cannot be seen: paste it again without it.", "第 3 個字元是看不見的字元：請去除後重新貼上。"},
		{accounts.FieldAccessKey, "AK ID", "Character 3 is a blank", "空白字元"},
		{accounts.FieldSecret, "se\ncret", "Character 3 is a line end", "換行字元"},
		{accounts.FieldSecret, "se\tcret", "Character 3 is a tab", "Tab 字元"},
		{accounts.FieldSecret, "se\ufeffcret", "Character 3 is a byte order mark", "位元組順序記號"},
		{accounts.FieldSecret, "se\xffcret", "Character 3 cannot be read", "第 3 個字元無法讀取"},
		{accounts.FieldToken, "tö", "Character 2 is none that it can have", "第 2 個字元不允許使用"},
	} {
		e := sees(t).Add()
		e.Set(c.field, c.typed)
		i18n.Set(i18n.English)
		assert.Contains(t, e.Problems(false)[c.field], c.english, "%q", c.typed)
		assert.NotEmpty(t, e.WhyNotSave())
		i18n.Set(i18n.TraditionalChinese)
		assert.Contains(t, e.Problems(false)[c.field], c.local, "%q", c.typed)
	}
	i18n.Set(i18n.English)
	e := sees(t).Add()
	e.Set(accounts.FieldSecret, "\ufeffs3cret\r\n")
	e.Set(accounts.FieldToken, " \n")
	assert.Empty(t, e.Problems(false))
	_, c := e.Account()
	assert.Equal(t, "s3cret", c.Secret.Reveal())
	assert.True(t, c.SessionToken.IsZero())
}

func TestAnAccountWithoutAnAccessKeyIsChangedAndTestedAllTheSame(t *testing.T) {
	w := sees(t)
	w.stored = append(w.stored, client.Account{ID: "work", Name: "work", Service: "wasabi", SignIn: client.SignIn{Kind: client.ProfileSignIn, Profile: "work"}})
	w.Load(func() {})
	w.loop.Pump()
	e, ok := w.Edit("work")
	assert.True(t, ok)
	assert.Empty(t, e.Problems(true))
	assert.Equal(t, `It signs in by the profile "work" of the AWS command line, each time anew; no secret is kept.`, e.SignsIn())
	w.fails = &client.Error{Kind: client.KindBadCredentials}
	e.Test()
	w.loop.Pump()
	_, _, done := e.Tested()
	assert.True(t, done, "it was asked")
	assert.Empty(t, e.Wants(), "it has no such field")
	e.Set(accounts.FieldEndpoint, "https://cos.example.org")
	e.Save()
	a, _ := e.Account()
	assert.Empty(t, a.Service, "it is at another service now")
	assert.Equal(t, "work", a.SignIn.Profile)

	for kind, said := range map[client.SignInKind]string{
		client.ProfileSignIn:     "by the default profile",
		client.EnvironmentSignIn: "by what the environment gives",
	} {
		assert.Contains(t, client.SignIn{Kind: kind}.Text().String(), said)
	}
	assert.Empty(t, w.Add().SignsIn(), "it has an access key")
}

func TestAnotherAddressIsAnotherService(t *testing.T) {
	e := sees(t).Add()
	assert.Equal(t, accounts.PresetCOS, e.Preset())
	e.Set(accounts.FieldEndpoint, "https://127.0.0.1:9000")
	assert.Equal(t, accounts.PresetCompatible, e.Preset())
	assert.Equal(t, "https://127.0.0.1:9000", e.Get(accounts.FieldEndpoint))
	assert.Equal(t, client.AddressingPath, e.Addressing(), "the other fields stay")
	e.SetPreset(accounts.PresetAWS)
	assert.Equal(t, accounts.PresetAWS, e.Preset())
	e.Set(accounts.FieldEndpoint, "https://minio.example.org")
	assert.Equal(t, accounts.PresetCompatible, e.Preset())
}

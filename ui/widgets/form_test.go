package widgets

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestAFieldOffersKeysItHasNoUseFor(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	var offered []fyne.KeyName
	note := func(k fyne.KeyName) bool { offered = append(offered, k); return k == fyne.KeyReturn }
	e, c := NewEntry(), NewCombo([]string{"a"})
	e.OnKey, c.OnKey = note, note
	w.SetContent(container.NewVBox(e, c))
	for _, f := range []fyne.Focusable{e, c} {
		offered = nil
		for _, k := range []fyne.KeyName{fyne.KeyF2, fyne.KeyF5, fyne.KeyEscape, fyne.KeyReturn, fyne.KeyLeft, fyne.KeyBackspace} {
			f.TypedKey(&fyne.KeyEvent{Name: k})
		}
		assert.Equal(t, []fyne.KeyName{fyne.KeyF2, fyne.KeyF5, fyne.KeyEscape, fyne.KeyReturn}, offered)
	}
}

func TestEnterSubmitsOrBeginsALineWhereThatIsItsUse(t *testing.T) {
	room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	lines := NewMultiLineEntry()
	lines.OnKey = func(fyne.KeyName) bool { t.Error("Enter is a new line here"); return true }
	test.Type(lines, "a")
	lines.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	assert.Equal(t, "a\n", lines.Text)

	submitted := ""
	one := NewEntry()
	one.OnSubmitted = func(s string) { submitted = s }
	test.Type(one, "b")
	one.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	assert.Equal(t, "b", submitted)
	assert.True(t, NewPasswordEntry().Password)
}

func TestLeavingAFieldIsTold(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	left := 0
	e := NewEntry()
	e.OnBlur = func() { left++ }
	w.SetContent(e)
	w.Canvas().Focus(e)
	w.Canvas().Unfocus()
	assert.Equal(t, 1, left)
}

func TestAButtonIsPressedByEnterAndSpace(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	pressed := 0
	b, tb := NewButton("b", nil, func() { pressed++ }), NewToolButton("t", nil, "", func() { pressed++ })
	w.SetContent(container.NewVBox(b, tb))
	for _, f := range []fyne.Focusable{b, tb} {
		for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace} {
			f.TypedKey(&fyne.KeyEvent{Name: k})
		}
	}
	assert.Equal(t, 6, pressed)
	tb.DisableBecause("nothing is selected")
	tb.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	assert.Equal(t, 6, pressed)
}

func TestADisabledToolButtonSaysWhy(t *testing.T) {
	room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	b := NewFlatButton("Delete", theme.DeleteIcon(), "Delete the selected files", nil)
	b.EnableIf("Select something first.")
	assert.True(t, b.Disabled())
	assert.Equal(t, "Select something first.", b.Tip())
	b.EnableIf("")
	assert.False(t, b.Disabled())
	assert.Equal(t, "Delete the selected files", b.Tip())
}

func TestAFieldSaysItsErrorAtItsPlaceAndItsHintOtherwise(t *testing.T) {
	room(t, preferences.AppearanceLight, fyne.NewSize(300, 200))
	f := NewField("Key", NewEntry(), "A bare ID, an ARN or an alias.")
	says := func() string { s, _ := f.Says(); return s }
	assert.Equal(t, "A bare ID, an ARN or an alias.", says())
	low := f.MinSize().Height
	f.SetError("The key is empty.")
	text, role := f.Says()
	assert.Equal(t, "The key is empty.", text)
	assert.Equal(t, RoleBad, role)
	assert.True(t, f.sign.Visible())
	f.SetHint("Ask the owner of the key.")
	assert.Equal(t, "The key is empty.", says(), "an error is not replaced by a hint")
	f.SetError("")
	assert.Equal(t, "Ask the owner of the key.", says())
	assert.False(t, f.sign.Visible())
	f.SetHint("")
	assert.Less(t, f.MinSize().Height, low, "nothing to say takes no room")
	f.SetWarning("w")
	f.SetGood("g")
	_, role = f.Says()
	assert.Equal(t, RoleGood, role)
	assert.False(t, NewField("", NewEntry(), "").label.Visible())
}

func TestAValueIsCopiedAsItIs(t *testing.T) {
	w := room(t, preferences.AppearanceLight, fyne.NewSize(500, 200))
	copied := ""
	v := NewCopyValue("KMS key", "arn:aws:kms:x", "Copy")
	v.OnCopied = func(s string) { copied = s }
	w.SetContent(v)
	test.Tap(v.copy)
	assert.Equal(t, "arn:aws:kms:x", fyne.CurrentApp().Clipboard().Content())
	assert.Equal(t, "arn:aws:kms:x", copied)
	v.Set("", RoleMuted)
	assert.False(t, v.copy.Visible(), "nothing to copy")
	v.Set("not told by the server", RoleWarn)
	assert.Equal(t, "not told by the server", v.Value())
	assert.True(t, v.copy.Visible())
}

func TestABadgeHasASignAndAWordInTheColourOfItsRole(t *testing.T) {
	w := room(t, preferences.AppearanceDark, fyne.NewSize(300, 200))
	b := NewBadge("已驗證", RoleGood)
	w.SetContent(b)
	r := test.WidgetRenderer(b).(*badgeRenderer)
	assert.Equal(t, darkColors[theme.ColorNameSuccess], r.text.Color)
	assert.Equal(t, RoleGood.Icon(), r.icon.Resource)
	b.Set("Failed", RoleBad)
	assert.Equal(t, "Failed", b.AccessibilityLabel())
	assert.Equal(t, darkColors[theme.ColorNameError], r.text.Color)
	b.SetIcon(theme.LoginIcon())
	assert.Equal(t, theme.LoginIcon(), r.icon.Resource)
	assert.Equal(t, "Failed", b.Text())
	for role := RoleNormal; role <= RoleMuted; role++ {
		assert.Same(t, role.Icon(), role.Icon())
	}
}

func TestPicturesOfAForm(t *testing.T) {
	for name, a := range map[string]preferences.Appearance{"light": preferences.AppearanceLight, "dark": preferences.AppearanceDark} {
		w := room(t, a, fyne.NewSize(620, 560))
		bucket := NewField("Bucket name or mask", NewCombo([]string{"reports"}), "* any run of characters, ? exactly one; empty = all buckets")
		key := NewEntry()
		key.SetText("arn:aws:kms:x")
		keyField := NewField("KMS master key ARN", key, "")
		keyField.SetError("這不是金鑰 ID、ARN 或別名：請貼上您從專案管理者收到的加密金鑰 ID，例如 1b2c3d4e-0000-4444-8888-123456789abc。")
		context := NewField("Encryption context", NewEntry(), "")
		context.SetWarning("Rule 2 already matches everything this rule matches.")
		arn := NewCopyValue("KMS key", "arn:aws:kms:ap-northeast-1:000000000000:key/1b2c3d4e-0000-4444-8888-123456789abc", "Copy")
		told := NewCopyValue("Stored with", "", "Copy")
		told.Set("SSE-KMS (aws:kms)，與規則要求相符", RoleGood)
		disabled := NewToolButton("Delete", theme.DeleteIcon(), "", nil)
		disabled.DisableBecause("x")
		bar := container.NewHBox(NewFlatButton("Upload", theme.UploadIcon(), "", nil), NewToolButton("下載", theme.DownloadIcon(), "", nil), disabled)
		badges := container.NewHBox(NewBadge("Verified", RoleGood), NewBadge("未告知", RoleWarn), NewBadge("Failed", RoleBad), NewBadge("Waiting", RoleMuted))
		form := NewColumn(6, bar, badges, bucket, keyField, context, NewField("", NewCheck("Enabled", nil), ""), arn, told)
		w.SetContent(container.NewPadded(form))
		require.Greater(t, form.Size().Height, float32(300))
		form.Refresh()
		shot(t, w, "form-"+name)
		for _, o := range form.Objects {
			assert.LessOrEqual(t, o.Position().Y+o.MinSize().Height, form.Size().Height, "nothing is clipped")
		}
	}
}

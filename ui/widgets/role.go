package widgets

import (
	"image/color"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Role says what a text means, and so in which of the theme's colours it is
// drawn. A role never stands alone: say it in words or by an icon too.
type Role int

// The roles. The zero value is ordinary text.
const (
	RoleNormal Role = iota
	RoleGood        // as it should be: verified, connected
	RoleWarn        // look at it: shadowed, unknown
	RoleBad         // wrong: failed, not encrypted
	RoleMuted       // beside the point: finished, not loaded
)

// ColorName is the theme's name for the colour of the role.
func (r Role) ColorName() fyne.ThemeColorName {
	switch r {
	case RoleGood:
		return theme.ColorNameSuccess
	case RoleWarn:
		return theme.ColorNameWarning
	case RoleBad:
		return theme.ColorNameError
	case RoleMuted:
		return theme.ColorNamePlaceHolder
	default:
		return theme.ColorNameForeground
	}
}

// colorFor is the colour of the role in the theme w is drawn with.
func (r Role) colorFor(w fyne.Widget) color.Color { return theme.ColorForWidget(r.ColorName(), w) }

// Icon is a sign for the role in its colour: a text's companion, since colour
// alone tells nothing to some. The same resource is returned every time.
func (r Role) Icon() fyne.Resource { return roleIcons()[r] }

var roleIcons = sync.OnceValue(func() [RoleMuted + 1]fyne.Resource {
	return [...]fyne.Resource{
		RoleNormal: theme.InfoIcon(),
		RoleGood:   theme.NewColoredResource(theme.ConfirmIcon(), RoleGood.ColorName()),
		RoleWarn:   theme.NewColoredResource(theme.WarningIcon(), RoleWarn.ColorName()),
		RoleBad:    theme.NewColoredResource(theme.ErrorIcon(), RoleBad.ColorName()),
		RoleMuted:  theme.NewColoredResource(theme.InfoIcon(), RoleMuted.ColorName()),
	}
})

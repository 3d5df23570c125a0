package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/ui/state/shell"
	"github.com/bucketseal/bucketseal/ui/widgets"
)

// statusBar is the line at the bottom. While there is something to say about
// what the user just tried, it says that.
type statusBar struct {
	content *fyne.Container
	badges  *fyne.Container
	rule    *widget.Label
	right   *widget.Label
	said    *widget.Label
}

func newStatusBar() *statusBar {
	s := &statusBar{badges: container.NewHBox(), rule: widget.NewLabel(""), right: widget.NewLabel(""), said: widget.NewLabel("")}
	s.rule.Truncation = fyne.TextTruncateEllipsis
	s.said.Truncation = fyne.TextTruncateEllipsis
	s.said.Importance = widget.WarningImportance
	s.said.Hide()
	s.content = container.NewBorder(nil, nil, s.badges, s.right, container.NewStack(s.rule, s.said))
	return s
}

// set shows the segments: connection and protection as badges, the rule in the
// room left, rates at the right.
func (s *statusBar) set(line []shell.Segment) {
	for i := range min(2, len(line)) {
		if i < len(s.badges.Objects) {
			s.badges.Objects[i].(*widgets.Badge).Set(line[i].Text, role(line[i].Role))
			continue
		}
		s.badges.Add(widgets.NewBadge(line[i].Text, role(line[i].Role)))
	}
	for i, o := range s.badges.Objects {
		if i < len(line) {
			o.Show()
		} else {
			o.Hide()
		}
	}
	rule, right := shell.Segment{}, ""
	if len(line) > 2 {
		rule = line[2]
	}
	if len(line) > 3 {
		right = line[3].Text
	}
	s.rule.Importance = importances[rule.Role]
	s.rule.SetText(rule.Text)
	s.right.SetText(right)
	s.content.Refresh() // the badges may need another width now
}

func (s *statusBar) flash(text string) {
	s.said.SetText(text)
	if text == "" {
		s.said.Hide()
		s.rule.Show()
		return
	}
	s.said.Show()
	s.rule.Hide()
}

var importances = map[explain.Role]widget.Importance{
	explain.RoleNormal: widget.MediumImportance,
	explain.RoleGood:   widget.SuccessImportance,
	explain.RoleWarn:   widget.WarningImportance,
	explain.RoleBad:    widget.DangerImportance,
	explain.RoleMuted:  widget.MediumImportance, // the toolkit draws "low" like disabled: too faint to read
}

package rulelist

import (
	"github.com/bucketseal/bucketseal/internal/i18n"
)

// WhyNotChange says why rules can be neither added nor changed, "" when they
// can.
func (l *List) WhyNotChange() string {
	switch {
	case l.saving:
		return i18n.T("One moment, please.")
	case l.err != nil:
		return i18n.T("The rules could not be read: nothing can be changed.")
	case !l.read:
		return i18n.T("One moment, please.")
	}
	return ""
}

// WhyNotOne is about editing and duplicating: one rule must be selected.
func (l *List) WhyNotOne() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() != 1 {
		return i18n.T("Select one rule in the list first.")
	}
	return ""
}

// WhyNotSelected is about deleting and switching on and off.
func (l *List) WhyNotSelected() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if l.selection.Count() == 0 {
		return i18n.T("Select rules in the list first.")
	}
	return ""
}

// WhyNotMove says why the selected rules cannot go up (by -1) or down (by 1).
func (l *List) WhyNotMove(by int) string {
	if why := l.WhyNotSelected(); why != "" {
		return why
	}
	spans := l.selection.Spans()
	if by < 0 && spans[0].First == 0 {
		return i18n.T("It is the first already.")
	}
	if by > 0 && spans[len(spans)-1].End == len(l.draft.Rules) {
		return i18n.T("It is the last already.")
	}
	return ""
}

// WhyNotExport is that there must be rules.
func (l *List) WhyNotExport() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if len(l.draft.Rules) == 0 {
		return i18n.T("There are no rules to export.")
	}
	return ""
}

// WhyNotSave says why there is nothing to store, "" when there is.
func (l *List) WhyNotSave() string {
	if why := l.WhyNotChange(); why != "" {
		return why
	}
	if !l.Dirty() && l.gone == nil {
		return i18n.T("Nothing was changed.")
	}
	return ""
}

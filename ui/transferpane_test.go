package ui

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/settings/preferences"
)

func TestTheWordsOfATransferAreMadeOnceForAllItsCells(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.goTo("reports/2026/")
	s.uploads("a.csv")
	p := s.main.transfers
	assert.Equal(t, "a.csv", p.Cell(0, 0).Text)
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		for col := 2; col < 8; col++ {
			p.Cell(0, col)
		}
	}))
	s.uploads("b.csv")
	assert.Equal(t, []string{"a.csv", "b.csv"}, []string{p.Cell(0, 0).Text, p.Cell(1, 0).Text})
}

func TestSelectedTransfersAreListedOnceForASelection(t *testing.T) {
	s := opens(t, preferences.Window{})
	s.goTo("reports/2026/")
	s.uploads("a.csv")
	s.uploads("b.csv")
	p, selection := s.main.transfers, &s.state.Transfers.Selection
	assert.Empty(t, p.selected())
	selection.SelectAll()
	assert.Equal(t, []int{0, 1}, p.selected())
	assert.Same(t, &p.selected()[0], &p.selected()[0], "the buttons share it")
	selection.Only(1)
	assert.Equal(t, []int{1}, p.selected())
}

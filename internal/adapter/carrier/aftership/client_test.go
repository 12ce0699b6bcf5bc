package aftership_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/adapter/carrier/aftership"
	"godwit.dev/godwit/internal/flow/tracking"
	"godwit.dev/godwit/internal/flow/tracking/trackingtest"
)

// server answers as the reference says (Tracking API 2026-07: "Create a tracking",
// "Get trackings", "Error codes").
func server(t *testing.T) http.Handler {
	sample, err := os.ReadFile("testdata/customs.json")
	if err != nil {
		t.Fatal(err)
	}
	var hook struct {
		Msg json.RawMessage `json:"msg"`
	}
	if err := json.Unmarshal(sample, &hook); err != nil {
		t.Fatal(err)
	}
	made := map[string]bool{}
	say := func(w http.ResponseWriter, status, code int, data string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"meta":{"code":%d},"data":%s}`, code, data)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /trackings", func(w http.ResponseWriter, r *http.Request) {
		var ask map[string]string
		body, _ := io.ReadAll(r.Body) // a broken one does not parse
		if json.Unmarshal(body, &ask) != nil || r.Header.Get("Content-Type") != "application/json" {
			say(w, 400, 4001, `{}`)
			return
		}
		for name := range ask {
			if name != "tracking_number" && name != "slug" && name != "destination_postal_code" {
				say(w, 400, 4008, `{}`)
				return
			}
		}
		n := ask["tracking_number"]
		id := `{"id":"5b7658cec7c33c0e007de3c5","tracking_number":"` + n + `"}`
		switch {
		case len(n) < 4:
			say(w, 400, 4005, `{}`)
		case ask["slug"] != "" && ask["slug"] != "china-post":
			say(w, 400, 4010, `{}`)
		case !strings.HasPrefix(n, "RR"):
			say(w, 400, 4012, `{}`)
		case made[n]:
			say(w, 400, 4003, id)
		default:
			made[n] = true
			say(w, 201, 201, id)
		}
	})
	mux.HandleFunc("GET /trackings", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		list := strings.Split(q.Get("tracking_numbers"), ",")
		if len(list) > 50 || q.Get("limit") == "" {
			say(w, 400, 400, `{}`)
			return
		}
		found := "[]"
		for _, n := range list {
			if n == "RR123456785CN" {
				found = "[" + string(hook.Msg) + "]"
			}
		}
		say(w, 200, 200, `{"pagination":{"total":1,"has_next_page":false},"trackings":`+found+`}`)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("As-Api-Key") != trackingtest.Secret {
			say(w, 401, 4010, `{}`)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func TestConformance(t *testing.T) {
	trackingtest.Run(t, aftership.Driver(), trackingtest.Fixture{
		Server: server(t), Quota: -1,
		Settings: func(a string) map[string]string {
			return map[string]string{"api_key": trackingtest.Secret, "address": a}
		},
		Known: tracking.Number{Number: "RR123456785CN", Carrier: "China Post", Postcode: "10115"}, Unknown: tracking.Number{Number: "RR999999999CN"},
		Refused: tracking.Number{Number: "77777777"},
	})
}

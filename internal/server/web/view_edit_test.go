package web_test

import (
	"regexp"
	"strings"
	"testing"

	"godwit.dev/godwit/internal/domain/ticket"
)

// fields returns what the editor's form would send as it stands.
func editorFields(t *testing.T, page string) []string {
	t.Helper()
	from := strings.Index(page, `id="view-edit"`)
	if from < 0 {
		t.Fatalf("no editor in the page:\n%s", shortened(page))
	}
	page = page[from:]
	var out []string
	for _, m := range regexp.MustCompile(`(?s)<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>|<input[^>]*name="([^"]+)"[^>]*>`).FindAllStringSubmatch(page, -1) {
		name, value := m[1], ""
		if name != "" {
			chosen := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[2])
			first := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m[2])
			switch {
			case chosen != nil:
				value = chosen[1]
			case first != nil:
				value = first[1]
			}
		} else {
			name = m[3]
			if strings.Contains(m[0], `type="checkbox"`) && !strings.Contains(m[0], "checked") {
				continue
			}
			if v := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m[0]); v != nil {
				value = v[1]
			}
		}
		out = append(out, name, value)
	}
	return out
}

func with(fields []string, change ...string) []string {
	out := append([]string(nil), fields...)
	for i := 0; i < len(change); i += 2 {
		found := false
		for j := 0; j < len(out); j += 2 {
			if out[j] == change[i] {
				out[j+1], found = change[i+1], true
			}
		}
		if !found {
			out = append(out, change[i], change[i+1])
		}
	}
	return out
}

func TestViewEditor(t *testing.T) {
	h, owner := founded(t, nil)
	c := h.customer("Ada", "ada@example.com")
	h.ticket(c, "Parcel stuck at customs", nil)
	h.ticket(c, "Parcel lost", func(t *ticket.Ticket) { t.Priority = ticket.Urgent })
	h.ticket(c, "Wrong size", nil)

	page := owner.want(owner.get("/views/new"), 200, "New view")
	step := func(do string, change ...string) answer {
		t.Helper()
		page = owner.want(owner.post("/views", append(with(editorFields(t, page.body), change...), "do", do)...), 200)
		return page
	}
	step("add:", "name", "Stuck")
	if got := strings.Join(editorFields(t, page.body), " "); !strings.Contains(got, "c.1.field") {
		t.Fatalf("no second condition: %s", got)
	}
	step("group:")
	step("add:2")
	if got := strings.Join(editorFields(t, page.body), " "); !strings.Contains(got, "c.2.1.field") {
		t.Fatalf("no nested condition: %s", got)
	}
	// Another field in the same test: its operators and values take over.
	step("change:c.1.field", "c.1.field", "subject")
	step("remove:0")
	step("preview", "c.0.op", "has", "c.0.value", "parcel", "c.1.all", "0", "c.1.0.field", "subject", "c.1.1.field", "priority")
	step("preview", "c.1.0.op", "has", "c.1.0.value", "customs", "c.1.1.op", "is", "c.1.1.value", "urgent")
	owner.want(page, 200, "Parcel stuck at customs", "Parcel lost")
	if page.has("Wrong size") {
		t.Error("the preview shows a ticket that does not match")
	}
	owner.want(owner.post("/views", append(with(editorFields(t, page.body), "name", ""), "do", "save")...), 422, "Give it a name.")
	owner.want(owner.post("/views", append(with(editorFields(t, page.body), "c.0.field", "created", "c.0.op", "older", "c.0.value", "soon"), "do", "save")...), 422, "such as 3d or 4h")
	saved := owner.want(owner.post("/views", append(with(editorFields(t, page.body), "shared", "1"), "do", "save")...), 200, "Parcel stuck at customs", "Parcel lost", "Stuck")
	if saved.has("Wrong size") || !strings.HasPrefix(saved.path, "/inbox/") {
		t.Errorf("the saved view at %s shows the wrong tickets", saved.path)
	}
	key := strings.TrimPrefix(saved.path, "/inbox/")
	owner.want(owner.get("/views"), 200, "Stuck", "Subject contains parcel and (Subject contains customs or Priority is Urgent)", "Shared")
	page = owner.want(owner.get("/views/"+key), 200, `value="parcel"`, "Parcel lost", `name="shared" value="1" checked`)

	agent := h.invited(owner, "ben@example.com", "agent")
	agent.want(agent.get("/inbox/"+key), 200, "Parcel lost")
	agent.want(agent.post("/views/"+key, append(editorFields(t, page.body), "do", "delete")...), 403)
	agent.want(agent.post("/views/"+key, append(with(editorFields(t, page.body), "name", "Mine now"), "do", "save")...), 403)
	own := agent.want(agent.post("/views", "name", "Sizes", "sort", "old", "c.all", "1", "c.0.field", "subject", "c.0.op", "has", "c.0.value", "size", "shared", "1", "do", "save"), 200, "Wrong size")
	if owner.get("/views").has("Sizes") {
		t.Error("an agent has shared a view")
	}
	owner.want(owner.get("/views/"+strings.TrimPrefix(own.path, "/inbox/")), 404)
	agent.want(agent.get("/views"), 200, "Sizes")

	owner.want(owner.post("/views/"+key, "c.all", "1", "c.0.field", "created", "c.0.op", "newer", "c.0.value", "3d", "name", "New", "do", "save"), 200, "Wrong size")
	owner.want(owner.get("/views/"+key), 200, `value="3d"`)
	owner.want(owner.get("/views"), 200, "Opened newer than 3 days")
	owner.want(owner.post("/views/"+key, "do", "delete"), 200, "was deleted")
	owner.want(owner.get("/inbox/"+key), 404)
	owner.want(owner.get("/views/"+key), 404)
}

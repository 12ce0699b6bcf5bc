package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"slices"
	"sync"
	"testing"

	"godwit.dev/godwit/internal/base/errs"
	"godwit.dev/godwit/internal/domain/cases"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/store"
	"godwit.dev/godwit/internal/store/storetest"
)

func snap(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, side, 2))))
	return b.Bytes()
}

func TestEvidenceOfACase(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		c := x.opens(t, cases.Damaged, 1)
		f, err := x.cases.Attach(ctx, x.owner, c.ID, cases.NewFile{Line: 1, Name: `C:\me\crack.exe`, Data: snap(t, 3)})
		must(t, err)
		if f.Kind != cases.Photo || f.Type != "image/png" || f.Name != "crack.png" || f.Case != c.ID {
			t.Errorf("%+v", f)
		}
		again, err := x.cases.Attach(ctx, x.owner, c.ID, cases.NewFile{Name: "other.png", Data: snap(t, 3)})
		if err != nil || again.ID != f.ID || again.Name != f.Name {
			t.Errorf("the same file twice: %+v, %v", again, err)
		}
		list, err := x.cases.Files(ctx, x.owner, c.ID)
		if err != nil || len(list) != 1 || list[0].By.Name != x.owner.Name || !list[0].At.Equal(x.now) {
			t.Errorf("%+v, %v", list, err)
		}
		got, data, err := x.cases.File(ctx, x.owner, c.ID, f.ID)
		if err != nil || got.SHA256 != f.SHA256 || !bytes.Equal(data, snap(t, 3)) {
			t.Errorf("%+v, %d bytes, %v", got, len(data), err)
		}
		for name, who := range map[string]auth.Actor{
			"another workspace": auth.ForSystem(x.w + 1),
			"another customer":  {Kind: auth.Customer, ID: int64(c.Customer) + 1, Workspace: x.w},
			"a nameless one":    {Kind: auth.Customer, Workspace: x.w},
		} {
			if _, err := x.cases.Files(ctx, who, c.ID); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s sees the files: %v", name, err)
			}
			if _, err := x.cases.Attach(ctx, who, c.ID, cases.NewFile{Data: snap(t, 4)}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s adds a file: %v", name, err)
			}
		}
		if _, err := x.cases.Attach(ctx, x.owner, c.ID, cases.NewFile{Name: "photo.png", Data: []byte("<svg onload=x>")}); !errs.Is(err, errs.Unsupported) {
			t.Errorf("what a browser could run: %v", err)
		}
		if _, err := x.cases.Attach(ctx, x.owner, c.ID, cases.NewFile{Data: append([]byte("%PDF-"), make([]byte, cases.MostDocument)...)}); !errs.Is(err, errs.Invalid) {
			t.Errorf("too large: %v", err)
		}
		anna := auth.Actor{Kind: auth.Customer, ID: int64(c.Customer), Workspace: x.w}
		for i := range cases.MostFiles {
			_, err := x.cases.Attach(ctx, anna, c.ID, cases.NewFile{Data: snap(t, 10+i)})
			must(t, err)
		}
		if _, err := x.cases.Attach(ctx, anna, c.ID, cases.NewFile{Data: snap(t, 90)}); !errs.Is(err, errs.Invalid) {
			t.Errorf("one too many: %v", err)
		}
		if _, err := x.cases.Attach(ctx, x.owner, c.ID, cases.NewFile{Data: snap(t, 91)}); err != nil {
			t.Errorf("what the customer shows leaves the warehouse no room: %v", err)
		}
	})
}

func TestAFormBecomesOneCase(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		who := auth.ForSystem(x.w)
		begin := func() cases.Form {
			d, err := x.cases.Begin(ctx, who, x.order.Shop, x.order.ID, "", json.RawMessage(`{"a":1}`))
			must(t, err)
			return d
		}
		d := begin()
		_, err := x.cases.Fill(ctx, who, d.ID, json.RawMessage(`{"a":2}`))
		must(t, err)
		if again := begin(); again.ID != d.ID || string(again.Data) != `{"a":2}` && string(again.Data) != `{"a": 2}` {
			t.Errorf("begun again: %+v", again)
		}
		f, err := x.cases.AttachForm(ctx, who, d.ID, cases.NewFile{Name: "a.png", Data: snap(t, 3)})
		must(t, err)
		gone, err := x.cases.AttachForm(ctx, who, d.ID, cases.NewFile{Name: "b.png", Data: snap(t, 4)})
		must(t, err)
		must(t, x.cases.Detach(ctx, who, d.ID, gone.ID))
		var mu sync.Mutex
		opened := 0
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				got, err := x.cases.Become(ctx, who, d.ID, func(ctx context.Context, y *cases.Form) error {
					c, err := x.cases.Open(ctx, who, cases.NewCase{Kind: cases.Return, Items: []cases.Item{{Order: x.order.ID, OrderRow: x.order.Lines[0].ID, Quantity: 1, Reason: "changed_mind"}}})
					mu.Lock()
					opened++
					mu.Unlock()
					y.Case = c.ID
					return err
				})
				if err != nil || got.Case == 0 {
					t.Errorf("%+v, %v", got, err)
				}
			})
		}
		wg.Wait()
		if opened != 1 {
			t.Errorf("%d cases of one form", opened)
		}
		got, err := x.cases.Form(ctx, who, d.ID)
		must(t, err)
		list, err := x.cases.Files(ctx, who, got.Case)
		if err != nil || len(list) != 1 || list[0].ID != f.ID {
			t.Errorf("files of the case: %+v, %v", list, err)
		}
		if _, err := x.cases.AttachForm(ctx, who, d.ID, cases.NewFile{Data: snap(t, 5)}); !errs.Is(err, errs.Conflict) {
			t.Errorf("a file for what is a case already: %v", err)
		}
		if next := begin(); next.ID == d.ID {
			t.Error("the next return begins with the last one")
		}
	})
}

func TestFormsAreSwept(t *testing.T) {
	storetest.Open(t, func(t *testing.T, s *store.Store) {
		ctx, x := context.Background(), newCounter(t, s)
		who := auth.ForSystem(x.w)
		old, err := x.cases.Begin(ctx, who, x.order.Shop, x.order.ID, "", nil)
		must(t, err)
		_, err = x.cases.AttachForm(ctx, who, old.ID, cases.NewFile{Data: snap(t, 3)})
		must(t, err)
		keyed, err := x.cases.Begin(ctx, who, x.order.Shop, 0, "abc", nil)
		must(t, err)
		_, err = x.cases.Become(ctx, who, keyed.ID, func(_ context.Context, y *cases.Form) error { y.Ticket = 7; return nil })
		must(t, err)
		must(t, x.cases.SweepForms(ctx, x.w))
		if _, err := x.cases.Form(ctx, who, old.ID); err != nil {
			t.Errorf("swept too early: %v", err)
		}
		x.now = x.now.Add(cases.FormLife + 1e6)
		must(t, x.cases.SweepForms(ctx, x.w+1))
		must(t, x.cases.SweepForms(ctx, x.w))
		if _, err := x.cases.Form(ctx, who, old.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("not swept: %v", err)
		}
		if list, err := x.cases.FormFiles(ctx, who, old.ID); err != nil || slices.ContainsFunc(list, func(cases.File) bool { return true }) {
			t.Errorf("its files stay: %v, %v", list, err)
		}
		if got, err := x.cases.Begin(ctx, who, x.order.Shop, 0, "abc", nil); err != nil || got.ID != keyed.ID || got.Ticket != 7 {
			t.Errorf("a declaration is kept: %+v, %v", got, err)
		}
	})
}

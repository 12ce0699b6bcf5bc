package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"godwit.dev/godwit/internal/adapter/channel/email/message"
	"godwit.dev/godwit/internal/domain/forecast"
	"godwit.dev/godwit/internal/domain/promise"
	"godwit.dev/godwit/internal/domain/route"
	"godwit.dev/godwit/internal/flow/foresight"
	"godwit.dev/godwit/internal/platform/auth"
	"godwit.dev/godwit/internal/platform/job"
	"godwit.dev/godwit/internal/store/storetest"
)

// join adds somebody to a desk.
func (d *hostDesk) join(name string, role auth.Role, language, zone string, u auth.PersonUpdate) auth.PersonID {
	d.t.Helper()
	token, p, err := d.Auth.Invite(d.ctx, d.owner, name+"@shop.example", name, role, false, nil)
	if err == nil {
		_, err = d.Auth.Accept(d.ctx, token, auth.Joining{Name: name, Password: "a long enough secret", Language: language, Zone: zone}, auth.Visit{Address: "127.0.0.1"})
	}
	if err == nil {
		err = d.Auth.UpdatePerson(d.ctx, d.owner, p.ID, u)
	}
	if err != nil {
		d.t.Fatal(name, err)
	}
	return p.ID
}

// warnings works off the letters that are asked for, and returns those that left by whom
// they went to.
func (d *hostDesk) warnings() map[string]*message.Message {
	d.t.Helper()
	n := len(d.out.Messages())
	d.run(errandQueue, func(ctx context.Context, j job.Job) error {
		if j.Kind != foresightJob {
			return nil
		}
		return d.foresightLetter(ctx, j)
	})
	out := map[string]*message.Message{}
	for _, m := range d.out.Messages()[n:] {
		to := strings.Join(m.To, " ")
		if out[to] != nil {
			d.t.Errorf("two letters to %s", to)
		}
		out[to] = message.Parse(m.Body, message.Limits{})
	}
	return out
}

// TestLeadsAreWrittenTo: whoever manages teams and sees the one that it is about gets a
// letter before a promise is broken, in their language and with the hours of their zone;
// nobody gets a second one, or one about what is no longer likely.
func TestLeadsAreWrittenTo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, database string) {
		d := &hostDesk{now: time.Now().Truncate(time.Millisecond)}
		d.desk = newIdleDesk(t, Config{Database: database, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return d.now }})
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		to := func(letters map[string]*message.Message) (out []string) {
			for who := range letters {
				name, _, _ := strings.Cut(who, "@")
				out = append(out, name)
			}
			slices.Sort(out)
			return out
		}
		team, err := d.Auth.SaveTeam(d.ctx, d.owner, auth.Team{Name: "Returns"})
		must(err)
		yes, no := true, false
		d.join("mei", auth.Lead, "zh-Hans", "Asia/Shanghai", auth.PersonUpdate{})
		olga := d.join("olga", auth.Lead, "ru", "Europe/Moscow", auth.PersonUpdate{})
		d.join("tom", auth.Lead, "en", "UTC", auth.PersonUpdate{Restricted: &yes, Teams: &[]auth.TeamID{team.ID}})
		d.join("nora", auth.Lead, "en", "UTC", auth.PersonUpdate{Restricted: &yes})
		d.join("sam", auth.Lead, "en", "UTC", auth.PersonUpdate{Restricted: &yes, Teams: &[]auth.TeamID{team.ID}, Limits: &auth.Limits{Shops: []int64{}}})
		d.join("gone", auth.Lead, "en", "UTC", auth.PersonUpdate{Active: &no})
		d.join("agent", auth.AgentRole, "en", "UTC", auth.PersonUpdate{})
		planner, err := d.Auth.SaveRole(d.ctx, d.owner, auth.CustomRole{Name: "Planner", Permissions: []auth.Permission{auth.ManageTeams, auth.SeeReports}})
		must(err)
		d.join("pia", planner.Key, "en", "UTC", auth.PersonUpdate{}) // plans shifts, and may not open the wallboard
		d.warnings()

		// Five questions that are due in three hours, and nobody there for two days.
		_, err = d.Clocks.Save(d.ctx, d.owner, promise.Book{Rules: []promise.Rule{{Name: "All", Targets: map[promise.Target]int{promise.First: 180}}}}, 0)
		must(err)
		day := func(n int) string { return d.now.UTC().AddDate(0, 0, n).Format(time.DateOnly) }
		_, err = d.Routing.SaveSheet(d.ctx, d.owner, d.owner.Person(), route.Sheet{Capacity: 4, Zone: "UTC", Away: []route.Absence{{From: day(-1), To: day(2)}}}, 0)
		must(err)
		for range 5 {
			d.mail(nil, "Where is it?")
		}
		d.now = d.now.Add(time.Second)
		must(d.Foresight.Work(d.ctx, d.space.ID))
		must(d.Foresight.Work(d.ctx, d.space.ID))
		if got := to(d.warnings()); !slices.Equal(got, []string{"mei", "olga", "owner"}) {
			t.Errorf("of the whole desk %v are told", got)
		}
		for range 2 {
			d.now = d.now.Add(foresight.Every)
			must(d.Foresight.Work(d.ctx, d.space.ID))
		}
		if got := to(d.warnings()); len(got) > 0 {
			t.Errorf("%v are told again", got)
		}

		var at time.Time
		keep := func(warned time.Time) {
			t.Helper()
			was := at
			at = d.now
			kept, err := d.Store.PutForecast(d.ctx, d.space.ID, foresight.Queue{Team: team.ID, At: at, WarnedAt: warned}, was)
			if err != nil || !kept {
				t.Fatal(kept, err)
			}
			d.now = d.now.Add(foresight.Every)
		}
		from := d.now.Truncate(time.Hour).Add(3 * time.Hour)
		told := foresight.Told{
			Team: team.ID, From: from.UnixMilli(), To: from.Add(time.Hour).UnixMilli(), Percent: 83, Misses: 2, Short: 1,
			Why: []forecast.Reason{{Kind: forecast.ByDue, N: 21, Of: 4, To: from.Add(time.Hour).UnixMilli()}, {Kind: forecast.ByLate, N: 3}, {Kind: forecast.BySurge, N: 150}, {Kind: forecast.ByNobody, From: from.UnixMilli(), To: from.Add(time.Hour).UnixMilli()}},
		}
		tell := func() {
			t.Helper()
			must(d.Store.InTx(d.ctx, func(ctx context.Context) error { return d.foretold(ctx, d.space.ID, told) }))
		}
		keep(d.now)
		tell()
		letters := d.warnings()
		if got := to(letters); !slices.Equal(got, []string{"mei", "olga", "owner", "tom"}) {
			t.Errorf("of a team %v are told", got)
		}
		for who, want := range map[string]struct{ zone, clock, subject, text string }{
			"tom": {"UTC", "3:04 PM", "Promises at risk: Returns, F to T, 83%", `Between F and T a promise to a customer is likely to be broken (Returns): chance 83%. In the next hours: about 2 broken promises. 1 person is missing.

What drives it:
- By T 21 answers are due; about 4 can be written.
- 3 answers are late and go first.
- 150% of what is usual at this hour comes in.
- Nobody is on shift from F to T.

The wallboard shows it as it changes: https://desk.shop.example/wallboard

You get this once, until it has passed. The wallboard's settings turn it off.`},
			"mei": {"Asia/Shanghai", "15:04", "承诺有违约风险：Returns，F–T，83%", `F 到 T 之间，很可能有对客户的承诺无法兑现（Returns）：概率 83%。接下来几小时：约 2 个承诺违约。缺 1 人。

原因：
- 到 T 有 21 条回复到期，约能写 4 条。
- 3 条回复已超时，优先处理。
- 目前进线量是此时段平常的 150%。
- F 到 T 无人在岗。

看板会随时更新：https://desk.shop.example/wallboard

在风险解除之前只通知一次。可在看板设置中关闭。`},
			"olga": {"Europe/Moscow", "15:04", "Обещания под угрозой: Returns, F–T, 83 %", `Между F и T обещание клиенту, вероятно, будет нарушено (Returns): вероятность 83 %. В ближайшие часы: около 2 нарушенных обещаний. Не хватает 1 человека.

Почему:
- К T нужен 21 ответ; успеют написать около 4.
- 3 ответа просрочены и идут первыми.
- Приходит 150 % от обычного для этого часа.
- С F до T на смене никого нет.

Табло показывает изменения: https://desk.shop.example/wallboard

Письмо приходит один раз, пока опасность не пройдёт. Отключить его можно в настройках табло.`},
		} {
			zone, err := time.LoadLocation(want.zone)
			must(err)
			hours := strings.NewReplacer("The", "The", "F", from.In(zone).Format(want.clock), "T", from.Add(time.Hour).In(zone).Format(want.clock))
			m := letters[who+"@shop.example"]
			if m == nil {
				t.Errorf("no letter to %s", who)
				continue
			}
			plain := func(s string) string {
				return strings.TrimSpace(strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s))
			}
			if subject, text := hours.Replace(want.subject), hours.Replace(want.text); plain(m.Subject) != subject || plain(m.Text) != text {
				t.Errorf("to %s:\n%s\n%s\nwant\n%s\n%s", who, m.Subject, m.Text, subject, text)
			}
		}

		// Asked for, and by the time that it could leave it is over, or they lead no more.
		tell()
		keep(time.Time{})
		if got := to(d.warnings()); len(got) > 0 {
			t.Errorf("it is no longer likely, and %v are told", got)
		}
		keep(d.now)
		tell()
		role := auth.AgentRole
		must(d.Auth.UpdatePerson(d.ctx, d.owner, olga, auth.PersonUpdate{Role: &role}))
		if got := to(d.warnings()); !slices.Equal(got, []string{"mei", "owner", "tom"}) {
			t.Errorf("olga leads no more, and %v are told", got)
		}
		tell()
		d.now = from.Add(2 * time.Hour)
		if got := to(d.warnings()); len(got) > 0 {
			t.Errorf("it has come to pass, and %v are told", got)
		}
	})
}

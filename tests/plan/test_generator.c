/*
 * The generator of the demonstration day: the same for the same seed, valid, and
 * of the size that was promised.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "demo/areas.h"
#include "demo/civil.h"
#include "demo/gen.h"
#include "demo/person.h"
#include "engine/identity.h"
#include "plugin.h"

static struct plan plan;
static int64_t today;

static void
make(void)
{
	today = civil_days(2026, 11, 22);
	plan_init(&plan);
	cr_assert_eq(gen_plan(&plan, 2026, today), 0);
}

static void
release(void)
{

	plan_free(&plan);
}

TestSuite(generator, .init = make, .fini = release);

/* A plan as its file. */
static char *
file_of(uint64_t seed, size_t *len)
{
	struct plan p;
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	plan_init(&p);
	cr_assert_eq(gen_plan(&p, seed, today), 0);
	cr_assert_eq(plan_write(&p, f), 0);
	fclose(f);
	plan_free(&p);
	return (text);
}

static int
compare(const void *a, const void *b)
{

	return (strcmp(*(const char *const *)a, *(const char *const *)b));
}

/* How many different texts; the array is sorted. */
static size_t
distinct(const char **texts, size_t n)
{
	size_t different = 0;

	qsort(texts, n, sizeof(*texts), compare);
	for (size_t i = 0; i < n; i++)
		different += i == 0 || strcmp(texts[i], texts[i - 1]) != 0;
	return (different);
}

Test(generator, depends_on_the_seed_alone)
{
	size_t a_len, b_len, c_len;
	char *a = file_of(7, &a_len), *b = file_of(7, &b_len);
	char *c = file_of(8, &c_len);

	cr_expect(a_len == b_len && memcmp(a, b, a_len) == 0);
	cr_expect(a_len != c_len || memcmp(a, c, a_len) != 0);
	free(a);
	free(b);
	free(c);
}

Test(generator, file_is_read_back_whole)
{
	struct plan p;
	size_t len;
	char *text = file_of(2026, &len);

	plan_init(&p);
	cr_expect_eq(plan_parse(&p, "-", text, len, &plan_stderr), 0);
	cr_expect_eq(p.bad, 0);
	cr_assert_eq(p.count, plan.count);
	for (size_t i = 0; i < p.count; i++) {
		cr_assert_str_eq(p.rows[i].id_no, plan.rows[i].id_no);
		cr_assert_eq(p.rows[i].when, plan.rows[i].when);
		cr_assert_eq(p.rows[i].expect, plan.rows[i].expect);
	}
	plan_free(&p);
	free(text);
}

/* The engine's reader was written by another hand: let it judge. */
Test(generator, numbers_are_valid_unless_meant_otherwise)
{
	struct identity id;
	size_t wrong = 0;

	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_row *r = &plan.rows[i];
		if (r->id_type == 0)
			continue;
		int rc = identity_parse(&id, r->id_type, r->id_no,
		    strlen(r->id_no), r->id_country, (int32_t)today, NULL);
		if (r->expect == PLAN_ERROR_MUST) {
			cr_expect_eq(rc, -1, "%s", r->id_no);
			wrong++;
		} else {
			cr_expect_eq(rc, 0, "%s %d", r->id_no, r->id_type);
		}
		if (r->agent_type != 0)
			cr_expect_eq(identity_parse(&id, r->agent_type,
			    r->agent_no, strlen(r->agent_no), "",
			    (int32_t)today, NULL), 0, "%s", r->agent_no);
		if (r->org_no[0] != '\0')
			cr_expect_eq(identity_parse(&id, LK_ID_CREDIT_CODE,
			    r->org_no, strlen(r->org_no), "", (int32_t)today,
			    NULL), 0, "%s", r->org_no);
	}
	cr_expect_eq(wrong, 40);
}

Test(generator, has_the_promised_size)
{
	const char **people = calloc(plan.count, sizeof(*people));
	size_t applicants = 0, history = 0, n = 0;

	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_row *r = &plan.rows[i];
		history += r->kind == PLAN_OPEN || r->kind == PLAN_CLOSE;
		if (r->kind == PLAN_CHECK)
			people[n++] = r->id_no;
	}
	applicants = distinct(people, n);
	cr_expect(applicants > 5700 && applicants < 6300, "%zu", applicants);
	cr_expect(history >= 12000 && history <= 20000, "%zu", history);
	free(people);
}

Test(generator, phones_belong_to_nobody)
{
	for (size_t i = 0; i < plan.count; i++) {
		const char *phone = plan.rows[i].phone;
		if (phone[0] != '\0')
			cr_assert(strncmp(phone, "100", 3) == 0 &&
			    strlen(phone) == 11, "%s", phone);
	}
}

Test(generator, names_each_thing_once)
{
	const char **txns = calloc(plan.count, sizeof(*txns));
	const char **cards = calloc(plan.count, sizeof(*cards));
	size_t t = 0, c = 0;

	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_row *r = &plan.rows[i];
		if (r->kind == PLAN_CHECK)
			txns[t++] = r->txn_id;
		if (r->kind == PLAN_OPEN || r->kind == PLAN_CHECK)
			cards[c++] = r->card_ref;
	}
	cr_expect_eq(distinct(txns, t), t);
	/* A check that a retry repeats leaves its card to the retry. */
	cr_expect_eq(distinct(cards, c), c);
	free(txns);
	free(cards);
}

Test(generator, closes_only_what_was_opened)
{
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_row *r = &plan.rows[i], *o = plan.rows;
		if (r->kind != PLAN_CLOSE && r->kind != PLAN_RETIRE)
			continue;
		while (o < r && (o->kind != PLAN_OPEN ||
		    strcmp(o->card_ref, r->card_ref) != 0))
			o++;
		cr_assert(o < r, "%s", r->card_ref);
		cr_assert_str_eq(o->institution, r->institution);
	}
}

Test(generator, every_ring_is_expected_somewhere)
{
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_row *r = &plan.rows[i];
		size_t hopes = 0;
		if (r->ring[0] == '\0')
			continue;
		for (size_t k = 0; k < plan.count; k++) {
			const struct plan_row *s = &plan.rows[k];
			hopes += strcmp(s->ring, r->ring) == 0 &&
			    s->expect >= PLAN_HOLD;
		}
		cr_assert_geq(hopes, 1, "%s", r->ring);
	}
}

Test(areas, table_is_sound)
{
	static struct areas t;
	static const int32_t gone[] = {330103, 110103, 110104, 310103, 310119,
	    320405, 500221};
	size_t historical = 0;

	areas_load(&t);
	cr_expect_geq(t.count, 400);
	for (size_t i = 0; i < t.count; i++) {
		const struct area *a = &t.a[i];
		cr_expect_eq(areas_find(&t, a->code), a, "%d twice", a->code);
		cr_expect(a->name_len >= 6 && a->name_len % 3 == 0, "%d",
		    a->code);
		cr_expect(a->code >= 110000 && a->code < 660000);
		if (i > 0)
			cr_expect_gt(a->code, t.a[i - 1].code);
		historical += (size_t)a->historical;
	}
	cr_expect_geq(historical, 100);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		const struct area *a = areas_find(&t, gone[i]);
		cr_assert_not_null(a);
		cr_expect(a->historical, "%d", a->code);
	}
	cr_expect_null(areas_find(&t, 999999));
}

Test(person, check_digit_and_short_form)
{
	char old[40], key[48];

	/* The examples of GB 11643. */
	cr_expect_eq(person_check_digit("11010519491231002"), 'X');
	cr_expect_eq(person_check_digit("44052418800101001"), '4');
	person_short(old, "11010519491231002X");
	cr_expect_str_eq(old, "110105491231002");
	person_key(key, LK_ID_HOUSEHOLD, old);
	cr_expect_str_eq(key, "11010519491231002X");
}

Test(town, has_1200_outlets_in_counties_in_use)
{
	static struct areas t;
	static struct town town;
	struct prng r;

	areas_load(&t);
	prng_seed(&r, 1);
	town_build(&town, &t, &r);
	cr_expect_eq(town.first[TOWN_INSTITUTIONS], 1200);
	for (size_t i = 0; i < TOWN_OUTLETS; i++) {
		const struct area *a = areas_find(&t, town.outlet[i].area);
		cr_assert_not_null(a);
		cr_assert(!a->historical);
	}
}

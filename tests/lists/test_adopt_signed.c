#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "adoptkit.h"

/*
 * A centre that signs what it should not: the signatures, lengths and hashes are all
 * right, the content is not.
 */

static char why[256];

/* One way in which a list file is wrong. */
enum wrong {
	GOOD, ORDER, TWICE, BEHIND, SECOND_FRAME, BOMB, ROOT, COUNT, LIST, EPOCH,
	SUBJECT, VERSION, FROM, KIND, GONE_IN_SNAPSHOT, FEWER, MORE, CUT, PADDING,
	EMPTY, WRONGS
};

/* The records that a wrong file is made of. */
static size_t
records(struct adoptkit *k, enum wrong w, uint32_t kind, struct listrec *r)
{
	struct adoptkit_list *l = adoptkit_find(k, "sanction");
	struct listrec swap;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (kind == LISTFILE_SNAPSHOT ||
		    l->at[i] > adoptkit_find(k, "sanction")->version - 1)
			r[n++] = l->r[i];
	if (w == ORDER) {
		swap = r[0];
		r[0] = r[1];
		r[1] = swap;
	}
	if (w == TWICE)
		r[1] = r[0];
	if (w == GONE_IN_SNAPSHOT)
		r[0].flags[0] = LISTREC_GONE;
	return (n);
}

/* Change the header. */
static void
header(enum wrong w, struct listfile_header *h)
{

	if (w == FEWER)
		h->records--;
	if (w == MORE)
		h->records++;
	if (w == BOMB)
		h->records = UINT64_C(1) << 40;
	if (w == COUNT)
		h->info.count++;
	if (w == LIST)
		memcpy(h->info.id, "cards", 6);
	if (w == EPOCH)
		h->info.epoch = 2;
	if (w == SUBJECT)
		h->info.subject = LIST_PHONE;
	if (w == VERSION)
		h->info.version++;
	if (w == FROM)
		h->from++;
	if (w == KIND)
		h->kind = 3 - h->kind;
	if (w == PADDING)
		h->info.id[20] = 'x';
}

/* A frame that unpacks to a gigabyte of zeros. */
static uint8_t *
bomb(const struct listfile_header *h, size_t *len)
{
	size_t n = (size_t)1 << 30, cap = 1 << 20;
	struct listfile_header all = *h;
	uint8_t *p = calloc(1, n), *out = malloc(cap), *small;
	size_t slen;

	small = adoptkit_frame(&all, NULL, 0, &slen);
	cr_assert_eq(ZSTD_decompress(p, LISTFILE_HEADER, small, slen),
	    LISTFILE_HEADER);
	*len = ZSTD_compress(out, cap, p, n, 1);
	cr_assert(!ZSTD_isError(*len));
	free(small);
	free(p);
	return (out);
}

/* Sign a file of list sanction version 2 that is wrong. */
static void
sign(struct adoptkit *k, enum wrong w, uint32_t kind)
{
	struct adoptkit_list *l = adoptkit_find(k, "sanction");
	struct listfile_header h = { .kind = kind }, said;
	struct listrec *r = calloc(l->n + 1, sizeof(*r));
	struct listrec *all = calloc(l->n + 1, sizeof(*all));
	size_t n, nall = 0, len;
	uint8_t *data;

	for (size_t i = 0; i < l->n; i++)
		if ((listrec_flags(&l->r[i]) & LISTREC_GONE) == 0)
			all[nall++] = l->r[i];
	n = records(k, w, kind, r);
	memcpy(h.info.id, l->id, sizeof(h.info.id));
	h.info.subject = l->subject;
	h.info.epoch = l->epoch;
	h.info.version = l->version;
	h.info.bits = l->bits;
	h.info.count = nall;
	h.records = n;
	h.from = kind == LISTFILE_DELTA ? l->version - 1 : 0;
	adoptkit_root(all, nall, l->bits, h.info.root);
	if (w == ROOT)
		h.info.root[31] ^= 1;
	said = h;
	header(w, &h);
	data = w == BOMB ? bomb(&h, &len) : adoptkit_frame(&h, r, n, &len);
	if (w == SECOND_FRAME || w == BEHIND) {
		data = realloc(data, 2 * len);
		memcpy(data + len, data, len);
		len = w == BEHIND ? len + 1 : 2 * len;
	}
	if (w == CUT)
		len -= 5;
	if (w == EMPTY)
		len = 0;
	adoptkit_name(k, &said, data, len);
	free(data);
	free(all);
	free(r);
}

/* A node at version 1; the centre at 2 of both lists, the files not yet signed. */
static struct adoptkit *
following(void)
{
	struct adoptkit *k = adoptkit_new();
	json_t *v;

	adoptkit_sync(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	for (uint32_t i = 0; i < 5; i++)
		adoptkit_put(k, "sanction", 1000 + i, 3);
	adoptkit_cut(k, "sanction", 0, 0);
	adoptkit_put(k, "cards", 99, 1);
	adoptkit_cut(k, "cards", 1, 1);
	v = json_object_get(k->repo->body[TUF_TARGETS], "targets");
	cr_assert_eq(json_object_size(v), 5);
	return (k);
}

/* It is refused, lists that are good among it too, and nothing has changed. */
static void
refused(struct adoptkit *k, int i, const char *words)
{

	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), -1, "case %d was taken", i);
	cr_expect(strstr(k->err, words) != NULL, "case %d: \"%s\" is not in: "
	    "%s", i, words, k->err);
	cr_expect_eq(k->a.targets, 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 17), 1);
	cr_expect_eq(adoptkit_listed(k, "sanction", 1000), 0);
	cr_expect_eq(adoptkit_listed(k, "cards", 99), 0);
	cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
	cr_expect_eq(adoptkit_listed(k, "cards", 99), 0);
	cr_expect(adoptkit_tidy(k, why), "case %d: %s", i, why);
}

Test(adopt_signed, wrong_snapshots)
{

	for (int w = GOOD; w < WRONGS; w++) {
		struct adoptkit *k = following();

		if (w == FROM)		/* a snapshot is from nothing */
			w++;
		sign(k, (enum wrong)w, LISTFILE_SNAPSHOT);
		if (w == GOOD) {
			adoptkit_publish(k);
			cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
			cr_expect(adoptkit_same(k, why), "%s", why);
		} else
			refused(k, w, "sanction");
		adoptkit_free(k);
	}
}

Test(adopt_signed, wrong_deltas)
{

	for (int w = GOOD; w < WRONGS; w++) {
		struct adoptkit *k = following();

		if (w == GONE_IN_SNAPSHOT)
			w++;
		sign(k, (enum wrong)w, LISTFILE_DELTA);
		if (w == GOOD) {
			adoptkit_publish(k);
			cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
			cr_expect(adoptkit_same(k, why), "%s", why);
		} else
			refused(k, w, "sanction");
		adoptkit_free(k);
	}
}

Test(adopt_signed, a_wrong_delta_beside_a_good_snapshot)
{
	static const enum wrong some[] = { ORDER, BEHIND, LIST, CUT, FEWER };

	for (size_t i = 0; i < 5; i++) {
		struct adoptkit *k = following();

		sign(k, GOOD, LISTFILE_SNAPSHOT);
		sign(k, some[i], LISTFILE_DELTA);
		adoptkit_publish(k);
		cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
		cr_expect(adoptkit_same(k, why), "%s", why);
		cr_expect_null(k->a.list[1].touched);
		cr_expect_eq(adoptkit_start(k), 0, "%s", k->err);
		cr_expect(adoptkit_tidy(k, why), "%s", why);
		adoptkit_free(k);
	}
}

/* Put anything into what a target says of itself; NULL: take it out. */
static void
say(struct adoptkit *k, const char *name, const char *field, json_t *value)
{
	json_t *e = json_object_get(json_object_get(json_object_get(
	    k->repo->body[TUF_TARGETS], "targets"), name), "custom");

	cr_assert_not_null(e, "%s", name);
	if (value == NULL)
		json_object_del(e, field);
	else
		json_object_set_new(e, field, value);
}

Test(adopt_signed, fields_that_contradict_or_are_missing)
{
	static const struct {
		const char *name, *field, *text, *words;
		int number;
	} wrong[] = {
		{ "lists/sanction/2.snap.zst", "list", "../x", "no list", 0 },
		{ "lists/sanction/2.snap.zst", "list", "", "no list", 0 },
		{ "lists/sanction/2.snap.zst", "list", "outlets", "no list", 0 },
		{ "lists/sanction/2.snap.zst", "subject", "cat", "subject", 0 },
		{ "lists/sanction/2.snap.zst", "subject", NULL, "subject", -1 },
		{ "lists/sanction/2.snap.zst", "root", NULL, "root", -1 },
		{ "lists/sanction/2.snap.zst", "version", NULL, "version", -1 },
		{ "lists/sanction/2.snap.zst", "epoch", NULL, "epoch", -1 },
		{ "lists/sanction/2.snap.zst", "from", NULL, "cannot lead", 1 },
		{ "lists/sanction/2.snap.zst", "count", NULL, "sanction", 4 },
		{ "lists/sanction/2.snap.zst", "epoch", NULL, "epoch 9", 9 },
		{ "lists/sanction/2.snap.zst", "epoch", NULL, "sanction", 2 },
		{ "lists/sanction/2.snap.zst", "version", NULL, "sanction", 3 },
		{ "lists/sanction/2.snap.zst", "kind", "delta", "cannot lead",
		    0 },
		{ "lists/cards/1-2.delta.zst", "from", NULL, "cannot lead", 2 },
		{ "lists/cards/1-2.delta.zst", "list", "sanction", "differ",
		    0 },
		{ "lists/cards/1-2.delta.zst", "count", NULL, "different", 3 },
		{ "policy/1", "policy", NULL, "version", -1 },
		{ "outlets/1", "version", NULL, "version", -1 },
		{ "campaigns/1", "version", NULL, "version", -1 },
	};
	json_t *v;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct adoptkit *k = following();

		sign(k, GOOD, LISTFILE_SNAPSHOT);
		v = wrong[i].text != NULL ? json_string(wrong[i].text) :
		    wrong[i].number < 0 ? NULL : json_integer(wrong[i].number);
		say(k, wrong[i].name, wrong[i].field, v);
		refused(k, (int)i, wrong[i].words);
		adoptkit_free(k);
	}
}

Test(adopt_signed, lists_and_registers_that_go_back)
{
	struct adoptkit *k = following();

	/* Version 1 of the cards again, under newer targets. */
	sign(k, GOOD, LISTFILE_SNAPSHOT);
	adoptkit_text(k, "outlets", 7);
	adoptkit_text(k, "campaigns", 7);
	adoptkit_publish(k);
	cr_assert_eq(adoptkit_run(k), 0, "%s", k->err);
	adoptkit_find(k, "cards")->version = 0;
	adoptkit_cut(k, "cards", 0, 1);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "cards would go back") != NULL, "%s", k->err);
	/* Another content under the version in force. */
	adoptkit_find(k, "cards")->version = 1;
	adoptkit_put(k, "cards", 100, 1);
	adoptkit_cut(k, "cards", 0, 1);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "another content") != NULL, "%s", k->err);
	adoptkit_cut(k, "cards", 0, 1);
	adoptkit_text(k, "outlets", 6);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "outlets/6: would go back") != NULL, "%s",
	    k->err);
	adoptkit_text(k, "outlets", 8);
	adoptkit_text(k, "campaigns", 6);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), -1);
	cr_expect(strstr(k->err, "campaigns/6: would go back") != NULL, "%s",
	    k->err);
	adoptkit_text(k, "campaigns", 8);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_signed, registers_that_do_not_read)
{
	struct adoptkit *k = following();
	json_t *c = json_pack("{s:s, s:i}", "kind", "outlets", "version", 2);

	sign(k, GOOD, LISTFILE_SNAPSHOT);
	tufkit_target(k->repo, "outlets/2", "a,b\n", 4, json_incref(c));
	refused(k, 0, "outlets/2:1");
	tufkit_drop(k->repo, "outlets/2");
	json_object_set_new(c, "kind", json_string("campaigns"));
	tufkit_target(k->repo, "campaigns/2", "[campaign x]\n", 13, c);
	refused(k, 1, "campaigns/2:");
	adoptkit_free(k);
}

Test(adopt_signed, a_policy_that_does_not_compile_stops_no_list)
{
	struct adoptkit *k = following();

	sign(k, GOOD, LISTFILE_SNAPSHOT);
	tufkit_drop(k->repo, "policy/1");
	tufkit_target(k->repo, "policy/x", "\0v9[", 4, json_pack("{s:s, s:s}",
	    "kind", "policy", "policy", "v9"));
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect_eq(k->a.policy_len, 4);
	cr_expect_str_eq(k->a.policy, "v9");
	cr_expect_eq(adoptkit_listed(k, "cards", 99), 1);
	adoptkit_free(k);
}

Test(adopt_signed, two_policies_or_too_many_lists)
{
	struct adoptkit *k = following();
	char name[64], id[24];
	json_t *c;

	sign(k, GOOD, LISTFILE_SNAPSHOT);
	tufkit_target(k->repo, "policy/2", "x", 1, json_pack("{s:s, s:s}",
	    "kind", "policy", "policy", "v2"));
	refused(k, 0, "only one policy");
	tufkit_drop(k->repo, "policy/2");
	for (int i = 0; i < ADOPT_LISTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "lists/l%d/1.snap.zst", i);
		(void)snprintf(id, sizeof(id), "l%d", i);
		c = json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:s}", "kind",
		    "snapshot", "list", id, "subject", "phone", "version", 1,
		    "epoch", 3, "count", 0, "root", "00000000000000000000000000"
		    "00000000000000000000000000000000000000");
		tufkit_target(k->repo, name, "x", 1, c);
	}
	refused(k, 1, "more than");
	adoptkit_free(k);
}

Test(adopt_signed, kinds_of_later_times_are_left_alone)
{
	struct adoptkit *k = following();

	sign(k, GOOD, LISTFILE_SNAPSHOT);
	tufkit_target(k->repo, "fares/1", "x", 1, json_pack("{s:s}", "kind",
	    "fares"));
	tufkit_target(k->repo, "readme", "x", 1, NULL);
	adoptkit_publish(k);
	cr_expect_eq(adoptkit_run(k), 0, "%s", k->err);
	cr_expect(adoptkit_same(k, why), "%s", why);
	adoptkit_free(k);
}

Test(adopt_signed, paths_that_lead_out)
{
	static const char *const path[] = {
		"../../../../etc/passwd", "/etc/passwd", "a/../b", "a//b", "a/",
	};
	struct adoptkit *k = following();
	json_t *v = json_object_get(k->repo->body[TUF_TARGETS], "targets");

	sign(k, GOOD, LISTFILE_SNAPSHOT);
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		json_object_set(v, path[i], json_object_get(v, "policy/1"));
		refused(k, (int)i, "targets");
		json_object_del(v, path[i]);
	}
	adoptkit_free(k);
}

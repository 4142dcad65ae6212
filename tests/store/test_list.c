#include "listmodel.h"

#include <errno.h>
#include <pthread.h>

#include "store/listfilter.h"
#include "store/listproof.h"
#include "store/merkle.h"

/* Lists: building, looking up, layers, merging, proofs. */

TestSuite(list, .init = lm_begin, .fini = lm_end);

/* The root by RFC 6962, computed another way than the list does. */
static void
root_of(const struct listrec *r, size_t n, unsigned bits, uint8_t root[32])
{
	struct merkle_range m = { 0 };
	uint8_t leaf[32];
	size_t i = 0, end;

	for (uint32_t b = 0; b >> bits == 0; b++, i = end) {
		for (end = i; end < n &&
		    listrec_bucket(&r[end].token, bits) == b; end++)
			;
		sha256_leaf(leaf, r + i, (end - i) * sizeof(*r));
		merkle_range_add(&m, leaf);
	}
	merkle_range_root(&m, root);
}

/* Every record is found, nothing else is, and the root is that of RFC 6962. */
static void
whole(size_t n, unsigned bits)
{
	struct listrec *r = lm_records(n, n + bits);
	struct list_info info = lm_info(7, bits);
	struct list *l = lm_list("a.list", &info, r, n);
	uint8_t root[32];

	root_of(r, n, bits, root);
	cr_assert_arr_eq(info.root, root, 32);
	cr_assert_eq(info.count, n);
	cr_assert_arr_eq(list_info(l)->root, root, 32);
	cr_assert_str_eq(list_info(l)->id, "sanction");
	cr_assert_eq(list_info(l)->epoch, 3);
	cr_assert_eq(list_base_version(l), 7);
	cr_assert_eq(list_layered(l), 0);
	lm_holds(l, r, n);
	list_close(l);
	free(r);
	cr_assert_eq(lm_files(), 1);
}

Test(list, sizes_and_buckets)
{
	static const size_t n[] = { 0, 1, 2, 159, 1000, 20011 };

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		whole(n[i], listrec_bits(n[i]));
		whole(n[i], 0);
		whole(n[i], 9);
	}
	whole(3000, 13);
	whole(500, LIST_BITS_MAX);
}

Test(list, a_bucket_is_copied_as_far_as_there_is_room)
{
	struct listrec *r = lm_records(2000, 1), some[8];
	struct list_info info = lm_info(1, 0);
	struct list *l = lm_list("a.list", &info, r, 2000);

	cr_assert_eq(list_bucket(l, 0, some, 8), 2000);
	cr_assert(memcmp(some, r, sizeof(some)) == 0);
	cr_assert_eq(list_bucket(l, 0, NULL, 0), 2000);
	cr_assert_eq(list_bucket(l, 1, some, 8), -1);
	list_close(l);
	free(r);
}

/* A builder refuses these records, in this order, and leaves nothing. */
static void
refused(const struct listrec *r, size_t n, const char *words)
{
	struct list_info info = lm_info(1, 3);
	char err[LIST_ERROR_MAX] = "";

	cr_assert_eq(lm_build(lm_path("a.list"), &info, r, n, &disk_real,
	    err), -1);
	cr_assert_not_null(strstr(err, words), "%s", err);
	cr_assert_eq(lm_files(), 0);
}

Test(list, wrong_order_and_tombstones_are_refused)
{
	struct listrec *r = lm_records(100, 5), t;

	for (size_t i = 1; i < 100; i += 7) {
		t = r[i];
		r[i] = r[i - 1];
		refused(r, 100, "does not ascend");
		r[i - 1] = t;
		refused(r, 100, "does not ascend");
		r[i - 1] = r[i];
		r[i] = t;
	}
	r[50].flags[0] |= LISTREC_GONE;
	refused(r, 100, "delta");
	free(r);
}

Test(list, another_root_or_count_leaves_no_file)
{
	struct listrec *r = lm_records(100, 5);
	struct list_info info = lm_info(1, 2), out = info;
	char err[LIST_ERROR_MAX];
	uint8_t root[32];

	root_of(r, 100, 2, root);
	for (int i = 0; i < 3; i++) {
		struct list_builder *b = list_build(lm_path("a.list"), &info,
		    &disk_real, err);

		root[31] ^= i == 1;
		list_build_expect(b, i == 0 ? 99 : 100, root);
		root[31] ^= i == 1;
		cr_assert_eq(list_build_add(b, r, 100, err), 0);
		cr_assert_eq(list_build_finish(b, &out, err), i == 2 ? 0 : -1);
		cr_assert_eq(lm_files(), i == 2);
	}
	free(r);
}

/* Change some records of r: the delta, and r as it is then. */
static size_t
change(struct listrec **r, size_t *n, size_t touched, uint64_t seed,
    struct listrec *delta)
{
	struct listrec *out, gone;
	size_t k = 0;

	for (size_t i = 0; i < touched; i++) {
		uint64_t x = lm_random(&seed);

		if (x % 4 == 0 || *n == 0) {		/* a new one */
			memset(&delta[k], 0, sizeof(*delta));
			delta[k].token = lm_token(&seed);
			delta[k].category = 2;
		} else {
			delta[k] = (*r)[(x >> 8) % *n];
			if (x % 4 == 1) {		/* goes away */
				memset(&gone, 0, sizeof(gone));
				gone.token = delta[k].token;
				gone.flags[0] = LISTREC_GONE;
				delta[k] = gone;
			} else if (x % 4 == 2) {	/* is cleared */
				delta[k].category = 0;
				delta[k].flags[0] = LISTREC_CLEARED;
			} else {			/* changes */
				delta[k].expiry[1] ^= 1;
			}
		}
		k++;
	}
	qsort(delta, k, sizeof(*delta), lm_order);
	for (size_t i = touched = 0; i < k; i++)
		if (i == 0 || lm_order(&delta[i - 1], &delta[i]) != 0)
			delta[touched++] = delta[i];
	out = malloc((*n + touched) * sizeof(*out));
	*n = listrun_apply(out, *r, *n, delta, touched);
	free(*r);
	*r = out;
	return (touched);
}

/* Many versions one above the other, each compared whole; then merged. */
Test(list, layers_against_a_model)
{
	static struct listrec delta[2000];
	char err[LIST_ERROR_MAX];
	size_t n = 20000, k;
	unsigned bits = 7;
	struct listrec *r = lm_records(n, 11);
	struct list_info info = lm_info(1, bits);
	struct list *l = lm_list("a.list", &info, r, n), *next;

	for (uint32_t v = 2; v < 30; v++) {
		k = change(&r, &n, v % 3 == 0 ? 1500 : v, v, delta);
		info.version = v;
		info.count = n;
		root_of(r, n, bits, info.root);
		next = list_layer(l, &info, delta, k, err);
		cr_assert_not_null(next, "%s", err);
		list_close(l);
		l = next;
		cr_assert_eq(list_info(l)->version, v);
		cr_assert_eq(list_base_version(l), v < 20 ? 1 : 19);
		lm_holds(l, r, n);
		if (v == 19) {
			next = list_merge(l, lm_path("b.list"), &disk_real, err);
			cr_assert_not_null(next, "%s", err);
			lm_holds(l, r, n);
			list_close(l);
			l = next;
			cr_assert_eq(list_layered(l), 0);
			cr_assert_eq(list_info(l)->version, 19);
			lm_holds(l, r, n);
		}
	}
	list_close(l);
	l = list_open(lm_path("b.list"), 1, err);
	cr_assert_not_null(l, "%s", err);
	list_close(l);
	free(r);
}

Test(list, a_layer_holds_no_more_than_it_must)
{
	struct listrec *r = lm_records(1000, 4), d[3], got;
	struct list_info info = lm_info(1, 3), first;
	struct list *l = lm_list("a.list", &info, r, 1000), *m, *back;
	char err[LIST_ERROR_MAX];
	uint64_t seed = 1;

	first = info;
	memset(d, 0, sizeof(d));
	d[0] = r[10];
	d[0].expiry[1] ^= 9;
	d[1].token = r[20].token;
	d[1].flags[0] = LISTREC_GONE;
	info.version = 2;
	info.count = 999;
	{
		struct listrec *out = malloc(1003 * sizeof(*out));

		root_of(out, listrun_apply(out, r, 1000, d, 2), 3, info.root);
		free(out);
	}
	m = list_layer(l, &info, d, 2, err);
	cr_assert_not_null(m, "%s", err);
	cr_assert_eq(list_layered(m), 2);
	cr_assert_eq(list_get(m, &r[10].token, &got), 1);
	cr_assert_eq(got.expiry[1], d[0].expiry[1]);
	cr_assert_eq(list_get(m, &r[20].token, &got), 0);
	cr_assert_eq(list_get(l, &r[20].token, &got), 1);
	/* All taken back, and a token removed that was never there. */
	d[0] = r[10];
	d[1] = r[20];
	d[2].token = lm_token(&seed);
	d[2].flags[0] = LISTREC_GONE;
	qsort(d, 3, sizeof(d[0]), lm_order);
	first.version = 3;
	back = list_layer(m, &first, d, 3, err);
	cr_assert_not_null(back, "%s", err);
	cr_assert_eq(list_layered(back), 0);
	/* The base outlives whoever opened it. */
	list_close(l);
	list_close(m);
	lm_holds(back, r, 1000);
	list_close(back);
	free(r);
}

/* A layer is refused with these words; the list stays as it was. */
static void
no_layer(struct list *l, const struct list_info *info, const struct listrec *r,
    size_t n, int error, const char *words)
{
	char err[LIST_ERROR_MAX] = "";

	errno = 0;
	cr_assert_null(list_layer(l, info, r, n, err));
	cr_assert_eq(errno, error, "%d", errno);
	cr_assert_not_null(strstr(err, words), "%s", err);
}

Test(list, layers_that_do_not_fit_are_refused)
{
	struct listrec *r = lm_records(1000, 4), d[2];
	struct list_info info = lm_info(1, 3), want;
	struct list *l = lm_list("a.list", &info, r, 1000);

	memset(d, 0, sizeof(d));
	d[0].token = r[5].token;
	d[0].category = 3;
	d[1].token = r[6].token;
	d[1].category = 3;
	want = info;
	want.version = 2;
	no_layer(l, &want, d, 2, EBADMSG, "root");
	want.count++;
	no_layer(l, &want, d, 2, EBADMSG, "1001");
	want.count--;
	want.epoch++;
	no_layer(l, &want, d, 2, EINVAL, "epoch");
	want.epoch--;
	want.bits++;
	no_layer(l, &want, d, 2, EINVAL, "buckets");
	want.bits--;
	want.subject++;
	no_layer(l, &want, d, 2, EINVAL, "sanction");
	want.subject--;
	want.id[0] = 'x';
	no_layer(l, &want, d, 2, EINVAL, "sanction");
	want.id[0] = 's';
	d[1].token = d[0].token;
	no_layer(l, &want, d, 2, EINVAL, "ascend");
	lm_holds(l, r, 1000);
	list_close(l);
	free(r);
}

Test(list, a_full_layer_asks_to_be_merged)
{
	struct listrec *r = lm_records(LIST_LAYER_MAX + 1, 8);
	struct list_info info = lm_info(1, 9), want;
	struct list *l = lm_list("a.list", &info, NULL, 0), *m;
	char err[LIST_ERROR_MAX];

	want = info;
	want.version = 2;
	want.count = LIST_LAYER_MAX + 1;
	root_of(r, LIST_LAYER_MAX + 1, 9, want.root);
	no_layer(l, &want, r, LIST_LAYER_MAX + 1, E2BIG, "65536");
	want.count = LIST_LAYER_MAX;
	root_of(r, LIST_LAYER_MAX, 9, want.root);
	m = list_layer(l, &want, r, LIST_LAYER_MAX, err);
	cr_assert_not_null(m, "%s", err);
	cr_assert_eq(list_layered(m), LIST_LAYER_MAX);
	lm_holds(m, r, LIST_LAYER_MAX);
	list_close(l);
	/* One more: not above this base, but above the merged one. */
	want.version = 3;
	want.count++;
	root_of(r, LIST_LAYER_MAX + 1, 9, want.root);
	no_layer(m, &want, r + LIST_LAYER_MAX, 1, E2BIG, "65536");
	l = list_merge(m, lm_path("b.list"), &disk_real, err);
	cr_assert_not_null(l, "%s", err);
	list_close(m);
	m = list_layer(l, &want, r + LIST_LAYER_MAX, 1, err);
	cr_assert_not_null(m, "%s", err);
	lm_holds(m, r, LIST_LAYER_MAX + 1);
	list_close(l);
	list_close(m);
	free(r);
}

/* Prove a token of a list. */
static int
prove(const struct list *l, const struct token *t, const uint8_t root[32],
    struct listrec *r)
{
	static struct listrec bucket[4096];
	uint8_t hash[LIST_BITS_MAX][32];
	struct listproof p = { .bits = list_info(l)->bits, .r = bucket,
		.hash = (const uint8_t (*)[32])hash };

	cr_assert_eq(list_prove(l, t, hash, &p.hashes), 0);
	p.n = (size_t)list_bucket(l, listrec_bucket(t, p.bits), bucket, 4096);
	cr_assert(p.n <= 4096);
	return (listproof_check(&p, t, root, r));
}

Test(list, presence_and_absence_are_proved)
{
	struct listrec *r = lm_records(3000, 21), got, *out;
	uint64_t seed = 5;
	char err[LIST_ERROR_MAX];

	for (unsigned bits = 0; bits < 12; bits++) {
		struct list_info info = lm_info(1, bits);
		struct list *l = lm_list("a.list", &info, r, 3000), *m;
		struct listrec d = { .category = 1 };

		for (size_t i = 0; i < 3000; i += 111) {
			cr_assert_eq(prove(l, &r[i].token, info.root, &got), 1);
			cr_assert(memcmp(&got, &r[i], sizeof(got)) == 0);
		}
		d.token = lm_token(&seed);
		cr_assert_eq(prove(l, &d.token, info.root, &got), 0);
		/* The next version proves what it added, by its own root. */
		out = malloc(3001 * sizeof(*out));
		info.version = 2;
		info.count = listrun_apply(out, r, 3000, &d, 1);
		root_of(out, 3001, bits, info.root);
		free(out);
		cr_assert_not_null(m = list_layer(l, &info, &d, 1, err));
		cr_assert_eq(prove(m, &d.token, info.root, &got), 1);
		cr_assert_eq(prove(l, &d.token, info.root, &got), -1);
		list_close(l);
		list_close(m);
	}
	free(r);
}

Test(list, altered_proofs_prove_nothing)
{
	struct listrec *r = lm_records(3000, 21), got, b[512], swap;
	struct list_info info = lm_info(1, 5);
	struct list *l = lm_list("a.list", &info, r, 3000);
	struct token t = r[700].token;
	uint8_t hash[LIST_BITS_MAX][32];
	struct listproof p = { .bits = 5, .r = b,
		.hash = (const uint8_t (*)[32])hash };

	list_prove(l, &t, hash, &p.hashes);
	p.n = (size_t)list_bucket(l, listrec_bucket(&t, 5), b, 512);
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), 1);
	for (size_t i = 0; i < p.n * sizeof(b[0]); i += 13) {
		((uint8_t *)b)[i] ^= 1;
		cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
		((uint8_t *)b)[i] ^= 1;
	}
	for (size_t i = 0; i < 5 * 32; i++) {
		((uint8_t *)hash)[i] ^= 0x80;
		cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
		((uint8_t *)hash)[i] ^= 0x80;
	}
	/* Left out, out of order, of another size, of another bucket. */
	p.n--;
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
	p.n++;
	swap = b[0];
	b[0] = b[1];
	b[1] = swap;
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
	b[1] = b[0];
	b[0] = swap;
	p.hashes--;
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
	p.bits--;
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), -1);
	p.bits++;
	p.hashes++;
	cr_assert_eq(listproof_check(&p, &r[0].token, info.root, &got), -1);
	cr_assert_eq(listproof_check(&p, &t, info.root, &got), 1);
	list_close(l);
	free(r);
}

/* A root over records in a wrong order, or the wrong bucket, proves nothing either. */
Test(list, a_root_of_a_list_nobody_would_build_proves_nothing)
{
	struct listrec *r = lm_records(300, 2), got, swap;
	struct listproof p = { .bits = 0, .r = r, .n = 300 };
	struct token t = r[1].token;
	uint8_t root[32], leaves[2][32];

	swap = r[0];
	r[0] = r[1];
	r[1] = swap;
	sha256_leaf(root, r, 300 * sizeof(*r));
	cr_assert_eq(listproof_check(&p, &t, root, &got), -1);
	r[1] = r[0];
	r[0] = swap;
	sha256_leaf(root, r, 300 * sizeof(*r));
	cr_assert_eq(listproof_check(&p, &t, root, &got), 1);

	sha256_leaf(leaves[0], r, 300 * sizeof(*r));
	sha256_leaf(leaves[1], NULL, 0);
	sha256_node(root, leaves[0], leaves[1]);
	p.bits = 1;
	p.hash = (const uint8_t (*)[32])&leaves[1];
	p.hashes = 1;
	cr_assert_eq(listproof_check(&p, &t, root, &got), -1);
	free(r);
}

/* It lets all pass that are listed, and few others. */
Test(list, the_filter)
{
	uint64_t seed = 1;
	size_t passed = 0, asked = 0;

	for (size_t n = 1; n < 400; n += 1 + n / 8) {
		struct listrec *r = lm_records(n, n);
		uint8_t *f = calloc(1, n);

		for (size_t i = 0; i < n; i++)
			listfilter_add(f, n, &r[i].token);
		for (size_t i = 0; i < n; i++)
			cr_assert(listfilter_has(f, n, &r[i].token));
		for (int i = 0; n >= 40 && i < 2000; i++, asked++) {
			struct token t = lm_token(&seed);

			passed += (size_t)listfilter_has(f, n, &t);
		}
		free(f);
		free(r);
	}
	cr_assert_lt(passed * 100, asked * 3);
	{
		struct token t = lm_token(&seed);

		cr_assert_eq(listfilter_has(NULL, 0, &t), 0);
	}
}

/* What several threads do with one list. */
static void *
look_up(void *arg)
{
	struct list *l = arg;
	struct listrec *r = lm_records(20000, 3), got;
	intptr_t bad = 0;

	for (size_t i = 0; i < 20000; i++)
		bad += list_get(l, &r[i].token, &got) != 1 ||
		    memcmp(&got, &r[i], sizeof(got)) != 0;
	free(r);
	return ((void *)bad);
}

Test(list, threads_look_up_at_once)
{
	struct listrec *r = lm_records(20000, 3);
	struct list_info info = lm_info(1, 7);
	struct list *l = lm_list("a.list", &info, r, 20000);
	pthread_t t[4];
	void *bad;

	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&t[i], NULL, look_up, l), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &bad);
		cr_assert_null(bad);
	}
	list_close(l);
	free(r);
}

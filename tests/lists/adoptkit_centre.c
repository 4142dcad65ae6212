#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "keys/hex.h"
#include "keys/sha256.h"

#include "adoptkit.h"

/* Token number n. */
struct token
adoptkit_token(uint32_t n)
{
	uint8_t sum[32];
	struct token t;

	sha256_of(sum, &n, sizeof(n));
	memcpy(t.b, sum, sizeof(t.b));
	return (t);
}

/* A list of the centre. */
struct adoptkit_list *
adoptkit_find(struct adoptkit *k, const char *id)
{
	size_t i;

	for (i = 0; i < k->nlists; i++)
		if (strcmp(k->list[i].id, id) == 0)
			return (&k->list[i]);
	abort();
}

/* List a token, or take it out: GONE until the next snapshot. */
void
adoptkit_put(struct adoptkit *k, const char *id, uint32_t n, int category)
{
	struct adoptkit_list *l = adoptkit_find(k, id);
	struct listrec rec = { .token = adoptkit_token(n) };
	size_t i = 0;

	rec.category = (uint8_t)category;
	rec.severity = category != 0 ? 5 : 0;
	rec.flags[0] = category != 0 ? 0 : LISTREC_GONE;
	rec.source[0] = category != 0;
	while (i < l->n && memcmp(&l->r[i].token, &rec.token,
	    sizeof(rec.token)) < 0)
		i++;
	if (i == l->n || memcmp(&l->r[i].token, &rec.token,
	    sizeof(rec.token)) != 0) {
		if (l->n == l->cap) {
			l->cap = l->cap * 2 + 64;
			l->r = realloc(l->r, l->cap * sizeof(*l->r));
			l->at = realloc(l->at, l->cap * sizeof(*l->at));
			adoptkit_need(l->r != NULL && l->at != NULL, "memory");
		}
		memmove(l->r + i + 1, l->r + i, (l->n - i) * sizeof(*l->r));
		memmove(l->at + i + 1, l->at + i, (l->n - i) * sizeof(*l->at));
		l->n++;
	}
	l->r[i] = rec;
	l->at[i] = l->version + 1;
}

/* Order of records. */
static int
order(const void *a, const void *b)
{

	return (memcmp(a, b, sizeof(struct token)));
}

/* List many new tokens at once. */
void
adoptkit_many(struct adoptkit *k, const char *id, uint32_t first, uint32_t n)
{
	struct adoptkit_list *l = adoptkit_find(k, id);
	struct {
		struct listrec r;
		uint32_t at;
	} *all = calloc(l->n + n, sizeof(*all));

	adoptkit_need(all != NULL, "memory");
	for (size_t i = 0; i < l->n; i++) {
		all[i].r = l->r[i];
		all[i].at = l->at[i];
	}
	for (uint32_t i = 0; i < n; i++) {
		all[l->n + i].r = (struct listrec){
			.token = adoptkit_token(first + i), .category = 1,
			.severity = 5, .source = { 1, 0 },
		};
		all[l->n + i].at = l->version + 1;
	}
	l->n = l->cap = l->n + n;
	qsort(all, l->n, sizeof(*all), order);
	l->r = realloc(l->r, l->n * sizeof(*l->r));
	l->at = realloc(l->at, l->n * sizeof(*l->at));
	adoptkit_need(l->r != NULL && l->at != NULL, "memory");
	for (size_t i = 0; i < l->n; i++) {
		l->r[i] = all[i].r;
		l->at[i] = all[i].at;
	}
	free(all);
}

/* The content root by RFC 6962, where the number of leaves is a power of two. */
static void
root_of(const struct listrec *r, size_t n, unsigned bits, uint32_t first,
    uint32_t leaves, uint8_t root[32])
{
	uint8_t left[32], right[32];
	size_t from = 0, to = n;

	if (leaves == 1) {
		while (from < to) {
			size_t mid = (from + to) / 2;

			if (listrec_bucket(&r[mid].token, bits) < first)
				from = mid + 1;
			else
				to = mid;
		}
		for (to = from; to < n && listrec_bucket(&r[to].token, bits) ==
		    first; to++)
			;
		sha256_leaf(root, r + from, (to - from) * sizeof(*r));
		return;
	}
	root_of(r, n, bits, first, leaves / 2, left);
	root_of(r, n, bits, first + leaves / 2, leaves / 2, right);
	sha256_node(root, left, right);
}

/* The content root. */
void
adoptkit_root(const struct listrec *r, size_t n, unsigned bits,
    uint8_t root[32])
{

	root_of(r, n, bits, 0, 1u << bits, root);
}

/* Write a number as little-endian. */
static void
le(uint8_t *p, uint64_t v, size_t n)
{

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* Header and records in one zstd frame. */
uint8_t *
adoptkit_frame(const struct listfile_header *h, const struct listrec *r,
    size_t n, size_t *len)
{
	size_t plain = LISTFILE_HEADER + n * sizeof(*r);
	size_t cap = ZSTD_compressBound(plain);
	uint8_t *p = calloc(1, plain), *out = malloc(cap);
	ZSTD_CCtx *c = ZSTD_createCCtx();

	adoptkit_need(p != NULL && out != NULL && c != NULL, "memory");
	memcpy(p, "LKLIST1\n", 8);
	le(p + 8, h->kind, 4);
	le(p + 12, h->info.subject, 4);
	le(p + 16, h->info.epoch, 4);
	le(p + 20, h->info.bits, 4);
	le(p + 24, h->info.version, 4);
	le(p + 28, h->from, 4);
	le(p + 32, h->records, 8);
	le(p + 40, h->info.count, 8);
	memcpy(p + 48, h->info.root, 32);
	memcpy(p + 80, h->info.id, LIST_ID_MAX);
	if (n > 0)
		memcpy(p + LISTFILE_HEADER, r, n * sizeof(*r));
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	*len = ZSTD_compress2(c, out, cap, p, plain);
	adoptkit_need(!ZSTD_isError(*len), "zstd");
	ZSTD_freeCCtx(c);
	free(p);
	return (out);
}

/* Name a file of a list in the next publication. */
void
adoptkit_name(struct adoptkit *k, const struct listfile_header *h,
    const void *data, size_t len)
{
	static const char *const subject[] = { "person", "card", "phone" };
	char name[128], hex[65];
	json_t *custom;

	hex_encode(hex, h->info.root, 32);
	if (h->kind == LISTFILE_SNAPSHOT)
		(void)snprintf(name, sizeof(name), "lists/%s/%u.snap.zst",
		    h->info.id, h->info.version);
	else
		(void)snprintf(name, sizeof(name), "lists/%s/%u-%u.delta.zst",
		    h->info.id, h->from, h->info.version);
	custom = json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:s}", "kind",
	    h->kind == LISTFILE_SNAPSHOT ? "snapshot" : "delta", "list",
	    h->info.id, "subject", subject[h->info.subject % 3], "version",
	    (int)h->info.version, "epoch", (int)h->info.epoch, "count",
	    (json_int_t)h->info.count, "root", hex);
	adoptkit_need(custom != NULL, name);
	if (h->kind == LISTFILE_DELTA)
		json_object_set_new(custom, "from", json_integer(h->from));
	tufkit_target(k->repo, name, data, len, custom);
}

/* Name no file of this list any more. */
static void
unname(struct adoptkit *k, const char *prefix)
{
	json_t *v = json_object_get(k->repo->body[TUF_TARGETS], "targets");
	const char *name;
	json_t *e;
	void *tmp;

	json_object_foreach_safe(v, tmp, name, e)
		if (strncmp(name, prefix, strlen(prefix)) == 0)
			json_object_del(v, name);
}

/* The next version of a list. */
void
adoptkit_cut(struct adoptkit *k, const char *id, uint32_t from, int snapshot)
{
	struct adoptkit_list *l = adoptkit_find(k, id);
	struct listrec *all = malloc((l->n + 1) * sizeof(*all));
	struct listrec *some = malloc((l->n + 1) * sizeof(*some));
	struct listfile_header h = { .kind = LISTFILE_SNAPSHOT };
	size_t n = 0, nsome = 0, len;
	char prefix[64];
	uint8_t *data;

	adoptkit_need(all != NULL && some != NULL, "memory");
	l->version++;
	for (size_t i = 0; i < l->n; i++) {
		if ((listrec_flags(&l->r[i]) & LISTREC_GONE) == 0)
			all[n++] = l->r[i];
		if (l->at[i] > from)
			some[nsome++] = l->r[i];
	}
	if (snapshot)
		l->bits = listrec_bits(n);
	memcpy(h.info.id, l->id, sizeof(h.info.id));
	h.info.subject = l->subject;
	h.info.epoch = l->epoch;
	h.info.version = l->version;
	h.info.bits = l->bits;
	h.info.count = h.records = n;
	adoptkit_root(all, n, l->bits, h.info.root);
	(void)snprintf(prefix, sizeof(prefix), "lists/%s/", id);
	unname(k, prefix);
	if (snapshot) {
		data = adoptkit_frame(&h, all, n, &len);
		adoptkit_name(k, &h, data, len);
		free(data);
	}
	if (from != 0) {
		h.kind = LISTFILE_DELTA;
		h.from = from;
		h.records = nsome;
		data = adoptkit_frame(&h, some, nsome, &len);
		adoptkit_name(k, &h, data, len);
		free(data);
	}
	free(all);
	free(some);
}

/* Another text: its version stands in it. */
void
adoptkit_text(struct adoptkit *k, const char *kind, uint32_t version)
{
	char name[64], text[1024], word[32];
	json_t *custom;

	(void)snprintf(name, sizeof(name), "%s/", kind);
	unname(k, name);
	(void)snprintf(name, sizeof(name), "%s/%u", kind, version);
	(void)snprintf(word, sizeof(word), "v%u", version);
	if (strcmp(kind, "policy") == 0)
		(void)snprintf(text, sizeof(text), "# policy %s\n", word);
	else if (strcmp(kind, "outlets") == 0)
		(void)snprintf(text, sizeof(text), "institution,outlet,name,"
		    "area,hours,contact,status,from,until,reason\n"
		    "icbc,0001,Outlet %s,110105,08:30-17:00,,open,,,\n", word);
	else
		(void)snprintf(text, sizeof(text), "[campaign c%u]\n"
		    "title = \"t\"\noutlets = icbc.0001\nproducts = sim\n"
		    "from = 2026-09-01\nuntil = 2026-09-15\nexpected = 42\n"
		    "lifts = HF-DAY\nproposed = \"wang\"\napproved = \"li\"\n",
		    version);
	custom = strcmp(kind, "policy") == 0 ? json_pack("{s:s, s:s}", "kind",
	    kind, "policy", word) : json_pack("{s:s, s:i}", "kind", kind,
	    "version", (int)version);
	tufkit_target(k->repo, name, text, strlen(text), custom);
}

/* A new list of n records. */
void
adoptkit_list(struct adoptkit *k, const char *id, uint32_t subject, uint32_t n)
{
	struct adoptkit_list *l = &k->list[k->nlists++];

	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	l->subject = subject;
	l->epoch = ADOPTKIT_EPOCH;
	for (uint32_t i = 0; i < n; i++)
		adoptkit_put(k, id, i, 1);
	adoptkit_cut(k, id, 0, 1);
}

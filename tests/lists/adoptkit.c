#include <sys/stat.h>

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zstd.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "lists/campaigns.h"
#include "lists/outlets.h"

#include "adoptkit.h"

#define NOW	INT64_C(1790000000)
#define EPOCH	3u

static const uint32_t epochs[] = { 2, EPOCH };

/* A helper that cannot go on says so and ends the test. */
static void
need(int good, const char *what)
{

	if (good)
		return;
	perror(what);
	abort();
}

/* A path below lists/. */
const char *
adoptkit_path(const struct adoptkit *k, const char *format, ...)
{
	static char buf[4][2 * TUFKIT_PATH];
	static unsigned turn;
	char *p = buf[turn++ % 4];
	va_list ap;
	int n;

	n = snprintf(p, sizeof(buf[0]), "%s/lists/", k->data);
	va_start(ap, format);
	(void)vsnprintf(p + n, sizeof(buf[0]) - (size_t)n, format, ap);
	va_end(ap);
	return (p);
}

/* Copy a tree. */
void
adoptkit_copy(const char *from, const char *to)
{
	char a[2 * TUFKIT_PATH], b[2 * TUFKIT_PATH];
	struct dirent *e;
	struct stat st;
	size_t len;
	char *data;
	FILE *f;
	DIR *d;

	need(stat(from, &st) == 0, from);
	if (!S_ISDIR(st.st_mode)) {
		data = tufkit_read(from, &len);
		f = fopen(to, "wb");
		need(data != NULL && f != NULL, to);
		need(fwrite(data, 1, len, f) == len && fclose(f) == 0, to);
		free(data);
		return;
	}
	(void)mkdir(to, 0700);
	need((d = opendir(from)) != NULL, from);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(a, sizeof(a), "%.1000s/%s", from, e->d_name);
		(void)snprintf(b, sizeof(b), "%.1000s/%s", to, e->d_name);
		adoptkit_copy(a, b);
	}
	closedir(d);
}

/* Flip a bit. */
void
adoptkit_flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	need(f != NULL, path);
	need(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET) == 0, path);
	c = fgetc(f);
	need(c != EOF && fseek(f, -1, SEEK_CUR) == 0, path);
	need(fputc(c ^ 4, f) != EOF && fclose(f) == 0, path);
}

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
			need(l->r != NULL && l->at != NULL, "memory");
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

	need(all != NULL, "memory");
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
	need(l->r != NULL && l->at != NULL, "memory");
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

	need(p != NULL && out != NULL && c != NULL, "memory");
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
	need(!ZSTD_isError(*len), "zstd");
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
	need(custom != NULL, name);
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

	need(all != NULL && some != NULL, "memory");
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
static void
add_list(struct adoptkit *k, const char *id, uint32_t subject, uint32_t n)
{
	struct adoptkit_list *l = &k->list[k->nlists++];

	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	l->subject = subject;
	l->epoch = EPOCH;
	for (uint32_t i = 0; i < n; i++)
		adoptkit_put(k, id, i, 1);
	adoptkit_cut(k, id, 0, 1);
}

/* Call a test at the step it waits for. */
static void
stepped(void *arg, const char *name)
{
	struct adoptkit *k = arg;

	if (k->at != NULL && strcmp(name, k->step) == 0)
		k->at(k);
}

/* A centre and a node. */
struct adoptkit *
adoptkit_new(void)
{
	struct adoptkit *k = calloc(1, sizeof(*k));
	char path[2 * TUFKIT_PATH];

	need(k != NULL, "memory");
	k->dir = tufkit_mkdtemp();
	k->now = NOW;
	(void)snprintf(path, sizeof(path), "%s/repo", k->dir);
	need(mkdir(path, 0700) == 0, path);
	k->repo = tufkit_new(path, NOW);
	(void)snprintf(path, sizeof(path), "%s/grave", k->dir);
	need(mkdir(path, 0700) == 0, path);
	adoptkit_disk_make(&k->disk, path);
	(void)snprintf(k->data, sizeof(k->data), "%s/data", k->dir);
	need(mkdir(k->data, 0700) == 0, k->data);
	(void)snprintf(path, sizeof(path), "%s/lists", k->data);
	need(mkdir(path, 0700) == 0, path);
	(void)snprintf(k->root, sizeof(k->root), "%s/anchor.json", k->dir);
	adoptkit_copy(tufkit_path(k->repo, "metadata/1.root.json"), k->root);
	k->o = (struct adopt_options){
		.data = k->data, .root = k->root, .disk = &k->disk.disk,
		.epochs = epochs, .nepochs = 2, .step = stepped,
		.step_arg = k,
	};
	add_list(k, "cards", LIST_CARD, 7);
	add_list(k, "sanction", LIST_PERSON, 500);
	adoptkit_text(k, "policy", 1);
	adoptkit_text(k, "outlets", 1);
	adoptkit_text(k, "campaigns", 1);
	tufkit_publish(k->repo);
	return (k);
}

/* All of it goes. */
void
adoptkit_free(struct adoptkit *k)
{

	adoptkit_stop(k);
	tufkit_free(k->repo);
	tufkit_rmtree(k->dir);
	free(k->dir);
	for (size_t i = 0; i < k->nlists; i++) {
		free(k->list[i].r);
		free(k->list[i].at);
	}
	free(k);
}

/* What `liangka sync` would leave. */
void
adoptkit_sync(struct adoptkit *k)
{
	char path[2 * TUFKIT_PATH];

	(void)snprintf(path, sizeof(path), "%s", adoptkit_path(k, "incoming"));
	tufkit_rmtree(path);
	if (k->linked)
		need(symlink(k->repo->dir, path) == 0, path);
	else
		adoptkit_copy(k->repo->dir, path);
}

/* Publish, and fetch. */
void
adoptkit_publish(struct adoptkit *k)
{

	tufkit_publish(k->repo);
	adoptkit_sync(k);
}

/* The journal's floor. */
static void
journal(struct adoptkit *k)
{

	if (!k->a.fresh_only)
		k->floor = (struct adopt_floor){ k->a.root, k->a.timestamp,
		    k->a.snapshot, k->a.targets };
}

/* At start. */
int
adoptkit_start(struct adoptkit *k)
{
	int rc;

	adoptkit_stop(k);
	rc = adopt_start(&k->o, &k->floor, k->now, &k->a, k->err);
	k->served = rc == 0;
	if (rc == 0)
		journal(k);
	return (rc);
}

/* Look at incoming/. */
int
adoptkit_run(struct adoptkit *k)
{
	struct adopted a;
	int rc;

	rc = adopt_run(&k->o, &k->floor, k->served ? &k->a : NULL, k->now, &a,
	    k->err);
	if (rc != 0)
		return (rc);
	if (k->served) {
		adopt_carry(&a, &k->a);
		adopt_free(&k->a);
	}
	k->a = a;
	k->served = 1;
	journal(k);
	return (0);
}

/* The process ends. */
void
adoptkit_stop(struct adoptkit *k)
{

	if (k->served)
		adopt_free(&k->a);
	k->served = 0;
}

/* What is served of a list. */
static const struct adopted_list *
served(const struct adoptkit *k, const char *id)
{
	size_t i;

	for (i = 0; k->served && i < k->a.nlists; i++)
		if (strcmp(k->a.list[i].info.id, id) == 0 &&
		    k->a.list[i].list != NULL)
			return (&k->a.list[i]);
	return (NULL);
}

/* Look a token up. */
int
adoptkit_listed(const struct adoptkit *k, const char *id, uint32_t n)
{
	const struct adopted_list *x = served(k, id);
	struct token t = adoptkit_token(n);
	struct listrec r;
	int rc;

	if (x == NULL)
		return (-1);
	rc = list_get(x->list, &t, &r);
	return (rc == -1 ? -2 : rc == 0 ? 0 : r.category);
}

/* Is a list of the node what the centre has? */
static int
same_list(const struct adoptkit *k, const struct adoptkit_list *l, char why[256])
{
	const struct adopted_list *x = served(k, l->id);
	struct listrec r;
	size_t n = 0;

	if (x == NULL || x->info.version != l->version ||
	    x->info.epoch != l->epoch ||
	    memcmp(&x->info, list_info(x->list), sizeof(x->info)) != 0) {
		(void)snprintf(why, 256, "list %s: version %u, not %u", l->id,
		    x != NULL ? x->info.version : 0, l->version);
		return (0);
	}
	for (size_t i = 0; i < l->n; i++) {
		int gone = (listrec_flags(&l->r[i]) & LISTREC_GONE) != 0;

		n += !gone;
		if (l->n > 10000 && i % 101 != 0)
			continue;	/* some of so many */
		if (list_get(x->list, &l->r[i].token, &r) != !gone ||
		    (!gone && memcmp(&r, &l->r[i], sizeof(r)) != 0)) {
			(void)snprintf(why, 256, "list %s: record %zu differs",
			    l->id, i);
			return (0);
		}
	}
	if (x->info.count != n)
		(void)snprintf(why, 256, "list %s: count", l->id);
	return (x->info.count == n);
}

/* Is what is served what was published last? */
int
adoptkit_same(const struct adoptkit *k, char why[256])
{
	const json_t *v = json_object_get(k->repo->body[TUF_TARGETS],
	    "version");

	(void)snprintf(why, 256, "not served");
	if (!k->served)
		return (0);
	if (k->a.targets != (uint32_t)json_integer_value(v) ||
	    k->a.nlists != k->nlists) {
		(void)snprintf(why, 256, "targets %u, %zu lists", k->a.targets,
		    k->a.nlists);
		return (0);
	}
	for (size_t i = 0; i < k->nlists; i++)
		if (!same_list(k, &k->list[i], why))
			return (0);
	(void)snprintf(why, 256, "policy %s or registers", k->a.policy);
	return (k->a.policy_text != NULL && strstr(k->a.policy_text,
	    k->a.policy) != NULL && k->a.outlets != NULL &&
	    outlets_count(k->a.outlets) == 1 && k->a.campaigns != NULL &&
	    campaigns_count(k->a.campaigns) == 1);
}

/* Count names in a directory; the note to sync is none of them. */
static int
count(const char *dir)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	if (d == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' && strcmp(e->d_name, "whole") != 0;
	closedir(d);
	return (n);
}

/* Is nothing left over?  incoming, built, trusted and one generation. */
int
adoptkit_tidy(const struct adoptkit *k, char why[256])
{
	int lists = count(adoptkit_path(k, ".")), built;

	built = count(adoptkit_path(k, "built"));
	(void)snprintf(why, 256, "%d names in lists/, %d in built/", lists,
	    built);
	return (lists == 4 && built == (int)k->a.nlists);
}

/* The power fails, and comes again. */
void
adoptkit_power_cut(struct adoptkit *k)
{

	adoptkit_stop(k);
	adoptkit_disk_cut(&k->disk);
}

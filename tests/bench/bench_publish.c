/*
 * bench_publish DIR POLICY RECORDS: make the repository that a node of the bench
 * follows, four times over, each of them whole:
 *
 *	DIR/1	six lists of nobody, and the policy
 *	DIR/2	`sanction` has RECORDS persons, the others a hundred each
 *	DIR/3	a thousand records of `sanction` changed, ten of the others
 *	DIR/4	the same once more
 *
 * Names are those of a repository in use: of each list a snapshot, the delta from
 * there, and the delta of the last step.  Tokens are random: nobody stands on a list.
 * Prints how long metadata and deltas are.
 */
#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/category.h"
#include "keys/hex.h"
#include "lists/listfile.h"
#include "lists/tufkit.h"
#include "store/disk.h"
#include "store/listtree.h"

#define LISTS	6
#define STAGES	4
#define FEW	100u		/* records of the other lists */
#define CHANGES	1000u
#define FEW_CHANGES 10u
#define SNAPSHOT 2u		/* version that deltas lead on from */

struct listing {
	const char *id;
	uint32_t subject;
	uint8_t category;
	uint32_t bits;
	struct listrec *r;	/* of the present version */
	size_t n;
	struct listrec *change;	/* since SNAPSHOT: that of each step in turn */
	size_t nchange, nlast;	/* all, and of the last step */
	void *snapshot;		/* file of version SNAPSHOT */
	size_t snapshot_len;
	struct listfile_header head;	/* its header */
};

static struct listing lists[LISTS] = {
	{ .id = "sanction", .subject = LIST_PERSON,
	    .category = CATEGORY_CONVICTED },
	{ .id = "case", .subject = LIST_PERSON,
	    .category = CATEGORY_INVESTIGATION },
	{ .id = "protect", .subject = LIST_PERSON,
	    .category = CATEGORY_VICTIM },
	{ .id = "canary", .subject = LIST_PERSON,
	    .category = CATEGORY_CANARY },
	{ .id = "phones", .subject = LIST_PHONE,
	    .category = CATEGORY_INVOLVED },
	{ .id = "cards", .subject = LIST_CARD, .category = CATEGORY_INVOLVED },
};
static uint64_t seed = 1;

/* Give up. */
static void
need(int good, const char *what)
{

	if (good)
		return;
	fprintf(stderr, "bench_publish: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* Splitmix64. */
static uint64_t
draw(void)
{
	uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31);
}

/* By token. */
static int
compare(const void *a, const void *b)
{

	return (memcmp(a, b, TOKEN_LEN));
}

/* Fill in a record of a list. */
static void
make(const struct listing *l, struct listrec *r)
{
	uint64_t w[2] = { draw(), draw() };

	memset(r, 0, sizeof(*r));
	memcpy(r->token.b, w, sizeof(r->token.b));
	r->category = l->category;
	r->severity = (uint8_t)category_severity(l->category);
	r->source[0] = BASIS_POLICE;
}

/* List n records; tokens that come out alike are one. */
static void
fill(struct listing *l, size_t n)
{
	size_t i, k = 0;

	l->r = calloc(n + 1, sizeof(*l->r));
	need(l->r != NULL, "memory");
	for (i = 0; i < n; i++)
		make(l, &l->r[i]);
	qsort(l->r, n, sizeof(*l->r), compare);
	for (i = 0; i < n; i++)
		if (k == 0 || compare(&l->r[k - 1], &l->r[i]) != 0)
			l->r[k++] = l->r[i];
	l->n = k;
	l->bits = listrec_bits(k);
}

/* The version that l becomes by the n changes, ascending. */
static void
apply(struct listing *l, const struct listrec *change, size_t n)
{
	struct listrec *r = calloc(l->n + n + 1, sizeof(*r));
	size_t i = 0, k = 0, j;

	need(r != NULL, "memory");
	for (j = 0; j < n; j++) {
		while (i < l->n && compare(&l->r[i], &change[j]) < 0)
			r[k++] = l->r[i++];
		if (i < l->n && compare(&l->r[i], &change[j]) == 0)
			i++;
		if ((listrec_flags(&change[j]) & LISTREC_GONE) == 0)
			r[k++] = change[j];
	}
	while (i < l->n)
		r[k++] = l->r[i++];
	free(l->r);
	l->r = r;
	l->n = k;
}

/*
 * Half of the changes are new records; of the others every second one goes.  Each stage
 * has tokens of its own, by their last bit, so that changes of two stages never meet.
 */
static void
change(struct listing *l, size_t n, unsigned stage)
{
	struct listrec *c = calloc(n, sizeof(*c)), *all;
	size_t i, k;

	all = realloc(l->change, (l->nchange + n) * sizeof(*all));
	need(c != NULL && all != NULL, "memory");
	for (i = 0; i < n; i++) {
		if (i < n / 2 || l->n < STAGES * n) {
			make(l, &c[i]);
			c[i].token.b[TOKEN_LEN - 1] &= 0xfe;
			c[i].token.b[TOKEN_LEN - 1] |= stage & 1;
			continue;
		}
		for (k = l->n / n * i; k + 1 < l->n &&
		    (l->r[k].token.b[TOKEN_LEN - 1] & 1) != (stage & 1); k++)
			;
		c[i] = l->r[k];
		if (i % 2 == 0) {
			c[i].category = c[i].severity = 0;
			c[i].flags[0] = LISTREC_GONE;
			c[i].source[0] = 0;
		} else
			c[i].expiry[1] ^= 0x5b;	/* in 2033, or none again */
	}
	qsort(c, n, sizeof(*c), compare);
	apply(l, c, n);
	memcpy(all + l->nchange, c, n * sizeof(*c));
	l->change = all;
	l->nchange += n;
	l->nlast = n;
	free(c);
}

/* The content root of a list as it stands. */
static void
root_of(const struct listing *l, uint8_t root[32])
{
	struct listtree t;
	size_t i, end;

	need(listtree_make(&t, l->bits) == 0, "memory");
	for (i = 0; i < l->n; i = end) {
		uint32_t b = listrec_bucket(&l->r[i].token, l->bits);

		for (end = i + 1; end < l->n &&
		    listrec_bucket(&l->r[end].token, l->bits) == b; end++)
			;
		listtree_leaf(&t, b, l->r + i, end - i);
	}
	listtree_fold(&t);
	memcpy(root, listtree_root(&t), 32);
	listtree_free(&t);
}

/* Make the bytes of a list file. */
static void *
print(struct tufkit *kit, struct listfile_header *h, const struct listrec *r,
    size_t *len)
{
	char err[LISTFILE_ERROR_MAX], path[2 * TUFKIT_PATH];
	void *data;

	if (listfile_write(&disk_real, kit->dir, "scratch", h, r, err) != 0) {
		fprintf(stderr, "bench_publish: %s\n", err);
		exit(EXIT_FAILURE);
	}
	(void)snprintf(path, sizeof(path), "%s/scratch", kit->dir);
	data = tufkit_read(path, len);
	need(data != NULL && unlink(path) == 0, path);
	return (data);
}

/* Name a file of a list. */
static void
name(struct tufkit *kit, const struct listfile_header *h, const void *data,
    size_t len)
{
	static const char *const subject[] = { "person", "card", "phone" };
	char path[128], hex[65];
	json_t *custom;

	hex_encode(hex, h->info.root, 32);
	if (h->kind == LISTFILE_SNAPSHOT)
		(void)snprintf(path, sizeof(path), "lists/%s/%u.snap.zst",
		    h->info.id, h->info.version);
	else
		(void)snprintf(path, sizeof(path), "lists/%s/%u-%u.delta.zst",
		    h->info.id, h->from, h->info.version);
	custom = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s}", "kind",
	    h->kind == LISTFILE_SNAPSHOT ? "snapshot" : "delta", "list",
	    h->info.id, "subject", subject[h->info.subject], "version",
	    (json_int_t)h->info.version, "epoch", (json_int_t)h->info.epoch,
	    "count", (json_int_t)h->info.count, "root", hex);
	need(custom != NULL, path);
	if (h->kind == LISTFILE_DELTA)
		json_object_set_new(custom, "from", json_integer(h->from));
	tufkit_target(kit, path, data, len, custom);
}

/* Name a snapshot of a list as it stands; the one of SNAPSHOT is kept. */
static void
name_snapshot(struct tufkit *kit, struct listing *l, uint32_t version)
{

	memset(&l->head, 0, sizeof(l->head));
	l->head.kind = LISTFILE_SNAPSHOT;
	l->head.records = l->n;
	l->head.info.subject = l->subject;
	l->head.info.epoch = 1;
	l->head.info.version = version;
	l->head.info.bits = l->bits;
	(void)snprintf(l->head.info.id, sizeof(l->head.info.id), "%s", l->id);
	free(l->snapshot);
	l->snapshot = print(kit, &l->head, l->r, &l->snapshot_len);
	name(kit, &l->head, l->snapshot, l->snapshot_len);
}

/* Name the delta that leads from a version to this one by n changes. */
static void
name_delta(struct tufkit *kit, const struct listing *l, uint32_t from,
    uint32_t version, const struct listrec *r, size_t n)
{
	struct listfile_header h = l->head;
	struct listrec *sorted = calloc(n, sizeof(*sorted));
	size_t len;
	void *data;

	need(sorted != NULL, "memory");
	memcpy(sorted, r, n * sizeof(*r));
	qsort(sorted, n, sizeof(*sorted), compare);
	h.kind = LISTFILE_DELTA;
	h.from = from;
	h.records = n;
	h.info.version = version;
	h.info.count = l->n;
	root_of(l, h.info.root);
	data = print(kit, &h, sorted, &len);
	name(kit, &h, data, len);
	if (l == lists)
		(void)printf("delta version=%u records=%zu bytes=%zu\n",
		    version, n, len);
	free(data);
	free(sorted);
}

/* Put the policy into the next publication. */
static void
name_policy(struct tufkit *kit, const char *path)
{
	char version[64] = "", target[128];
	size_t len;
	char *text = tufkit_read(path, &len), *p;

	need(text != NULL, path);
	if ((p = strstr(text, "\nversion")) == NULL ||
	    sscanf(p, "\nversion = \"%63[^\"]", version) != 1) {
		fprintf(stderr, "bench_publish: %s: no version\n", path);
		exit(EXIT_FAILURE);
	}
	(void)snprintf(target, sizeof(target), "policy/%s.policy", version);
	tufkit_target(kit, target, text, len, json_pack("{s:s, s:s}", "kind",
	    "policy", "policy", version));
	free(text);
}

/* Let the kit write into the directory of a stage, with the root in it. */
static void
move(struct tufkit *kit, const char *dir, unsigned stage)
{
	char path[TUFKIT_PATH], *root;
	size_t len;

	root = tufkit_read(tufkit_path(kit, "metadata/1.root.json"), &len);
	need(root != NULL, "root");
	(void)snprintf(path, sizeof(path), "%.900s/%u", dir, stage);
	need(mkdir(path, 0755) == 0, path);
	memcpy(kit->dir, path, sizeof(path));
	tufkit_write(kit, "metadata/1.root.json", root, len);
	free(root);
}

/* Bring a list to a stage and name its files. */
static void
publish(struct tufkit *kit, struct listing *l, unsigned stage, size_t records)
{
	const struct listrec *last;

	if (stage <= SNAPSHOT) {
		free(l->r);
		fill(l, stage < SNAPSHOT ? 0 : l == lists ? records : FEW);
		name_snapshot(kit, l, stage);
		return;
	}
	change(l, l == lists ? CHANGES : FEW_CHANGES, stage);
	last = l->change + l->nchange - l->nlast;
	name(kit, &l->head, l->snapshot, l->snapshot_len);
	name_delta(kit, l, SNAPSHOT, stage, l->change, l->nchange);
	if (stage > SNAPSHOT + 1)
		name_delta(kit, l, stage - 1, stage, last, l->nlast);
}

/* The length of a metadata file. */
static long long
length_of(struct tufkit *kit, const char *role, unsigned version)
{
	char path[64];
	struct stat st;

	if (version > 0)
		(void)snprintf(path, sizeof(path), "metadata/%u.%s.json",
		    version, role);
	else
		(void)snprintf(path, sizeof(path), "metadata/%s.json", role);
	need(stat(tufkit_path(kit, path), &st) == 0, path);
	return ((long long)st.st_size);
}

/* Tell how long the metadata is. */
static void
tell(struct tufkit *kit, unsigned stage)
{

	(void)printf("metadata stage=%u root=%lld targets=%lld snapshot=%lld "
	    "timestamp=%lld\n", stage, length_of(kit, "root", 1),
	    length_of(kit, "targets", stage), length_of(kit, "snapshot", stage),
	    length_of(kit, "timestamp", 0));
}

int
main(int argc, char **argv)
{
	struct tufkit *kit;
	unsigned stage;
	size_t i, records;

	if (argc != 4 || (records = strtoul(argv[3], NULL, 10)) < FEW) {
		fprintf(stderr, "usage: bench_publish DIR POLICY RECORDS\n");
		return (64);
	}
	kit = tufkit_new(NULL, time(NULL));
	for (stage = 1; stage <= STAGES; stage++) {
		char was[TUFKIT_PATH];

		memcpy(was, kit->dir, sizeof(was));
		move(kit, argv[1], stage);
		if (stage == 1)
			tufkit_rmtree(was);
		json_object_clear(json_object_get(kit->body[TUF_TARGETS],
		    "targets"));
		name_policy(kit, argv[2]);
		for (i = 0; i < LISTS; i++)
			publish(kit, &lists[i], stage, records);
		tufkit_publish(kit);
		tell(kit, stage);
	}
	kit->private = 0;
	tufkit_free(kit);
	for (i = 0; i < LISTS; i++) {
		free(lists[i].r);
		free(lists[i].change);
		free(lists[i].snapshot);
	}
	return (EXIT_SUCCESS);
}

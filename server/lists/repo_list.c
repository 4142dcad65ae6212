#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"
#include "store/disk.h"

#include "ledger.h"
#include "listfile.h"
#include "repo_impl.h"

#define ROLL_PERCENT	5	/* of a list; a longer roll-up makes a new snapshot */

/* One list on its way into the next publication. */
struct work {
	struct centre *c;
	const struct centre_list *l;
	const struct repo_prepare *o;
	const char *files;		/* where new files go */
	json_t *targets;		/* entries of the next publication */
	struct tuf_target snap;		/* of the last publication */
	struct tuf_target roll;
	int published, rolled;		/* there is a snapshot, a roll-up */
	unsigned bits;			/* of them */
	uint32_t epoch;
	struct repo_records before, after, touched, step;
	struct repo_change change;
	struct list_info info;		/* of the result */
};

static const char *const subjects[] = {
	[LIST_PERSON] = "person", [LIST_CARD] = "card", [LIST_PHONE] = "phone",
};

/* Records as they are read. */
struct reading {
	struct repo_records *out;
	size_t cap;
};

/* Keep a run of records. */
static int
keep(void *arg, const struct listfile_header *h, const struct listrec *r,
    size_t n)
{
	struct reading *x = arg;
	struct repo_records *out = x->out;
	struct listrec *p;

	if (h->records > SIZE_MAX / sizeof(*r) - 1)
		return (1);
	if (x->cap < h->records + 1) {
		x->cap = (size_t)h->records + 1;
		if ((p = realloc(out->r, x->cap * sizeof(*p))) == NULL)
			return (1);
		out->r = p;
	}
	if (out->n + n >= x->cap)
		return (1);
	memcpy(&out->r[out->n], r, n * sizeof(*r));
	out->n += n;
	return (0);
}

/* Read the file of an entry, which must be as the entry says. */
static int
load(const struct disk *d, const char *files, const struct tuf_target *g,
    struct repo_records *out, unsigned *bits, char *err)
{
	char name[TUF_NAME_MAX + REPO_KEYID + 2], path[CENTRE_PATH_MAX];
	struct reading x = { out, 0 };
	struct listfile_header h;
	struct listfile_want want = { .id = g->list, .kind =
		strcmp(g->kind, "delta") == 0 ? LISTFILE_DELTA :
		LISTFILE_SNAPSHOT, .epoch = g->epoch, .version = g->version,
		.from = g->from, .count = g->count };
	uint8_t hash[SHA256_LEN];
	uint64_t len;

	memcpy(want.root, g->root, sizeof(want.root));
	for (want.subject = 0; want.subject < LIST_PHONE &&
	    strcmp(subjects[want.subject], g->subject) != 0; want.subject++)
		continue;
	repo_target_path(g, 1, name);
	if (repo_file_path(path, "%s/%s", files, name) != 0)
		return (repo_file_fail(err, "%s: too long a path", name));
	if (repo_file_hash(d, path, hash, &len, err) != 0)
		return (-1);
	if (len != g->length || memcmp(hash, g->sha256, sizeof(hash)) != 0)
		return (repo_file_fail(err, "%s: is not the file that was "
		    "published; copy it back from a mirror", path));
	memset(&h, 0, sizeof(h));
	if (listfile_each(path, &h, keep, &x, err) != 0)
		return (-1);
	*bits = h.info.bits;
	return (listfile_check(&h, &want, err));
}

/* Do the records yield the root of the entry? */
static int
root_good(const struct tuf_target *g, const struct repo_records *x,
    unsigned bits, char *err)
{
	uint8_t root[SHA256_LEN];

	if (bits <= LIST_BITS_MAX) {
		repo_diff_root(x, bits, root);
		if (x->n == g->count && memcmp(root, g->root,
		    sizeof(root)) == 0)
			return (0);
	}
	return (repo_file_fail(err, "list %s: the records of version %u do not "
	    "yield the root that is signed", g->list, (unsigned)g->version));
}

/* The records of a version. */
int
repo_list_load(const struct disk *d, const char *files,
    const struct tuf_target *snap, const struct tuf_target *roll,
    struct repo_records *out, struct repo_records *touched, unsigned *bits,
    char *err)
{
	struct repo_records base = { NULL, 0 };
	int rc;

	memset(out, 0, sizeof(*out));
	memset(touched, 0, sizeof(*touched));
	if (load(d, files, snap, &base, bits, err) != 0 || (roll != NULL &&
	    load(d, files, roll, touched, bits, err) != 0)) {
		free(base.r);
		return (-1);
	}
	if (roll == NULL)
		*out = base;
	else {
		rc = repo_diff_apply(&base, touched, out);
		free(base.r);
		if (rc != 0)
			return (repo_file_fail(err, "out of memory"));
	}
	return (root_good(roll != NULL ? roll : snap, out, *bits, err));
}

/* Take what was published last out of its files. */
static int
take_before(struct work *w, const struct repo_now *now, char *err)
{
	const json_t *old = json_object_get(now->targets.body, "targets");

	if (old == NULL || !repo_target_find(old, "snapshot", w->l->id,
	    &w->snap))
		return (0);
	w->published = 1;
	w->rolled = repo_target_find(old, "delta", w->l->id, &w->roll) &&
	    w->roll.from == w->snap.version;
	if (repo_list_load(w->c->disk, now->files, &w->snap, w->rolled ?
	    &w->roll : NULL, &w->before, &w->touched, &w->bits, err) != 0)
		return (-1);
	w->change.from = w->rolled ? w->roll.version : w->snap.version;
	return (0);
}

/* Take what the centre wants now out of the ledger. */
static int
take_after(struct work *w, char *err)
{
	struct repo_records kept;
	struct ledger *l;
	int rc;

	if ((l = ledger_open(w->c, w->l->id, w->epoch, err)) == NULL)
		return (-1);
	rc = ledger_fold(l, day_of(w->o->now), &w->after.r, &w->after.n);
	ledger_close(l);
	if (rc != 0)
		return (repo_file_fail(err, "out of memory"));
	if (!w->o->expedited)
		return (0);
	if (repo_diff_withdraw(&w->before, &w->after, &kept) != 0)
		return (repo_file_fail(err, "out of memory"));
	free(w->after.r);
	w->after = kept;
	return (0);
}

/* Would this surprise? */
static int
guarded(const struct work *w)
{
	const struct repo_change *ch = &w->change;
	uint64_t n = ch->added + ch->removed - ch->expired + ch->changed +
	    ch->cleared;

	if (!w->published || ch->before == 0)
		return (0);
	if (w->o->expedited && n <= REPO_WITHDRAWALS)
		return (0);
	return (n > ch->before * w->c->guard_percent / 100 ||
	    (ch->after + ch->expired < ch->before && !w->o->expedited));
}

/* Write a file of records and its entry. */
static int
write_file(struct work *w, uint32_t kind, uint32_t from,
    const struct repo_records *x, char *err)
{
	struct listfile_header h = { .kind = kind, .from = from,
		.records = x->n, .info = w->info };
	struct tuf_target g;
	char dir[CENTRE_PATH_MAX];
	const char *base;

	memset(&g, 0, sizeof(g));
	if (kind == LISTFILE_SNAPSHOT)
		(void)snprintf(g.name, sizeof(g.name), "lists/%s/%u.snap.zst",
		    w->l->id, (unsigned)w->info.version);
	else
		(void)snprintf(g.name, sizeof(g.name),
		    "lists/%s/%u-%u.delta.zst", w->l->id, (unsigned)from,
		    (unsigned)w->info.version);
	base = strrchr(g.name, '/') + 1;
	if (repo_file_path(dir, "%s/lists/%s", w->files, w->l->id) != 0)
		return (repo_file_fail(err, "%s: too long a path", w->files));
	if (repo_file_mkdir(w->c->disk, dir, 0755, err) != 0 ||
	    listfile_write(w->c->disk, dir, base, &h, x->r, err) != 0 ||
	    repo_target_hash(w->c->disk, w->files, &g, err) != 0)
		return (-1);
	(void)snprintf(g.kind, sizeof(g.kind), "%s", kind ==
	    LISTFILE_SNAPSHOT ? "snapshot" : "delta");
	(void)snprintf(g.list, sizeof(g.list), "%s", w->l->id);
	(void)snprintf(g.subject, sizeof(g.subject), "%s",
	    subjects[w->info.subject]);
	g.version = w->info.version;
	g.from = from;
	g.epoch = w->info.epoch;
	g.count = w->info.count;
	g.has_root = 1;
	memcpy(g.root, w->info.root, sizeof(g.root));
	return (repo_target_put(w->targets, &g) == 0 ? 0 :
	    repo_file_fail(err, "out of memory"));
}

/* Drop the entries of this list, but for that of its snapshot where it stays. */
static void
drop_entries(struct work *w, int snapshot_too)
{
	struct tuf_target g;
	const char *name;
	void *more;
	json_t *v;

	json_object_foreach_safe(w->targets, more, name, v)
		if (repo_target_get(name, v, &g) == 0 &&
		    strcmp(g.list, w->l->id) == 0 && (snapshot_too ||
		    strcmp(g.kind, "snapshot") != 0))
			(void)json_object_del(w->targets, name);
}

/* Write a new snapshot, and a delta for those who stand at the last version. */
static int
write_snapshot(struct work *w, char *err)
{

	w->info.bits = listrec_bits(w->after.n);
	repo_diff_root(&w->after, w->info.bits, w->info.root);
	drop_entries(w, 1);
	if (write_file(w, LISTFILE_SNAPSHOT, 0, &w->after, err) != 0)
		return (-1);
	if (!w->published || w->snap.epoch != w->epoch ||
	    w->info.bits != w->bits || w->step.n > LIST_LAYER_MAX ||
	    w->step.n > w->after.n)
		return (0);
	return (write_file(w, LISTFILE_DELTA, w->change.from, &w->step, err));
}

/* Write the roll-up over the snapshot, and the last step alone where that is another. */
static int
write_deltas(struct work *w, const struct repo_records *roll, char *err)
{

	w->info.bits = w->bits;
	repo_diff_root(&w->after, w->bits, w->info.root);
	drop_entries(w, 0);
	if (write_file(w, LISTFILE_DELTA, w->snap.version, roll, err) != 0)
		return (-1);
	if (w->change.from == w->snap.version)
		return (0);
	return (write_file(w, LISTFILE_DELTA, w->change.from, &w->step, err));
}

/* Write the files of a list that changes. */
static int
write_files(struct work *w, char *err)
{
	struct repo_records roll = { NULL, 0 };
	int rc, fresh;

	fresh = w->o->full || !w->published || w->snap.epoch != w->epoch;
	if (!fresh) {
		if (repo_diff_roll(&w->touched, &w->step, &roll) != 0)
			return (repo_file_fail(err, "out of memory"));
		fresh = roll.n > LIST_LAYER_MAX ||
		    roll.n > w->after.n / 100 * ROLL_PERCENT +
		    w->after.n % 100 * ROLL_PERCENT / 100;
	}
	(void)snprintf(w->info.id, sizeof(w->info.id), "%s", w->l->id);
	w->info.subject = w->l->subject;
	w->info.epoch = w->epoch;
	w->info.version = w->change.version = w->change.from + 1;
	w->info.count = w->after.n;
	rc = fresh ? write_snapshot(w, err) : write_deltas(w, &roll, err);
	free(roll.r);
	return (rc);
}

/* Take one list over. */
static int
prepare(struct work *w, const struct repo_now *now, struct repo_plan *plan,
    char *err)
{

	if (take_before(w, now, err) != 0)
		return (-1);
	/* a withdrawal is not the first publication of a list or of an epoch */
	if (w->o->expedited && (!w->published || w->snap.epoch != w->epoch))
		return (0);
	if (take_after(w, err) != 0)
		return (-1);
	if (repo_diff(&w->before, &w->after, day_of(w->o->now), &w->step,
	    &w->change) != 0)
		return (repo_file_fail(err, "out of memory"));
	if (w->step.n == 0 && w->published && w->snap.epoch == w->epoch &&
	    !w->o->full)
		return (0);
	(void)snprintf(w->change.list, sizeof(w->change.list), "%s", w->l->id);
	w->change.guarded = guarded(w);
	w->change.version = w->change.from + 1;
	if ((!w->change.guarded || w->o->force) && write_files(w, err) != 0)
		return (-1);
	plan->list[plan->nlists++] = w->change;
	return (0);
}

/* Take one list over. */
int
repo_list_prepare(struct centre *c, const struct centre_list *l,
    const struct repo_prepare *o, uint32_t epoch, const struct repo_now *now,
    const char *files, json_t *targets, struct repo_plan *plan, char *err)
{
	struct work w;
	int rc;

	memset(&w, 0, sizeof(w));
	w.c = c;
	w.l = l;
	w.o = o;
	w.files = files;
	w.targets = targets;
	w.epoch = epoch;
	rc = prepare(&w, now, plan, err);
	free(w.before.r);
	free(w.after.r);
	free(w.touched.r);
	free(w.step.r);
	return (rc);
}

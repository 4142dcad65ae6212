#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/tiles.h"

#include "backup_impl.h"

#define TRIES	10	/* the daemon may move on while the tail is read */

/* Begin a run. */
static int
begin(struct backup *b, const struct backup_options *o,
    struct backup_info *info, enum backup_fault *fault, char *err)
{

	memset(b, 0, sizeof(*b));
	memset(info, 0, sizeof(*info));
	b->o = o;
	b->disk = o->disk != NULL ? o->disk : &disk_real;
	b->info = info;
	b->fault = fault;
	b->err = err;
	*fault = BACKUP_FINE;
	err[0] = '\0';
	if (o->to == NULL) {
		b->buf = malloc(TILES_FILE_MAX);
		return (b->buf != NULL ? 0 : backup_fail(b, BACKUP_FAILED,
		    "out of memory"));
	}
	if (access(o->to, F_OK) == 0)
		return (backup_fail(b, BACKUP_EXISTS, "%s is there already",
		    o->to));
	return (backup_begin(b));
}

/* End it, and remove what is not whole. */
static int
end(struct backup *b, int rc)
{

	if (rc != 0)
		backup_abandon(b);
	free(b->buf);
	free(b->file);
	free(b->dir);
	return (rc);
}

/* One entry of the tail: they follow each other to the end. */
static int
count(void *arg, const struct package_entry *e)
{

	*(uint64_t *)arg = e->seq;
	return (0);
}

/* Is the newest head the one that the manifest names, and the last entry there? */
static int
check_ends(struct backup *b, struct package *p, const char *dir)
{
	const struct package_log *l = package_log(p, package_count(p) - 1);
	const struct backup_info *x = b->info;
	uint64_t last = x->head_seq;

	if (strcmp(l->head.origin, x->head.origin) != 0 || l->head.size !=
	    x->head.size || memcmp(l->head.root, x->head.root, MERKLE_LEN) != 0)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/log: its newest "
		    "head is not the one that the manifest names", dir));
	if (package_each(p, x->head_seq, count, &last) != 0)
		return (backup_fail(b, BACKUP_DAMAGED, "%s", package_error(p)));
	if (last != x->last_seq)
		return (backup_fail(b, BACKUP_DAMAGED, "%s/wal ends with entry "
		    "%" PRIu64 ", not with %" PRIu64, dir, last, x->last_seq));
	return (0);
}

/* Verify the tree in a directory that is as the manifest says. */
static int
verify(struct backup *b, const char *dir)
{
	const struct package_options po = { .damaged = 1 };
	enum package_fault fault;
	struct package *p;
	int rc = -1;

	p = package_open_with(dir, &po, &fault, b->err);
	if (p == NULL)
		return (backup_fail(b, fault == PACKAGE_DENIED ? BACKUP_DENIED :
		    BACKUP_DAMAGED, "%s: the copy cannot be read", dir));
	if (package_count(p) == 0)
		(void)backup_fail(b, BACKUP_DAMAGED, "%s: holds no log", dir);
	else if (verify_run(p, &b->o->verify, &b->info->findings) != 0)
		(void)backup_fail(b, BACKUP_FAILED, "%s", package_error(p));
	else if (b->info->findings > 0)
		(void)backup_fail(b, BACKUP_DAMAGED, "%s: the record is not "
		    "whole: %" PRIu64 " found", dir, b->info->findings);
	else
		rc = check_ends(b, p, dir);
	package_close(p);
	return (rc);
}

/* Heads and what is behind them, of one moment. */
static int
heads_and_tail(struct backup *b, struct backup_heads *h)
{
	int rc = 1, i;

	for (i = 0; i < TRIES && rc == 1; i++) {
		backup_heads_free(h);
		if (backup_heads(b, h) != 0)
			return (-1);
		rc = backup_tail(b, h->end);
	}
	return (rc == 0 ? 0 : -1);
}

/* Copy all. */
static int
copy(struct backup *b)
{
	struct backup_heads h = { NULL, 0, 0 };
	int rc;

	b->info->t = b->o->now;
	rc = heads_and_tail(b, &h);
	if (rc == 0) {
		*b->fault = BACKUP_FINE;
		rc = backup_log(b, &h) != 0 || backup_rest(b) != 0 ||
		    backup_manifest_write(b) != 0 ? -1 : 0;
	}
	backup_heads_free(&h);
	return (rc);
}

/* Copy a data directory. */
int
backup_make(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err)
{
	struct backup b;
	int rc;

	rc = begin(&b, o, info, fault, err);
	if (rc == 0 && (rc = copy(&b)) == 0 &&
	    (rc = backup_look(&b, b.to)) == 0 && (rc = verify(&b, b.to)) == 0)
		rc = backup_end(&b);
	return (end(&b, rc));
}

/* Verify a backup. */
int
backup_check(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err)
{
	struct backup_options in = *o;
	struct backup b;
	int rc;

	in.to = NULL;
	rc = begin(&b, &in, info, fault, err);
	if (rc == 0 && (rc = backup_manifest_read(&b, o->from)) == 0 &&
	    (rc = backup_look(&b, o->from)) == 0)
		rc = verify(&b, o->from);
	return (end(&b, rc));
}

/* Copy one file of a backup; its hash has to be that of the manifest. */
static int
restore_file(struct backup *b, const struct backup_file *f)
{
	char from[BACKUP_PATH], dir[BACKUP_NAME];
	const struct backup_file *now;
	const char *p;

	for (p = strchr(f->name, '/'); p != NULL; p = strchr(p + 1, '/')) {
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(p - f->name),
		    f->name);
		if (backup_dir(b, dir) != 0)
			return (-1);
	}
	(void)snprintf(from, sizeof(from), "%s/%s", b->o->from, f->name);
	if (backup_copy(b, from, f->name) != 0)
		return (-1);
	now = &b->file[b->n - 1];
	if (now->bytes != f->bytes || memcmp(now->sha, f->sha,
	    sizeof(f->sha)) != 0)
		return (backup_fail(b, BACKUP_DAMAGED, "%s: altered: it has "
		    "another SHA-256 or length than the manifest says", from));
	return (0);
}

/* Put a backup into a new data directory. */
int
backup_restore(const struct backup_options *o, struct backup_info *info,
    enum backup_fault *fault, char *err)
{
	struct backup_options only = *o;
	struct backup b, m;
	struct backup_info told;
	size_t i;
	int rc;

	only.to = NULL;
	if ((rc = begin(&m, &only, &told, fault, err)) != 0 ||
	    (rc = backup_manifest_read(&m, o->from)) != 0)
		return (end(&m, rc));
	rc = begin(&b, o, info, fault, err);
	*info = told;
	for (i = 0; i < m.n && rc == 0; i++)
		rc = restore_file(&b, &m.file[i]);
	if (rc == 0 && (rc = backup_look(&b, b.to)) == 0 &&
	    (rc = verify(&b, b.to)) == 0)
		rc = backup_end(&b);
	(void)end(&m, 0);
	return (end(&b, rc));
}

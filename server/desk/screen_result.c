#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lists/adopt.h"
#include "store/disk.h"
#include "store/list.h"

#include "screen_impl.h"

#define SAVE_MS 2000	/* between two times that the rows so far are made durable */

/* It cannot be written. */
static int
unwritten(struct screen_run *run, const char *path)
{

	return (screen_fail(run, SCREEN_OUTPUT, "%s: %s", path,
	    strerror(errno)));
}

/* A hash of all that decides beside the file, so that two halves are of one piece. */
static uint64_t
settings(const struct screen_run *run)
{
	const struct screen_options *o = run->o;
	const struct screen_list *l;
	XXH3_state_t *h = XXH3_createState();
	const char *none = "";
	uint64_t x;
	size_t i;

	if (h == NULL)
		return (0);
	(void)XXH3_64bits_reset(h);
#define ADD(p, n) (void)XXH3_64bits_update(h, p, n)
#define ADD_TEXT(s) do { const char *t_ = (s) != NULL ? (s) : none;	\
	ADD(t_, strlen(t_) + 1); } while (0)
	ADD_TEXT(o->policy_hash);
	ADD_TEXT(policy_version(o->policy));
	for (i = 0; i < run->lists.n; i++) {
		l = &run->lists.list[i];
		ADD(l->info->id, sizeof(l->info->id));
		ADD(&l->info->version, sizeof(l->info->version));
		ADD(l->info->root, sizeof(l->info->root));
	}
	ADD(&o->encoding, sizeof(o->encoding));
	ADD(&o->id_type, sizeof(o->id_type));
	ADD(&o->product, sizeof(o->product));
	ADD_TEXT(o->country);
	ADD_TEXT(o->institution);
	ADD_TEXT(o->copy);
	x = (uint64_t)(o->state != NULL) << 1 | (uint64_t)(o->english != 0);
	ADD(&x, sizeof(x));
	for (i = 0; o->keys != NULL && i < token_keys_count(o->keys); i++)
		ADD_TEXT(token_keys_id(o->keys, (unsigned)i));
	x = XXH3_64bits_digest(h);
	(void)XXH3_freeState(h);
	return (x);
}

/* Add the first bytes of the file to the hash, and compare. */
static int
same_beginning(struct screen_run *run)
{
	uint64_t at = 0, end = run->state.offset;
	char *buf = run->unit[0].buf;
	size_t want;
	ssize_t n;

	while (at < end) {
		want = end - at < run->o->block ? (size_t)(end - at) :
		    run->o->block;
		n = pread(run->fd, buf, want, (off_t)at);
		if (n <= 0)
			return (0);
		(void)XXH3_128bits_update(run->hash, buf, (size_t)n);
		at += (uint64_t)n;
	}
	return (XXH128_isEqual(XXH3_128bits_digest(run->hash),
	    run->state.hash));
}

/* Go on where an earlier run was ended. */
static int
go_on(struct screen_run *run, const struct stat *st, uint64_t set)
{
	const struct screen_progress *p = &run->state;
	int en = run->o->english;
	struct stat out;

	if (p->size != run->size || p->mtime_s != st->st_mtim.tv_sec ||
	    p->mtime_ns != st->st_mtim.tv_nsec || !same_beginning(run))
		return (screen_fail(run, SCREEN_CHANGED, en ? "%s: it is not "
		    "the file that was begun with (size, time or content "
		    "differ): remove %s and %s and begin anew" :
		    "%s：不是上次开始时的文件（大小、时间或内容不同），请删除 %s 与 %s "
		    "后重新开始", run->o->name, run->part, run->progress));
	if (p->settings != set)
		return (screen_fail(run, SCREEN_OTHER, en ? "policy, lists, "
		    "keys or options are not those that %s was begun with: "
		    "remove it and %s and begin anew" :
		    "规则、名单、密钥或选项与开始 %s 时不同，请删除该文件与 %s 后重新开始",
		    run->part, run->progress));
	run->out = open(run->part, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (run->out == -1 || fstat(run->out, &out) != 0)
		return (unwritten(run, run->part));
	if ((uint64_t)out.st_size < p->result)
		return (screen_fail(run, SCREEN_OUTPUT, en ? "%s: it is "
		    "shorter than it was: remove it and %s and begin anew" :
		    "%s：比记录的短，请删除该文件与 %s 后重新开始", run->part,
		    run->progress));
	if (ftruncate(run->out, (off_t)p->result) != 0)
		return (unwritten(run, run->part));
	run->now = p->now;
	run->next_from = run->end = p->offset;
	run->rows = p->rows;
	run->lines = p->lines;
	run->known_encoding = p->encoding;
	run->out_bytes = p->result;
	run->t->resumed = p->rows;
	return (0);
}

/* Make the rows so far durable, then the note of how far that is. */
static int
save(struct screen_run *run)
{

	if (fdatasync(run->out) != 0)
		return (unwritten(run, run->part));
	if (screen_progress_write(run->progress, &run->state) != 0)
		return (unwritten(run, run->progress));
	return (0);
}

/* Begin a result. */
static int
begin(struct screen_run *run, const struct stat *st, uint64_t set)
{
	struct screen_progress *p = &run->state;
	struct screen_text head = { NULL, 0, 0 };
	int rc = 0;

	run->out = open(run->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (run->out == -1 && errno == EEXIST)
		return (screen_fail(run, SCREEN_THERE, run->o->english ?
		    "%s is there already: go on with it by --resume, or remove "
		    "it" : "%s 已存在：用 --resume 继续，或先删除它", run->part));
	if (run->out == -1)
		return (unwritten(run, run->part));
	(void)screen_print_head(run, &head);
	if (write(run->out, head.p, head.n) != (ssize_t)head.n)
		rc = unwritten(run, run->part);
	run->out_bytes = head.n;
	screen_text_free(&head);
	p->size = run->size;
	p->mtime_s = st->st_mtim.tv_sec;
	p->mtime_ns = st->st_mtim.tv_nsec;
	p->now = run->now;
	p->settings = set;
	p->seq = run->persons.seq;
	p->seq_ms = run->persons.seq_ms;
	p->offset = run->prefix_len;
	p->lines = run->prefix_lines;
	p->result = run->out_bytes;
	p->encoding = run->encoding;
	p->hash = XXH3_128bits_digest(run->hash);
	return (rc != 0 || run->streams ? rc : save(run));
}

/* Begin or go on with the result. */
int
screen_result_open(struct screen_run *run)
{
	struct stat st;
	uint64_t set = settings(run);
	int rc;

	if (fstat(run->fd, &st) != 0)
		return (screen_fail(run, SCREEN_INPUT, "%s: %s", run->o->name,
		    strerror(errno)));
	if (access(run->o->result, F_OK) == 0)
		return (screen_fail(run, SCREEN_THERE, run->o->english ?
		    "%s is there already" : "%s 已存在", run->o->result));
	if (!run->o->resume) {
		(void)XXH3_128bits_update(run->hash, run->prefix,
		    run->prefix_len);
		return (begin(run, &st, set));
	}
	if ((rc = screen_progress_read(run->progress, &run->state)) == 1)
		return (screen_fail(run, SCREEN_NOTHING, run->o->english ?
		    "%s: there is nothing to resume: leave --resume out (and "
		    "remove %s if it is there)" :
		    "%s：没有可继续的进度，请去掉 --resume（若有 %s 请先删除）",
		    run->progress, run->part));
	if (rc != 0)
		return (screen_fail(run, SCREEN_NOTHING, run->o->english ?
		    "%s: it cannot be read as a progress: remove it and %s and "
		    "begin anew" : "%s：无法读取进度，请删除它与 %s 后重新开始",
		    run->progress, run->part));
	return (go_on(run, &st, set));
}

/* Take note of what is written up to the end of a unit. */
static void
advance(struct screen_run *run, const struct screen_unit *u)
{
	struct screen_progress *p = &run->state;
	int i;

	p->rows = u->row0 + u->n;
	p->lines = u->line0 + u->lines;
	p->offset = u->to;
	p->hash = u->hash;
	p->result = run->out_bytes;
	p->encoding = u->encoding;
	for (i = 0; i < SCREEN_DECISIONS; i++)
		p->decided[i] += u->decided[i];
	p->listed += u->listed;
	p->known += u->known;
	if (u->plain)
		run->t->plain++;
	else
		run->t->other++;
}

/* Write the rows of a unit behind those of the units before it. */
int
screen_result_write(struct screen_run *run, const struct screen_unit *u)
{
	const struct screen_options *o = run->o;
	size_t done = 0;
	int64_t now;
	ssize_t n;

	while (done < u->out.n) {
		n = pwrite(run->out, u->out.p + done, u->out.n - done,
		    (off_t)(run->out_bytes + done));
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return (unwritten(run, run->part));
		done += (size_t)n;
	}
	run->out_bytes += u->out.n;
	advance(run, u);
	now = o->mono_ms();
	if (!run->streams && !u->last && u->end == u->to &&
	    now - run->saved_ms >= (o->save_ms != 0 ? o->save_ms : SAVE_MS)) {
		run->saved_ms = now;
		if (save(run) != 0)
			return (-1);
	}
	if (o->step != NULL && o->step(o->arg, run->state.rows, u->to,
	    run->size) != 0)
		return (screen_fail(run, SCREEN_STOPPED, "stopped"));
	return (0);
}

/* Has the file changed under our hands? */
static int
changed(const struct screen_run *run)
{
	struct stat st;

	return (fstat(run->fd, &st) != 0 || (uint64_t)st.st_size != run->size ||
	    st.st_mtim.tv_sec != run->state.mtime_s ||
	    st.st_mtim.tv_nsec != run->state.mtime_ns);
}

/* All rows are written: sync, and give the result its name. */
int
screen_result_finish(struct screen_run *run)
{
	char dir[1100], *slash;

	if (changed(run))
		return (screen_fail(run, SCREEN_CHANGED, run->o->english ?
		    "%s: it changed while it was read, so its last rows may be "
		    "half of what they were to be: wait until it is complete, "
		    "remove %s and %s, and begin anew" :
		    "%s：读取期间文件有变化，末尾各行可能不完整：请待文件写完，删除 %s "
		    "与 %s 后重新开始", run->o->name, run->part, run->progress));
	if (fsync(run->out) != 0)
		return (unwritten(run, run->part));
	if (link(run->part, run->o->result) != 0) {
		if (errno == EEXIST)
			return (screen_fail(run, SCREEN_THERE,
			    run->o->english ? "%s is there already" :
			    "%s 已存在", run->o->result));
		if (rename(run->part, run->o->result) != 0)
			return (unwritten(run, run->o->result));
	} else
		(void)unlink(run->part);
	(void)unlink(run->progress);
	(void)snprintf(dir, sizeof(dir), "%s", run->o->result);
	slash = strrchr(dir, '/');
	if (slash != NULL)
		slash[slash == dir] = '\0';
	if (disk_real.sync_dir(disk_real.ctx, slash != NULL ? dir : ".") != 0)
		return (unwritten(run, run->o->result));
	return (0);
}

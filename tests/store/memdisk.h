#ifndef MEMDISK_H_
#define MEMDISK_H_

/*
 * A disk in memory that remembers what was synced and what was not, that can
 * fail or die at any step, and that shows what a power cut would leave.  One
 * directory; paths are judged by what follows the last slash.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#define MEM_FILES	64
#define MEM_OPS		256
#define MEM_WRITES	2048
#define MEM_SECTOR	512u

enum mem_step {		/* Steps that change the disk */
	MEM_OPEN, MEM_PWRITE, MEM_SYNC, MEM_FALLOCATE, MEM_RENAME,
	MEM_UNLINK, MEM_SYNC_DIR, MEM_ANY
};

struct mem_write {	/* Not synced yet */
	uint64_t off;
	size_t len;
	uint8_t *bytes;
};

struct mem_file {
	uint8_t *now, *synced;
	size_t len, synced_len;
	struct mem_write writes[MEM_WRITES];
	size_t nwrites;
};

struct mem_name {
	char name[64];
	struct mem_file *file;
};

struct mem_op {		/* A change of the directory, not synced yet */
	char from[64], to[64];
	struct mem_file *file;	/* NULL: from goes away */
};

struct memdisk {
	struct disk disk;
	pthread_mutex_t lock;
	pthread_mutex_t gate;	/* Who holds it holds up all syncs */
	struct mem_name now[MEM_FILES], synced[MEM_FILES];
	struct mem_op ops[MEM_OPS];
	size_t nops;
	struct mem_file *files[MEM_FILES * 8];	/* All, to free them */
	size_t nfiles;
	struct mem_file *fds[MEM_FILES];
	uint64_t cap;		/* Bytes of the disk, 0: endless */

	enum mem_step fail_step;	/* Fail the fail_at-th of these ... */
	long fail_at;			/* ... counted down; 0: never */
	int fail_errno;			/* 0: a short write */
	int fail_dead;			/* And everything after it */
	int dead;
	long steps;			/* Steps done, to choose fail_at from */
	long syncs, writes;
};

static inline uint64_t
mem_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z ^ (z >> 31));
}

static inline const char *
mem_base(const char *path)
{
	const char *p = strrchr(path, '/');

	return (p != NULL ? p + 1 : path);
}

static inline struct mem_name *
mem_find(struct mem_name *names, const char *path)
{
	size_t i;

	for (i = 0; i < MEM_FILES; i++)
		if (names[i].file != NULL &&
		    strcmp(names[i].name, mem_base(path)) == 0)
			return (&names[i]);
	return (NULL);
}

static inline void
mem_set(struct mem_name *names, const char *path, struct mem_file *f)
{
	struct mem_name *n = mem_find(names, path);
	size_t i;

	if (n != NULL) {
		n->file = f;
		return;
	}
	for (i = 0; f != NULL && i < MEM_FILES; i++) {
		if (names[i].file == NULL) {
			(void)snprintf(names[i].name,
			    sizeof(names[i].name), "%.63s", mem_base(path));
			names[i].file = f;
			return;
		}
	}
}

static inline struct mem_file *
mem_new_file(struct memdisk *m)
{
	struct mem_file *f = calloc(1, sizeof(*f));

	m->files[m->nfiles++] = f;
	return (f);
}

static inline void
mem_grow(struct mem_file *f, size_t len)
{
	if (len <= f->len)
		return;
	f->now = realloc(f->now, len);
	memset(f->now + f->len, 0, len - f->len);
	f->len = len;
}

/* Count a step; -1 if it is to fail. */
static inline int
mem_step(struct memdisk *m, enum mem_step step)
{
	m->steps++;
	if (m->dead) {
		errno = EIO;
		return (-1);
	}
	if (m->fail_at == 0 || (m->fail_step != MEM_ANY &&
	    m->fail_step != step) || --m->fail_at > 0)
		return (0);
	m->dead = m->fail_dead;
	errno = m->fail_errno;
	return (-1);
}

static inline uint64_t
mem_used(struct memdisk *m)
{
	uint64_t used = 0;
	size_t i;

	for (i = 0; i < MEM_FILES; i++)
		if (m->now[i].file != NULL)
			used += m->now[i].file->len;
	return (used);
}

static inline int
mem_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct memdisk *m = ctx;
	struct mem_name *n;
	struct mem_file *f;
	int fd = -1;

	(void)mode;
	pthread_mutex_lock(&m->lock);
	n = mem_find(m->now, path);
	if (n == NULL && (flags & O_CREAT) == 0) {
		errno = ENOENT;
		goto out;
	}
	if ((flags & O_CREAT) != 0 && mem_step(m, MEM_OPEN) != 0)
		goto out;
	if (n == NULL) {
		f = mem_new_file(m);
		mem_set(m->now, path, f);
		strncpy(m->ops[m->nops].to, mem_base(path), 63);
		m->ops[m->nops].from[0] = '\0';
		m->ops[m->nops++].file = f;
	} else {
		f = n->file;
		if ((flags & O_TRUNC) != 0)
			f->len = 0;
	}
	for (fd = 0; fd < MEM_FILES && m->fds[fd] != NULL; fd++)
		continue;
	m->fds[fd] = f;
out:
	pthread_mutex_unlock(&m->lock);
	return (fd);
}

static inline int
mem_close(void *ctx, int fd)
{
	struct memdisk *m = ctx;

	pthread_mutex_lock(&m->lock);
	m->fds[fd] = NULL;
	pthread_mutex_unlock(&m->lock);
	return (0);
}

static inline ssize_t
mem_pread(void *ctx, int fd, void *buf, size_t len, uint64_t off)
{
	struct memdisk *m = ctx;
	struct mem_file *f;

	pthread_mutex_lock(&m->lock);
	f = m->fds[fd];
	if (off >= f->len)
		len = 0;
	else if (len > f->len - off)
		len = f->len - (size_t)off;
	if (len > 0)
		memcpy(buf, f->now + off, len);
	pthread_mutex_unlock(&m->lock);
	return ((ssize_t)len);
}

static inline ssize_t
mem_pwrite(void *ctx, int fd, const void *buf, size_t len, uint64_t off)
{
	struct memdisk *m = ctx;
	struct mem_file *f;
	struct mem_write *w;
	ssize_t rc = (ssize_t)len;

	pthread_mutex_lock(&m->lock);
	m->writes++;
	f = m->fds[fd];
	if (mem_step(m, MEM_PWRITE) != 0) {
		rc = errno != 0 ? -1 : (ssize_t)(len / 2);
		if (!m->dead || m->fail_at != 0)
			goto out;	/* Dead before this one, or refused */
		m->fail_at = -1;	/* Died within: some of it may remain */
	}
	mem_grow(f, (size_t)off + len);
	memcpy(f->now + off, buf, len);
	w = &f->writes[f->nwrites++];
	w->off = off;
	w->len = len;
	w->bytes = malloc(len);
	memcpy(w->bytes, buf, len);
out:
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline void
mem_forget(struct mem_file *f)
{
	while (f->nwrites > 0)
		free(f->writes[--f->nwrites].bytes);
}

static inline int
mem_sync(void *ctx, int fd)
{
	struct memdisk *m = ctx;
	struct mem_file *f;
	int rc = -1;

	pthread_mutex_lock(&m->gate);
	pthread_mutex_lock(&m->lock);
	f = m->fds[fd];
	if (mem_step(m, MEM_SYNC) == 0) {
		m->syncs++;
		f->synced = realloc(f->synced, f->len + 1);
		if (f->len > 0)
			memcpy(f->synced, f->now, f->len);
		f->synced_len = f->len;
		mem_forget(f);
		rc = 0;
	}
	pthread_mutex_unlock(&m->lock);
	pthread_mutex_unlock(&m->gate);
	return (rc);
}

/* Data alone that nobody has synced is not counted as kept. */
static inline int
mem_sync_range(void *ctx, int fd, int wait)
{
	(void)ctx;
	(void)fd;
	(void)wait;
	return (0);
}

/* One directory and its files: no store that runs on this disk asks for it. */
static inline int
mem_no_call(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	errno = ENOSYS;
	return (-1);
}

static inline int
mem_fallocate(void *ctx, int fd, uint64_t bytes)
{
	struct memdisk *m = ctx;
	struct mem_file *f;
	int rc = -1;

	pthread_mutex_lock(&m->lock);
	f = m->fds[fd];
	if (mem_step(m, MEM_FALLOCATE) != 0) {
		;
	} else if (m->cap != 0 && bytes > f->len &&
	    mem_used(m) + bytes - f->len > m->cap) {
		errno = ENOSPC;
	} else {
		mem_grow(f, (size_t)bytes);
		rc = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline int
mem_size(void *ctx, int fd, uint64_t *bytes)
{
	struct memdisk *m = ctx;

	pthread_mutex_lock(&m->lock);
	*bytes = m->fds[fd]->len;
	pthread_mutex_unlock(&m->lock);
	return (0);
}

static inline int
mem_rename(void *ctx, const char *from, const char *to)
{
	struct memdisk *m = ctx;
	struct mem_name *n;
	int rc = -1;

	pthread_mutex_lock(&m->lock);
	if ((n = mem_find(m->now, from)) == NULL) {
		errno = ENOENT;
	} else if (mem_step(m, MEM_RENAME) == 0) {
		struct mem_op *op = &m->ops[m->nops++];

		strncpy(op->from, mem_base(from), 63);
		strncpy(op->to, mem_base(to), 63);
		op->file = n->file;
		mem_set(m->now, to, n->file);
		mem_set(m->now, from, NULL);
		rc = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline int
mem_unlink(void *ctx, const char *path)
{
	struct memdisk *m = ctx;
	int rc = -1;

	pthread_mutex_lock(&m->lock);
	if (mem_find(m->now, path) == NULL) {
		errno = ENOENT;
	} else if (mem_step(m, MEM_UNLINK) == 0) {
		struct mem_op *op = &m->ops[m->nops++];

		strncpy(op->from, mem_base(path), 63);
		op->file = NULL;
		mem_set(m->now, path, NULL);
		rc = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline int
mem_mkdir(void *ctx, const char *path, unsigned mode)
{
	(void)ctx;
	(void)path;
	(void)mode;
	errno = EEXIST;
	return (-1);
}

static inline int
mem_rmdir(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	errno = ENOENT;
	return (-1);
}

static inline int
mem_sync_dir(void *ctx, const char *dir)
{
	struct memdisk *m = ctx;
	int rc = -1;

	(void)dir;
	pthread_mutex_lock(&m->lock);
	if (mem_step(m, MEM_SYNC_DIR) == 0) {
		memcpy(m->synced, m->now, sizeof(m->now));
		m->nops = 0;
		rc = 0;
	}
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline int
mem_list(void *ctx, const char *dir,
    int (*each)(void *arg, const char *name), void *arg)
{
	struct memdisk *m = ctx;
	size_t i;
	int rc = 0;

	(void)dir;
	pthread_mutex_lock(&m->lock);
	for (i = 0; rc == 0 && i < MEM_FILES; i++)
		if (m->now[i].file != NULL)
			rc = each(arg, m->now[i].name);
	pthread_mutex_unlock(&m->lock);
	return (rc);
}

static inline int
mem_space(void *ctx, const char *path, uint64_t *bytes)
{
	struct memdisk *m = ctx;

	(void)path;
	pthread_mutex_lock(&m->lock);
	*bytes = m->cap == 0 ? UINT64_MAX / 2 : m->cap - mem_used(m);
	pthread_mutex_unlock(&m->lock);
	return (0);
}

static inline struct memdisk *
memdisk_new(void)
{
	struct memdisk *m = calloc(1, sizeof(*m));

	pthread_mutex_init(&m->lock, NULL);
	pthread_mutex_init(&m->gate, NULL);
	m->disk = (struct disk){
		.ctx = m, .open = mem_open, .close = mem_close,
		.pread = mem_pread, .pwrite = mem_pwrite,
		.fdatasync = mem_sync, .fsync = mem_sync,
		.sync_range = mem_sync_range, .syncfs = mem_no_call,
		.fallocate = mem_fallocate, .ftruncate = mem_fallocate,
		.size = mem_size, .rename = mem_rename, .unlink = mem_unlink,
		.mkdir = mem_mkdir, .rmdir = mem_rmdir, .sync_dir = mem_sync_dir,
		.list = mem_list, .space = mem_space,
	};
	return (m);
}

static inline void
memdisk_free(struct memdisk *m)
{
	size_t i;

	for (i = 0; i < m->nfiles; i++) {
		mem_forget(m->files[i]);
		free(m->files[i]->now);
		free(m->files[i]->synced);
		free(m->files[i]);
	}
	pthread_mutex_destroy(&m->lock);
	pthread_mutex_destroy(&m->gate);
	free(m);
}

/* Put a file on the disk, synced. */
static inline struct mem_file *
memdisk_put(struct memdisk *m, const char *name, const void *buf, size_t len)
{
	struct mem_file *f = mem_new_file(m);

	mem_grow(f, len);
	if (len > 0)
		memcpy(f->now, buf, len);
	f->synced = malloc(len + 1);
	if (len > 0)
		memcpy(f->synced, buf, len);
	f->synced_len = len;
	mem_set(m->now, name, f);
	mem_set(m->synced, name, f);
	return (f);
}

/* What a process that was killed leaves: the page cache. */
static inline struct memdisk *
memdisk_killed(struct memdisk *m)
{
	struct memdisk *c = memdisk_new();
	size_t i;

	for (i = 0; i < MEM_FILES; i++)
		if (m->now[i].file != NULL)
			memdisk_put(c, m->now[i].name, m->now[i].file->now,
			    m->now[i].file->len);
	return (c);
}

/*
 * What a power cut leaves: the synced names and the first few changes of the
 * directory after that; of each file what was synced, and any of the sectors
 * written since.
 */
static inline struct memdisk *
memdisk_power_cut(struct memdisk *m, uint64_t seed)
{
	struct memdisk *c = memdisk_new();
	struct mem_name names[MEM_FILES];
	size_t i, j, k, ops = (size_t)(mem_random(&seed) % (m->nops + 1));

	memcpy(names, m->synced, sizeof(names));
	for (i = 0; i < ops; i++) {
		if (m->ops[i].from[0] != '\0')
			mem_set(names, m->ops[i].from, NULL);
		if (m->ops[i].file != NULL)
			mem_set(names, m->ops[i].to, m->ops[i].file);
	}
	for (i = 0; i < MEM_FILES; i++) {
		struct mem_file *f = names[i].file, *g;

		if (f == NULL)
			continue;
		g = memdisk_put(c, names[i].name, f->synced, f->synced_len);
		for (j = 0; j < f->nwrites; j++) {
			struct mem_write *w = &f->writes[j];

			for (k = 0; k < w->len;) {
				uint64_t at = w->off + k;
				size_t n = MEM_SECTOR - (size_t)(at %
				    MEM_SECTOR);

				if (n > w->len - k)
					n = w->len - k;
				if ((mem_random(&seed) & 1) != 0) {
					mem_grow(g, (size_t)at + n);
					memcpy(g->now + at, w->bytes + k, n);
				}
				k += n;
			}
		}
		if (f->len > g->len && (mem_random(&seed) & 1) != 0)
			mem_grow(g, f->len);
	}
	return (c);
}

#endif /* !MEMDISK_H_ */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/day.h"

#include "sealed.h"
#include "sealed_file.h"
#include "sealed_scan.h"

/* A file being looked into. */
struct look {
	const struct disk *disk;
	int fd;
	struct sealed_scan *scan;
	char path[SEALED_PATH_MAX];
	char *err;
	size_t errlen;
};

/* The UTC+8 day of a journal time. */
int32_t
sealed_file_day(int64_t t)
{

	return (day_of(t >= 0 ? t / 1000 : -((999 - t) / 1000)));
}

/* The path of a day's file. */
void
sealed_file_path(char path[SEALED_PATH_MAX], const char *dir, int32_t day)
{
	char name[DAY_TEXT];

	day_print(name, day);
	snprintf(path, SEALED_PATH_MAX, "%s/%s.seal", dir, name);
}

/* Was the making of this file interrupted? */
int
sealed_file_torn(struct sealed_scan *s)
{
	uint64_t off;
	ssize_t n, i;

	if (s->size < SEALED_MAGIC_LEN)
		return (1);
	for (off = 0; off < s->size; off += (uint64_t)n) {
		n = disk_read(s->disk, s->fd, s->window, sizeof(s->window),
		    off);
		if (n <= 0)
			return (0);
		for (i = 0; i < n; i++)
			if (s->window[i] != 0)
				return (0);
	}
	return (1);
}

/* Overwrite a record. */
int
sealed_file_erase(const struct disk *disk, int fd,
    const struct sealed_record *r)
{
	const uint8_t kind = SEALED_ERASED;
	uint8_t *p;
	size_t n;
	int rc;

	if ((p = malloc(SEALED_RECORD_MAX)) == NULL)
		return (-1);
	n = sealed_record_write(p, SEALED_ERASED, r->id, 0, NULL, r->len);
	rc = r->kind == SEALED_ERASED ? 0 :
	    disk_write(disk, fd, &kind, 1, r->off + SEALED_HEAD - 1) == 0 ?
	    disk->fdatasync(disk->ctx, fd) : -1;
	if (rc == 0 && (rc = disk_write(disk, fd, p, n, r->off)) == 0)
		rc = disk->fdatasync(disk->ctx, fd);
	free(p);
	return (rc);
}

/* Open a day's file; 1, 0 when there is none, -1 with a sentence. */
static int
look_open(struct look *l, const struct disk *disk, const char *dir, int64_t t,
    int flags)
{

	l->disk = disk != NULL ? disk : &disk_real;
	l->scan = NULL;
	if (strlen(dir) > SEALED_PATH_MAX - 32) {
		snprintf(l->err, l->errlen, "%s: path too long", dir);
		return (-1);
	}
	sealed_file_path(l->path, dir, sealed_file_day(t));
	l->fd = l->disk->open(l->disk->ctx, l->path, flags | O_NOFOLLOW, 0);
	if (l->fd == -1 && errno == ENOENT)
		return (0);
	if (l->fd != -1 &&
	    (l->scan = sealed_scan_new(l->disk, l->fd)) != NULL)
		return (1);
	snprintf(l->err, l->errlen, "%s: cannot be read: %s", l->path,
	    strerror(errno));
	if (l->fd != -1)
		l->disk->close(l->disk->ctx, l->fd);
	return (-1);
}

/* Close it. */
static void
look_close(struct look *l)
{

	free(l->scan);
	l->disk->close(l->disk->ctx, l->fd);
}

/* Say that reading failed. */
static int
look_failed(struct look *l, const char *what)
{

	snprintf(l->err, l->errlen, "%s: %s: %s", l->path, what,
	    strerror(errno));
	return (-1);
}

/* An identity was not found: is that sure? */
static int
look_none(struct look *l, uint64_t seq)
{

	if (!l->scan->damage)
		return (0);
	snprintf(l->err, l->errlen, "%s: damaged at byte %llu: the sealed "
	    "identity of entry %llu may have stood there", l->path,
	    (unsigned long long)l->scan->damaged, (unsigned long long)seq);
	return (-1);
}

/* Overwrite all records of one identity. */
static int
erase_all(struct look *l, uint64_t seq)
{
	struct sealed_record r;
	int rc, found = 0, before = 0;

	while ((rc = sealed_scan_next(l->scan, &r)) == 1) {
		if (r.kind == SEALED_KEY || r.id != seq)
			continue;
		if (r.kind == SEALED_ERASED && r.whole) {
			before = 1;
			continue;
		}
		if (sealed_file_erase(l->disk, l->fd, &r) != 0)
			return (look_failed(l, "cannot be overwritten"));
		found = 1;
	}
	if (rc != 0)
		return (look_failed(l, "cannot be read"));
	return (found ? 1 : before ? 0 : look_none(l, seq));
}

/* Overwrite one identity. */
int
sealed_erase(const struct disk *disk, const char *dir, uint64_t seq, int64_t t,
    char *err, size_t errlen)
{
	struct look l = { .err = err, .errlen = errlen };
	int rc;

	if ((rc = look_open(&l, disk, dir, t, O_RDWR)) != 1)
		return (rc);
	rc = erase_all(&l, seq);
	look_close(&l);
	return (rc);
}

/* Find one identity's message; *key is its data key. */
static int
find_message(struct look *l, uint64_t seq, struct sealed_item *item,
    uint64_t *key)
{
	struct sealed_record r;
	int rc;

	while ((rc = sealed_scan_next(l->scan, &r)) == 1) {
		if (r.kind == SEALED_KEY || r.id != seq)
			continue;
		if (r.kind == SEALED_ERASED) {
			item->erased = 1;
			return (1);
		}
		if (!r.whole)
			continue;
		memcpy(item->message, r.data, r.len);
		item->message_len = r.len;
		*key = r.key;
		return (1);
	}
	return (rc == 0 ? look_none(l, seq) :
	    look_failed(l, "cannot be read"));
}

/* Find a data key. */
static int
find_key(struct look *l, uint64_t seq, uint64_t key, struct sealed_item *item)
{
	struct sealed_record r;
	int rc;

	l->scan->off = l->scan->good = l->scan->magic ? SEALED_MAGIC_LEN : 0;
	while ((rc = sealed_scan_next(l->scan, &r)) == 1) {
		if (r.kind != SEALED_KEY || r.id != key || !r.whole)
			continue;
		memcpy(item->cms, r.data, r.len);
		item->cms_len = r.len;
		return (1);
	}
	if (rc != 0)
		return (look_failed(l, "cannot be read"));
	snprintf(l->err, l->errlen, "%s: the data key of entry %llu is not "
	    "there%s", l->path, (unsigned long long)seq, l->scan->damage ?
	    ", or is damaged" : "");
	return (-1);
}

/* Read one identity. */
int
sealed_find(const struct disk *disk, const char *dir, uint64_t seq, int64_t t,
    struct sealed_item *item, char *err, size_t errlen)
{
	struct look l = { .err = err, .errlen = errlen };
	uint64_t key = 0;
	int rc;

	item->erased = 0;
	item->cms_len = item->message_len = 0;
	if ((rc = look_open(&l, disk, dir, t, O_RDONLY)) != 1)
		return (rc);
	rc = find_message(&l, seq, item, &key);
	if (rc == 1 && !item->erased)
		rc = find_key(&l, seq, key, item);
	look_close(&l);
	return (rc);
}

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "store/disk.h"

#include "sync_impl.h"
#include "tufclient.h"

#define GENERATION_MAX 64	/* bytes of <data>/lists/trusted */
#define GENERATION_TRIES 3

/* Write a sentence. */
int
sync_fail(char *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(err, SYNC_ERROR_MAX, format, ap);
	va_end(ap);
	return (-1);
}

/* Put a path together. */
int
sync_path(char out[SYNC_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(out, SYNC_PATH_MAX, "%s/%s", dir, name);

	if (n > 0 && n < SYNC_PATH_MAX)
		return (0);
	errno = ENAMETOOLONG;
	return (-1);
}

/* Read a small file. */
int
sync_read(const char *path, size_t max, void **data, size_t *len)
{
	struct stat st;
	ssize_t n;
	int fd;

	*data = NULL;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1)
		return (errno == ENOENT || errno == ENOTDIR ? 1 : -1);
	if (fstat(fd, &st) != 0)
		goto err1;
	if (!S_ISREG(st.st_mode) || st.st_size < 0 ||
	    (uint64_t)st.st_size > max) {
		errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
		goto err1;
	}
	if ((*data = malloc((size_t)st.st_size + 1)) == NULL)
		goto err1;
	n = disk_read(&disk_real, fd, *data, (size_t)st.st_size, 0);
	if (n == -1)
		goto err2;
	(void)close(fd);
	((char *)*data)[n] = '\0';
	*len = (size_t)n;
	return (0);

err2:
	free(*data);
	*data = NULL;
err1:
	(void)close(fd);
	return (-1);
}

/* Compare a file. */
int
sync_same(const char *path, const void *data, size_t len)
{
	void *there;
	size_t n;
	int same;

	if (sync_read(path, len, &there, &n) != 0)
		return (0);
	same = n == len && memcmp(there, data, len) == 0;
	free(there);
	return (same);
}

/* Make a directory below one that is there; durably, unless it is there. */
static int
make_dir(struct sync *s, const char *path, const char *parent, char *err)
{

	if (s->disk->mkdir(s->disk->ctx, path, 0700) == 0)
		return (s->disk->sync_dir(s->disk->ctx, parent) == 0 ? 0 :
		    sync_fail(err, "%s: %s", parent, strerror(errno)));
	return (errno == EEXIST ? 0 : sync_fail(err, "%s: %s", path,
	    strerror(errno)));
}

/* Load the anchor. */
static int
load_anchor(struct sync *s, char *err)
{
	struct tuf_options o = { .lapsed_ok = 0 };
	struct tuf_error te;
	int rc;

	if (s->anchor != NULL)
		return (0);
	free(s->anchor_text);
	rc = sync_read(s->o->root, TUF_ROOT_MAX, &s->anchor_text,
	    &s->anchor_len);
	if (rc != 0)
		return (sync_fail(err, "%s: %s", s->o->root, strerror(rc == 1 ?
		    ENOENT : errno)));
	s->anchor = tuf_open(&o, s->anchor_text, s->anchor_len, &te);
	return (s->anchor != NULL ? 0 : sync_fail(err, "%s: %s", s->o->root,
	    te.text));
}

/* Name the directories. */
static int
name_all(struct sync *s, char *err)
{

	if (sync_path(s->lists, s->o->data, "lists") == 0 &&
	    sync_path(s->incoming, s->lists, "incoming") == 0 &&
	    sync_path(s->metadata, s->incoming, "metadata") == 0 &&
	    sync_path(s->targets, s->incoming, "targets") == 0 &&
	    sync_path(s->trusted, s->incoming, "sync-trusted") == 0)
		return (0);
	return (sync_fail(err, "%.200s: %s", s->o->data, strerror(errno)));
}

/* Take the lock. */
static int
take_lock(struct sync *s, char *err)
{
	char path[SYNC_PATH_MAX];
	int fd, saved;

	if (sync_path(path, s->lists, "sync.lock") != 0 || (fd = open(path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) == -1)
		return (sync_fail(err, "%s/sync.lock: %s", s->lists,
		    strerror(errno)));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return (fd);
	saved = errno;
	(void)close(fd);
	if (saved == EWOULDBLOCK) {
		(void)sync_fail(err, "%s: another sync is at work here; try "
		    "again when it has ended", path);
		return (-2);
	}
	return (sync_fail(err, "%s: %s", path, strerror(saved)));
}

/* Begin. */
int
sync_state_open(struct sync *s, char *err)
{
	int lock;

	if (name_all(s, err) != 0 || load_anchor(s, err) != 0 ||
	    make_dir(s, s->lists, s->o->data, err) != 0)
		return (-1);
	if ((lock = take_lock(s, err)) < 0)
		return (lock);
	if (make_dir(s, s->incoming, s->lists, err) == 0 &&
	    make_dir(s, s->metadata, s->incoming, err) == 0 &&
	    make_dir(s, s->targets, s->incoming, err) == 0 &&
	    make_dir(s, s->trusted, s->incoming, err) == 0)
		return (lock);
	(void)close(lock);
	return (-1);
}

/* Begin to trust anew, from the anchor. */
static int
begin_trust(struct sync *s, const char *hash, char *err)
{
	static const char *const name[] = { "anchor", "root.json",
	    "timestamp.json", "snapshot.json", "targets.json" };
	char path[SYNC_PATH_MAX];
	size_t i;

	for (i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (sync_path(path, s->trusted, name[i]) != 0 ||
		    (s->disk->unlink(s->disk->ctx, path) != 0 &&
		    errno != ENOENT))
			return (sync_fail(err, "%s/%s: %s", s->trusted,
			    name[i], strerror(errno)));
	/* "anchor" is last: without it all of this is done again. */
	if (disk_replace(s->disk, s->trusted, "root.json", s->anchor_text,
	    s->anchor_len) != 0 || disk_replace(s->disk, s->trusted, "anchor",
	    hash, strlen(hash)) != 0)
		return (sync_fail(err, "%s: %s", s->trusted, strerror(errno)));
	return (0);
}

/* Open what sync itself trusts. */
struct tufclient *
sync_state_trust(struct sync *s, char *err)
{
	struct tuf_options o = { .lapsed_ok = 0 };
	char hash[2 * SHA256_LEN + 2], path[SYNC_PATH_MAX];
	uint8_t digest[SHA256_LEN];
	struct tufclient *c;
	struct tuf_error te;

	sha256_of(digest, s->anchor_text, s->anchor_len);
	hex_encode(hash, digest, sizeof(digest));
	memcpy(&hash[2 * SHA256_LEN], "\n", 2);
	if (sync_path(path, s->trusted, "anchor") == 0 &&
	    sync_same(path, hash, strlen(hash)) &&
	    (c = tufclient_open(s->trusted, s->disk, &o, &te)) != NULL)
		return (c);
	if (begin_trust(s, hash, err) != 0)
		return (NULL);
	if ((c = tufclient_open(s->trusted, s->disk, &o, &te)) == NULL)
		(void)sync_fail(err, "%s: %s", s->trusted, te.text);
	return (c);
}

/* Open the generation in force. */
static struct tufclient *
open_generation(struct sync *s)
{
	struct tuf_options o = { .lapsed_ok = 1 };
	char path[SYNC_PATH_MAX], name[GENERATION_MAX + 16];
	struct tufclient *c;
	struct tuf_error te;
	const char *digits;
	void *text;
	size_t len;

	if (sync_path(path, s->lists, "trusted") != 0 ||
	    sync_read(path, GENERATION_MAX, &text, &len) != 0)
		return (NULL);
	digits = text;
	if (strncmp(digits, "trusted.", 8) == 0)
		digits += 8;
	len = strspn(digits, "0123456789");
	(void)snprintf(name, sizeof(name), "trusted.%.*s", (int)len, digits);
	free(text);
	if (len == 0 || sync_path(path, s->lists, name) != 0 ||
	    (c = tufclient_open(path, s->disk, &o, &te)) == NULL)
		return (NULL);
	if (tuf_version(tufclient_tuf(c), TUF_TARGETS) != 0)
		return (c);
	tufclient_close(c);
	return (NULL);
}

/* Open what the daemon has, to see the versions of its lists. */
struct tufclient *
sync_state_had(struct sync *s)
{
	char path[SYNC_PATH_MAX];
	struct tufclient *c = NULL;
	int i;

	if (s->o->whole || sync_path(path, s->lists, "whole") != 0 ||
	    access(path, F_OK) == 0)
		return (NULL);
	/* The daemon may just be putting another in its place. */
	for (i = 0; i < GENERATION_TRIES && c == NULL; i++)
		c = open_generation(s);
	return (c);
}

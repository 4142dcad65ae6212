#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/disk.h"

#include "witness_heads.h"
#include "witness_impl.h"

#define DIGITS (2 * SHA256_LEN)

/* Say what failed, and return -1. */
static int
failed(char *err, const char *path)
{

	(void)snprintf(err, WITNESS_ERROR_MAX, "%s: %s", path,
	    strerror(errno));
	return (-1);
}

/* Write the directory of an origin. */
static int
origin_dir(const struct witness *w, const char *origin,
    char path[WITNESS_PATH_MAX], char *err)
{
	char hex[DIGITS + 1];
	uint8_t hash[SHA256_LEN];
	int n;

	sha256_of(hash, origin, strlen(origin));
	hex_encode(hex, hash, sizeof(hash));
	n = snprintf(path, WITNESS_PATH_MAX, "%s/%s", w->dir, hex);
	if (n > 0 && n < WITNESS_PATH_MAX - 64)
		return (0);
	errno = ENAMETOOLONG;
	return (failed(err, w->dir));
}

/* Make a directory, durably, unless it is there. */
static int
make_dir(const struct witness *w, const char *path, char *err)
{

	if (mkdir(path, 0755) == 0)
		return (disk_real.sync_dir(disk_real.ctx, w->dir) == 0 ? 0 :
		    failed(err, w->dir));
	return (errno == EEXIST ? 0 : failed(err, path));
}

/* Keep the directory from being taken over by a daemon while we judge. */
static int
share(const struct witness *w, char *err)
{
	int fd;

	if ((fd = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return (failed(err, w->dir));
	if (flock(fd, LOCK_SH | LOCK_NB) == 0 && !witness_heads_used(w->dir))
		return (fd);
	(void)close(fd);
	(void)snprintf(err, WITNESS_ERROR_MAX, "%s: it belongs to a daemon that "
	    "witnesses the nodes below it", w->dir);
	return (-1);
}

/* Lock the state of an origin against others. */
static int
lock_origin(const struct witness *w, const char *origin, char *err)
{
	char path[WITNESS_PATH_MAX];
	int fd, rc;

	if (origin_dir(w, origin, path, err) != 0 ||
	    make_dir(w, path, err) != 0)
		return (-1);
	(void)snprintf(&path[strlen(path)], 8, "/lock");
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0644)) == -1)
		return (failed(err, path));
	while ((rc = flock(fd, LOCK_EX)) == -1 && errno == EINTR)
		continue;
	if (rc == 0)
		return (fd);
	(void)failed(err, path);
	(void)close(fd);
	return (-1);
}

/* Lock an origin. */
int
witness_lock(const struct witness *w, const char *origin, int fd[2], char *err)
{

	fd[0] = fd[1] = -1;
	if (w->heads != NULL)
		return (0);
	if ((fd[0] = share(w, err)) == -1)
		return (-1);
	if ((fd[1] = lock_origin(w, origin, err)) != -1)
		return (0);
	witness_unlock(fd);
	return (-1);
}

/* Unlock it. */
void
witness_unlock(const int fd[2])
{

	if (fd[1] != -1)
		(void)close(fd[1]);
	if (fd[0] != -1)
		(void)close(fd[0]);
}

/* Read a whole small file; its length, 0 when there is none, or -1. */
static long
slurp(const char *path, char *buf, size_t cap, char *err)
{
	ssize_t n;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
	    O_NONBLOCK)) == -1)
		return (errno == ENOENT ? 0 : failed(err, path));
	n = disk_read(&disk_real, fd, buf, cap, 0);
	if (n == -1)
		(void)failed(err, path);
	(void)close(fd);
	if (n != 0 && (n == -1 || (size_t)n < cap))
		return (n);
	(void)snprintf(err, WITNESS_ERROR_MAX, "%s: %s", path, n == 0 ?
	    "empty" : "longer than a checkpoint");
	return (-1);
}

/* What was cosigned last, where many heads are kept together. */
static long
among_heads(const struct witness_heads *h, const char *origin,
    struct checkpoint *c, char *text, size_t cap, char *err)
{
	const struct witness_head *head = witness_heads_get(h, origin);

	if (head == NULL)
		return (0);
	if (text != NULL && head->len >= cap) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%s: no room for its "
		    "head", origin);
		return (-1);
	}
	*c = head->c;
	if (text != NULL) {
		memcpy(text, head->note, head->len);
		text[head->len] = '\0';
	}
	return ((long)head->len);
}

/* What was cosigned last. */
long
witness_seen(const struct witness *w, const char *origin, struct checkpoint *c,
    char *text, size_t cap, char *err)
{
	char path[WITNESS_PATH_MAX], own[CHECKPOINT_MAX + 2], why[NOTE_ERROR_MAX];
	struct note note;
	long len;

	memset(c, 0, sizeof(*c));
	if (w->heads != NULL)
		return (among_heads(w->heads, origin, c, text, cap, err));
	if (text == NULL) {
		text = own;
		cap = sizeof(own);
	}
	if (origin_dir(w, origin, path, err) != 0)
		return (-1);
	(void)snprintf(&path[strlen(path)], 16, "/" WITNESS_HEAD_FILE);
	if ((len = slurp(path, text, cap - 1, err)) <= 0)
		return (len);
	text[len] = '\0';
	/* Our own file: damage must not make us forget what we cosigned. */
	if (note_parse(&note, text, (size_t)len, why) == 0 &&
	    checkpoint_read(c, note.text, note.text_len, why) == 0 &&
	    strcmp(c->origin, origin) == 0)
		return (len);
	memset(c, 0, sizeof(*c));
	(void)snprintf(err, WITNESS_ERROR_MAX, "%s: it is damaged; restore it, "
	    "or nothing this witness says of %s is worth anything", path,
	    origin);
	return (-1);
}

/* Replace the head. */
int
witness_keep(const struct witness *w, const struct checkpoint *c,
    const char *text, size_t len, char *err)
{
	char path[WITNESS_PATH_MAX];
	size_t i;

	if (w->heads != NULL) {
		for (i = 0; i < w->nlogs; i++)
			if (witness_serves(w->logs[i], c->origin))
				break;
		return (witness_heads_put(w->heads, i < w->nlogs ?
		    w->logs[i]->name : NULL, c, text, len, err));
	}
	if (origin_dir(w, c->origin, path, err) != 0)
		return (-1);
	if (disk_replace(&disk_real, path, WITNESS_HEAD_FILE, text, len) != 0)
		return (failed(err, path));
	return (0);
}

/* How many names a directory holds. */
static size_t
count(const char *path)
{
	const struct dirent *e;
	size_t n = 0;
	DIR *d;

	if ((d = opendir(path)) == NULL)
		return (0);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return (n);
}

/* Keep two heads that contradict each other. */
int
witness_accuse(const struct witness *w, const char *origin,
    const char *offered, size_t len, char *err)
{
	char dir[WITNESS_PATH_MAX], name[160], seen[CHECKPOINT_MAX + 2];
	char oh[DIGITS + 1], head[DIGITS + 1];
	uint8_t hash[SHA256_LEN];
	struct checkpoint c;
	long n;

	if ((n = witness_seen(w, origin, &c, seen, sizeof(seen), err)) == -1)
		return (-1);
	(void)snprintf(dir, sizeof(dir), "%s/evidence", w->dir);
	if (make_dir(w, dir, err) != 0)
		return (-1);
	/* One pair of names for one pair of heads, however often it comes. */
	sha256_of(hash, origin, strlen(origin));
	hex_encode(oh, hash, sizeof(hash));
	sha256_of(hash, offered, len);
	hex_encode(head, hash, sizeof(hash));
	if (count(dir) >= 2 * (size_t)WITNESS_EVIDENCE_MAX) {
		(void)snprintf(err, WITNESS_ERROR_MAX, "%s: %d pairs are kept "
		    "already; put them away", dir, WITNESS_EVIDENCE_MAX);
		return (-1);
	}
	(void)snprintf(name, sizeof(name), "%.16s-%" PRIu64 "-%.16s.offered",
	    oh, c.size, head);
	if (disk_replace(&disk_real, dir, name, offered, len) != 0)
		return (failed(err, dir));
	(void)snprintf(name, sizeof(name), "%.16s-%" PRIu64 "-%.16s.seen", oh,
	    c.size, head);
	if (n > 0 && disk_replace(&disk_real, dir, name, seen, (size_t)n) != 0)
		return (failed(err, dir));
	return (0);
}

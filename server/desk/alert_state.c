#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/sha256.h"
#include "store/disk.h"

#include "alert_state.h"

#define HEAD "liangka alert state v1\n"
#define CURSORS_MAX (2 * ALERT_RECEIVERS_MAX)
#define SUM_LINE (4 + 2 * SHA256_LEN + 1)

/* Free what it holds. */
void
alert_state_free(struct alert_state *s)
{

	free(s->cursor);
	memset(s, 0, sizeof(*s));
}

/* Find a cursor. */
struct alert_cursor *
alert_state_cursor(struct alert_state *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->ncursors; i++)
		if (strcmp(s->cursor[i].name, name) == 0)
			return (&s->cursor[i]);
	return (NULL);
}

/* Add one. */
struct alert_cursor *
alert_state_add(struct alert_state *s, const char *name, uint64_t i)
{
	struct alert_cursor *c;

	c = realloc(s->cursor, (s->ncursors + 1) * sizeof(*c));
	if (c == NULL)
		return (NULL);
	s->cursor = c;
	c = &s->cursor[s->ncursors++];
	memset(c, 0, sizeof(*c));
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	c->i = i;
	return (c);
}

/* A text being read line by line. */
struct reading {
	const char *p, *end;
	int bad;
};

/* Take a word that must stand here. */
static void
want(struct reading *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		r->bad = 1;
	else
		r->p += n;
}

/* Does this word stand here? */
static int
next(const struct reading *r, const char *word)
{
	size_t n = strlen(word);

	return ((size_t)(r->end - r->p) >= n && memcmp(r->p, word, n) == 0);
}

/* Take a number without leading zeros. */
static uint64_t
number(struct reading *r)
{
	const char *from = r->p;
	uint64_t v = 0;

	for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
		if (v > (INT64_MAX - 9) / 10)
			r->bad = 1;
		v = r->bad ? 0 : v * 10 + (uint64_t)(*r->p - '0');
	}
	if (r->p == from || (*from == '0' && r->p - from > 1))
		r->bad = 1;
	return (v);
}

/* Take the rest of the line. */
static void
rest(struct reading *r, char *out, size_t cap)
{
	const char *nl = memchr(r->p, '\n', (size_t)(r->end - r->p));
	size_t n = nl != NULL ? (size_t)(nl - r->p) : 0;

	out[0] = '\0';
	if (nl == NULL || n >= cap || memchr(r->p, '\0', n) != NULL ||
	    memchr(r->p, ' ', n) != NULL) {
		r->bad = 1;
		return;
	}
	memcpy(out, r->p, n);
	out[n] = '\0';
	r->p = nl + 1;
}

/* Take a receiver with what it has aside. */
static void
read_cursor(struct reading *r, struct alert_state *s)
{
	char name[ALERT_NAME_MAX] = "";
	struct alert_cursor *c;
	struct alert_aside *a;
	uint64_t i;

	want(r, "receiver ");
	i = number(r);
	want(r, " ");
	if (!r->bad)
		rest(r, name, sizeof(name));
	if (r->bad || i > s->count || name[0] == '\0' || s->ncursors ==
	    CURSORS_MAX || alert_state_cursor(s, name) != NULL || (c =
	    alert_state_add(s, name, i)) == NULL) {
		r->bad = 1;
		return;
	}
	while (!r->bad && next(r, "aside ")) {
		if (c->naside == ALERT_ASIDE_MAX) {
			r->bad = 1;
			return;
		}
		a = &c->aside[c->naside++];
		want(r, "aside ");
		a->i = number(r);
		want(r, " ");
		a->next = (int64_t)number(r);
		want(r, "\n");
		if (a->i >= c->i || (c->naside > 1 && a[-1].i >= a->i))
			r->bad = 1;
	}
}

/* Take all lines but the sum. */
static void
read_lines(struct reading *r, struct alert_state *s)
{

	want(r, HEAD "node ");
	if (!r->bad)
		rest(r, s->node, sizeof(s->node));
	if (s->node[0] == '\0')
		r->bad = 1;
	if (strcmp(s->node, "-") == 0)
		s->node[0] = '\0';
	want(r, "since ");
	s->since = (int64_t)number(r);
	want(r, "\nread ");
	s->read = number(r);
	want(r, "\noldest ");
	s->oldest = number(r);
	want(r, "\ntells ");
	s->gen = number(r);
	want(r, " ");
	s->count = number(r);
	want(r, "\n");
	if (s->count > (uint64_t)INT64_MAX / 64)
		r->bad = 1;
	while (!r->bad && r->p < r->end)
		read_cursor(r, s);
}

/* Read the text. */
int
alert_state_parse(struct alert_state *s, const char *text, size_t len)
{
	struct reading r = { text, text, 0 };
	uint8_t digest[SHA256_LEN];
	char sum[SUM_LINE + 1];

	memset(s, 0, sizeof(*s));
	if (len < SUM_LINE || len > ALERT_STATE_MAX)
		return (-1);
	r.end = text + len - SUM_LINE;
	sha256_of(digest, text, len - SUM_LINE);
	memcpy(sum, "sum ", 4);
	hex_encode(&sum[4], digest, sizeof(digest));
	memcpy(&sum[SUM_LINE - 1], "\n", 2);
	if (memcmp(r.end, sum, SUM_LINE) != 0)
		return (-1);
	read_lines(&r, s);
	if (!r.bad)
		return (0);
	alert_state_free(s);
	return (-1);
}

/* Print it. */
char *
alert_state_print(const struct alert_state *s, size_t *len)
{
	uint8_t digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1], *text = NULL;
	FILE *f = open_memstream(&text, len);
	size_t i, j;

	if (f == NULL)
		return (NULL);
	(void)fprintf(f, HEAD "node %s\nsince %" PRId64 "\nread %" PRIu64 "\noldest %" PRIu64
	    "\ntells %" PRIu64 " %" PRIu64 "\n", s->node[0] != '\0' ? s->node :
	    "-", s->since, s->read, s->oldest, s->gen, s->count);
	for (i = 0; i < s->ncursors; i++) {
		(void)fprintf(f, "receiver %" PRIu64 " %s\n", s->cursor[i].i,
		    s->cursor[i].name);
		for (j = 0; j < s->cursor[i].naside; j++)
			(void)fprintf(f, "aside %" PRIu64 " %" PRId64 "\n",
			    s->cursor[i].aside[j].i, s->cursor[i].aside[j].next);
	}
	if (fflush(f) != 0)
		goto err0;
	sha256_of(digest, text, *len);
	hex_encode(hex, digest, sizeof(digest));
	(void)fprintf(f, "sum %s\n", hex);
	if (fclose(f) == 0)
		return (text);
	free(text);
	return (NULL);

err0:
	(void)fclose(f);
	free(text);
	return (NULL);
}

/* Write a sentence. */
static int
fail(char *err, const char *path, const char *what)
{

	(void)snprintf(err, ALERT_STATE_ERROR_MAX, "%.700s: %.300s", path,
	    what);
	return (-1);
}

/* Read it from disk. */
int
alert_state_load(struct alert_state *s, const char *dir, char *err)
{
	char path[1100], *text;
	ssize_t n;
	int fd;

	memset(s, 0, sizeof(*s));
	if (snprintf(path, sizeof(path), "%s/state", dir) >=
	    (int)sizeof(path))
		return (fail(err, dir, strerror(ENAMETOOLONG)));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		return (errno == ENOENT ? 1 : fail(err, path,
		    strerror(errno)));
	if ((text = malloc(ALERT_STATE_MAX + 1)) == NULL) {
		(void)close(fd);
		return (fail(err, path, "out of memory"));
	}
	n = disk_read(&disk_real, fd, text, ALERT_STATE_MAX + 1, 0);
	if (n == -1)
		(void)fail(err, path, strerror(errno));
	else if (alert_state_parse(s, text, (size_t)n) != 0) {
		(void)fail(err, path, "damaged, or of another version.  Remove "
		    "the state directory to tell everything anew (--since)");
		n = -1;
	}
	free(text);
	(void)close(fd);
	return (n == -1 ? -1 : 0);
}

/* Replace it. */
int
alert_state_save(const struct alert_state *s, const struct disk *d,
    const char *dir, char *err)
{
	size_t len = 0;
	char *text = alert_state_print(s, &len);
	int rc;

	if (text == NULL)
		return (fail(err, dir, "out of memory"));
	rc = disk_replace(d, dir, "state", text, len);
	if (rc != 0)
		(void)fail(err, dir, strerror(errno));
	free(text);
	return (rc);
}

/* Make and lock the directory. */
int
alert_state_lock(const struct disk *d, const char *dir, char *err)
{
	char path[1100];
	struct stat st;
	int fd, saved;

	if (d->mkdir(d->ctx, dir, 0700) != 0 && errno != EEXIST)
		return (fail(err, dir, strerror(errno)));
	if (lstat(dir, &st) != 0)
		return (fail(err, dir, strerror(errno)));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		return (fail(err, dir, "the state directory must belong to "
		    "this user and be open to nobody else (mode 0700)"));
	if (snprintf(path, sizeof(path), "%s/lock", dir) >= (int)sizeof(path))
		return (fail(err, dir, strerror(ENAMETOOLONG)));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return (fail(err, path, strerror(errno)));
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return (fd);
	saved = errno;
	(void)close(fd);
	(void)fail(err, path, saved == EWOULDBLOCK ? "another \"liangka alert "
	    "send\" is at work with it" : strerror(saved));
	return (saved == EWOULDBLOCK ? -2 : -1);
}

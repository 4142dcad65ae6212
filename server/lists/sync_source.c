#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "sync_impl.h"

#define SLICE	(64u << 10)

/* A source as messages may name it. */
const char *
sync_source_shown(const struct sync *s, size_t i, char out[256])
{

	return (httpget_public(s->o->source[i], out, 256));
}

/* The value of a hexadecimal digit, or -1. */
static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	if (c >= '0' && c <= '9')
		return (c - '0');
	return (p != NULL && p - digits > 9 ? (int)(p - digits) : -1);
}

/* The directory that a place names: file:// taken off and unescaped. */
int
sync_source_dir(const char *where, char out[SYNC_PATH_MAX])
{
	size_t n = 0;
	int hi, lo;

	if (strncasecmp(where, "file://", 7) != 0)
		return (snprintf(out, SYNC_PATH_MAX, "%s", where) <
		    SYNC_PATH_MAX ? 0 : -1);
	where += 7;
	if (strncasecmp(where, "localhost/", 10) == 0)
		where += 9;
	if (*where != '/')
		return (-1);
	for (; *where != '\0' && n + 1 < SYNC_PATH_MAX; where++) {
		out[n++] = *where;
		if (*where != '%')
			continue;
		if ((hi = digit(where[1])) == -1 ||
		    (lo = digit(where[2])) == -1 || hi + lo == 0)
			return (-1);
		out[n - 1] = (char)(hi << 4 | lo);
		where += 2;
	}
	out[n] = '\0';
	return (*where == '\0' ? 0 : -1);
}

/* Hand over an open file from a byte on. */
static enum httpget_answer
hand_over(struct sync *s, int fd, const char *path,
    const struct httpget_ask *ask, struct httpget_reply *reply, char *err)
{
	char buf[SLICE];
	ssize_t n;

	while ((n = pread(fd, buf, sizeof(buf), (off_t)reply->end)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1) {
			(void)sync_fail(err, "%s: %s", path, strerror(errno));
			return (HTTPGET_AWAY);
		}
		if (s->stop != NULL && *s->stop != 0) {
			(void)sync_fail(err, "%s: stopped", path);
			return (HTTPGET_STOPPED);
		}
		if (reply->end > ask->max || (uint64_t)n > ask->max -
		    reply->end) {
			(void)sync_fail(err, "%s: longer than the %llu bytes "
			    "that it can have", path,
			    (unsigned long long)ask->max);
			return (HTTPGET_LONG);
		}
		if (ask->take(ask->arg, reply->end, buf, (size_t)n) != 0) {
			(void)sync_fail(err, "%s: not taken", path);
			return (HTTPGET_REFUSED);
		}
		reply->end += (uint64_t)n;
	}
	return (HTTPGET_OK);
}

/* Read a file of a directory. */
static enum httpget_answer
get_file(struct sync *s, const char *where, const char *name,
    const struct httpget_ask *ask, struct httpget_reply *reply, char *err)
{
	char dir[SYNC_PATH_MAX], path[SYNC_PATH_MAX];
	enum httpget_answer answer = HTTPGET_AWAY;
	struct stat st;
	int fd;

	memset(reply, 0, sizeof(*reply));
	if (sync_source_dir(where, dir) != 0 || sync_path(path, dir, name) != 0) {
		(void)sync_fail(err, "%.300s: not an address, or too long",
		    where);
		return (HTTPGET_AWAY);
	}
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) == -1) {
		/* A stick that is not there says nothing of its files. */
		if (errno == ENOENT && stat(dir, &st) == 0)
			answer = HTTPGET_ABSENT;
		else if (errno == EACCES)
			answer = HTTPGET_DENIED;
		(void)sync_fail(err, "%s: %s", answer == HTTPGET_AWAY &&
		    errno == ENOENT ? dir : path, strerror(errno));
		return (answer);
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		(void)sync_fail(err, "%s: not a file", path);
	else {
		reply->end = ask->from;
		reply->partial = ask->from > 0;
		answer = hand_over(s, fd, path, ask, reply, err);
	}
	(void)close(fd);
	return (answer);
}

/* Get a file from whatever the source is. */
enum httpget_answer
sync_source_get(struct sync *s, size_t i, const char *path,
    const struct httpget_ask *ask, struct httpget_reply *reply, char *err)
{
	const char *where = s->o->source[i];
	struct httpget_options o = { .timeout_ms = s->o->timeout_ms,
		.ca = s->o->ca, .cert = s->o->cert, .key = s->o->key,
		.stop = s->stop };

	if (!httpget_is_address(where))
		return (get_file(s, where, path, ask, reply, err));
	if (s->http == NULL && (s->http = httpget_open(&o, err)) == NULL)
		return (HTTPGET_AWAY);
	return (httpget_get(s->http, where, path, ask, reply, err));
}

/* A file that is gathered in memory. */
struct gather {
	char *p;
	size_t len, cap;
};

/* Take a part of it. */
static int
gather(void *arg, uint64_t off, const void *p, size_t len)
{
	struct gather *g = arg;
	size_t cap = g->cap;
	char *more;

	if (off != g->len)
		return (-1);
	while (g->len + len + 1 > cap)
		cap = cap * 2 + 4096;
	if (g->p == NULL || cap != g->cap) {
		if ((more = realloc(g->p, cap)) == NULL)
			return (-1);
		g->p = more;
		g->cap = cap;
	}
	memcpy(g->p + g->len, p, len);
	g->len += len;
	return (0);
}

/* Remember a timestamp by its ETag. */
static void
keep_stamp(struct sync_stamp *k, const char *etag, const void *p, size_t len)
{

	free(k->data);
	k->etag[0] = '\0';
	if (etag[0] == '\0' || (k->data = malloc(len + 1)) == NULL) {
		k->data = NULL;
		return;
	}
	memcpy(k->data, p, len);
	k->len = len;
	(void)snprintf(k->etag, sizeof(k->etag), "%s", etag);
}

/* Read a small file of the metadata. */
int
sync_source_read(struct sync *s, size_t i, const char *name, size_t max,
    void **data, size_t *len, char *err)
{
	struct sync_stamp *k = &s->stamp[i];
	int stamped = strcmp(name, "timestamp.json") == 0;
	struct gather g = { .p = NULL };
	struct httpget_ask ask = { .etag = stamped && k->data != NULL ?
		k->etag : NULL, .max = max, .take = gather, .arg = &g };
	struct httpget_reply reply;
	enum httpget_answer answer;
	char path[300];

	(void)snprintf(path, sizeof(path), "metadata/%.280s", name);
	answer = sync_source_get(s, i, path, &ask, &reply, err);
	s->r->bytes += g.len;
	if (answer == HTTPGET_SAME)
		(void)gather(&g, 0, k->data, k->len);
	else if (answer == HTTPGET_OK && stamped)
		keep_stamp(k, reply.etag, g.p != NULL ? g.p : "", g.len);
	if ((answer == HTTPGET_OK || answer == HTTPGET_SAME) &&
	    (g.p != NULL || gather(&g, 0, "", 0) == 0)) {
		g.p[g.len] = '\0';
		*data = g.p;
		*len = g.len;
		return (0);
	}
	free(g.p);
	if (answer == HTTPGET_OK || answer == HTTPGET_SAME)
		return (sync_fail(err, "out of memory"));
	return (answer == HTTPGET_ABSENT ? 1 : -1);
}

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/disk.h"

#include "sync_impl.h"

/*
 * sync.status:
 *
 *	liangka-sync/1
 *	attempt 1795327200
 *	success 1795327180
 *	targets 7
 *	source https://lists.example/repo
 *	fault none
 *	error
 *
 * Each line once, in this order; behind "source" and "error" a space and text, or
 * nothing.
 */
#define FIRST "liangka-sync/1\n"

static const char *const faults[SYNC_FAULTS] = {
	[SYNC_FINE] = "none", [SYNC_BUSY] = "busy", [SYNC_AWAY] = "away",
	[SYNC_LOCAL] = "local", [SYNC_REFUSED] = "refused"
};

/* Write text as one line: no control characters, at most cap - 1 bytes. */
static void
one_line(char *out, size_t cap, const char *text)
{
	size_t i;

	(void)snprintf(out, cap, "%s", text);
	for (i = 0; out[i] != '\0'; i++)
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			out[i] = ' ';
	while (i > 0 && out[i - 1] == ' ')
		out[--i] = '\0';
}

/* Print it. */
size_t
sync_status_print(const struct sync_status *s, char *text, size_t cap)
{
	char source[sizeof(s->source)], error[sizeof(s->last_error)];
	int n;

	if ((unsigned)s->fault >= SYNC_FAULTS)
		return (0);
	one_line(source, sizeof(source), s->source);
	one_line(error, sizeof(error), s->last_error);
	n = snprintf(text, cap, FIRST "attempt %" PRId64 "\nsuccess %" PRId64
	    "\ntargets %" PRIu32 "\nsource%s%s\nfault %s\nerror%s%s\n",
	    s->last_attempt, s->last_success, s->targets, source[0] != '\0' ?
	    " " : "", source, faults[s->fault], error[0] != '\0' ? " " : "", error);
	return (n > 0 && (size_t)n < cap ? (size_t)n : 0);
}

/* A line "name value" at *p: value and its length; *p is moved behind it. */
static const char *
field(const char **p, const char *end, const char *name, size_t *len)
{
	size_t n = strlen(name);
	const char *nl, *value;

	if (*p == NULL || (size_t)(end - *p) <= n ||
	    memcmp(*p, name, n) != 0 || (nl = memchr(*p, '\n',
	    (size_t)(end - *p))) == NULL) {
		*p = NULL;
		return (NULL);
	}
	value = *p + n;
	*p = nl + 1;
	*len = (size_t)(nl - value);
	if (*len == 0)
		return (value);
	if (*value != ' ' || *len < 2) {
		*p = NULL;
		return (NULL);
	}
	(*len)--;
	return (value + 1);
}

/* A line with a number of at most `max`. */
static uint64_t
number(const char **p, const char *end, const char *name, uint64_t max)
{
	size_t len = 0, i;
	const char *v = field(p, end, name, &len);
	uint64_t n = 0;

	if (v == NULL)
		return (0);
	for (i = 0; i < len && i < 20 && v[i] >= '0' && v[i] <= '9' &&
	    n <= max / 10; i++)
		n = n * 10 + (uint64_t)(v[i] - '0');
	if (i == 0 || i != len || n > max || (v[0] == '0' && len > 1)) {
		*p = NULL;
		return (0);
	}
	return (n);
}

/* A line with text of less than cap bytes. */
static void
words(const char **p, const char *end, const char *name, char *out, size_t cap)
{
	size_t len = 0, i;
	const char *v = field(p, end, name, &len);

	if (v == NULL || len >= cap)
		goto bad;
	for (i = 0; i < len; i++)
		if ((unsigned char)v[i] < 0x20 || v[i] == 0x7f)
			goto bad;
	if (len > 0 && v[len - 1] == ' ')
		goto bad;
	memcpy(out, v, len);
	out[len] = '\0';
	return;
bad:
	*p = NULL;
}

/* A line with the word of a fault. */
static enum sync_fault
fault(const char **p, const char *end)
{
	char word[16] = "";
	int i;

	words(p, end, "fault", word, sizeof(word));
	for (i = 0; i < SYNC_FAULTS; i++)
		if (strcmp(word, faults[i]) == 0)
			return ((enum sync_fault)i);
	*p = NULL;
	return (SYNC_FINE);
}

/* Read it from text. */
int
sync_status_parse(struct sync_status *s, const char *text, size_t len)
{
	const char *p = text, *end = text + len;

	memset(s, 0, sizeof(*s));
	if (len < sizeof(FIRST) - 1 || memcmp(p, FIRST, sizeof(FIRST) - 1) != 0)
		return (-1);
	p += sizeof(FIRST) - 1;
	s->last_attempt = (int64_t)number(&p, end, "attempt", INT64_MAX);
	s->last_success = (int64_t)number(&p, end, "success", INT64_MAX);
	s->targets = (uint32_t)number(&p, end, "targets", UINT32_MAX);
	words(&p, end, "source", s->source, sizeof(s->source));
	s->fault = fault(&p, end);
	words(&p, end, "error", s->last_error, sizeof(s->last_error));
	if (p == end)
		return (0);
	memset(s, 0, sizeof(*s));
	return (-1);
}

/* Read it from disk. */
int
sync_status_read(const char *data, struct sync_status *s)
{
	char path[SYNC_PATH_MAX];
	void *text;
	size_t len;
	int rc = -1;

	memset(s, 0, sizeof(*s));
	if (sync_path(path, data, "lists/incoming/sync.status") != 0 ||
	    sync_read(path, SYNC_STATUS_MAX, &text, &len) != 0)
		return (-1);
	rc = sync_status_parse(s, text, len);
	free(text);
	return (rc);
}

/* Replace a file that may be lost in a power cut: no sync. */
static int
replace(struct sync *s, const char *path, const char *text, size_t len)
{
	const struct disk *d = s->disk;
	char temp[SYNC_PATH_MAX];
	int fd;

	if ((size_t)snprintf(temp, sizeof(temp), "%s.tmp", path) >=
	    sizeof(temp) || (fd = d->open(d->ctx, temp, O_WRONLY | O_CREAT |
	    O_TRUNC, 0600)) == -1)
		return (-1);
	if (disk_write(d, fd, text, len, 0) != 0) {
		(void)d->close(d->ctx, fd);
		(void)d->unlink(d->ctx, temp);
		return (-1);
	}
	(void)d->close(d->ctx, fd);
	return (d->rename(d->ctx, temp, path));
}

/* Note how the round went; that it cannot be noted is no reason to fail. */
void
sync_status_note(struct sync *s, const char *err)
{
	char path[SYNC_PATH_MAX], text[SYNC_STATUS_MAX];
	struct sync_status st;
	size_t n;

	(void)sync_status_read(s->o->data, &st);
	st.last_attempt = s->o->now();
	if (st.last_attempt < 0)
		st.last_attempt = 0;
	if (err == NULL)
		st.last_success = st.last_attempt;
	st.targets = s->r->targets;
	if (s->o->nsources > 0)
		(void)sync_source_shown(s, s->r->source, st.source);
	st.fault = s->r->fault;
	(void)snprintf(st.last_error, sizeof(st.last_error), "%s",
	    err != NULL ? err : "");
	if (sync_path(path, s->incoming, "sync.status") == 0 &&
	    (n = sync_status_print(&st, text, sizeof(text))) != 0)
		(void)replace(s, path, text, n);
}

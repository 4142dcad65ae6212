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
#include "store/entry.h"

#include "verify_state.h"

#define MAGIC "liangka-verify-state 1\n"
#define SUM_LEN (4 + 2 * SHA256_LEN + 1) /* "end ", digits, newline */
#define BLOCK_MAX 1024			/* bytes of one log's lines */

/* Find a log. */
const struct verify_seen *
verify_state_find(const struct verify_state *s, const char *origin)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->seen[i].head.origin, origin) == 0)
			return (&s->seen[i]);
	return (NULL);
}

/* Remember a log. */
int
verify_state_put(struct verify_state *s, const struct verify_seen *seen)
{
	struct verify_seen *more;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->seen[i].head.origin, seen->head.origin) == 0)
			break;
	if (i == s->n) {
		if (s->n == VERIFY_STATE_LOGS)
			return (-1);
		more = realloc(s->seen, (s->n + 1) * sizeof(*more));
		if (more == NULL)
			return (-1);
		s->seen = more;
		s->n++;
	}
	s->seen[i] = *seen;
	return (0);
}

/* Forget all. */
void
verify_state_free(struct verify_state *s)
{

	free(s->seen);
	s->seen = NULL;
	s->n = 0;
}

/* Write the lines of one log; their length, or -1. */
static int
print_seen(char *out, size_t cap, const struct verify_seen *v)
{
	char root[2 * MERKLE_LEN + 1];
	int n;

	hex_encode(root, v->head.root, MERKLE_LEN);
	n = snprintf(out, cap, "log %s\nhead %" PRIu64 " %s\nbase %" PRIu64
	    "\nat %" PRId64 " %s %d %d\npolicy %s\n", v->head.origin,
	    v->head.size, root, v->base, v->t, entry_kind_name(v->kind),
	    v->due, v->finished, v->policy[0] != '\0' ? v->policy : "-");
	return (n < 0 || (size_t)n >= cap ? -1 : n);
}

/* Write the sum over what stands at text[0..len). */
static void
print_sum(char out[SUM_LEN + 1], const char *text, size_t len)
{
	char hex[2 * SHA256_LEN + 1];
	uint8_t sum[SHA256_LEN];

	sha256_of(sum, text, len);
	hex_encode(hex, sum, sizeof(sum));
	(void)snprintf(out, SUM_LEN + 1, "end %s\n", hex);
}

/* Write all. */
char *
verify_state_print(const struct verify_state *s, size_t *len)
{
	char *text;
	size_t i;
	int n;

	text = malloc(sizeof(MAGIC) + s->n * BLOCK_MAX + SUM_LEN + 1);
	if (text == NULL)
		return (NULL);
	memcpy(text, MAGIC, sizeof(MAGIC));
	*len = sizeof(MAGIC) - 1;
	for (i = 0; i < s->n; i++) {
		n = print_seen(text + *len, BLOCK_MAX, &s->seen[i]);
		if (n < 0) {
			free(text);
			return (NULL);
		}
		*len += (size_t)n;
	}
	print_sum(text + *len, text, *len);
	*len += SUM_LEN;
	return (text);
}

/* Lines being read. */
struct in {
	const char *p, *end;
	int line;
};

/* Take a line that begins with this word; its rest, terminated, or NULL. */
static char *
line_of(struct in *in, const char *word, char rest[BLOCK_MAX])
{
	const char *end = memchr(in->p, '\n', (size_t)(in->end - in->p));
	size_t w = strlen(word), n;

	in->line++;
	if (end == NULL || (size_t)(end - in->p) <= w ||
	    memcmp(in->p, word, w) != 0 || in->p[w] != ' ')
		return (NULL);
	n = (size_t)(end - in->p) - w - 1;
	if (n == 0 || n >= BLOCK_MAX || memchr(in->p, '\0',
	    (size_t)(end - in->p)) != NULL)
		return (NULL);
	memcpy(rest, in->p + w + 1, n);
	rest[n] = '\0';
	in->p = end + 1;
	return (rest);
}

/* Read a number up to a space or the end and step behind it. */
static int
number(char **s, uint64_t *v)
{
	char *end;

	if (**s < '0' || **s > '9')
		return (-1);
	errno = 0;
	*v = strtoull(*s, &end, 10);
	if (errno != 0 || (*end != ' ' && *end != '\0'))
		return (-1);
	*s = *end == ' ' ? end + 1 : end;
	return (0);
}

/* Read the line of the last entry. */
static int
read_at(char *s, struct verify_seen *v)
{
	uint64_t t, due, finished;
	char *space;

	if (number(&s, &t) != 0 || t > INT64_MAX ||
	    (space = strchr(s, ' ')) == NULL)
		return (-1);
	v->t = (int64_t)t;
	*space = '\0';
	for (v->kind = 1; v->kind < ENTRY_KINDS; v->kind++)
		if (strcmp(s, entry_kind_name(v->kind)) == 0)
			break;
	s = space + 1;
	if (v->kind == ENTRY_KINDS || number(&s, &due) != 0 ||
	    number(&s, &finished) != 0 || *s != '\0' || due > 1 ||
	    finished > 1)
		return (-1);
	v->due = (int)due;
	v->finished = (int)finished;
	return (0);
}

/* Read the lines of one log. */
static int
read_seen(struct in *in, struct verify_seen *v)
{
	char rest[BLOCK_MAX], *s;

	memset(v, 0, sizeof(*v));
	if ((s = line_of(in, "log", rest)) == NULL || strlen(s) >=
	    sizeof(v->head.origin))
		return (-1);
	(void)snprintf(v->head.origin, sizeof(v->head.origin), "%s", s);
	if ((s = line_of(in, "head", rest)) == NULL ||
	    number(&s, &v->head.size) != 0 || strlen(s) != 2 * MERKLE_LEN ||
	    hex_decode(v->head.root, s, MERKLE_LEN) != 0)
		return (-1);
	if ((s = line_of(in, "base", rest)) == NULL ||
	    number(&s, &v->base) != 0 || *s != '\0')
		return (-1);
	if ((s = line_of(in, "at", rest)) == NULL || read_at(s, v) != 0)
		return (-1);
	if ((s = line_of(in, "policy", rest)) == NULL ||
	    strlen(s) >= sizeof(v->policy))
		return (-1);
	if (strcmp(s, "-") != 0)
		(void)snprintf(v->policy, sizeof(v->policy), "%s", s);
	return (0);
}

/* Say what is wrong; -1. */
static int
bad(struct verify_state *s, char *err, int line, const char *why)
{

	verify_state_free(s);
	(void)snprintf(err, VERIFY_STATE_ERROR_MAX, "line %d: %s", line, why);
	return (-1);
}

/* Read a text. */
int
verify_state_read(struct verify_state *s, const char *text, size_t len,
    char *err)
{
	struct in in = { text + sizeof(MAGIC) - 1, NULL, 1 };
	char sum[SUM_LEN + 1], block[BLOCK_MAX];
	struct verify_seen v;
	const char *from;
	int n;

	memset(s, 0, sizeof(*s));
	if (len < sizeof(MAGIC) - 1 || memcmp(text, MAGIC, sizeof(MAGIC) - 1) !=
	    0)
		return (bad(s, err, 1, "this is no state of log verify"));
	if (len < sizeof(MAGIC) - 1 + SUM_LEN)
		return (bad(s, err, 1, "the file is cut short"));
	in.end = text + len - SUM_LEN;
	print_sum(sum, text, len - SUM_LEN);
	while (in.p < in.end) {
		from = in.p;
		if (read_seen(&in, &v) != 0)
			return (bad(s, err, in.line, "malformed"));
		/* There is one way to write it. */
		n = print_seen(block, sizeof(block), &v);
		if (n != in.p - from || memcmp(block, from, (size_t)n) != 0)
			return (bad(s, err, in.line,
			    "not as it would be written"));
		if (verify_state_find(s, v.head.origin) != NULL)
			return (bad(s, err, in.line,
			    "this log stands there twice"));
		if (verify_state_put(s, &v) != 0)
			return (bad(s, err, in.line, "too many logs"));
	}
	if (memcmp(sum, in.end, SUM_LEN) != 0)
		return (bad(s, err, in.line + 1, "the sum at the end does not "
		    "fit: the file is damaged"));
	return (0);
}

/* Read a file. */
int
verify_state_load(struct verify_state *s, const char *path, char *err)
{
	char why[VERIFY_STATE_ERROR_MAX];
	ssize_t len = -1;
	uint64_t size;
	char *text;
	int fd, rc;

	memset(s, 0, sizeof(*s));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1 && errno == ENOENT)
		return (0);
	if (fd == -1 || disk_real.size(disk_real.ctx, fd, &size) != 0)
		goto failed;
	if (size > VERIFY_STATE_BYTES) {
		errno = EFBIG;
		goto failed;
	}
	if ((text = malloc((size_t)size + 1)) == NULL)
		goto failed;
	if ((len = disk_read(&disk_real, fd, text, (size_t)size, 0)) == -1) {
		free(text);
		goto failed;
	}
	(void)close(fd);
	rc = verify_state_read(s, text, (size_t)len, why);
	free(text);
	if (rc != 0)
		(void)snprintf(err, VERIFY_STATE_ERROR_MAX, "%.400s: %.600s",
		    path, why);
	return (rc == 0 ? 1 : -1);

failed:
	(void)snprintf(err, VERIFY_STATE_ERROR_MAX, "%.400s: %s", path,
	    strerror(errno));
	if (fd != -1)
		(void)close(fd);
	return (-2);
}

/* Replace a file. */
int
verify_state_save(const struct verify_state *s, const char *path, char *err)
{
	char dir[1024], *text;
	const char *name = strrchr(path, '/');
	size_t len;
	int rc;

	if (name == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else
		(void)snprintf(dir, sizeof(dir), "%.*s", name == path ? 1 :
		    (int)(name - path), path);
	name = name == NULL ? path : name + 1;
	if (strlen(path) >= sizeof(dir) ||
	    (text = verify_state_print(s, &len)) == NULL) {
		(void)snprintf(err, VERIFY_STATE_ERROR_MAX, "%.400s: cannot be "
		    "written: %s", path, strlen(path) >= sizeof(dir) ?
		    "the name is too long" : "out of memory");
		return (-1);
	}
	rc = disk_replace(&disk_real, dir, name, text, len);
	free(text);
	if (rc != 0)
		(void)snprintf(err, VERIFY_STATE_ERROR_MAX, "%.400s: %s", path,
		    strerror(errno));
	return (rc);
}

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tiles.h"

#include "headsource_impl.h"

#define TRIES 3	/* while the log grows under our hands */
#define CONFLICTS_MAX 3

/* Write a sentence. */
int
headsource_fail(char *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, HEADSOURCE_ERROR_MAX, fmt, ap);
	va_end(ap);
	return (HEADSOURCE_FAILED);
}

/* Note that this node is behind. */
int
headsource_behind(struct headsource *s, const char *origin, uint64_t base,
    uint64_t size, char *err, const char *what)
{

	(void)snprintf(s->st.behind_log, sizeof(s->st.behind_log), "%s",
	    origin);
	s->st.behind_size = size;
	s->st.behind_end = base + size;
	(void)snprintf(s->why, sizeof(s->why), "this node is behind its "
	    "witness: the node above has cosigned %" PRIu64 " entries of %s, "
	    "and %s.  If the disk was lost or an old copy was put back, go on "
	    "with a raised `generation` and a first_seq of at least %" PRIu64
	    " in [log]", size, origin, what, base + size);
	(void)snprintf(err, HEADSOURCE_ERROR_MAX, "%s", s->why);
	return (HEADSOURCE_BEHIND);
}

/* The witness has seen more than is published. */
int
headsource_short(struct headsource *s, const char *origin, uint64_t base,
    uint64_t have, uint64_t size, uint64_t end, int newest, char *err)
{
	char what[128];

	/* Only the newest log goes on in the write-ahead log. */
	if (newest && end > base + have)
		have = end - base;
	if (size <= have) {
		(void)headsource_fail(err, "the node above has cosigned %"
		    PRIu64 " entries of %s, which are not all published here "
		    "yet", size, origin);
		return (HEADSOURCE_LATER);
	}
	(void)snprintf(what, sizeof(what), "this disk holds %" PRIu64
	    ": it is an older copy, or entries are lost", have);
	return (headsource_behind(s, origin, base, size, err, what));
}

/* Read the newest head of a log into s->asked, and have its tiles yield its root. */
static int
read_head(struct headsource *s, const struct logset_log *l, struct tiles *t,
    char *err)
{
	char dir[HEADSOURCE_PATH_MAX + LOGSET_NAME_MAX + 2];
	struct tiles_dir source = { .disk = s->disk, .dir = dir };
	struct headsource_asked *q = &s->asked;
	char why[NOTE_ERROR_MAX];
	uint8_t root[MERKLE_LEN];
	struct note n;
	int64_t len;

	(void)snprintf(dir, sizeof(dir), "%s/%s", s->dir, l->name);
	len = tiles_dir_get(&source, "checkpoint", (uint8_t *)q->note,
	    sizeof(q->note), err, HEADSOURCE_ERROR_MAX);
	if (len < 0)
		return (HEADSOURCE_FAILED);
	q->len = (size_t)len;
	if (note_parse(&n, q->note, q->len, why) != 0 ||
	    checkpoint_read(&q->head, n.text, n.text_len, why) != 0)
		return (headsource_fail(err, "%s/checkpoint: %s", dir, why));
	if (strcmp(q->head.origin, l->head.origin) != 0 || q->head.size <
	    l->head.size)
		return (headsource_fail(err, "%s/checkpoint: it is older than "
		    "it was", dir));
	tiles_resize(t, q->head.size);
	if (tiles_root(t, root) != 0)
		return (headsource_fail(err, "%s: %s", dir, tiles_error(t)));
	if (memcmp(root, q->head.root, sizeof(root)) != 0)
		return (headsource_fail(err, "%s: its tiles have another root "
		    "than its checkpoint of %" PRIu64 " entries", dir,
		    q->head.size));
	return (0);
}

/* Where a generation begins behind a log. */
uint64_t
headsource_raised(const struct logset *set, size_t i)
{
	const struct logset_log *l = logset_log(set, i), *next;

	if (i + 1 == logset_count(set))
		return (0);
	next = logset_log(set, i + 1);
	return (next->follows && next->n > l->n ? next->base : 0);
}

/* Close a log that contradicts the witness, if the node was admitted anew behind it. */
static int
close_log(const struct headsource *s, struct headsource_log *g, uint64_t size)
{
	const struct headsource_asked *q = &s->asked;

	g->closed = q->raised != 0 && size <= q->raised - q->base;
	return (g->closed);
}

/* Prove that the head continues what the witness has; 1 when the log is closed. */
static int
prove(struct headsource *s, struct headsource_log *g, struct tiles *t,
    uint8_t (*proof)[MERKLE_LEN], size_t *n, char *err)
{
	struct merkle_source m = tiles_hasher(t);
	const struct headsource_asked *q = &s->asked;
	uint8_t root[MERKLE_LEN];

	*n = 0;
	if (g->size == 0)
		return (0);
	if (merkle_root(root, g->size, &m) != 0 || merkle_prove_consistency(
	    proof, n, g->size, q->head.size, &m) != 0)
		return (headsource_fail(err, "%s: %s", q->head.origin,
		    tiles_error(t)));
	if (merkle_check_consistency(g->size, root, q->head.size, q->head.root,
	    (const uint8_t (*)[MERKLE_LEN])proof, *n) != 0)
		return (headsource_fail(err, "%s: its tiles contradict each "
		    "other", q->head.origin));
	if (!g->rooted || memcmp(root, g->root, sizeof(root)) == 0)
		return (0);
	if (close_log(s, g, g->size))
		return (1);
	return (headsource_behind(s, q->head.origin, q->base, g->size, err,
	    "they have another root than the entries here: the log has "
	    "forked"));
}

/* Make the request for a log; 0 when that is closed. */
static long
offer(struct headsource *s, struct logset *set, size_t i,
    struct headsource_log *g, char *out, size_t cap, char *err)
{
	const struct logset_log *l = logset_log(set, i);
	struct tiles *t = logset_tiles(set, i);
	uint8_t proof[MERKLE_PROOF_MAX][MERKLE_LEN];
	struct headsource_asked *q = &s->asked;
	int rc, tries = 0;
	size_t n, len;

	q->old = g->size;
	do
		if ((rc = read_head(s, l, t, err)) == 0)
			rc = prove(s, g, t, proof, &n, err);
	while (rc == HEADSOURCE_FAILED && ++tries < TRIES);
	if (rc != 0)
		return (rc == 1 ? HEADSOURCE_NOTHING : rc);
	len = witness_request(out, cap, q->old,
	    (const uint8_t (*)[MERKLE_LEN])proof, n, q->note, q->len);
	if (len == 0)
		return (headsource_fail(err, "%s: the request is too long",
		    q->head.origin));
	memcpy(q->name, l->name, sizeof(q->name));
	err[0] = '\0';
	return ((long)len);
}

/* Is a log one of this node's? */
static int
ours(const struct headsource *s, const char *origin)
{
	size_t n = strlen(s->node);

	return (strncmp(origin, s->node, n) == 0 && origin[n] == '/');
}

/* Look at one log: 0 when the witness has all of it, or it is closed. */
static long
look(struct headsource *s, struct logset *set, size_t i, uint64_t end,
    char *out, size_t cap, char *err)
{
	const struct logset_log *l = logset_log(set, i);
	struct headsource_asked *q = &s->asked;
	struct headsource_log *g;

	if (!ours(s, l->head.origin))
		return (headsource_fail(err, "%s/%s: it is of %s, not a log of "
		    "%s", s->dir, l->name, l->head.origin, s->node));
	if ((g = headsource_log(s, l)) == NULL)
		return (headsource_fail(err, "out of memory"));
	q->newest = i + 1 == logset_count(set);
	q->base = l->base;
	q->raised = headsource_raised(set, i);
	if (g->closed)
		return (0);
	if (g->size > l->head.size)
		return (close_log(s, g, g->size) ? 0 : headsource_short(s,
		    l->head.origin, l->base, l->head.size, g->size, end,
		    q->newest, err));
	/* A disk that was wound back as a whole agrees with itself: ask once. */
	if (g->size == l->head.size && g->rooted &&
	    memcmp(g->root, l->head.root, sizeof(g->root)) == 0 &&
	    (s->confirmed || !q->newest))
		return (0);
	return (offer(s, set, i, g, out, cap, err));
}

/* Make a request. */
long
headsource_body(struct headsource *s, uint64_t end, char *out, size_t cap,
    char *err)
{
	struct logset *set;
	long rc = HEADSOURCE_NOTHING;
	size_t i;

	err[0] = '\0';
	s->asked.name[0] = '\0';
	if (s->why[0] != '\0') {
		(void)snprintf(err, HEADSOURCE_ERROR_MAX, "%s", s->why);
		return (HEADSOURCE_BEHIND);
	}
	if ((set = logset_open(s->disk, s->dir, err, HEADSOURCE_ERROR_MAX)) ==
	    NULL)
		return (HEADSOURCE_FAILED);
	for (i = 0; i < logset_count(set) && rc == HEADSOURCE_NOTHING; i++)
		rc = look(s, set, i, end, out, cap, err);
	logset_close(set);
	return (rc);
}

/* Read the size that a 409 tells. */
static int
read_size(const char *p, size_t len, uint64_t *size)
{
	size_t i;

	*size = 0;
	if (len > 0 && p[len - 1] == '\n')
		len--;
	if (len == 0 || len > 19)
		return (-1);
	for (i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return (-1);
		*size = *size * 10 + (uint64_t)(p[i] - '0');
	}
	return (*size > CHECKPOINT_SIZE_MAX ? -1 : 0);
}

/* 200: the head is cosigned. */
static int
cosigned(struct headsource *s, struct headsource_log *g, const char *body,
    size_t len, char *err)
{
	const struct headsource_asked *q = &s->asked;
	uint64_t time;

	if (headsource_keep(s, body, len, &time, err) != 0)
		return (HEADSOURCE_FAILED);
	s->conflicts = 0;
	g->size = q->head.size;
	memcpy(g->root, q->head.root, sizeof(g->root));
	g->rooted = 1;
	s->st.cosigned = q->head;
	s->st.time = time;
	s->confirmed |= q->newest;
	return (!q->newest);
}

/* 409: the witness stands elsewhere. */
static int
conflict(struct headsource *s, struct headsource_log *g, uint64_t end,
    const char *body, size_t len, char *err)
{
	const struct headsource_asked *q = &s->asked;
	uint64_t size;

	if (read_size(body, len, &size) != 0 || size == q->old)
		return (headsource_fail(err, "the node above does not say where "
		    "it stands with %s", q->head.origin));
	if (++s->conflicts > CONFLICTS_MAX) {
		s->conflicts = 0;
		return (headsource_fail(err, "the node above stands elsewhere "
		    "with %s each time it is asked: is this node running "
		    "twice?", q->head.origin));
	}
	if (size > q->head.size && close_log(s, g, size))
		return (1);
	if (size > q->head.size && headsource_short(s, q->head.origin, q->base,
	    q->head.size, size, end, q->newest, err) == HEADSOURCE_BEHIND)
		return (HEADSOURCE_BEHIND);
	g->size = size;
	g->rooted = 0;
	return (size > q->head.size ? HEADSOURCE_LATER : 1);
}

/* Any other answer, in whose text only plain characters are shown. */
static int
refused(const struct headsource *s, enum witness_status status,
    const char *body, size_t len, char *err)
{
	char text[200];
	size_t i;

	for (i = 0; i < len && i < sizeof(text) - 1 && body[i] != '\n'; i++)
		text[i] = body[i] >= ' ' && body[i] < 127 ? body[i] : '?';
	text[i] = '\0';
	return (headsource_fail(err, "the node above does not cosign %s: %d %s",
	    s->asked.head.origin, (int)status, text));
}

/* Take an answer. */
int
headsource_answer(struct headsource *s, uint64_t end,
    enum witness_status status, const char *body, size_t len, char *err)
{
	struct headsource_asked *q = &s->asked;
	struct headsource_log *g = NULL;
	int rc;
	size_t i;

	err[0] = '\0';
	for (i = 0; i < s->nlogs && q->name[0] != '\0'; i++)
		if (strcmp(s->log[i].name, q->name) == 0)
			g = &s->log[i];
	if (g == NULL)
		return (headsource_fail(err, "an answer to nothing"));
	if (status == WITNESS_COSIGNED)
		rc = cosigned(s, g, body, len, err);
	else if (status == WITNESS_CONFLICT)
		rc = conflict(s, g, end, body, len, err);
	else if (status == WITNESS_INCONSISTENT)
		rc = close_log(s, g, q->old) ? 1 : headsource_behind(s, q->head.origin, q->base, q->old, err,
		    "says that they are no beginning of what is here: the log "
		    "has forked");
	else
		rc = refused(s, status, body, len, err);
	q->name[0] = '\0';
	return (rc);
}

/* Tell where it stands. */
void
headsource_state(const struct headsource *s, struct headsource_state *st)
{

	*st = s->st;
}

/* Copy a path or a name. */
static int
copy(char *to, size_t cap, const char *from)
{

	return ((size_t)snprintf(to, cap, "%s", from) < cap ? 0 : -1);
}

/* Prepare. */
struct headsource *
headsource_open(const struct headsource_options *o, char *err)
{
	struct headsource *s;
	int n;

	if ((s = calloc(1, sizeof(*s))) == NULL) {
		(void)headsource_fail(err, "out of memory");
		return (NULL);
	}
	s->disk = o->disk;
	n = snprintf(s->dir, sizeof(s->dir), "%s/log", o->data);
	if (n < 0 || (size_t)n >= sizeof(s->dir) ||
	    copy(s->path, sizeof(s->path), o->path != NULL ? o->path : "") !=
	    0 || copy(s->node, sizeof(s->node), o->node) != 0) {
		(void)headsource_fail(err, "%.900s: too long", o->data);
		free(s);
		return (NULL);
	}
	if (o->witness != NULL) {
		s->witness = *o->witness;
		s->known = 1;
	}
	return (s);
}

/* Free it. */
void
headsource_close(struct headsource *s)
{

	if (s == NULL)
		return;
	free(s->log);
	free(s);
}

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/note.h"
#include "store/disk.h"
#include "store/tiles.h"

#include "headsource_impl.h"

/* Take the cosigned head at p apart; its time, 0 when that cannot be known. */
static int
read_cosigned(const struct headsource *s, const char *p, size_t len,
    struct checkpoint *c, uint64_t *time, char *why)
{
	const struct note_verifier *witness[1] = { &s->witness };
	struct note n;
	size_t i;
	int rc;

	*time = 0;
	if (note_parse(&n, p, len, why) != 0 ||
	    checkpoint_read(c, n.text, n.text_len, why) != 0)
		return (-1);
	if (!s->known)
		return (0);
	if ((rc = note_verify(&n, witness, 1, why)) != 1) {
		if (rc == 0)
			(void)snprintf(why, NOTE_ERROR_MAX, "it is not "
			    "cosigned by %s", s->witness.name);
		return (-1);
	}
	for (i = 0; i < n.n; i++)
		if (n.sig[i].by != NULL)
			*time = n.sig[i].time;
	return (0);
}

/* Learn from the file beside a log what the witness has; no file, no knowledge. */
static void
learn(struct headsource *s, const struct logset_log *l,
    struct headsource_log *g)
{
	char dir[HEADSOURCE_PATH_MAX + LOGSET_NAME_MAX + 2];
	char text[CHECKPOINT_MAX + 1], why[NOTE_ERROR_MAX], err[TILES_ERROR_MAX];
	struct tiles_dir source = { .disk = s->disk, .dir = dir };
	struct checkpoint c;
	uint64_t time;
	int64_t len;

	(void)snprintf(dir, sizeof(dir), "%s/%s", s->dir, l->name);
	len = tiles_dir_get(&source, HEADSOURCE_COSIGNED, (uint8_t *)text,
	    sizeof(text), err, sizeof(err));
	if (len < 0 || read_cosigned(s, text, (size_t)len, &c, &time, why) !=
	    0 || strcmp(c.origin, l->head.origin) != 0)
		return;
	/* What nobody vouches for is no reason to hold a node. */
	if (!s->known && c.size > l->head.size)
		return;
	g->size = c.size;
	memcpy(g->root, c.root, sizeof(g->root));
	g->rooted = s->known;
	s->st.cosigned = c;
	s->st.time = time;
}

/* What the witness has of a log. */
struct headsource_log *
headsource_log(struct headsource *s, const struct logset_log *l)
{
	struct headsource_log *grown;
	size_t i;

	for (i = 0; i < s->nlogs; i++)
		if (strcmp(s->log[i].name, l->name) == 0)
			return (&s->log[i]);
	grown = realloc(s->log, (s->nlogs + 1) * sizeof(*grown));
	if (grown == NULL)
		return (NULL);
	s->log = grown;
	grown = &s->log[s->nlogs++];
	memset(grown, 0, sizeof(*grown));
	memcpy(grown->name, l->name, sizeof(grown->name));
	learn(s, l, grown);
	return (grown);
}

/* Write <witness>, which another may own: then it is only told. */
static void
keep_newest(const struct headsource *s, const char *text, size_t len,
    char *err)
{
	const struct disk *d = s->disk != NULL ? s->disk : &disk_real;
	const char *name = strrchr(s->path, '/');
	char dir[HEADSOURCE_PATH_MAX];

	if (name == NULL)
		return;
	(void)snprintf(dir, sizeof(dir), "%.*s", name == s->path ? 1 :
	    (int)(name - s->path), s->path);
	if (disk_replace(d, dir, name + 1, text, len) != 0)
		(void)headsource_fail(err, "%s: %s; the next start cannot be "
		    "compared with what the node above has witnessed", s->path,
		    strerror(errno));
}

/* Keep a cosigned head. */
int
headsource_keep(struct headsource *s, const char *sig, size_t len,
    uint64_t *time, char *err)
{
	const struct disk *d = s->disk != NULL ? s->disk : &disk_real;
	const struct headsource_asked *q = &s->asked;
	char text[CHECKPOINT_MAX], why[NOTE_ERROR_MAX];
	char dir[HEADSOURCE_PATH_MAX + LOGSET_NAME_MAX + 2];
	struct checkpoint c;

	if (len > sizeof(text) - q->len)
		return (headsource_fail(err, "the node above sends a "
		    "cosignature of %zu bytes", len));
	memcpy(text, q->note, q->len);
	memcpy(&text[q->len], sig, len);
	len += q->len;
	if (read_cosigned(s, text, len, &c, time, why) != 0)
		return (headsource_fail(err, "what the node above sends is no "
		    "good cosignature: %s", why));
	(void)snprintf(dir, sizeof(dir), "%s/%s", s->dir, q->name);
	if (disk_replace(d, dir, HEADSOURCE_COSIGNED, text, len) != 0)
		return (headsource_fail(err, "%s/" HEADSOURCE_COSIGNED ": %s",
		    dir, strerror(errno)));
	if (q->newest && s->path[0] != '\0' && s->known)
		keep_newest(s, text, len, err);
	return (0);
}

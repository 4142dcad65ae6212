#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "store/disk.h"

#include "tufworld.h"

/* Open the client. */
static void
open_client(struct tufworld *w)
{

	w->c = tufclient_open(w->dir, &disk_real, NULL, &w->err);
	cr_assert(w->c != NULL, "%s", w->err.text);
	w->t = tufclient_tuf(w->c);
}

/* One publication, and a client that knows the root. */
struct tufworld *
tufworld_new(void)
{
	struct tufworld *w = calloc(1, sizeof(*w));
	size_t len;
	char *root;

	cr_assert(w != NULL);
	w->now = TUFWORLD_NOW;
	w->kit = tufkit_new(NULL, TUFWORLD_NOW);
	tufkit_target(w->kit, TUFWORLD_TARGET, TUFWORLD_BYTES,
	    sizeof(TUFWORLD_BYTES) - 1, NULL);
	tufkit_publish(w->kit);
	w->dir = tufkit_mkdtemp();
	root = tufkit_read(tufkit_path(w->kit, "metadata/1.root.json"), &len);
	cr_assert(root != NULL && disk_replace(&disk_real, w->dir, "root.json",
	    root, len) == 0);
	free(root);
	tufkit_source(&w->source, w->kit->dir);
	open_client(w);
	return (w);
}

/* All of it goes. */
void
tufworld_free(struct tufworld *w)
{

	tufclient_close(w->c);
	tufkit_free(w->kit);
	tufkit_rmtree(w->dir);
	free(w->dir);
	free(w);
}

/* From wherever the line leads now. */
int
tufworld_refresh(struct tufworld *w)
{

	return (tufclient_refresh(w->c, &w->source.source, w->now, &w->err));
}

/* What the files alone say. */
void
tufworld_reopen(struct tufworld *w)
{

	tufclient_close(w->c);
	open_client(w);
}

/* In memory, then from the files. */
int
tufworld_is(struct tufworld *w, uint32_t root, uint32_t timestamp,
    uint32_t snapshot, uint32_t targets)
{
	const uint32_t want[TUF_ROLES] = { root, timestamp, snapshot, targets };

	for (int turn = 0; turn < 2; turn++) {
		for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++)
			if (tuf_version(w->t, r) != want[r]) {
				fprintf(stderr, "role %d: version %u, not %u\n",
				    (int)r, tuf_version(w->t, r), want[r]);
				return (0);
			}
		if (turn == 0)
			tufworld_reopen(w);
	}
	return (1);
}

/* A file of the repository. */
static char *
file(struct tufworld *w, const char *name, size_t *len)
{
	char path[128], *p;

	snprintf(path, sizeof(path), "metadata/%s", name);
	p = tufkit_read(tufkit_path(w->kit, path), len);
	cr_assert(p != NULL, "%s", path);
	return (p);
}

/* From the first root on. */
struct tuf *
tufworld_begin(struct tufworld *w, const struct tuf_options *o)
{
	size_t len;
	char *p = file(w, "1.root.json", &len);
	struct tuf *t = tuf_open(o, p, len, &w->err);

	free(p);
	cr_assert(t != NULL, "%s", w->err.text);
	return (t);
}

/* One step. */
int
tufworld_step(struct tufworld *w, struct tuf *t, enum tuf_role role,
    const char *name, int64_t now, int local)
{
	size_t len;
	char *p = file(w, name, &len);
	int rc;

	if (role == TUF_ROOT)
		rc = tuf_root(t, p, len, &w->err);
	else if (role == TUF_TIMESTAMP)
		rc = tuf_timestamp(t, p, len, now, local, &w->err);
	else if (role == TUF_SNAPSHOT)
		rc = tuf_snapshot(t, p, len, now, local, &w->err);
	else
		rc = tuf_targets(t, p, len, now, &w->err);
	free(p);
	return (rc);
}

/* Copy the folder; take the bodies over, but no key. */
struct tufkit *
tufworld_mirror(struct tufworld *w)
{
	struct tufkit *m = tufkit_new(NULL, w->kit->now);
	char command[3 * TUFKIT_PATH];

	snprintf(command, sizeof(command), "cp -r '%s/.' '%s'", w->kit->dir,
	    m->dir);
	cr_assert(system(command) == 0);
	m->keys_made = 1000;
	for (enum tuf_role r = TUF_ROOT; r < TUF_ROLES; r++) {
		json_decref(m->body[r]);
		m->body[r] = json_deep_copy(w->kit->body[r]);
		for (size_t i = 0; i < m->nkeys[r]; i++)
			tufkit_rotate(m, r, i);
	}
	m->nold = 0;
	tufkit_source(&w->source, m->dir);
	return (m);
}

/* A thief keeps the id too. */
void
tufworld_take_key(struct tufkit *m, const struct tufworld *w,
    enum tuf_role role, size_t i)
{

	m->key[role][i] = w->kit->key[role][i];
}

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keys/hex.h"
#include "keys/keyfile.h"
#include "keys/signkey.h"
#include "store/checkpoint.h"
#include "store/tilelog.h"
#include "store/tiles.h"

#include "canonjson.h"
#include "repo_impl.h"

#define SUFFIX		"/releases"	/* behind the key's name: the log's */
#define VKEYS		8		/* keys that the log has had */

/* Load the key. */
int
repo_release_key(const struct centre *c, int64_t now, struct note_signer *s,
    char *err)
{
	struct keyfile_error e;
	size_t n = strlen(c->domain);

	memset(s, 0, sizeof(*s));
	if (c->release_key[0] == '\0')
		return (repo_file_fail(err, "%s/centre.conf: names no key for "
		    "the release log ([keys] release): make one with "
		    "\"liangka-keys new log --name %s/branch/release\"",
		    c->dir, c->domain));
	if (signkey_load(s, c->release_key, KEYFILE_LOG, now, &e) != 0)
		return (repo_file_fail(err, "release log: %s%s", e.text,
		    e.fault == KEYFILE_ABSENT ? "; make it with \"liangka-keys "
		    "new log --name DOMAIN/branch/release\"" : ""));
	if (s->public.type == NOTE_ED25519 &&
	    strncmp(s->public.name, c->domain, n) == 0 &&
	    s->public.name[n] == '/' && strlen(s->public.name) +
	    sizeof(SUFFIX) <= CHECKPOINT_ORIGIN_MAX)
		return (0);
	(void)repo_file_fail(err, "%s: the release log needs an ed25519 key "
	    "called %s/branch/release", c->release_key, c->domain);
	note_signer_wipe(s);
	return (-1);
}

/* The name of the log of a key. */
static void
origin_of(const struct note_verifier *v, char origin[CHECKPOINT_ORIGIN_MAX])
{

	(void)snprintf(origin, CHECKPOINT_ORIGIN_MAX, "%.182s" SUFFIX,
	    v->name);
}

/* Its verifier key. */
void
repo_release_vkey(const struct note_signer *s, char vkey[NOTE_VKEY_MAX])
{
	struct note_verifier v = s->public;
	char origin[CHECKPOINT_ORIGIN_MAX];

	origin_of(&s->public, origin);
	(void)note_verifier_name(&v, origin);
	(void)note_verifier_print(&v, vkey);
}

/* The keys that the log has had, from its file. */
static size_t
earlier_keys(const struct disk *d, const char *dir,
    struct note_verifier v[VKEYS])
{
	char path[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX], *text, *p, *end;
	size_t len, n = 0;

	if (repo_file_path(path, "%s/vkey", dir) != 0 || repo_file_read(d,
	    path, VKEYS * NOTE_VKEY_MAX, &text, &len, err) != 0)
		return (0);
	for (p = text; n < VKEYS && (end = strchr(p, '\n')) != NULL;
	    p = end + 1)
		if (note_verifier_parse(&v[n], p, (size_t)(end - p), err) == 0)
			n++;
	free(text);
	return (n);
}

/* Let everybody read the log: what makes it is shy. */
static void
show(const struct disk *d, const char *path, int depth)
{
	char below[CENTRE_PATH_MAX], err[CENTRE_ERROR_MAX], **names;
	struct stat st;
	size_t i, n;

	if (depth > 8 || lstat(path, &st) != 0)
		return;
	if (!S_ISDIR(st.st_mode)) {
		if (S_ISREG(st.st_mode))
			(void)chmod(path, 0644);
		return;
	}
	(void)chmod(path, 0755);
	if (repo_file_names(d, path, &names, &n, err) != 0)
		return;
	for (i = 0; i < n; i++)
		if (repo_file_path(below, "%s/%s", path, names[i]) == 0)
			show(d, below, depth + 1);
	repo_file_names_free(names, n);
}

/* What the log says last. */
struct last {
	uint32_t targets;
	char sha256[2 * SHA256_LEN + 1];
};

/* Keep the last entry. */
static int
keep_last(void *arg, uint64_t index, uint32_t targets, const char *sha256)
{
	struct last *x = arg;

	(void)index;
	x->targets = targets;
	memcpy(x->sha256, sha256, sizeof(x->sha256));
	return (0);
}

/* Append an entry and publish. */
static int
append(const struct tilelog_options *o, const char *entry, size_t len,
    char *err)
{
	struct tilelog *l;
	int rc;

	if ((l = tilelog_open(o, err, CENTRE_ERROR_MAX)) == NULL)
		return (-1);
	rc = tilelog_add(l, entry, len);
	if (rc == TILELOG_OK)
		rc = tilelog_publish(l);
	if (rc != TILELOG_OK)
		(void)repo_file_fail(err, "release log: %.900s",
		    tilelog_error(l));
	tilelog_close(l);
	return (rc == TILELOG_OK ? 0 : -1);
}

/* The entry of a publication, for free(). */
static char *
entry_of(const struct repo_plan *plan, const char *sha256, int64_t now,
    size_t *len)
{
	char t[KEYFILE_CREATED_LEN + 1], *text;
	json_t *v;

	if (keyfile_time_print(t, now) != 0)
		return (NULL);
	v = json_pack("{s:s, s:I, s:s, s:s, s:s}", "t", t, "targets",
	    (json_int_t)plan->targets_version, "sha256", sha256, "who",
	    plan->who, "reason", plan->reason);
	text = v != NULL ? canonjson_print(v, len) : NULL;
	json_decref(v);
	return (text);
}

/* Append a publication. */
int
repo_release_add(const struct centre *c, const struct repo_pending *p,
    const uint8_t sha256[SHA256_LEN], int64_t now, char *err)
{
	char dir[CENTRE_PATH_MAX], origin[CHECKPOINT_ORIGIN_MAX];
	char hex[2 * SHA256_LEN + 1], vkey[NOTE_VKEY_MAX], *entry;
	struct note_verifier old[VKEYS];
	const struct note_verifier *earlier[VKEYS];
	struct note_signer s;
	const struct note_signer *signer = &s;
	struct tilelog_options o = { .disk = c->disk, .dir = dir,
		.origin = origin, .signers = &signer, .nsigners = 1,
		.earlier = earlier };
	struct last last = { 0, "" };
	uint64_t n;
	size_t len;
	int rc;

	hex_encode(hex, sha256, SHA256_LEN);
	if (centre_path(c, dir, sizeof(dir), "repo/releases") != 0)
		return (repo_file_fail(err, "%s: too long a path", c->dir));
	if (repo_release_key(c, now, &s, err) != 0)
		return (-1);
	origin_of(&s.public, origin);
	repo_release_vkey(&s, vkey);
	for (o.nearlier = earlier_keys(c->disk, dir, old), n = 0;
	    n < o.nearlier; n++)
		earlier[n] = &old[n];
	/* a crash behind the append has left the entry already */
	if (repo_release_walk(dir, vkey, keep_last, &last, &n, err) == 0 &&
	    last.targets == p->plan.targets_version &&
	    strcmp(last.sha256, hex) == 0)
		rc = 0;
	else if ((entry = entry_of(&p->plan, hex, now, &len)) == NULL)
		rc = repo_file_fail(err, "out of memory");
	else {
		rc = append(&o, entry, len, err);
		free(entry);
	}
	note_signer_wipe(&s);
	show(c->disk, dir, 0);
	return (rc);
}

/* Take one entry apart and hand it over. */
static int
hand_over(uint64_t index, const uint8_t *p, size_t len, int (*each)(void *arg,
    uint64_t index, uint32_t targets, const char *sha256), void *arg, char *err)
{
	char wrong[256] = "";
	json_t *v = canonjson_load((const char *)p, len, wrong, sizeof(wrong));
	json_int_t targets = json_integer_value(json_object_get(v, "targets"));
	const char *sha256 = json_string_value(json_object_get(v, "sha256"));
	int rc;

	if (v == NULL || targets < 1 || targets > UINT32_MAX ||
	    sha256 == NULL || strlen(sha256) != 2 * SHA256_LEN)
		rc = repo_file_fail(err, "release log: entry %llu says no "
		    "publication%s%s", (unsigned long long)index,
		    wrong[0] != '\0' ? ": " : "", wrong);
	else
		rc = each(arg, index, (uint32_t)targets, sha256);
	json_decref(v);
	return (rc);
}

/* Read and verify the head. */
static int
open_head(struct tiles_dir *dir, const char *vkey, struct checkpoint *head,
    char *err)
{
	struct note_verifier v;
	const struct note_verifier *keys[] = { &v };
	char wrong[NOTE_ERROR_MAX] = "";
	struct note *note = malloc(sizeof(*note));
	uint8_t *text = malloc(CHECKPOINT_MAX);
	int64_t n = -1;
	int rc = -1;

	if (note == NULL || text == NULL)
		(void)repo_file_fail(err, "out of memory");
	else if (note_verifier_parse(&v, vkey, strlen(vkey), wrong) != 0)
		(void)repo_file_fail(err, "release log: its key: %s", wrong);
	else if ((n = tiles_dir_get(dir, "checkpoint", text, CHECKPOINT_MAX,
	    err, CENTRE_ERROR_MAX)) == TILES_ABSENT)
		(void)repo_file_fail(err, "release log: %s/checkpoint: there "
		    "is none", dir->dir);
	else if (n >= 0 && checkpoint_open(head, note, (const char *)text,
	    (size_t)n, keys, 1, wrong) != 0)
		(void)repo_file_fail(err, "release log: %s/checkpoint: %s",
		    dir->dir, wrong);
	else if (n >= 0)
		rc = 0;
	free(note);
	free(text);
	return (rc);
}

/* Walk all of it. */
int
repo_release_walk(const char *dir, const char *vkey, int (*each)(void *arg,
    uint64_t index, uint32_t targets, const char *sha256), void *arg,
    uint64_t *n, char *err)
{
	struct tiles_dir td = { NULL, dir };
	struct tiles_source src = { tiles_dir_get, &td };
	uint8_t root[MERKLE_LEN];
	struct checkpoint head;
	const uint8_t *p;
	struct tiles *t;
	uint64_t i;
	size_t len;
	int rc;

	*n = 0;
	if (open_head(&td, vkey, &head, err) != 0)
		return (-1);
	if ((t = tiles_open(&src, head.size)) == NULL)
		return (repo_file_fail(err, "out of memory"));
	rc = tiles_root(t, root);
	for (i = 0; i < head.size && rc == 0; i += TILE_WIDTH)
		rc = tiles_check(t, 0, i / TILE_WIDTH);
	if (rc != 0)
		(void)repo_file_fail(err, "release log: %.900s",
		    tiles_error(t));
	else if (memcmp(root, head.root, sizeof(root)) != 0)
		rc = repo_file_fail(err, "release log: %s: its tiles do not "
		    "yield the root that is signed", dir);
	for (i = 0; i < head.size && rc == 0; i++) {
		if (tiles_entry(t, i, &p, &len) != 0)
			rc = repo_file_fail(err, "release log: %.900s",
			    tiles_error(t));
		else
			rc = hand_over(i, p, len, each, arg, err);
	}
	tiles_close(t);
	*n = head.size;
	return (rc);
}

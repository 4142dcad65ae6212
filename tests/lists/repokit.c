#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/category.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/sha256.h"
#include "lists/ledger.h"
#include "lists/repo_impl.h"
#include "lists/tufclient.h"
#include "store/disk.h"

#include "centrekit.h"
#include "repokit.h"
#include "tufkit.h"

/* A path below a directory, in one of sixteen buffers. */
static const char *
path_in(const char *dir, const char *name)
{
	static char buf[16][600];
	static unsigned turn;

	turn = (turn + 1) % 16;
	(void)snprintf(buf[turn], sizeof(buf[turn]), "%s/%s", dir, name);
	return (buf[turn]);
}

const char *
repokit_key(const struct repokit *k, const char *name)
{

	return (path_in(k->keys, name));
}

const char *
repokit_path(const struct repokit *k, const char *name)
{

	return (path_in(k->dir, name));
}

/* Make a key whose secret follows from its name. */
void
repokit_make_key(const struct repokit *k, const char *kind, const char *name)
{
	struct keymake m = { .kind = keyfile_kind_find(kind, strlen(kind)),
		.name = name, .created = CENTREKIT_NOW - 86400,
		.expires = KEYMAKE_NEVER };
	char file[64], text[KEYFILE_PUBLIC_MAX + 2];
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error err;
	struct keyfile key;
	int n;

	sha256_of(secret, name, strlen(name));
	cr_assert_eq(keymake(&key, &m, secret, &err), 0, "%s", err.text);
	n = snprintf(text, sizeof(text), "%s\n", key.public);
	(void)snprintf(file, sizeof(file), "%s.key", strcmp(kind, "log") == 0 ?
	    "release" : name);
	cr_assert_eq(keydisk_write(&key, repokit_key(k, file), &err), 0, "%s",
	    err.text);
	strcat(file, ".pub");
	cr_assert_eq(keydisk_write_public(text, (size_t)n, repokit_key(k,
	    file), &err), 0, "%s", err.text);
	keyfile_wipe(&key);
}

/* Make a centre and keys. */
void
repokit_bare(struct repokit *k)
{
	static const char *const names[] = { "root-1", "root-2", "root-3",
		"targets-1", "targets-2", "targets-3", "snapshot", "timestamp" };
	char kind[32];
	size_t i;

	memset(k, 0, sizeof(*k));
	k->now = CENTREKIT_NOW;
	centrekit_make(k->dir);
	(void)snprintf(k->keys, sizeof(k->keys), "%s/custodians", k->dir);
	cr_assert_eq(mkdir(k->keys, 0700), 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(kind, sizeof(kind), "%.*s",
		    (int)strcspn(names[i], "-"), names[i]);
		repokit_make_key(k, kind, names[i]);
	}
	repokit_make_key(k, "log", "afc.example.gov.cn/branch/release");
	cr_assert_eq(rename(repokit_key(k, "release.key"), repokit_path(k,
	    "release.key")), 0);
	cr_assert_eq(centre_open(&k->c, k->dir, 1, k->err), 0, "%s", k->err);
}

/* The same with a root. */
void
repokit_new(struct repokit *k)
{

	repokit_bare(k);
	const char *root[] = { repokit_key(k, "root-1.key.pub"),
		repokit_key(k, "root-2.key.pub"),
		repokit_key(k, "root-3.key.pub") };
	const char *targets[] = { repokit_key(k, "targets-1.key.pub"),
		repokit_key(k, "targets-2.key.pub"),
		repokit_key(k, "targets-3.key.pub") };

	cr_assert_eq(repo_init(&k->c, root, 3, targets, 3, repokit_key(k,
	    "snapshot.key.pub"), repokit_key(k, "timestamp.key.pub"), k->now,
	    k->err), 0, "%s", k->err);
	cr_assert_eq(repokit_sign(k, "root-1"), 0, "%s", k->err);
	cr_assert_eq(repokit_sign(k, "root-3"), 0, "%s", k->err);
	cr_assert_eq(repo_finish(&k->c, NULL, NULL, k->now, k->err), 0, "%s",
	    k->err);
}

void
repokit_free(struct repokit *k)
{

	centre_close(&k->c);
	centrekit_remove(k->dir);
}

void
repokit_reopen(struct repokit *k)
{

	centre_close(&k->c);
	cr_assert_eq(centre_open(&k->c, k->dir, 1, k->err), 0, "%s", k->err);
}

/* Do something to n tokens of a list. */
static void
act(struct repokit *k, const char *list, int action, uint64_t from, size_t n,
    int32_t until)
{
	struct ledger *l = ledger_open(&k->c, list, 1, k->err);
	const struct centre_list *cl = centre_list(&k->c, list);
	struct ledger_entry e;
	size_t i;

	cr_assert_not_null(l, "%s", k->err);
	for (i = 0; i < n; i++) {
		memset(&e, 0, sizeof(e));
		e.t = k->now;
		e.action = action;
		e.until = until;
		e.token = centrekit_token(from + i);
		if (action == LEDGER_ADD) {
			e.category = cl->subject == LIST_PERSON ?
			    CATEGORY_FOUND : CATEGORY_INVOLVED;
			e.basis = cl->subject == LIST_PERSON ?
			    BASIS_JOINT_2024 : BASIS_POLICE;
		}
		(void)snprintf(e.case_no, sizeof(e.case_no), "2026-%llu",
		    (unsigned long long)(from + i));
		(void)snprintf(e.who, sizeof(e.who), "wang");
		cr_assert_eq(ledger_add(l, &e, 0, k->err), LEDGER_TAKEN, "%s",
		    k->err);
	}
	cr_assert_eq(ledger_commit(l, k->err), 0, "%s", k->err);
	ledger_close(l);
}

void
repokit_add(struct repokit *k, const char *list, uint64_t from, size_t n)
{

	act(k, list, LEDGER_ADD, from, n, 0);
}

void
repokit_until(struct repokit *k, const char *list, uint64_t from, size_t n,
    int32_t day)
{

	act(k, list, LEDGER_ADD, from, n, day);
}

void
repokit_remove(struct repokit *k, const char *list, uint64_t from, size_t n)
{

	act(k, list, LEDGER_REMOVE, from, n, 0);
}

void
repokit_clear(struct repokit *k, const char *list, uint64_t from, size_t n)
{

	act(k, list, LEDGER_CLEAR, from, n, 0);
}

int
repokit_prepare(struct repokit *k, const struct repo_prepare *o)
{
	struct repo_prepare p = { .policy = NULL };

	if (o != NULL)
		p = *o;
	p.now = k->now;
	p.who = "wang";
	return (repo_prepare(&k->c, &p, &k->plan, k->err));
}

int
repokit_sign(struct repokit *k, const char *key)
{
	char file[64];
	int have, need;

	(void)snprintf(file, sizeof(file), "%s.key", key);
	return (repo_sign(repokit_path(k, "pending"), repokit_key(k, file),
	    k->now, &have, &need, k->err));
}

void
repokit_sign2(struct repokit *k)
{

	cr_assert_eq(repokit_sign(k, "targets-1"), 0, "%s", k->err);
	cr_assert_eq(repokit_sign(k, "targets-2"), 0, "%s", k->err);
}

int
repokit_finish(struct repokit *k)
{

	return (repo_finish(&k->c, repokit_key(k, "snapshot.key"),
	    repokit_key(k, "timestamp.key"), k->now, k->err));
}

void
repokit_publish(struct repokit *k, const struct repo_prepare *o)
{

	cr_assert_eq(repokit_prepare(k, o), 0, "%s", k->err);
	repokit_sign2(k);
	cr_assert_eq(repokit_finish(k), 0, "%s", k->err);
}

/* What repo_check says, line after line. */
struct said {
	char *text;
	size_t cap, n;
};

static void
keep(void *arg, int error, const char *text)
{
	struct said *s = arg;

	if (s->text != NULL && s->n < s->cap)
		s->n += (size_t)snprintf(s->text + s->n, s->cap - s->n,
		    "%s: %s\n", error ? "error" : "warning", text);
}

int
repokit_check(struct repokit *k, char *text, size_t cap)
{
	struct said s = { text, cap, 0 };
	struct repo_check r;

	if (text != NULL)
		text[0] = '\0';
	if (repo_check(repokit_path(k, "repo"), repokit_path(k,
	    "repo/metadata/1.root.json"), k->now, keep, &s, &r, k->err) != 0)
		return (-1);
	return (r.errors);
}

/* Read every target as the metadata say that it is. */
static int
read_targets(struct repokit *k, struct tufclient *c)
{
	struct tuf *tuf = tufclient_tuf(c);
	size_t i, len, n = tuf_targets_count(tuf);
	char path[TUF_NAME_MAX + 80], full[TUF_NAME_MAX + 120], *p;
	struct tuf_target g;
	int rc = 0;

	for (i = 0; i < n && rc == 0; i++) {
		cr_assert_eq(tuf_target_at(tuf, i, &g), 0);
		cr_assert_eq(tufclient_target_path(c, &g, path, sizeof(path)),
		    0);
		(void)snprintf(full, sizeof(full), "repo/targets/%s", path);
		p = tufkit_read(repokit_path(k, full), &len);
		if (p == NULL || tuf_target_good(&g, p, len) != 0) {
			(void)snprintf(k->err, sizeof(k->err), "%s: is not "
			    "good", path);
			rc = -1;
		}
		free(p);
	}
	return (rc);
}

/* Begin to trust by the first root. */
static void
begin(struct repokit *k, const char *dir)
{
	char *root;
	size_t len;

	cr_assert_eq(mkdir(dir, 0700), 0);
	root = tufkit_read(repokit_path(k, "repo/metadata/1.root.json"), &len);
	cr_assert_not_null(root);
	cr_assert_eq(disk_replace(&disk_real, dir, "root.json", root, len), 0);
	free(root);
}

int
repokit_follow(struct repokit *k, const char *state, uint32_t *version)
{
	char dir[300];
	struct tufkit_source s;
	struct tuf_error e = { .fault = TUF_FINE };
	struct tufclient *c;
	int rc;

	(void)snprintf(dir, sizeof(dir), "%s/%s", k->dir, state);
	if (access(dir, F_OK) != 0)
		begin(k, dir);
	c = tufclient_open(dir, &disk_real, NULL, &e);
	cr_assert_not_null(c, "%s", e.text);
	tufkit_source(&s, repokit_path(k, "repo"));
	rc = tufclient_refresh(c, &s.source, k->now, &e);
	*version = tuf_version(tufclient_tuf(c), TUF_TARGETS);
	(void)snprintf(k->err, sizeof(k->err), "%s", e.text);
	if (rc == 0)
		rc = read_targets(k, c);
	tufclient_close(c);
	return (rc);
}

int
repokit_client(struct repokit *k, uint32_t *version)
{
	char dir[300];

	(void)snprintf(dir, sizeof(dir), "%s/client", k->dir);
	if (access(dir, F_OK) == 0)
		tufkit_rmtree(dir);
	return (repokit_follow(k, "client", version));
}

void
repokit_forge(struct repokit *k, const struct repo_doc *doc)
{
	struct repo_online keys;
	struct repo_now now;
	char name[64];

	cr_assert_eq(repo_now_open(&now, &k->c, k->err), 0, "%s", k->err);
	cr_assert_eq(repo_online_open(&keys, &now.root, repokit_key(k,
	    "snapshot.key"), repokit_key(k, "timestamp.key"), k->now, k->err),
	    0, "%s", k->err);
	(void)snprintf(name, sizeof(name), "%u.targets.json",
	    (unsigned)repo_doc_version(doc));
	cr_assert_eq(repo_doc_write(doc, &disk_real, now.metadata, name,
	    k->err), 0, "%s", k->err);
	cr_assert_eq(repo_online_snapshot(&k->c, &now, &keys, doc, k->now,
	    k->err), 0, "%s", k->err);
	cr_assert_eq(repo_online_timestamp(&k->c, &now, &keys, k->now,
	    k->err), 0, "%s", k->err);
	repo_online_close(&keys);
	repo_now_close(&now);
}

int
repokit_target(struct repokit *k, const char *name)
{
	char path[64], quoted[TUF_NAME_MAX + 4], *text = NULL;
	uint32_t version;
	size_t len;
	int found;

	cr_assert_eq(repokit_client(k, &version), 0, "%s", k->err);
	(void)snprintf(path, sizeof(path), "repo/metadata/%u.targets.json",
	    (unsigned)version);
	text = repokit_read(k, path, &len);
	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	found = strstr(text, quoted) != NULL;
	free(text);
	return (found);
}

void
repokit_write(const struct repokit *k, const char *name, const void *p,
    size_t len)
{
	FILE *f = fopen(repokit_path(k, name), "wb");

	cr_assert_not_null(f, "%s", name);
	cr_assert_eq(fwrite(p, 1, len, f), len);
	cr_assert_eq(fclose(f), 0);
}

char *
repokit_read(const struct repokit *k, const char *name, size_t *len)
{
	char *p = tufkit_read(repokit_path(k, name), len);

	cr_assert_not_null(p, "%s", name);
	return (p);
}

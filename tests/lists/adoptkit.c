#include <sys/stat.h>

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lists/campaigns.h"
#include "lists/outlets.h"

#include "adoptkit.h"

#define NOW	INT64_C(1790000000)

static const uint32_t epochs[] = { 2, ADOPTKIT_EPOCH };

/* A helper that cannot go on says so and ends the test. */
void
adoptkit_need(int good, const char *what)
{

	if (good)
		return;
	perror(what);
	abort();
}

/* A path below lists/. */
const char *
adoptkit_path(const struct adoptkit *k, const char *format, ...)
{
	static char buf[4][2 * TUFKIT_PATH];
	static unsigned turn;
	char *p = buf[turn++ % 4];
	va_list ap;
	int n;

	n = snprintf(p, sizeof(buf[0]), "%s/lists/", k->data);
	va_start(ap, format);
	(void)vsnprintf(p + n, sizeof(buf[0]) - (size_t)n, format, ap);
	va_end(ap);
	return (p);
}

/* Copy a tree. */
void
adoptkit_copy(const char *from, const char *to)
{
	char a[2 * TUFKIT_PATH], b[2 * TUFKIT_PATH];
	struct dirent *e;
	struct stat st;
	size_t len;
	char *data;
	FILE *f;
	DIR *d;

	adoptkit_need(stat(from, &st) == 0, from);
	if (!S_ISDIR(st.st_mode)) {
		data = tufkit_read(from, &len);
		f = fopen(to, "wb");
		adoptkit_need(data != NULL && f != NULL, to);
		adoptkit_need(fwrite(data, 1, len, f) == len && fclose(f) == 0, to);
		free(data);
		return;
	}
	(void)mkdir(to, 0700);
	adoptkit_need((d = opendir(from)) != NULL, from);
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(a, sizeof(a), "%.1000s/%s", from, e->d_name);
		(void)snprintf(b, sizeof(b), "%.1000s/%s", to, e->d_name);
		adoptkit_copy(a, b);
	}
	closedir(d);
}

/* Flip a bit. */
void
adoptkit_flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	adoptkit_need(f != NULL, path);
	adoptkit_need(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET) == 0, path);
	c = fgetc(f);
	adoptkit_need(c != EOF && fseek(f, -1, SEEK_CUR) == 0, path);
	adoptkit_need(fputc(c ^ 4, f) != EOF && fclose(f) == 0, path);
}

/* Call a test at the step it waits for. */
static void
stepped(void *arg, const char *name)
{
	struct adoptkit *k = arg;

	if (k->at != NULL && strcmp(name, k->step) == 0)
		k->at(k);
}

/* A centre and a node. */
struct adoptkit *
adoptkit_new(void)
{
	struct adoptkit *k = calloc(1, sizeof(*k));
	char path[2 * TUFKIT_PATH];

	adoptkit_need(k != NULL, "memory");
	k->dir = tufkit_mkdtemp();
	k->now = NOW;
	(void)snprintf(path, sizeof(path), "%s/repo", k->dir);
	adoptkit_need(mkdir(path, 0700) == 0, path);
	k->repo = tufkit_new(path, NOW);
	(void)snprintf(path, sizeof(path), "%s/grave", k->dir);
	adoptkit_need(mkdir(path, 0700) == 0, path);
	adoptkit_disk_make(&k->disk, path);
	(void)snprintf(k->data, sizeof(k->data), "%s/data", k->dir);
	adoptkit_need(mkdir(k->data, 0700) == 0, k->data);
	(void)snprintf(path, sizeof(path), "%s/lists", k->data);
	adoptkit_need(mkdir(path, 0700) == 0, path);
	(void)snprintf(k->root, sizeof(k->root), "%s/anchor.json", k->dir);
	adoptkit_copy(tufkit_path(k->repo, "metadata/1.root.json"), k->root);
	k->o = (struct adopt_options){
		.data = k->data, .root = k->root, .disk = &k->disk.disk,
		.epochs = epochs, .nepochs = 2, .step = stepped,
		.step_arg = k,
	};
	adoptkit_list(k, "cards", LIST_CARD, 7);
	adoptkit_list(k, "sanction", LIST_PERSON, 500);
	adoptkit_text(k, "policy", 1);
	adoptkit_text(k, "outlets", 1);
	adoptkit_text(k, "campaigns", 1);
	tufkit_publish(k->repo);
	return (k);
}

/* All of it goes. */
void
adoptkit_free(struct adoptkit *k)
{

	adoptkit_stop(k);
	tufkit_free(k->repo);
	tufkit_rmtree(k->dir);
	free(k->dir);
	for (size_t i = 0; i < k->nlists; i++) {
		free(k->list[i].r);
		free(k->list[i].at);
	}
	free(k);
}

/* What `liangka sync` would leave. */
void
adoptkit_sync(struct adoptkit *k)
{
	char path[2 * TUFKIT_PATH];

	(void)snprintf(path, sizeof(path), "%s", adoptkit_path(k, "incoming"));
	tufkit_rmtree(path);
	if (k->linked)
		adoptkit_need(symlink(k->repo->dir, path) == 0, path);
	else
		adoptkit_copy(k->repo->dir, path);
}

/* Publish, and fetch. */
void
adoptkit_publish(struct adoptkit *k)
{

	tufkit_publish(k->repo);
	adoptkit_sync(k);
}

/* The journal's floor. */
static void
journal(struct adoptkit *k)
{

	if (!k->a.fresh_only)
		k->floor = (struct adopt_floor){ k->a.root, k->a.timestamp,
		    k->a.snapshot, k->a.targets };
}

/* At start. */
int
adoptkit_start(struct adoptkit *k)
{
	int rc;

	adoptkit_stop(k);
	rc = adopt_start(&k->o, &k->floor, k->now, &k->a, k->err);
	k->served = rc == 0;
	if (rc == 0)
		journal(k);
	return (rc);
}

/* Look at incoming/. */
int
adoptkit_run(struct adoptkit *k)
{
	struct adopted a;
	int rc;

	rc = adopt_run(&k->o, &k->floor, k->served ? &k->a : NULL, k->now, &a,
	    k->err);
	if (rc != 0)
		return (rc);
	if (k->served) {
		adopt_carry(&a, &k->a);
		adopt_free(&k->a);
	}
	k->a = a;
	k->served = 1;
	journal(k);
	return (0);
}

/* The process ends. */
void
adoptkit_stop(struct adoptkit *k)
{

	if (k->served)
		adopt_free(&k->a);
	k->served = 0;
}

/* What is served of a list. */
static const struct adopted_list *
served(const struct adoptkit *k, const char *id)
{
	size_t i;

	for (i = 0; k->served && i < k->a.nlists; i++)
		if (strcmp(k->a.list[i].info.id, id) == 0 &&
		    k->a.list[i].list != NULL)
			return (&k->a.list[i]);
	return (NULL);
}

/* Look a token up. */
int
adoptkit_listed(const struct adoptkit *k, const char *id, uint32_t n)
{
	const struct adopted_list *x = served(k, id);
	struct token t = adoptkit_token(n);
	struct listrec r;
	int rc;

	if (x == NULL)
		return (-1);
	rc = list_get(x->list, &t, &r);
	return (rc == -1 ? -2 : rc == 0 ? 0 : r.category);
}

/* Is a list of the node what the centre has? */
static int
same_list(const struct adoptkit *k, const struct adoptkit_list *l, char why[256])
{
	const struct adopted_list *x = served(k, l->id);
	struct listrec r;
	size_t n = 0;

	if (x == NULL || x->info.version != l->version ||
	    x->info.epoch != l->epoch ||
	    memcmp(&x->info, list_info(x->list), sizeof(x->info)) != 0) {
		(void)snprintf(why, 256, "list %s: version %u, not %u", l->id,
		    x != NULL ? x->info.version : 0, l->version);
		return (0);
	}
	for (size_t i = 0; i < l->n; i++) {
		int gone = (listrec_flags(&l->r[i]) & LISTREC_GONE) != 0;

		n += !gone;
		if (l->n > 10000 && i % 101 != 0)
			continue;	/* some of so many */
		if (list_get(x->list, &l->r[i].token, &r) != !gone ||
		    (!gone && memcmp(&r, &l->r[i], sizeof(r)) != 0)) {
			(void)snprintf(why, 256, "list %s: record %zu differs",
			    l->id, i);
			return (0);
		}
	}
	if (x->info.count != n)
		(void)snprintf(why, 256, "list %s: count", l->id);
	return (x->info.count == n);
}

/* Is what is served what was published last? */
int
adoptkit_same(const struct adoptkit *k, char why[256])
{
	const json_t *v = json_object_get(k->repo->body[TUF_TARGETS],
	    "version");

	(void)snprintf(why, 256, "not served");
	if (!k->served)
		return (0);
	if (k->a.targets != (uint32_t)json_integer_value(v) ||
	    k->a.nlists != k->nlists) {
		(void)snprintf(why, 256, "targets %u, %zu lists", k->a.targets,
		    k->a.nlists);
		return (0);
	}
	for (size_t i = 0; i < k->nlists; i++)
		if (!same_list(k, &k->list[i], why))
			return (0);
	(void)snprintf(why, 256, "policy %s or registers", k->a.policy);
	return (k->a.policy_text != NULL && strstr(k->a.policy_text,
	    k->a.policy) != NULL && k->a.outlets != NULL &&
	    outlets_count(k->a.outlets) == 1 && k->a.campaigns != NULL &&
	    campaigns_count(k->a.campaigns) == 1);
}

/* Count names in a directory; the note to sync is none of them. */
static int
count(const char *dir)
{
	struct dirent *e;
	DIR *d = opendir(dir);
	int n = 0;

	if (d == NULL)
		return (-1);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' && strcmp(e->d_name, "whole") != 0;
	closedir(d);
	return (n);
}

/* Is nothing left over?  incoming, built, trusted and one generation. */
int
adoptkit_tidy(const struct adoptkit *k, char why[256])
{
	int lists = count(adoptkit_path(k, ".")), built;

	built = count(adoptkit_path(k, "built"));
	(void)snprintf(why, 256, "%d names in lists/, %d in built/", lists,
	    built);
	return (lists == 4 && built == (int)k->a.nlists);
}

/* The power fails, and comes again. */
void
adoptkit_power_cut(struct adoptkit *k)
{

	adoptkit_stop(k);
	adoptkit_disk_cut(&k->disk);
}

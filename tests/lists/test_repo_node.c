#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/day.h"
#include "lists/adopt.h"
#include "lists/ledger.h"
#include "lists/repo_impl.h"
#include "lists/sync.h"
#include "store/disk.h"

#include "repokit.h"

/*
 * What the centre publishes, followed by nodes as they are: fetched by sync, adopted,
 * and compared record by record with the centre's ledger.
 */

#define NODES	3

struct node {
	char data[300];
	struct adopted a;
	int has;		/* a generation */
};

static struct repokit k;
static struct node node[NODES];
static const uint32_t epochs[] = { 1 };

static int64_t
now(void)
{

	return (k.now);
}

/* Have a node fetch and adopt what is published. */
static void
follow(struct node *x, uint64_t *files)
{
	static const struct adopt_floor floor = { 0, 0, 0, 0 };
	char source[300], root[400], err[ADOPT_ERROR_MAX + SYNC_ERROR_MAX];
	struct sync_options s = { .source = { source }, .nsources = 1,
		.data = x->data, .root = root, .now = now };
	struct adopt_options o = { .data = x->data, .root = root,
		.disk = &disk_real, .epochs = epochs, .nepochs = 1 };
	struct sync_result r;
	struct adopted a;

	(void)snprintf(source, sizeof(source), "%s/repo", k.dir);
	(void)snprintf(root, sizeof(root), "%s/repo/metadata/1.root.json",
	    k.dir);
	cr_assert_eq(sync_once(&s, &r, err), 0, "%s", err);
	cr_assert_eq(adopt_run(&o, &floor, x->has ? &x->a : NULL, k.now, &a,
	    err), 0, "%s", err);
	if (x->has) {
		adopt_carry(&a, &x->a);
		adopt_free(&x->a);
	}
	x->a = a;
	x->has = 1;
	*files = r.files;
}

/* Does the node hold just what the ledger says? */
static void
same(const struct node *x, const char *id)
{
	struct ledger *l = ledger_open(&k.c, id, 1, k.err);
	struct listrec *r, is;
	struct list *list = NULL;
	size_t i, n;

	cr_assert_not_null(l, "%s", k.err);
	cr_assert_eq(ledger_fold(l, day_of(k.now), &r, &n), 0);
	ledger_close(l);
	for (i = 0; i < x->a.nlists; i++)
		if (strcmp(x->a.list[i].info.id, id) == 0) {
			list = x->a.list[i].list;
			cr_assert_eq(x->a.list[i].info.count, n);
		}
	cr_assert_not_null(list, "list %s", id);
	for (i = 0; i < n; i++) {
		cr_assert_eq(list_get(list, &r[i].token, &is), 1);
		cr_assert_eq(memcmp(&is, &r[i], sizeof(is)), 0);
	}
	free(r);
}

static void
set_up(void)
{
	size_t i;

	repokit_new(&k);
	for (i = 0; i < NODES; i++) {
		memset(&node[i], 0, sizeof(node[i]));
		(void)snprintf(node[i].data, sizeof(node[i].data),
		    "%s/node-%zu", k.dir, i);
		cr_assert_eq(mkdir(node[i].data, 0700), 0);
	}
}

static void
tear_down(void)
{
	size_t i;

	for (i = 0; i < NODES; i++)
		if (node[i].has)
			adopt_free(&node[i].a);
	repokit_free(&k);
}

TestSuite(repo_node, .init = set_up, .fini = tear_down, .timeout = 100);

/* One node follows each publication, one every third, one comes at the end. */
Test(repo_node, follows_the_centre)
{
	const struct repo_prepare force = { .force = 1, .reason = "x" };
	const struct repo_prepare full = { .force = 1, .reason = "x",
		.full = 1 };
	uint64_t n = 0, files;

	for (uint32_t i = 1; i <= 12; i++) {
		/* grows, is rolled up, cut into more buckets, written anew */
		repokit_add(&k, "sanction", n, i == 1 ? 120 : i == 5 ? 300 :
		    4);
		n += i == 5 || i == 1 ? 300 : 4;
		if (i % 2 == 0)
			repokit_remove(&k, "sanction", 3 * i, 2);
		if (i % 3 == 0)
			repokit_clear(&k, "sanction", 60 + 3 * i, 1);
		repokit_add(&k, "cards", 100000 + i, 1);
		repokit_publish(&k, i == 9 ? &full : &force);
		follow(&node[0], &files);
		if (i == 7)
			cr_expect_eq(files, 2, "two deltas, not %llu files",
			    (unsigned long long)files);
		same(&node[0], "sanction");
		same(&node[0], "cards");
		if (i % 3 == 0) {
			follow(&node[1], &files);
			same(&node[1], "sanction");
			same(&node[1], "cards");
		}
		k.now += 3600;
	}
	follow(&node[2], &files);
	same(&node[2], "sanction");
	same(&node[2], "phones");
	cr_assert_eq(node[2].a.targets, 12);
	cr_assert_eq(node[2].a.signed_at, k.now - 3600);
}

/* Roots, policy and registers arrive too. */
Test(repo_node, gets_the_rest)
{
	static const char policy[] = "[policy]\nversion = \"2026.1\"\n\n"
	    "[rule L1]\nwhen = \"listed('sanction')\"\nthen = reject\n"
	    "reason = \"L1\"\nclass = statutory\nmessage.zh = \"命中\"\n";
	static const char outlets[] = "institution,outlet,name,area,hours,"
	    "contact,status,from,until,reason\nicbc,0001,Main,330100,,,"
	    "suspended,2026-11-22,,seed\n";
	char path[300];
	struct repo_prepare p = { .policy = path };
	uint64_t files;

	(void)snprintf(path, sizeof(path), "%s/new.policy", k.dir);
	repokit_write(&k, "new.policy", policy, sizeof(policy) - 1);
	repokit_write(&k, "registers/outlets.csv", outlets,
	    sizeof(outlets) - 1);
	repokit_publish(&k, &p);
	follow(&node[0], &files);
	cr_assert_str_eq(node[0].a.policy, "2026.1");
	cr_assert_eq(node[0].a.policy_len, sizeof(policy) - 1);
	cr_assert_eq(node[0].a.outlets_version, 1);
	cr_assert_not_null(node[0].a.outlets);
	repokit_make_key(&k, "root", "root-4");
	cr_assert_eq(repo_key(&k.c, TUF_ROOT, repokit_key(&k,
	    "root-4.key.pub"), "root-3", k.now, k.err), 0, "%s", k.err);
	repokit_sign(&k, "root-1");
	repokit_sign(&k, "root-2");
	cr_assert_eq(repo_finish(&k.c, NULL, NULL, k.now, k.err), 0, "%s",
	    k.err);
	repokit_add(&k, "sanction", 0, 5);
	repokit_publish(&k, NULL);
	follow(&node[0], &files);
	cr_assert_eq(node[0].a.root, 2);
	same(&node[0], "sanction");
}

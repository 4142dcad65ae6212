/* repo init, key, publish, sign, timestamp, check, as custodians type them. */
#include "cli/clitest.c"
#include "cli/jsonok.h"

#include "repokit.h"

#define BY "--dir", k.dir, "--who", "0412"
#define DONE(r, want) do {						\
	const struct cli_run *r_ = (r);					\
	cr_assert_eq(r_->rc, 0, "%d %s%s", r_->rc, r_->out, r_->err);	\
	cr_assert_not_null(strstr(r_->out, want), "%s", r_->out);	\
} while (0)
#define FAILS(r, code, want) do {					\
	const struct cli_run *r_ = (r);					\
	cr_assert_eq(r_->rc, code, "%d %s%s", r_->rc, r_->out, r_->err); \
	cr_assert_not_null(strstr(r_->err, want), "%s", r_->err);	\
} while (0)

static struct repokit k;
static char pending[300];

/* The path of a key, by its number of uses at once. */
static const char *
key(const char *name)
{

	return (repokit_key(&k, name));
}

/* Keys and a centre that holds nothing yet. */
static void
set_up(void)
{

	repokit_bare(&k);
	centre_close(&k.c);
	k.c.lock = -1;
	(void)snprintf(pending, sizeof(pending), "%s/pending", k.dir);
}

static void
tear_down(void)
{

	repokit_free(&k);
}

TestSuite(cli_repo, .init = set_up, .fini = tear_down, .timeout = 60);

/* Begin the repository. */
static void
begin(void)
{
	DONE(cli(NULL, "repo", "init", BY, "--domain", "afc.example.gov.cn",
	    "--root-key", key("root-1.key.pub"), "--root-key",
	    key("root-2.key.pub"), "--root-key", key("root-3.key.pub"),
	    "--targets-key", key("targets-1.key.pub"), "--targets-key",
	    key("targets-2.key.pub"), "--targets-key",
	    key("targets-3.key.pub"), "--snapshot-key",
	    key("snapshot.key.pub"), "--timestamp-key",
	    key("timestamp.key.pub"), NULL), "added   targets: targets-2");
	DONE(cli(NULL, "repo", "sign", pending, "--key", key("root-1.key"),
	    "--yes", NULL), "1 of 2");
	DONE(cli(NULL, "repo", "sign", pending, "--key", key("root-2.key"),
	    "--yes", NULL), "That is enough");
	DONE(cli(NULL, "repo", "publish", "--finish", BY, NULL), "Published");
}

/* Sign what is pending by two, and finish it. */
static void
finish(void)
{

	DONE(cli(NULL, "repo", "sign", pending, "--key", key("targets-1.key"),
	    "--yes", NULL), "Another custodian");
	DONE(cli(NULL, "repo", "sign", pending, "--key", key("targets-3.key"),
	    "--yes", NULL), "2 of 2");
	DONE(cli(NULL, "repo", "publish", "--finish", BY, "--snapshot-key",
	    key("snapshot.key"), "--timestamp-key", key("timestamp.key"),
	    NULL), "Published");
}

/* Put n on a list. */
static void
list(uint64_t from, size_t n)
{

	repokit_reopen(&k);
	repokit_add(&k, "sanction", from, n);
	centre_close(&k.c);
	k.c.lock = -1;
}

Test(cli_repo, walks_the_whole_path)
{
	char repo[300], root[400];
	const struct cli_run *r;

	begin();
	list(0, 100);
	r = cli(NULL, "repo", "publish", "--prepare", BY, NULL);
	DONE(r, "sanction  0 -> 1   0       100    +100");
	cr_expect_not_null(strstr(r->err, "without a policy"));
	DONE(cli(NULL, "repo", "sign", pending, NULL),
	    "Signatures on the targets: 0 of 2");
	finish();
	list(200, 1);
	r = cli(NULL, "repo", "publish", "--prepare", BY, NULL);
	DONE(r, "sanction  1 -> 2   100     101    +1");
	cr_expect_null(strstr(r->err, "without a policy"));
	finish();
	DONE(cli(NULL, "repo", "publish", "--prepare", BY, NULL),
	    "Nothing is new");
	(void)snprintf(repo, sizeof(repo), "%s/repo", k.dir);
	(void)snprintf(root, sizeof(root), "%s/metadata/1.root.json", repo);
	DONE(cli(NULL, "repo", "check", repo, "--root", root, NULL),
	    "2 entries in the release log; 0 errors, 0 notes");
	r = cli(NULL, "repo", "check", repo, "--root", root, "--json", NULL);
	DONE(r, "\"errors\":0");
	cr_assert(jsonok(r->out), "%s", r->out);
}

Test(cli_repo, asks_before_it_signs)
{
	begin();
	list(0, 10);
	DONE(cli(NULL, "repo", "publish", "--prepare", BY, NULL), "+10");
	FAILS(cli("y\n", "repo", "sign", pending, "--key",
	    key("targets-1.key"), NULL), 64, "--yes");
	DONE(cli(NULL, "repo", "sign", pending, NULL), "0 of 2");
	FAILS(cli(NULL, "repo", "sign", pending, "--key", key("root-1.key"),
	    "--yes", NULL), 65, "nothing here is for a key of kind root");
	FAILS(cli(NULL, "repo", "sign", k.dir, NULL), 65,
	    "nothing is pending here");
	FAILS(cli(NULL, "repo", "publish", "--finish", BY, NULL), 1, "0 of 2");
}

Test(cli_repo, tells_what_the_guard_refuses)
{
	const struct cli_run *r;

	begin();
	list(0, 100);
	DONE(cli(NULL, "repo", "publish", "--prepare", BY, NULL), "+100");
	finish();
	list(500, 3);
	r = cli(NULL, "repo", "publish", "--prepare", BY, NULL);
	FAILS(r, 1, "100 records become 103, 3 of them touched");
	cr_assert_not_null(strstr(r->err, "REFUSED"), "%s", r->err);
	cr_assert_not_null(strstr(r->out, "beyond the guard"), "%s", r->out);
	FAILS(cli(NULL, "repo", "publish", "--prepare", "--force", BY, NULL),
	    64, "--reason");
	DONE(cli(NULL, "repo", "publish", "--prepare", "--force", "--reason",
	    "first import", BY, NULL), "Reason: first import");
	DONE(cli(NULL, "repo", "publish", "--drop", "--reason", "a typo", BY,
	    NULL), "given up");
	FAILS(cli(NULL, "repo", "publish", "--drop", "--reason", "a typo", BY,
	    NULL), 1, "nothing is pending");
}

Test(cli_repo, changes_keys)
{
	begin();
	repokit_make_key(&k, "targets", "targets-4");
	DONE(cli(NULL, "repo", "key", "replace", "targets", "targets-2",
	    key("targets-4.key.pub"), BY, "--reason", "left", NULL),
	    "dropped targets: targets-2");
	DONE(cli(NULL, "repo", "sign", pending, "--key", key("root-1.key"),
	    "--yes", NULL), "1 of 2");
	DONE(cli(NULL, "repo", "sign", pending, "--key", key("root-3.key"),
	    "--yes", NULL), "2 of 2");
	DONE(cli(NULL, "repo", "publish", "--finish", BY, NULL), "Root 2");
	DONE(cli(NULL, "repo", "key", "renew", BY, NULL), "The keys stay");
	FAILS(cli(NULL, "repo", "key", "renew", BY, NULL), 65,
	    "pending already");
	FAILS(cli(NULL, "repo", "key", "add", "nobody", "x", BY, NULL), 64,
	    "there is no role");
	FAILS(cli(NULL, "repo", "key", "add", BY, NULL), 64, "replace ROLE");
}

Test(cli_repo, keeps_the_timestamp_fresh)
{
	const struct cli_run *r;

	begin();
	FAILS(cli(NULL, "repo", "timestamp", "--dir", k.dir, "--timestamp-key",
	    key("timestamp.key"), NULL), 65, "nothing is published yet");
	list(0, 10);
	DONE(cli(NULL, "repo", "publish", "--prepare", BY, NULL), "+10");
	finish();
	DONE(cli(NULL, "repo", "timestamp", "--dir", k.dir, "--timestamp-key",
	    key("timestamp.key"), NULL), "signed anew: timestamp");
	r = cli(NULL, "repo", "timestamp", "--dir", k.dir, "--timestamp-key",
	    key("timestamp.key"), "--json", NULL);
	DONE(r, "\"snapshot\":false");
	cr_assert(jsonok(r->out), "%s", r->out);
	FAILS(cli(NULL, "repo", "timestamp", "--dir", k.dir, "--timestamp-key",
	    key("snapshot.key"), NULL), 65, "snapshot");
}

Test(cli_repo, speaks_json)
{
	const struct cli_run *r;

	begin();
	list(0, 10);
	r = cli(NULL, "repo", "publish", "--prepare", BY, "--json", NULL);
	DONE(r, "\"state\":\"pending\"");
	cr_assert(jsonok(r->out), "%s", r->out);
	r = cli(NULL, "repo", "sign", pending, "--json", NULL);
	DONE(r, "\"signatures\":0,\"needed\":2");
	cr_assert(jsonok(r->out), "%s", r->out);
	r = cli(NULL, "repo", "sign", pending, "--key", key("targets-1.key"),
	    "--yes", "--json", NULL);
	DONE(r, "\"signatures\":1,\"needed\":2");
	cr_assert(jsonok(r->out), "%s", r->out);
	r = cli(NULL, "repo", "publish", "--drop", "--reason", "x", BY,
	    "--json", NULL);
	DONE(r, "\"dropped\"");
}

Test(cli_repo, refuses_what_does_not_fit)
{
	FAILS(cli(NULL, "repo", "publish", BY, NULL), 64, "--prepare");
	FAILS(cli(NULL, "repo", "publish", "--prepare", "--finish", BY, NULL),
	    64, "one of");
	FAILS(cli(NULL, "repo", "publish", "--finish", "--force", "--reason",
	    "x", BY, NULL), 64, "go with");
	FAILS(cli(NULL, "repo", "publish", "--prepare", "--expedited",
	    "--full", "--reason", "x", BY, NULL), 64, "--expedited");
	FAILS(cli(NULL, "repo", "publish", "--prepare", "--expedited",
	    "--reason", "11010519491231002X", BY, NULL), 64,
	    "identity number");
	FAILS(cli(NULL, "repo", "check", k.dir, "--root", "/nowhere", NULL),
	    66, "/nowhere");
	FAILS(cli(NULL, "repo", "init", BY, "--domain", "other.example",
	    "--root-key", key("root-1.key.pub"), "--targets-key",
	    key("targets-1.key.pub"), "--snapshot-key",
	    key("snapshot.key.pub"), "--timestamp-key",
	    key("timestamp.key.pub"), NULL), 64, "other.example");
	FAILS(cli(NULL, "repo", "init", BY, "--domain", "afc.example.gov.cn",
	    "--root-key", "/nowhere.pub", "--targets-key",
	    key("targets-1.key.pub"), "--snapshot-key",
	    key("snapshot.key.pub"), "--timestamp-key",
	    key("timestamp.key.pub"), NULL), 66, "/nowhere.pub");
}

/* liangkad.conf: what it means, and how its errors are told. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/config.h"

#define DAEMON "[daemon]\nnode = \"b017\"\ntoken_key = \"/k\"\n"
/* What parse() adds, so that the lines of what is tried stay as they are. */
#define LOG "[log]\ndomain = \"d.example\"\nkey = \"/l\"\n"
#define BANK "[institution bank]\nsocket = \"/s\"\n"

/* The first error that was reported. */
static struct {
	unsigned n;
	uint32_t line, column, span;
	char message[CONF_MAX_MESSAGE];
} told;

static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (told.n++ > 0)
		return;
	told.line = e->line;
	told.column = e->column;
	told.span = e->span;
	(void)snprintf(told.message, sizeof(told.message), "%s", e->message);
}

static const struct conf_sink sink = { report, NULL };

static struct config *
parse(const char *text)
{
	static char whole[8192];

	memset(&told, 0, sizeof(told));
	(void)snprintf(whole, sizeof(whole), "%s%s", text,
	    strstr(text, "[log]") == NULL ? LOG : "");
	return (config_parse("t.conf", whole, strlen(whole), 0, &sink));
}

/* One error is expected, at a place, with some words. */
static void
refused(const char *text, uint32_t line, uint32_t column, const char *words)
{
	struct config *c = parse(text);

	cr_expect_null(c, "accepted: %s", text);
	cr_expect_eq(told.line, line, "line %u not %u: %s", told.line, line,
	    told.message);
	cr_expect_eq(told.column, column, "column %u not %u: %s", told.column,
	    column, told.message);
	cr_expect_not_null(strstr(told.message, words), "not '%s': %s", words,
	    told.message);
	config_free(c);
}

Test(config, defaults)
{
	struct config *c = parse(DAEMON BANK);

	cr_assert_not_null(c, "%s", told.message);
	cr_expect_str_eq(c->node, "b017");
	cr_expect_str_eq(c->data, "/var/lib/liangka");
	cr_expect_str_eq(c->policy, "/etc/liangka/default.policy");
	cr_expect_eq(c->nkeys, 1);
	cr_expect_eq(c->sandbox, 0);
	cr_expect_eq(c->overlay_mb, 256);
	cr_expect_eq(c->reservation_ttl, 30 * 60000);
	cr_expect_eq(c->limits.connections, 1024);
	cr_expect_eq(c->limits.idle, 60000);
	cr_expect_eq(c->limits.output, 65536);
	cr_expect_eq(c->ngrants, 1);
	cr_expect_eq(c->grants[0].grant.rights, RIGHT_CHECK | RIGHT_CONFIRM |
	    RIGHT_REPORT | RIGHT_REVIEW);
	cr_expect_eq(c->grants[0].uid[0], geteuid());
	cr_expect_eq(c->grants[0].uid[c->grants[0].nuids - 1], 0);
	config_free(c);
}

Test(config, example)
{
	char err[512], *text;
	struct config *c;
	size_t len;

	text = config_slurp("server/net/liangkad.conf", 1 << 20, &len, err,
	    sizeof(err));
	if (text == NULL)
		cr_skip("skipped: not run from the top of the tree");
	c = config_parse("liangkad.conf", text, len, 0, &sink);
	cr_assert_not_null(c, "%u: %s", told.line, told.message);
	cr_expect_eq(c->nlisteners, 2);
	cr_expect_eq(c->noutlets, 2);
	cr_expect_eq(outlet_area_find(c->outlets, c->noutlets, "icbc", "0001"),
	    330102);
	cr_expect_eq(outlet_area_find(c->outlets, c->noutlets, "icbc", "0002"),
	    330100, "of an outlet without a section it is the institution's");
	cr_expect_eq(c->grants[0].nuids, 2);
	cr_expect_eq(c->grants[1].grant.rights, RIGHT_DESK | RIGHT_ADMIN |
	    RIGHT_INTAKE);
	cr_expect(c->grants[1].grant.any);
	config_free(c);
	free(text);
}

Test(config, lists_in_one_text_or_in_several)
{
	struct config *c = parse(DAEMON "[institution bank]\nsocket = \"/s\"\n"
	    "uid = \"7, 8\", 9\nrights = \"check,report\", review\n");

	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->grants[0].nuids, 3);
	cr_expect_eq(c->grants[0].uid[1], 8);
	cr_expect_eq(c->grants[0].uid[2], 9);
	cr_expect_eq(c->grants[0].grant.rights, RIGHT_CHECK | RIGHT_REPORT |
	    RIGHT_REVIEW);
	config_free(c);
}

Test(config, shared_sockets_are_one_listener)
{
	char text[8192] = DAEMON;
	struct config *c;
	int i;

	for (i = 0; i < 40; i++)
		(void)snprintf(text + strlen(text), sizeof(text) -
		    strlen(text), "[institution i%d]\nsocket = \"/s%d\"\n", i,
		    i % 3);
	c = parse(text);
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->ngrants, 40);
	cr_expect_eq(c->nlisteners, 3);
	cr_expect_eq(c->grants[5].listener, 2);
	cr_expect_str_eq(c->listeners[2].path, "/s2");
	cr_expect_str_eq(c->grants[39].grant.id, "i39");
	config_free(c);
}

Test(config, outlets_take_the_longest_institution)
{
	struct config *c = parse(DAEMON
	    "[outlet a.b.c]\narea = 330101\n[outlet a.x]\narea = 330102\n"
	    "[institution a]\nsocket = \"/s\"\n"
	    "[institution a.b]\nsocket = \"/s\"\n");

	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(outlet_area_find(c->outlets, c->noutlets, "a.b", "c"),
	    330101);
	cr_expect_eq(outlet_area_find(c->outlets, c->noutlets, "a", "x"),
	    330102);
	cr_expect_eq(outlet_area_find(c->outlets, c->noutlets, "a", "b.c"), 0);
	config_free(c);
}

Test(config, sandbox_reads_no_key)
{
	struct config *c;

	c = parse("[daemon]\nnode = n\nsandbox = true\n" BANK);
	cr_expect_not_null(c, "%s", told.message);
	config_free(c);
	c = parse("[daemon]\nnode = n\nsandbox = true\ntoken_key = \"/real\"\n"
	    BANK);
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->nkeys, 0);
	config_free(c);
	c = config_parse("t", DAEMON BANK, strlen(DAEMON BANK),
	    CONFIG_SANDBOX, NULL); /* and wants no [log] */
	cr_assert_not_null(c);
	cr_expect_eq(c->sandbox, 1);
	config_free(c);
}

Test(config, errors_of_daemon)
{
	refused("# [log]\n", 2, 1, "section");
	refused(DAEMON, 1, 1, "nobody could ask");
	refused("[daemon]\ntoken_key = \"/k\"\n" BANK, 1, 1, "'node'");
	refused("[daemon]\nnode = n\n" BANK, 1, 1, "token_key");
	refused("[daemon]\nnode = \"B017\"\n" BANK, 2, 8, "node id");
	refused("[daemon]\nnode = \"a-\"\n" BANK, 2, 8, "node id");
	refused("[daemon]\nnode = \"-\"\n" BANK, 2, 8, "node id");
	refused("[daemon]\nnode = \"abcdefghijklm\"\n" BANK, 2, 8, "12");
	refused(DAEMON "data = \"var/lib\"\n" BANK, 4, 8, "begins with '/'");
	refused(DAEMON "policy = \"p.policy\"\n" BANK, 4, 10, "'/'");
	refused("[daemon]\nnode = n\ntoken_key = \"/a,b\"\n" BANK, 3, 17,
	    "key file");
	refused("[daemon]\nnode = n\ntoken_key = \"/a,/b,/c,/d,/e\"\n" BANK, 3,
	    26, "more than 4");
	refused(DAEMON "overlay_mb = 3\n" BANK, 4, 14, "16 to 65536");
	refused(DAEMON "reservation_ttl = 30\n" BANK, 4, 19, "ms, s, min");
	refused(DAEMON "reservation_ttl = 0s\n" BANK, 4, 19, "out of range");
	refused(DAEMON "reservation_ttl = 2d\n" BANK, 4, 19, "out of range");
	refused(DAEMON "polcy = \"/p\"\n" BANK, 4, 1, "policy");
	refused(DAEMON "[limits]\nconnections = 0\n" BANK, 5, 15, "65536");
	refused(DAEMON "[limits]\noutput = 1K\n" BANK, 5, 10, "16K to 16M");
}

Test(config, errors_of_institutions)
{
	char text[512];

	refused(DAEMON "[institution bank]\n", 4, 1, "'socket'");
	refused(DAEMON BANK "uid = root\n", 6, 7, "no user number");
	refused(DAEMON BANK "uid = \"1, -2\"\n", 6, 11, "no user number");
	refused(DAEMON BANK "uid = \"1,\"\n", 6, 10, "no user number");
	refused(DAEMON BANK "uid = 4294967295\n", 6, 7, "no user number");
	refused(DAEMON BANK "uid = 99999999999999999999\n", 6, 7, "user number");
	refused(DAEMON BANK "uid = 1, 2, 1\n", 6, 13, "twice");
	refused(DAEMON BANK "rights = \"check, chek\"\n", 6, 18,
	    "there are check, confirm");
	refused(DAEMON BANK "rights = check, check\n", 6, 17, "twice");
	refused(DAEMON BANK "rights = desk\n", 6, 10, "[operator]");
	refused(DAEMON BANK "area = 3301\n", 6, 8, "out of range");
	/* A teller's record holds no more: a higher limit would never bite. */
	refused(DAEMON "[limits]\npersons_per_teller_day = 4097\n" BANK, 5, 26,
	    "out of range");
	refused(DAEMON "[institution b]\nsocket = \"run/x\"\n", 5, 10, "'/'");
	refused(DAEMON BANK BANK, 6, 14, "twice");
	refused(DAEMON BANK "[operator bank]\nsocket = \"/s\"\nrights = desk\n",
	    6, 1, "on this socket twice");
	refused(DAEMON "[operator o]\nsocket = \"/s\"\n", 4, 1, "'rights'");
	refused(DAEMON "[institution "
	    "abcdefghijklmnopqrstuvwxyz0123456]\nsocket = \"/s\"\n", 4, 1,
	    "longer than 31");
	(void)snprintf(text, sizeof(text), DAEMON
	    "[institution b]\nsocket = \"/%0107d\"\n", 0);
	refused(text, 5, 10, "107");
	(void)snprintf(text, sizeof(text), DAEMON
	    "[institution b]\nsocket = \"/%0106d\"\n", 0);
	config_free(parse(text));
	cr_expect_eq(told.n, 0, "107 bytes are good: %s", told.message);
}

Test(config, errors_of_outlets)
{
	refused(DAEMON BANK "[outlet other.1]\narea = 330101\n", 6, 1,
	    "[institution]");
	refused(DAEMON BANK "[outlet bank.]\narea = 330101\n", 6, 1, "31 bytes");
	refused(DAEMON BANK "[outlet bank.1]\n", 6, 1, "'area'");
	refused(DAEMON BANK "[outlet bank."
	    "abcdefghijklmnopqrstuvwxyz0123456]\narea = 330101\n", 6, 1,
	    "31 bytes");
	refused(DAEMON BANK "[outlet bank.1]\narea = 330101\n"
	    "[outlet bank.1]\narea = 330101\n", 8, 9, "twice");
}

#define VKEY "lin+a3eb656b+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY"

Test(config, log_and_staff)
{
	struct config *c;

	c = parse(DAEMON "profile = gm\n" BANK "[log]\ndomain = \"a.b/c\"\n"
	    "key = \"/1\", \"/2\"\ninterval = 5s\ngeneration = 3\n"
	    "[seal]\ncertificate = \"/s.crt\"\nretention = 10d\n");
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->profile, CONFIG_GM);
	cr_expect_str_eq(c->domain, "a.b/c");
	cr_expect_eq(c->nlog_keys, 2);
	cr_expect_str_eq(c->log_key[1], "/2");
	cr_expect_eq(c->log_interval, 5000);
	cr_expect_eq(c->generation, 3);
	cr_expect_eq(c->seal_retention, INT64_C(864000000));
	config_free(c);
	c = parse(DAEMON BANK "[staff lin]\nkey = \"" VKEY "\"\n"
	    "rights = access, erase\n");
	cr_assert_not_null(c, "%s", told.message);
	cr_assert_eq(c->nstaff, 1);
	cr_expect_str_eq(c->staff[0].name, "lin");
	cr_expect_eq(c->staff[0].rights, STAFF_ACCESS | STAFF_ERASE);
	config_free(c);
}

Test(config, errors_of_log_and_staff)
{

	refused(DAEMON BANK "[log]\nkey = \"/1\"\n", 6, 1, "'domain'");
	refused(DAEMON BANK "[log]\ndomain = \"A\"\nkey = \"/1\"\n", 7, 10,
	    "a-z");
	refused(DAEMON BANK "[log]\ndomain = a\nkey = \"1\"\n", 8, 7, "'/'");
	refused(DAEMON BANK "[log]\ndomain = a\nkey = \"/1\"\n"
	    "witness = \"/w\"\n", 9, 11, "go together");
	refused(DAEMON BANK "[staff lin]\nkey = nonsense\nrights = access\n",
	    7, 7, "");
	refused(DAEMON BANK "[staff wu]\nkey = \"" VKEY "\"\n"
	    "rights = access\n", 7, 7, "key of 'lin'");
	refused(DAEMON BANK "[staff lin]\nkey = \"" VKEY "\"\n"
	    "rights = read\n", 8, 10, "access");
	cr_expect_null(config_parse("t", DAEMON BANK, strlen(DAEMON BANK), 0,
	    &sink), "a daemon without a signed log");
}

Test(config, all_errors_are_told)
{
	cr_expect_null(parse(DAEMON "[institution b]\nsocket = \"/s\"\n"
	    "uid = x\nrights = y\narea = 1\nnonsense = 2\n"));
	cr_expect_eq(told.n, 4);
}

Test(config, files_are_looked_at)
{
	char dir[] = "/tmp/lk-config-XXXXXX", file[64], err[512], key[64];
	struct config *c;
	FILE *f;

	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(file, sizeof(file), "%s/t.conf", dir);
	(void)snprintf(key, sizeof(key), "%s/key", dir);
	cr_assert_not_null(f = fopen(file, "we"));
	(void)fprintf(f, "[daemon]\nnode = n\ndata = \"%s/d\"\n"
	    "token_key = \"%s\"\npolicy = \"%s\"\n[institution b]\n"
	    "socket = \"%s/s\"\n[log]\ndomain = d\nkey = \"%s\"\n",
	    dir, key, key, dir, key);
	(void)fclose(f);
	memset(&told, 0, sizeof(told));
	cr_expect_null(config_load(file, 0, &sink, err, sizeof(err)));
	cr_expect_str_eq(err, "");
	cr_expect_eq(told.n, 3);
	cr_expect_eq(told.line, 4);
	cr_expect_eq(told.column, 14);
	c = config_load(file, CONFIG_NO_FILES, &sink, err, sizeof(err));
	cr_expect_not_null(c);
	config_free(c);
	cr_assert_not_null(f = fopen(key, "we"));
	(void)fclose(f);
	c = config_load(file, 0, &sink, err, sizeof(err));
	cr_expect_not_null(c, "%s", told.message);
	config_free(c);
	(void)unlink(file);
	memset(&told, 0, sizeof(told));
	cr_expect_null(config_load(file, 0, &sink, err, sizeof(err)));
	cr_expect_eq(told.n, 0);
	cr_expect_not_null(strstr(err, "No such file"));
	cr_expect_null(config_load(dir, 0, &sink, err, sizeof(err)));
	cr_expect_not_null(strstr(err, "is no file"));
	(void)unlink(key);
	(void)rmdir(dir);
}

Test(config, lists_are_signed_or_declared_absent)
{
	struct config *c;

	c = parse(DAEMON BANK);
	cr_assert_not_null(c);
	cr_expect_eq(c->lists_use, CONFIG_LISTS_ABSENT);
	config_free(c);
	c = parse(DAEMON BANK "[lists]\nuse = none\n");
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->lists_use, CONFIG_LISTS_NONE);
	config_free(c);
	c = parse(DAEMON BANK "[lists]\nroot = \"/r\"\nkey = \"/a\", \"/b\"\n"
	    "soft_age = 2h\nhard_age = 3d\n");
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->lists_use, CONFIG_LISTS_SIGNED);
	cr_expect_eq(c->nlist_keys, 2);
	cr_expect_eq(c->lists_soft, 2 * 3600 * 1000);
	config_free(c);
	c = config_parse("t", DAEMON BANK, strlen(DAEMON BANK), CONFIG_SANDBOX,
	    NULL);
	cr_assert_not_null(c);
	cr_expect_eq(c->lists_use, CONFIG_LISTS_NONE);
	config_free(c);
}

/* No configuration leads around the signatures. */
Test(config, errors_of_lists)
{

	refused(DAEMON BANK "[lists]\n", 1, 1, "`root`");
	refused(DAEMON BANK "[lists]\nroot = \"/r\"\n", 1, 1, "`root`");
	refused(DAEMON BANK "[lists]\nuse = none\nroot = \"/r\"\n", 7, 7,
	    "no root");
	refused(DAEMON BANK "[lists]\nuse = unsigned\n", 7, 7, "unsigned");
	refused(DAEMON BANK "[lists]\nroot = \"rr\"\nkey = \"/k\"\n", 7, 8,
	    "'/'");
	refused(DAEMON BANK "[lists]\nroot = \"/r\"\nkey = \"k\"\n", 8, 7,
	    "'/'");
	refused(DAEMON BANK "[lists]\nroot = \"/r\"\nkey = \"/k\"\n"
	    "soft_age = 2d\nhard_age = 1d\n", 10, 12, "shorter");
	refused("[daemon]\nnode = \"b017\"\ntoken_key = \"/k\"\n"
	    "policy = \"/p\"\n" BANK "[lists]\nroot = \"/r\"\n"
	    "key = \"/k\"\n", 4, 10, "signed by the centre");
}

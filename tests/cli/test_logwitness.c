/* liangka log witness: heads that it reads itself, requests, CGI. */
#include <criterion/criterion.h>

#include <sys/stat.h>

#include <dirent.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/witness.h"
#include "cli/tool.h"
#include "keys/hex.h"
#include "keys/sha256.h"
#include "plugin.h"

#include "clitest.h"
#include "jsonok.h"
#include "minilog.h"

#define ORIGIN MINILOG_NODE "/decisions/2026.1"

static char dir[64], key[96], state[96], vkey[NOTE_VKEY_MAX];
static struct minilog m;

static void
setup(void)
{
	char data[96];

	(void)snprintf(dir, sizeof(dir), "/tmp/liangka-wit.XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(data, sizeof(data), "%s/data", dir);
	(void)snprintf(key, sizeof(key), "%s/w.key", dir);
	(void)snprintf(state, sizeof(state), "%s/state", dir);
	minilog_witness_key(key, 3, vkey);
	minilog_open(&m, data);
	minilog_add(&m, 300);
}

static int
drop(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
teardown(void)
{

	minilog_close(&m);
	(void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(log_witness, .init = setup, .fini = teardown);

/* Have the log at a place cosigned. */
static const struct cli_run *
pull(const char *where)
{

	return (cli(NULL, "log", "witness", "--state", state, "--key", key,
	    "--log-key", minilog_vkey(&m), where, "--json", NULL));
}

/* How many files of evidence there are. */
static int
evidence(void)
{
	const struct dirent *e;
	char path[128];
	int n = 0;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/evidence", state);
	if ((d = opendir(path)) == NULL)
		return (0);
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return (n);
}

/* Begin another history of the same log in another directory. */
static void
again(struct minilog *x, const char *name, uint64_t fork, uint64_t until)
{
	char data[96];

	(void)snprintf(data, sizeof(data), "%s/%s", dir, name);
	minilog_open(x, data);
	x->fork = fork;
	minilog_add(x, until);
	minilog_close(x);
}

Test(log_witness, cosigns_a_log_as_it_grows)
{
	const struct cli_run *r;
	char text[8192], file[128];

	r = pull(m.data);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_expect(jsonok(r->out), "%s", r->out);
	cr_expect_not_null(strstr(r->out, "\"size\":300,\"old\":0,"), "%s",
	    r->out);
	(void)minilog_file(&m, "checkpoint.cosigned", text, sizeof(text));
	cr_expect_not_null(strstr(text, "\xe2\x80\x94 centre.example/witness "),
	    "%s", text);
	minilog_add(&m, 555);
	r = pull(m.data);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "\"size\":555,\"old\":300,"), "%s",
	    r->out);
	r = pull(m.data);
	cr_expect_eq(r->rc, 0, "the same head once more: %s", r->err);
	/* A proof leads to the cosigned head, also when the log goes on. */
	minilog_add(&m, 600);
	(void)snprintf(file, sizeof(file), "%s/p", dir);
	r = cli(NULL, "log", "prove", "--seq", "15", m.dir, "--out", file, NULL);
	cr_expect_not_null(strstr(r->err, "(cosigned)"), "%s", r->err);
	r = cli(NULL, "log", "check-proof", file, "--key", minilog_vkey(&m),
	    "--witness", vkey, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out,
	    "cosigned by centre.example/witness at 2026-11-22 14:00:00"), "%s",
	    r->out);
	cr_expect_not_null(strstr(r->out, "of 555 entries"), "%s", r->out);
	r = cli(NULL, "log", "prove", "--seq", "580", m.dir, "--out", file,
	    NULL);
	cr_expect_eq(r->rc, 0, "the newest head covers it: %s", r->err);
	cr_expect_null(strstr(r->err, "(cosigned)"), "%s", r->err);
}

Test(log_witness, each_year_has_its_head)
{
	const struct cli_run *r;
	char text[8192];

	r = pull(m.data);
	minilog_turn(&m);
	minilog_add(&m, 320);
	r = pull(m.data);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_null(strstr(r->out, "2026.1"), "it is over: %s", r->out);
	cr_expect_not_null(strstr(r->out, "2027.1\",\"size\":20,\"old\":0"),
	    "%s", r->out);
	(void)minilog_file(&m, "checkpoint.cosigned", text, sizeof(text));
}

Test(log_witness, refuses_a_fork)
{
	const struct cli_run *r;
	struct minilog x;
	char text[8192], path[320];

	again(&x, "fork", 280, 400);
	cr_assert_eq(pull(m.data)->rc, 0);
	r = pull(x.data);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "REFUSED"), "%s", r->err);
	cr_expect_eq(evidence(), 2);
	(void)snprintf(path, sizeof(path), "%s/checkpoint.cosigned", x.dir);
	cr_expect_neq(access(path, F_OK), 0, "nothing is left there");
	/* The good one goes on. */
	minilog_add(&m, 401);
	cr_expect_eq(pull(m.data)->rc, 0);
	(void)minilog_file(&m, "checkpoint.cosigned", text, sizeof(text));
	cr_expect_not_null(strstr(text, "\n401\n"), "%s", text);
}

/* Two signed heads are evidence without the tiles that would explain them. */
Test(log_witness, keeps_a_contradiction_whose_tiles_are_spoilt)
{
	const struct cli_run *r;
	struct minilog x, y;

	again(&x, "fork", 280, 300);
	again(&y, "old", 0, 250);
	minilog_spoil(&x, "tile/0/001.p/44", 40);
	minilog_spoil(&y, "tile/0/000.p/250", 7000);
	cr_assert_eq(pull(m.data)->rc, 0);
	r = pull(x.data);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "it has forked"), "%s", r->err);
	cr_expect_eq(evidence(), 2);
	r = pull(y.data);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "rolled back"), "%s", r->err);
	cr_expect_eq(evidence(), 4);
}

Test(log_witness, refuses_a_roll_back)
{
	const struct cli_run *r;
	struct minilog x;

	again(&x, "old", 0, 250);
	cr_assert_eq(pull(m.data)->rc, 0);
	r = pull(x.data);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "rolled back: 300 entries were "
	    "cosigned, now it names 250"), "%s", r->err);
	cr_expect_eq(evidence(), 2);
}

Test(log_witness, show_tells_that_a_log_was_rolled_back)
{
	const struct cli_run *r;
	struct minilog x;
	char text[8192], path[320];
	FILE *f;

	again(&x, "old", 0, 250);
	cr_assert_eq(pull(m.data)->rc, 0);
	(void)minilog_file(&m, "checkpoint.cosigned", text, sizeof(text));
	(void)snprintf(path, sizeof(path), "%s/checkpoint.cosigned", x.dir);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs(text, f);
	(void)fclose(f);
	r = cli(NULL, "log", "show", x.data, "--json", NULL);
	cr_expect_eq(r->rc, TOOL_DATA);
	cr_expect_not_null(strstr(r->err, "seq 251 to 300 are missing"), "%s",
	    r->err);
}

Test(log_witness, tiles_that_do_not_fit_the_head)
{
	const struct cli_run *r;

	minilog_spoil(&m, "tile/0/001.p/44", 40);
	r = pull(m.data);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	r = pull(dir);
	cr_expect_eq(r->rc, TOOL_NOINPUT, "%s", r->err);
}

Test(log_witness, keys_it_does_not_know)
{
	const struct cli_run *r;
	char file[96];
	FILE *f;

	r = cli(NULL, "log", "witness", "--state", state, "--key", key,
	    "--log-key", vkey, m.data, NULL);
	cr_expect_eq(r->rc, TOOL_NO, "%s", r->err);
	r = cli(NULL, "log", "witness", "--state", state, "--key", "/nowhere",
	    "--log-key", vkey, m.data, NULL);
	cr_expect_eq(r->rc, TOOL_NOINPUT, "%s", r->err);
	(void)snprintf(file, sizeof(file), "%s/vkeys", dir);
	cr_assert_not_null(f = fopen(file, "w"));
	(void)fprintf(f, "# branches\n\n%s\n%s\n", vkey, minilog_vkey(&m));
	(void)fclose(f);
	r = cli(NULL, "log", "witness", "--state", state, "--key", key,
	    "--log-key", file, m.data, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_not_null(strstr(r->out, "300 (+300)"), "%s", r->out);
	cr_assert_not_null(f = fopen(file, "a"));
	(void)fputs("no key\n", f);
	(void)fclose(f);
	r = cli(NULL, "log", "witness", "--state", state, "--key", key,
	    "--log-key", file, m.data, NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	cr_expect_not_null(strstr(r->err, "vkeys:5: "), "%s", r->err);
}

/* Send a request for the head at hand. */
static const struct cli_run *
request(unsigned old)
{
	static char body[WITNESS_REQUEST_MAX];
	char text[8192];

	(void)minilog_file(&m, "checkpoint", text, sizeof(text));
	(void)snprintf(body, sizeof(body), "old %u\n\n%s", old, text);
	return (cli(body, "log", "witness", "--state", state, "--key", key,
	    "--log-key", minilog_vkey(&m), "--request", NULL));
}

Test(log_witness, requests_by_hand)
{
	const struct cli_run *r;

	r = request(0);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(r->err, "200 OK\n");
	cr_expect_eq(strncmp(r->out, "\xe2\x80\x94 centre.example/witness ",
	    27), 0, "%s", r->out);
	r = request(0);
	cr_expect_eq(r->rc, TOOL_NO);
	cr_expect_eq(strncmp(r->err, "409 Conflict\n", 13), 0, "%s", r->err);
	cr_expect_str_eq(r->out, "300\n");
	r = request(301);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
	r = cli("rubbish", "log", "witness", "--state", state, "--key", key,
	    "--log-key", minilog_vkey(&m), "--request", NULL);
	cr_expect_eq(r->rc, TOOL_DATA, "%s", r->err);
}

Test(log_witness, behind_a_web_server)
{
	const struct cli_run *r;
	uint8_t hash[SHA256_LEN];
	char info[128], hex[65];

	cr_assert_eq(setenv("GATEWAY_INTERFACE", "CGI/1.1", 1), 0);
	(void)setenv("REQUEST_METHOD", "POST", 1);
	(void)setenv("PATH_INFO", "/add-checkpoint", 1);
	r = request(0);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_eq(strncmp(r->out, "Status: 200 OK\r\nContent-Type: "
	    "text/plain; charset=utf-8\r\n", 57), 0, "%s", r->out);
	r = request(7);
	cr_expect_eq(r->rc, 0);
	cr_expect_eq(strncmp(r->out, "Status: 409 Conflict\r\nContent-Type: "
	    "text/x.tlog.size\r\nContent-Length: 4\r\n\r\n300\n", 78), 0, "%s",
	    r->out);
	(void)setenv("CONTENT_LENGTH", "5", 1);
	r = request(0);
	cr_expect_not_null(strstr(r->out, "400 Bad Request"), "%s", r->out);
	(void)setenv("CONTENT_LENGTH", "999999999", 1);
	r = request(0);
	cr_expect_not_null(strstr(r->out, "409 Conflict"), "%s", r->out);
	(void)setenv("REQUEST_METHOD", "GET", 1);
	sha256_of(hash, ORIGIN, strlen(ORIGIN));
	hex_encode(hex, hash, sizeof(hash));
	(void)snprintf(info, sizeof(info), "/w/%s/checkpoint", hex);
	(void)setenv("PATH_INFO", info, 1);
	r = request(0);
	cr_expect_not_null(strstr(r->out, "\r\n\r\n" ORIGIN "\n300\n"), "%s",
	    r->out);
	(void)setenv("PATH_INFO", "/../../../../etc/passwd/checkpoint", 1);
	r = request(0);
	cr_expect_eq(strncmp(r->out, "Status: 404", 11), 0, "%s", r->out);
	/* 64 bytes that lead out of the state directory. */
	(void)snprintf(info, sizeof(info), "%s/data/log/2026.1/checkpoint", dir);
	cr_assert_eq(access(info, R_OK), 0);
	memset(info, '/', sizeof(info));
	memcpy(&info[1], "..", 2);
	memcpy(&info[1 + 64 - 15], "data/log/2026.1", 15);
	(void)snprintf(&info[1 + 64], sizeof(info) - 65, "/checkpoint");
	(void)setenv("PATH_INFO", info, 1);
	r = request(0);
	cr_expect_eq(strncmp(r->out, "Status: 404", 11), 0, "%s", r->out);
	(void)setenv("REQUEST_METHOD", "PUT", 1);
	r = request(0);
	cr_expect_eq(strncmp(r->out, "Status: 405", 11), 0, "%s", r->out);
	key[0] = '\0';
	r = request(0);
	cr_expect_eq(strncmp(r->out, "Status: 500", 11), 0, "%s", r->out);
}

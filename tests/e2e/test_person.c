/* What staff put together for a citizen, against a real daemon: the report of what is
 * held, the dossier, the explanation; each look-up stands in the next. */
#include <criterion/criterion.h>

#include <sys/wait.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "plugin.h"

#include "harness.h"
#include "tool.h"

#define SAID 262144

static char dir[128];		/* keys, and what is written */
static char sections[2048];
static char lin[160];
static char out[SAID], err[SAID];
static char held[40], id[19];

/* Make a staff key and a configuration that knows it. */
static void
make_staff(void)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 5 };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	const char *tmp = getenv("TMPDIR");
	struct keyfile k;

	(void)snprintf(dir, sizeof(dir), "%s/lk-person-XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(lin, sizeof(lin), "%s/lin.key", dir);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&k, lin, &fault), 0, "%s", fault.text);
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n"
	    "[staff lin]\nkey = \"%s\"\nrights = access\n", k.public);
}

/* Read a whole file, terminated. */
static void
slurp(const char *path, char *buf)
{
	FILE *f = fopen(path, "re");
	size_t n = 0;

	if (f != NULL) {
		n = fread(buf, 1, SAID - 1, f);
		(void)fclose(f);
	}
	buf[n] = '\0';
}

/* Run liangka; what it wrote is in out and err. */
static int __attribute__((sentinel))
liangka(const char *word, ...)
{
	va_list ap;
	int rc;

	va_start(ap, word);
	rc = tool_run(dir, out, err, SAID, word, ap);
	va_end(ap);
	return (rc);
}

/* A person asks at one outlet after the other until he is held. */
static struct daemon *
start(void)
{
	struct daemon_setup setup = { .sections = sections };
	struct wire_out *o;
	struct daemon *d;
	struct client *c;
	char txn[16];
	int i, decision = LK_PASS;

	make_staff();
	d = daemon_start(&setup);
	c = client_open(d, "bank");
	(void)snprintf(id, sizeof(id), "%s", citizen(330102, 19900101, 7));
	for (i = 0; i < 8 && decision != LK_REVIEW; i++) {
		(void)snprintf(txn, sizeof(txn), "x%d", i);
		o = client_begin(c, WIRE_CHECK);
		wire_put_u32(o, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
		wire_put_text(o, WIRE_T_ID_NO, id);
		wire_put_u32(o, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
		wire_put_text(o, WIRE_T_TXN_ID, txn);
		wire_put_text(o, WIRE_T_BRANCH, (const char *const[]){ "0001",
		    "0002", "0003", "0004" }[i % 4]);
		wire_put_text(o, WIRE_T_TELLER, "t100");
		wire_put_u32(o, WIRE_T_REMAINING_MS, 10000);
		cr_assert_eq(client_call(c), LK_OK);
		decision = (int)wire_u32(&c->f, WIRE_T_DECISION, 99);
	}
	cr_assert_eq(decision, LK_REVIEW);
	(void)snprintf(held, sizeof(held), "%s",
	    client_text(c, WIRE_T_DECISION_ID));
	/* The teller's alarm, which the person is not told of. */
	o = client_begin(c, WIRE_REPORT);
	wire_put_text(o, WIRE_T_DECISION_ID, held);
	wire_put_text(o, WIRE_T_TELLER, "t100");
	wire_put_u32(o, WIRE_T_REASON_CODE, LK_REPORT_COACHED);
	cr_assert_eq(client_call(c), LK_OK);
	client_close(c);
	return (d);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

/* The report, with more options. */
static int
report(struct daemon *d, const char *option, const char *value)
{

	return (liangka("person", "report", daemon_data(d), "--id-no", id,
	    "--as", lin, "--reason", "asked at the counter", "--socket",
	    daemon_socket(d, "desk"), option, value, NULL));
}

Test(person, what_is_held_and_who_looked)
{
	struct daemon *d = start();
	char page[160], *text;

	cr_assert_eq(report(d, NULL, NULL), 0, "%s", err);
	cr_expect_null(strstr(out, id), "the number is never printed");
	cr_expect_not_null(strstr(out, "You applied at bank, 0001"), "%s", out);
	cr_expect_not_null(strstr(out, "was review, to be cleared by the "
	    "institution"), "%s", out);
	cr_expect_not_null(strstr(out, "The teller gave an alarm"), "%s", out);
	cr_expect_not_null(strstr(out, "who looked (1)"), "%s", out);
	cr_expect_not_null(strstr(out, "lin looked the person up by the "
	    "document, reason: asked"), "%s", out);
	/* Looking at one of his entries is told to him too. */
	cr_assert_eq(liangka("explain", held, daemon_data(d), "--as", lin,
	    "--reason", "he asks why", "--socket", daemon_socket(d, "desk"),
	    NULL), 0, "%s", err);
	cr_expect_str_eq(err, "");
	cr_expect_not_null(strstr(out, "review"), "%s", out);
	cr_assert_eq(report(d, "--json", NULL), 0, "%s", err);
	cr_expect_not_null(strstr(out, "\"reason\":\"he asks why\""), "%s",
	    out);
	cr_expect_not_null(strstr(out, "\"kind\":\"report\""), "%s", out);
	/* To be handed over: without the alarm. */
	(void)snprintf(page, sizeof(page), "%s/report.html", dir);
	cr_assert_eq(liangka("person", "report", daemon_data(d), "--id-no", id,
	    "--as", lin, "--reason", "asked", "--socket",
	    daemon_socket(d, "desk"), "--applicant", "--html", page, NULL), 0,
	    "%s", err);
	cr_assert_not_null(text = malloc(SAID));
	slurp(page, text);
	cr_expect_not_null(strstr(text, "he asks why"), "%s", text);
	cr_expect_not_null(strstr(text, "结果：复核"), "%s", text);
	cr_expect_null(strstr(text, "alarm"), "%s", text);
	cr_expect_null(strstr(text, "<script"));
	cr_expect_null(strstr(text, id));
	free(text);
	/* Somebody of whom nothing is held. */
	(void)snprintf(id, sizeof(id), "%s", citizen(330102, 19910101, 8));
	cr_assert_eq(report(d, NULL, NULL), 0, "%s", err);
	cr_expect_not_null(strstr(out, "as the applicant (0)"), "%s", out);
	daemon_stop_and_check(d);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

Test(person, who_may_not_is_told_nothing)
{
	struct daemon *d = start();

	cr_expect_eq(liangka("person", "report", daemon_data(d), "--id-no", id,
	    "--socket", daemon_socket(d, "desk"), NULL), 64);
	cr_expect_eq(liangka("person", "report", daemon_data(d), "--id-no",
	    "330102199001010", "--as", lin, "--reason", "x", "--socket",
	    daemon_socket(d, "desk"), NULL), 65, "%s", err);
	cr_expect_eq(liangka("person", "report", daemon_data(d), "--id-no", id,
	    "--as", lin, "--reason", "x", "--socket",
	    daemon_socket(d, "bank"), NULL), 77, "%s", err);
	cr_expect_str_eq(out, "");
	daemon_stop_and_check(d);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

Test(person, the_dossier_tells_who_made_it)
{
	struct daemon *d = start();
	char to[160], page[256];
	char *text;
	FILE *list;

	/* A daemon that stops names all it has in a signed head. */
	cr_assert_eq(daemon_kill(d, SIGTERM), 0, "%s", daemon_log(d));
	daemon_restart(d);
	(void)snprintf(to, sizeof(to), "%s/case", dir);
	cr_assert_eq(liangka("log", "dossier", held, daemon_data(d), "--out",
	    to, "--as", lin, "--reason", "complaint 118", "--socket",
	    daemon_socket(d, "desk"), NULL), 0, "%s", err);
	(void)snprintf(page, sizeof(page), "%.200s", out);
	page[strcspn(page, "\n")] = '\0';
	cr_assert_not_null(text = malloc(SAID));
	slurp(page, text);
	cr_expect_not_null(strstr(text, "complaint 118"), "%s", text);
	cr_expect_not_null(strstr(text, "lin"));
	free(text);
	(void)snprintf(page, sizeof(page), "tar tf %s/*.tar", to);
	cr_assert_not_null(list = popen(page, "re"));
	out[fread(out, 1, SAID - 1, list)] = '\0';
	cr_expect_eq(pclose(list), 0);
	cr_expect_not_null(strstr(out, "/seen/"), "%s", out);
	cr_expect_not_null(strstr(out, "/entry.tlog-proof"), "%s", out);
	daemon_stop_and_check(d);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

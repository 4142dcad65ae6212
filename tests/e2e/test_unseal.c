/* Sealed identities and staff against a real daemon: who is held is sealed, who may
 * reads it, and it is recorded first. */
#include <criterion/criterion.h>

#include <sys/stat.h>
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
#include "keys/seal.h"
#include "keys/seal_cert.h"
#include "plugin.h"
#include "store/sealed.h"

#include "harness.h"
#include "tool.h"

#define SAID 65536

static const char name[] = "欧阳小明", phone[] = "13912345678";
static const char address[] = "文三路 478 号 2 幢";

static char keys[128];		/* directory of keys */
static char sections[8192];
static char sealkey[160], lin[160], wu[160], mo[160];
static char out[SAID], err[SAID];
static char held[40], id[19];

/* Make a staff key; its verifier key goes into the sections. */
static void
make_staff(const char *who, char path[160], const char *rights)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0] };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	size_t len = strlen(sections);
	struct keyfile k;

	(void)snprintf(path, 160, "%s/%s.key", keys, who);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&k, path, &fault), 0, "%s", fault.text);
	if (rights != NULL)
		(void)snprintf(&sections[len], sizeof(sections) - len,
		    "[staff %s]\nkey = \"%s\"\nrights = %s\n", who, k.public,
		    rights);
}

/* Make a sealing key and its certificate. */
static void
make_seal_key(const char *who, char path[160])
{
	const struct keymake m = { .kind = KEYFILE_SEAL, .name = who,
		.created = 1700000000, .expires = KEYMAKE_NEVER };
	uint8_t secret[KEYFILE_SECRET_LEN] = { (uint8_t)who[0] };
	struct keyfile_error fault = { .fault = KEYFILE_FINE };
	char pem[SEAL_CERT_PEM_MAX], crt[160];
	struct keyfile k;
	FILE *f;

	(void)snprintf(path, 160, "%s/%s.key", keys, who);
	(void)snprintf(crt, sizeof(crt), "%s/%s.crt", keys, who);
	cr_assert_eq(keymake(&k, &m, secret, &fault), 0, "%s", fault.text);
	cr_assert_eq(keydisk_write(&k, path, &fault), 0, "%s", fault.text);
	cr_assert_neq(seal_cert_make(pem, &k, &fault), 0, "%s", fault.text);
	cr_assert_not_null(f = fopen(crt, "we"));
	(void)fputs(pem, f);
	(void)fclose(f);
}

/* Make all keys, and a configuration with them. */
static void
make_keys(const char *retention)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(keys, sizeof(keys), "%s/lk-keys-XXXXXX",
	    tmp != NULL && strlen(tmp) < 60 ? tmp : "/tmp");
	cr_assert_not_null(mkdtemp(keys));
	make_seal_key("centre", sealkey);
	(void)snprintf(sections, sizeof(sections),
	    "[institution bank]\nsocket = \"%%D/bank.sock\"\nuid = %%U\n"
	    "rights = \"check, confirm, report, review\"\narea = 330100\n"
	    "[operator desk]\nsocket = \"%%D/desk.sock\"\nuid = %%U\n"
	    "rights = \"desk, admin, intake\"\n"
	    "[seal]\ncertificate = \"%s/centre.crt\"\nretention = %s\n", keys,
	    retention);
	make_staff("lin", lin, "access, unseal, erase");
	make_staff("wu", wu, "access");
	make_staff("mo", mo, NULL);
}

/* Remove one name of a tree. */
static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{

	(void)st, (void)flag, (void)ftw;
	return (remove(path));
}

static void
drop_keys(void)
{

	(void)nftw(keys, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Run liangka; what it wrote is in out and err. */
static int __attribute__((sentinel))
liangka(const char *word, ...)
{
	va_list ap;
	int rc;

	va_start(ap, word);
	rc = tool_run(keys, out, err, SAID, word, ap);
	va_end(ap);
	return (rc);
}

/* Unseal what was held, as somebody. */
static int
unseal(struct daemon *d, const char *index, const char *as, const char *key)
{

	return (liangka("unseal", index, "--data", daemon_data(d), "--key",
	    key, "--as", as, "--reason", "case 12", "--socket",
	    daemon_socket(d, "desk"), NULL));
}

/* Ask about a person at an outlet, with all that is known of him. */
static int
ask(struct client *c, const char *txn, const char *no, const char *outlet)
{
	struct wire_out *o = client_begin(c, WIRE_CHECK);

	wire_put_u32(o, WIRE_T_ID_TYPE, LK_ID_RESIDENT);
	wire_put_text(o, WIRE_T_ID_NO, no);
	wire_put_u32(o, WIRE_T_PRODUCT, LK_PRODUCT_BANK1);
	wire_put_text(o, WIRE_T_TXN_ID, txn);
	wire_put_text(o, WIRE_T_BRANCH, outlet);
	wire_put_text(o, WIRE_T_TELLER, "t100");
	wire_put_text(o, WIRE_T_NAME, name);
	wire_put_text(o, WIRE_T_PHONE, phone);
	wire_put_text(o, WIRE_T_ADDRESS, address);
	wire_put_u32(o, WIRE_T_REMAINING_MS, 10000);
	cr_assert_eq(client_call(c), LK_OK, "%s",
	    client_text(c, WIRE_T_MESSAGE));
	return ((int)wire_u32(&c->f, WIRE_T_DECISION, 99));
}

/* Start a daemon in whose journal somebody is held; `held` is the decision. */
static struct daemon *
start(const char *retention)
{
	struct daemon_setup setup = { .sections = sections };
	struct daemon *d;
	struct client *c;
	char txn[16];
	int i, decision = LK_PASS;

	make_keys(retention);
	d = daemon_start(&setup);
	c = client_open(d, "bank");
	(void)snprintf(id, sizeof(id), "%s", citizen(330102, 19900101, 7));
	for (i = 0; i < 8 && decision != LK_REVIEW; i++) {
		(void)snprintf(txn, sizeof(txn), "x%d", i);
		decision = ask(c, txn, id, (const char *const[]){ "0001",
		    "0002", "0003", "0004" }[i % 4]);
	}
	cr_assert_eq(decision, LK_REVIEW);
	(void)snprintf(held, sizeof(held), "%s",
	    client_text(c, WIRE_T_DECISION_ID));
	client_close(c);
	return (d);
}

/* Is the text in a file below the directory?  Then tell its path. */
static const char *needle;
static char where[4096];

static int
look(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	char *buf;
	FILE *f;

	(void)ftw;
	if (flag != FTW_F || st->st_size == 0 || !S_ISREG(st->st_mode))
		return (0);
	cr_assert_not_null(f = fopen(path, "re"));
	cr_assert_not_null(buf = malloc((size_t)st->st_size));
	if (memmem(buf, fread(buf, 1, (size_t)st->st_size, f), needle,
	    strlen(needle)) != NULL)
		(void)snprintf(where, sizeof(where), "%s", path);
	free(buf);
	(void)fclose(f);
	return (0);
}

static const char *
on_disk(struct daemon *d, const char *text)
{

	needle = text;
	where[0] = '\0';
	cr_assert_eq(nftw(daemon_dir(d), look, 16, FTW_PHYS), 0);
	return (where);
}

/* How often the journal tells of a kind. */
static int
entries(struct daemon *d, const char *kind, const char *with)
{
	const char *p;
	int n = 0;

	cr_assert_eq(liangka("log", "show", "--data", daemon_data(d), "--kind",
	    kind, "--json", NULL), 0, "%s", err);
	for (p = out; (p = strstr(p, with)) != NULL; p++)
		n++;
	return (n);
}

/* Let all that stands in wal/ be moved: a daemon that stops does that. */
static void
restart(struct daemon *d)
{

	cr_assert_eq(daemon_kill(d, SIGTERM), 0, "%s", daemon_log(d));
	daemon_restart(d);
}

Test(unseal, who_may_reads_it_and_it_is_recorded)
{
	struct daemon *d = start("3653d");
	int i;

	/* From wal/ or, a moment later, from sealed/; after kill -9 too. */
	(void)daemon_kill(d, SIGKILL);
	daemon_restart(d);
	for (i = 0; i < 2; i++) {
		cr_assert_eq(unseal(d, held, lin, sealkey), 0, "%s", err);
		cr_assert_not_null(strstr(out, id), "%s", out);
		cr_assert_not_null(strstr(out, name));
		cr_assert_not_null(strstr(out, phone));
		cr_assert_not_null(strstr(out, address));
		cr_assert_not_null(strstr(out, "resident"), "%s", out);
		cr_assert_not_null(strstr(err, "in clear"));
		restart(d);
	}
	cr_assert_eq(liangka("unseal", held, "--json", "--data",
	    daemon_data(d), "--key", sealkey, "--as", lin, "--reason",
	    "投诉", "--socket", daemon_socket(d, "desk"), NULL), 0, "%s", err);
	cr_assert_eq(strncmp(out, "{\"seq\":", 7), 0);
	cr_assert_not_null(strstr(out, "\"address\":\"文三路 478 号 2 幢\"}"));
	cr_assert_eq(entries(d, "unseal", "\"by_person\":\"lin\""), 3, "%s",
	    out);
	cr_assert_not_null(strstr(out, "\"note\":\"投诉\""));
	daemon_stop_and_check(d);
	drop_keys();
}

Test(unseal, who_may_not_reads_nothing)
{
	struct daemon *d = start("3653d");
	char other[160];

	(void)snprintf(other, sizeof(other), "%s/none.key", keys);
	cr_assert_eq(unseal(d, held, wu, sealkey), 77, "%s", err);
	cr_assert_not_null(strstr(err, "unseal"), "%s", err);
	cr_assert_eq(unseal(d, held, mo, sealkey), 77, "%s", err);
	cr_assert_eq(unseal(d, held, other, sealkey), 66, "%s", err);
	cr_assert_eq(unseal(d, held, sealkey, sealkey), 65, "%s", err);
	cr_assert_eq(unseal(d, held, lin, other), 66, "%s", err);
	cr_assert_eq(unseal(d, held, lin, lin), 65, "%s", err);
	/* On the institution's socket staff are not heard. */
	cr_assert_eq(liangka("unseal", held, "--data", daemon_data(d), "--key",
	    sealkey, "--as", lin, "--reason", "r", "--socket",
	    daemon_socket(d, "bank"), NULL), 77, "%s", err);
	/* Nor without a reason. */
	cr_assert_eq(liangka("unseal", held, "--data", daemon_data(d), "--key",
	    sealkey, "--as", lin, "--socket", daemon_socket(d, "desk"), NULL),
	    64);
	cr_assert_eq(liangka("unseal", held, "--data", daemon_data(d), "--key",
	    sealkey, "--as", lin, "--reason", " ", "--socket",
	    daemon_socket(d, "desk"), NULL), 64);
	cr_assert_null(strstr(out, id));
	cr_assert_eq(entries(d, "unseal", "\"kind\""), 0);
	/* Another centre's key opens nothing, but that is known too late. */
	make_seal_key("other", other);
	cr_assert_eq(unseal(d, held, lin, other), 65, "%s", err);
	cr_assert_str_eq(out, "");
	cr_assert_eq(entries(d, "unseal", "\"lin\""), 1);
	daemon_stop_and_check(d);
	drop_keys();
}

Test(unseal, what_is_not_sealed_is_told)
{
	struct daemon *d = start("3653d");
	char wrong[40];

	cr_assert_eq(unseal(d, "1", lin, sealkey), 1, "%s", err);
	cr_assert_not_null(strstr(err, "only those of held"), "%s", err);
	cr_assert_eq(unseal(d, "999999", lin, sealkey), 1, "%s", err);
	cr_assert_eq(unseal(d, "what", lin, sealkey), 64, "%s", err);
	(void)snprintf(wrong, sizeof(wrong), "%s", held);
	wrong[strlen(wrong) - 1] = wrong[strlen(wrong) - 1] == '0' ? '1' : '0';
	cr_assert_eq(unseal(d, wrong, lin, sealkey), 1, "%s", err);
	/* It is bound to the node whose record it is. */
	cr_assert_eq(liangka("unseal", held, "--data", daemon_data(d), "--key",
	    sealkey, "--as", lin, "--reason", "r", "--origin", "b099",
	    "--socket", daemon_socket(d, "desk"), NULL), 65, "%s", err);
	cr_assert_not_null(strstr(err, "b099"));
	cr_assert_eq(entries(d, "unseal", "\"origin\":\"b099\""), 1, "%s",
	    out);
	daemon_stop_and_check(d);
	drop_keys();
}

Test(unseal, nothing_is_in_clear_on_disk)
{
	struct daemon *d = start("3653d");
	char text[64];

	cr_assert_eq(unseal(d, held, lin, sealkey), 0, "%s", err);
	restart(d);
	cr_assert_eq(on_disk(d, id)[0], '\0', "%s", where);
	cr_assert_eq(on_disk(d, name)[0], '\0', "%s", where);
	cr_assert_eq(on_disk(d, phone)[0], '\0', "%s", where);
	cr_assert_eq(on_disk(d, "478 号")[0], '\0', "%s", where);
	/* This search finds what is there. */
	cr_assert_neq(on_disk(d, "\"t100\"")[0], '\0');
	(void)snprintf(text, sizeof(text), "lkseal1\n");
	cr_assert_not_null(strstr(on_disk(d, text), ".seal"), "%s", where);
	daemon_stop_and_check(d);
	drop_keys();
}

Test(unseal, the_law_keeps_it)
{
	struct daemon *d = start("3653d");

	cr_assert_eq(liangka("erase", held, "--data", daemon_data(d), "--as",
	    lin, "--reason", "asked for", "--socket",
	    daemon_socket(d, "desk"), NULL), 77, "%s", err);
	cr_assert_not_null(strstr(err, "反洗钱法 2024 Art. 34"), "%s", err);
	cr_assert_eq(entries(d, "erase", "\"note\":\"asked for\""), 1);
	cr_assert_eq(unseal(d, held, lin, sealkey), 0, "%s", err);
	daemon_stop_and_check(d);
	drop_keys();
}

/* Erase it, from where it stands: in wal/ alone, or moved to sealed/. */
static void
erases(int moved)
{
	struct daemon *d = start("1ms");
	char log[256];
	int i;

	if (moved)
		restart(d);
	cr_assert_eq(liangka("erase", held, "--data", daemon_data(d), "--as",
	    wu, "--reason", "r", "--socket", daemon_socket(d, "desk"), NULL),
	    77, "%s", err);
	cr_assert_eq(liangka("erase", held, "--data", daemon_data(d), "--as",
	    lin, "--reason", "time is over", "--socket",
	    daemon_socket(d, "desk"), NULL), 0, "%s", err);
	for (i = 0; i < 3; i++) {
		cr_assert_eq(unseal(d, held, lin, sealkey), 1, "%s", err);
		cr_assert_not_null(strstr(err, "was erased"), "%s", err);
		if (i == 0)
			restart(d);
		else if (i == 1) {
			(void)daemon_kill(d, SIGKILL);
			daemon_restart(d);
		}
	}
	cr_assert_eq(entries(d, "erase", "\"note\":\"time is over\""), 1);
	/* The entry is there, and the log still verifies. */
	cr_assert_eq(liangka("log", "show", "--data", daemon_data(d), "--id",
	    held, NULL), 0, "%s", err);
	(void)snprintf(log, sizeof(log), "%s/log", daemon_data(d));
	cr_assert_eq(liangka("log", "verify", log, "--trust-package", NULL), 0,
	    "%s%s", out, err);
	daemon_stop_and_check(d);
	drop_keys();
}

Test(unseal, what_is_past_its_time_is_erased)
{

	erases(1);
}

Test(unseal, what_was_just_written_is_erased_too)
{

	erases(0);
}

Test(unseal, others_of_the_day_stay_readable_after_an_erasure)
{
	struct daemon *d = start("1ms");
	struct client *c = client_open(d, "bank");
	char first[40];

	/* The first that is sealed carries the data key of all others. */
	(void)snprintf(first, sizeof(first), "%s", held);
	cr_assert_eq(ask(c, "y", id, "0001"), LK_REVIEW);
	(void)snprintf(held, sizeof(held), "%s",
	    client_text(c, WIRE_T_DECISION_ID));
	client_close(c);
	cr_assert_eq(liangka("erase", first, "--data", daemon_data(d), "--as",
	    lin, "--reason", "r", "--socket", daemon_socket(d, "desk"), NULL),
	    0, "%s", err);
	cr_assert_eq(unseal(d, first, lin, sealkey), 1, "%s", err);
	cr_assert_eq(unseal(d, held, lin, sealkey), 0, "%s", err);
	restart(d);
	cr_assert_eq(unseal(d, held, lin, sealkey), 0, "%s", err);
	daemon_stop_and_check(d);
	drop_keys();
}

/* The centre's key is one that openssl reads: nobody depends on liangka for it. */
Test(unseal, openssl_opens_the_data_key)
{
	struct daemon *d = start("3653d");
	static struct sealed_item item;
	char path[200], cmd[1024], why[SEALED_ERROR_MAX], text[4096];
	uint8_t key[64], ad[SEALED_AD_MAX];
	uint64_t seq;
	int64_t t, n;
	FILE *f;

	if (system("openssl version >/dev/null 2>&1") != 0) {
		daemon_discard(d);
		drop_keys();
		cr_skip("skipped: no openssl program");
	}
	restart(d);
	cr_assert_eq(liangka("log", "show", "--data", daemon_data(d), "--id",
	    held, "--json", NULL), 0, "%s", err);
	cr_assert_eq(sscanf(out, "{\"seq\":%lu,\"t\":%ld", &seq, &t), 2, "%s",
	    out);
	(void)snprintf(path, sizeof(path), "%s/sealed", daemon_data(d));
	cr_assert_eq(sealed_find(NULL, path, seq, t, &item, why, sizeof(why)),
	    1, "%s", why);
	(void)snprintf(path, sizeof(path), "%s/cms", keys);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fwrite(item.cms, 1, item.cms_len, f);
	(void)fclose(f);
	(void)snprintf(cmd, sizeof(cmd), "openssl cms -decrypt -inform DER "
	    "-in %s/cms -inkey %s -recip %s/centre.crt -out %s/key 2>&1", keys,
	    sealkey, keys, keys);
	cr_assert_eq(system(cmd), 0);
	(void)snprintf(path, sizeof(path), "%s/key", keys);
	cr_assert_not_null(f = fopen(path, "re"));
	cr_assert_eq(fread(key, 1, sizeof(key), f), SEAL_KEY_LEN);
	(void)fclose(f);
	n = seal_open((uint8_t *)text, key, item.message, item.message_len, ad,
	    sealed_ad(ad, "t1", seq));
	cr_assert_gt(n, 0);
	text[n] = '\0';
	cr_assert_not_null(strstr(text, id));
	daemon_stop_and_check(d);
	drop_keys();
}

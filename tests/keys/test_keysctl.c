/* The program liangka-keys with the keys of all roles: made, compared, replaced,
 * and used to sign. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keys/hex.h"
#include "keys/keydisk.h"
#include "keys/keymake.h"
#include "keys/note.h"
#include "keys/sha256.h"
#include "keys/signkey.h"

static char dir[64];
static char program[4096];
static char out[32768];		/* standard output and standard error */

static void
setup(void)
{
	const char *build = getenv("LK_BUILD");
	char real[4096];

	(void)snprintf(program, sizeof(program), "%s/liangka-keys",
	    build != NULL ? build : "build");
	if (access(program, X_OK) != 0)
		cr_skip("skipped: liangka-keys is not built");
	cr_assert_not_null(realpath(program, real));
	memcpy(program, real, sizeof(program));
	(void)strcpy(dir, "/tmp/lk-keysctl-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(chdir(dir), 0);
}

static void
teardown(void)
{
	DIR *d = opendir(".");
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			(void)unlink(e->d_name);
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(dir);
}

/* Run a shell command in which @ stands for the program; give its exit code. */
static int __attribute__((format(printf, 1, 2)))
run(const char *format, ...)
{
	char words[1024], line[8192] = "{ ";
	size_t n = 2, have;
	va_list ap;
	int status;
	FILE *f;

	va_start(ap, format);
	(void)vsnprintf(words, sizeof(words), format, ap);
	va_end(ap);
	for (const char *p = words; *p != '\0' && n < sizeof(line) / 3; p++)
		if (*p == '@')
			n += (size_t)sprintf(line + n, "%s", program);
		else
			line[n++] = *p;
	(void)strcpy(line + n, "; } 2>&1");
	f = popen(line, "r");
	cr_assert_not_null(f);
	have = fread(out, 1, sizeof(out) - 1, f);
	out[have] = '\0';
	status = pclose(f);
	cr_assert(WIFEXITED(status), "%s", out);
	return (WEXITSTATUS(status));
}

static void
says(const char *words)
{

	cr_assert_not_null(strstr(out, words), "\"%s\" not in:\n%s", words, out);
}

static void
is_quiet_about(const char *words)
{

	cr_assert_null(strstr(out, words), "\"%s\" in:\n%s", words, out);
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	cr_assert_not_null(f);
	cr_assert(fputs(text, f) >= 0);
	cr_assert_eq(fclose(f), 0);
}

static void
read_key(struct keyfile *k, const char *name, enum keyfile_kind kind)
{
	struct keyfile_error err;

	cr_assert_eq(keydisk_read(k, name, kind, &err), 0, "%s", err.text);
}

TestSuite(keysctl, .init = setup, .fini = teardown);

Test(keysctl, every_kind_is_made_shown_and_explained)
{
	static const struct {
		const char *words, *file, *said;
		enum keyfile_kind kind;
	} kinds[] = {
		{ "token-list --epoch 3", "token-list-3.key", "lists",
		  KEYFILE_TOKEN_LIST },
		{ "log --name a.example/branch/b1", "log.key",
		  "[log] of liangkad.conf", KEYFILE_LOG },
		{ "witness --name w.example", "witness.key", "cosigns",
		  KEYFILE_WITNESS },
		{ "staff --name lin", "staff.key", "[staff lin]",
		  KEYFILE_STAFF },
		{ "root --name r", "root.key", "two of three", KEYFILE_ROOT },
		{ "targets --name t", "targets.key", "two of three",
		  KEYFILE_TARGETS },
		{ "snapshot --name s", "snapshot.key", "publishing role",
		  KEYFILE_SNAPSHOT },
		{ "timestamp --name t", "timestamp.key", "publishing role",
		  KEYFILE_TIMESTAMP },
		{ "seal --name c.example/seal", "seal.key", "seal.crt",
		  KEYFILE_SEAL },
	};
	struct keyfile_error err;
	struct note_verifier v;
	struct keyfile k;
	struct stat st;
	char pub[64];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		cr_assert_eq(run("@ new %s", kinds[i].words), 0, "%s", out);
		read_key(&k, kinds[i].file, kinds[i].kind);
		says(k.id);
		says(kinds[i].said);
		says("expires    never");
		cr_assert_eq(run("@ show %s", kinds[i].file), 0, "%s", out);
		says(k.id);
		says("mode 0400 (good)");
		cr_assert_eq(run("@ show --json %s", kinds[i].file), 0);
		says(keyfile_kind_name(kinds[i].kind));
		says("\"expires\":\"never\",\"expired\":false,");
		if (!keyfile_kind_signs(kinds[i].kind))
			continue;
		(void)snprintf(pub, sizeof(pub), "%s.pub", kinds[i].file);
		cr_assert_eq(stat(pub, &st), 0);
		cr_assert_eq(st.st_mode & 07777, 0444);
		cr_assert_eq(signkey_verifier_load(&v, pub, &err), 0, "%s",
		    err.text);
		cr_assert_str_eq(v.name, k.name);
		cr_assert_eq(run("@ show %s", pub), 0, "%s", out);
		says(k.public);
	}
}

Test(keysctl, the_algorithm_and_the_end_are_chosen)
{
	struct keyfile k;

	cr_assert_eq(run("@ new token --algorithm hmac-sm3 --expires "
	    "2999-01-01"), 0, "%s", out);
	read_key(&k, "token-person-1.key", KEYFILE_TOKEN_PERSON);
	cr_assert_eq(k.algorithm, KEYFILE_HMAC_SM3);
	cr_assert_str_eq(k.expires, "2998-12-31T16:00:00Z");
	cr_assert_eq(run("@ new log --name a/branch/b --algorithm sm2-sm3 "
	    "--expires 2999-01-01T00:00:01Z --out l"), 0, "%s", out);
	read_key(&k, "l", KEYFILE_LOG);
	cr_assert_eq(k.algorithm, KEYFILE_SM2_SM3);
	cr_assert_str_eq(k.expires, "2999-01-01T00:00:01Z");
	cr_assert_eq(run("@ new staff --name a --algorithm sm2-sm3"), 64);
	says("not for that algorithm");
	cr_assert_eq(run("@ new staff --name a --algorithm rsa"), 64);
	says("unknown algorithm");
	cr_assert_eq(run("@ new staff --name a --expires soon"), 64);
	cr_assert_eq(run("@ new staff --name a --expires 2999-02-30"), 64);
	cr_assert_eq(run("@ new staff --name a --expires 2020-01-01"), 64);
	says("expire before it is made");
	cr_assert_eq(access("staff.key", F_OK), -1);
}

Test(keysctl, wrong_words_make_nothing)
{

	cr_assert_eq(run("@ new log"), 64);
	says("needs a --name: log");
	cr_assert_eq(run("@ new log --name b1"), 64);
	says("<domain>/branch/<node>");
	cr_assert_eq(run("@ new root --name 'a b'"), 64);
	says("holds a blank");
	cr_assert_eq(run("@ new root --name a --epoch 2"), 64);
	cr_assert_eq(run("@ new token --name a"), 64);
	cr_assert_eq(run("@ new root --name a --out -"), 64);
	cr_assert_eq(run("@ show --name a x"), 64);
	says("only \"new\" take this option: --name");
	cr_assert_eq(run("@ fingerprint"), 64);
	cr_assert_eq(run("@ rotate"), 64);
	cr_assert_eq(run("@ rotate a b"), 64);
	cr_assert_eq(run("@ sign x"), 64);
	says("--key");
	cr_assert_eq(run("@ verify x"), 64);
	cr_assert_eq(run("@ verify --key a"), 64);
	cr_assert_eq(run("@ verify --key a --need 0 x"), 64);
	cr_assert_eq(run("@ verify --key a --need 2 x"), 64);
	says("more signatures than");
	cr_assert_eq(run("ls"), 0);
	cr_assert_str_eq(out, "");
}

Test(keysctl, neither_half_is_overwritten)
{

	put("root.key.pub", "x\n");
	cr_assert_eq(run("@ new root --name r"), 73);
	says("root.key.pub: exists already");
	cr_assert_eq(access("root.key", F_OK), -1);
	cr_assert_eq(run("@ new seal --name s --out x"), 0, "%s", out);
	cr_assert_eq(access("x.crt", F_OK), 0);
	cr_assert_eq(unlink("x"), 0);
	cr_assert_eq(run("@ new seal --name s --out x"), 73);
}

Test(keysctl, fingerprints_are_read_out_in_groups)
{
	char want[128];
	struct keyfile k;

	cr_assert_eq(run("@ new log --name a/branch/b"), 0);
	read_key(&k, "log.key", KEYFILE_LOG);
	cr_assert_eq(run("@ fingerprint log.key"), 0, "%s", out);
	(void)snprintf(want, sizeof(want), "  id      %.4s %.4s %.4s %.4s\n",
	    k.id, k.id + 4, k.id + 8, k.id + 12);
	says("log.key: log a/branch/b\n");
	says(want);
	/* The public part is the beginning of the file's SHA-256. */
	cr_assert_eq(run("sha256sum log.key.pub"), 0);
	(void)snprintf(want, sizeof(want), "  public  %.4s %.4s %.4s %.4s "
	    "%.4s %.4s %.4s %.4s\n", out, out + 4, out + 8, out + 12, out + 16,
	    out + 20, out + 24, out + 28);
	cr_assert_eq(run("@ fingerprint log.key log.key.pub"), 0);
	says(want);
	cr_assert_not_null(strstr(strstr(out, want) + 1, want), "%s", out);
	cr_assert_eq(run("@ fingerprint --json log.key"), 0);
	says("\"name\":\"a/branch/b\",\"id\":\"");
	cr_assert_eq(run("@ fingerprint none.key log.key"), 66);
	says("a/branch/b");
}

/* A custodian finds his key again in the root that he signs. */
Test(keysctl, publishing_keys_have_the_id_of_the_repository)
{
	char object[200], hex[65], want[64], *p;
	uint8_t hash[SHA256_LEN];
	char err[NOTE_ERROR_MAX];
	struct note_verifier v;
	struct keyfile k;

	cr_assert_eq(run("@ new root --name wang"), 0);
	read_key(&k, "root.key", KEYFILE_ROOT);
	cr_assert_eq(note_verifier_parse(&v, k.public, strlen(k.public), err),
	    0);
	hex_encode(hex, v.key, 32);
	(void)snprintf(object, sizeof(object), "{\"keytype\":\"ed25519\","
	    "\"keyval\":{\"public\":\"%s\"},\"scheme\":\"ed25519\"}", hex);
	sha256_of(hash, object, strlen(object));
	hex_encode(hex, hash, sizeof(hash));
	(void)snprintf(want, sizeof(want), "  repo    %.4s %.4s %.4s %.4s\n",
	    hex, hex + 4, hex + 8, hex + 12);
	cr_assert_eq(run("@ fingerprint root.key root.key.pub"), 0);
	says(want);
	p = strstr(out, want);
	cr_expect_not_null(strstr(p + 1, want), "%s", out);
	cr_assert_eq(run("@ new log --name a/branch/b"), 0);
	cr_assert_eq(run("@ fingerprint log.key"), 0);
	cr_expect_null(strstr(out, "repo"), "%s", out);
}

Test(keysctl, a_certificate_is_what_openssl_makes_of_it)
{
	char want[64];

	cr_assert_eq(run("@ new seal --name c.example --expires 2999-01-01"),
	    0);
	cr_assert_eq(run("@ show seal.crt"), 0, "%s", out);
	says("name       c.example");
	says("expires    2998-12-31T16:00:00Z\n");
	cr_assert_eq(run("@ show --json seal.crt"), 0);
	says("\"expired\":false");
	if (run("openssl version") != 0)
		cr_skip_test("skipped: no openssl program");
	cr_assert_eq(run("openssl x509 -in seal.crt -outform DER | sha256sum"),
	    0);
	(void)snprintf(want, sizeof(want), "  public  %.4s %.4s", out, out + 4);
	cr_assert_eq(run("@ fingerprint seal.crt"), 0);
	says(want);
	cr_assert_eq(run("openssl pkey -in seal.key -pubout >a && openssl x509 "
	    "-in seal.crt -noout -pubkey >b && cmp a b"), 0, "%s", out);
}

Test(keysctl, rotating_keeps_the_old_key_and_names_the_next)
{
	struct keyfile a, b;

	cr_assert_eq(run("@ new token"), 0);
	cr_assert_eq(run("@ rotate token-person-1.key"), 0, "%s", out);
	says("Epoch 2 follows 1");
	says("does not move records");
	read_key(&a, "token-person-1.key", KEYFILE_TOKEN_PERSON);
	read_key(&b, "token-person-2.key", KEYFILE_TOKEN_PERSON);
	cr_assert_eq(b.epoch, 2);
	cr_assert_arr_neq(a.secret, b.secret, sizeof(a.secret));
	cr_assert_eq(run("@ rotate token-person-1.key"), 73);
	says("never overwritten");

	cr_assert_eq(run("@ new token --epoch 65535 --out last.key"), 0);
	cr_assert_eq(run("@ rotate last.key"), 65);
	says("the last one");
	cr_assert_eq(run("@ new token --algorithm hmac-sm3 --epoch 7 --out t"),
	    0);
	cr_assert_eq(run("@ rotate t --json"), 0);
	says("\"file\":\"t-8\"");
	says("\"algorithm\":\"hmac-sm3\",\"epoch\":8,");

	cr_assert_eq(run("@ new log --name a/branch/b --out log.key"), 0);
	cr_assert_eq(run("@ rotate log.key"), 0, "%s", out);
	says("name       a/branch/b");
	says("earlier = ");
	says("the line in log.key.pub");
	cr_assert_eq(access("log-2.key", F_OK), 0);
	cr_assert_eq(access("log-2.key.pub", F_OK), 0);
	cr_assert_eq(run("@ rotate log-2.key --out new.key --expires "
	    "2999-01-01"), 0);
	read_key(&b, "new.key", KEYFILE_LOG);
	cr_assert_str_eq(b.expires, "2998-12-31T16:00:00Z");
	cr_assert_eq(run("@ rotate log-2.key"), 0);
	cr_assert_eq(access("log-3.key", F_OK), 0);
	cr_assert_eq(run("@ new seal --name s"), 0);
	cr_assert_eq(run("@ rotate seal.key"), 0);
	says("Keep seal.key");
	cr_assert_eq(access("seal-2.crt", F_OK), 0);
	cr_assert_eq(chmod("log.key", 0440), 0);
	cr_assert_eq(run("@ rotate log.key --out y"), 77);
}

Test(keysctl, a_successor_lasts_as_long_as_the_old_key_was_to)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1577836800, .expires = 1577836800 + 86400 };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 1 };
	struct keyfile_error err;
	int64_t created, expires;
	struct keyfile k;

	cr_assert_eq(keymake(&k, &m, secret, &err), 0);
	cr_assert_eq(keydisk_write(&k, "lin.key", &err), 0);
	cr_assert_eq(run("@ rotate lin.key"), 0, "%s", out);
	read_key(&k, "lin-2.key", KEYFILE_STAFF);
	cr_assert_eq(keyfile_time_parse(&created, k.created, 20), 0);
	cr_assert_eq(keyfile_time_parse(&expires, k.expires, 20), 0);
	cr_assert_eq(expires - created, 86400);
}

Test(keysctl, an_expired_key_is_shown_and_does_not_sign)
{
	const struct keymake m = { .kind = KEYFILE_STAFF, .name = "lin",
		.created = 1577836800, .expires = 1577836801 };
	uint8_t secret[KEYFILE_SECRET_LEN] = { 1 };
	struct keyfile_error err;
	struct keyfile k;

	cr_assert_eq(keymake(&k, &m, secret, &err), 0);
	cr_assert_eq(keydisk_write(&k, "lin.key", &err), 0);
	cr_assert_eq(run("@ show lin.key"), 0);
	says("expires    2020-01-01T00:00:01Z (EXPIRED)");
	cr_assert_eq(run("@ show --json lin.key"), 0);
	says("\"expired\":true");
	put("note", "text\n");
	cr_assert_eq(run("@ sign --key lin.key note"), 65);
	says("lin.key: the staff key expired at 2020-01-01T00:00:01Z");
	cr_assert_eq(run("cat note"), 0);
	cr_assert_str_eq(out, "text\n");
}

Test(keysctl, a_text_becomes_a_note_and_gains_signatures)
{
	static char first[sizeof(out)];
	struct stat st;

	cr_assert_eq(run("@ new root --name r1 --out 1.key && "
	    "@ new root --name r2 --out 2.key && "
	    "@ new log --algorithm sm2-sm3 --name a/branch/b --out 3.key"), 0);
	put("note", "one\n\n\xe2\x80\x94 two\nthree\n");
	cr_assert_eq(chmod("note", 0640), 0);
	cr_assert_eq(run("@ sign --key 1.key note"), 0, "%s", out);
	says("note: signed by r1+");
	cr_assert_eq(stat("note", &st), 0);
	cr_assert_eq(st.st_mode & 07777, 0640);
	cr_assert_eq(run("cat note"), 0);
	cr_assert_eq(strncmp(out, "one\n\n\xe2\x80\x94 two\nthree\n\n"
	    "\xe2\x80\x94 r1 ", 27), 0, "%s", out);
	memcpy(first, out, sizeof(out));

	cr_assert_eq(run("@ sign --key 1.key --key 2.key --key 3.key --json "
	    "note"), 0, "%s", out);
	says("\"name\":\"r1\"");
	says("\"already\":true},{\"name\":\"r2\"");
	cr_assert_eq(run("cat note"), 0);
	cr_assert_eq(strncmp(out, first, strlen(first)), 0, "%s", out);
	cr_assert_eq(run("grep -c '^\xe2\x80\x94 r' note"), 0);
	cr_assert_str_eq(out, "2\n");

	cr_assert_eq(run("@ verify --key 1.key.pub --key 2.key.pub --key "
	    "3.key.pub note"), 0, "%s", out);
	says("note: verified: 3 of 3 needed signatures");
	cr_assert_eq(run("@ verify --key \"$(cat 2.key.pub)\" note"), 0);
	cr_assert_eq(run("ls | wc -l"), 0);
	cr_assert_str_eq(out, "7\n", "%s", out);	/* nothing left behind */
}

Test(keysctl, the_signed_note_goes_where_it_is_wanted)
{

	cr_assert_eq(run("@ new staff --name lin"), 0);
	put("text", "text\n");
	cr_assert_eq(run("@ sign --key staff.key text --out -"), 0);
	cr_assert_eq(strncmp(out, "text\n\n\xe2\x80\x94 lin ", 14), 0, "%s",
	    out);
	cr_assert_eq(run("@ sign --key staff.key text --out note"), 0);
	cr_assert_eq(run("@ verify --key staff.key.pub note"), 0);
	cr_assert_eq(run("@ sign --key staff.key text --out note"), 73);
	cr_assert_eq(run("cat text"), 0);
	cr_assert_str_eq(out, "text\n");
	cr_assert_eq(run("@ sign --key staff.key none"), 66);
}

Test(keysctl, what_cannot_be_a_note_is_left_alone)
{

	cr_assert_eq(run("@ new staff --name lin && @ new witness --name w && "
	    "@ new token"), 0);
	put("bad", "no line end");
	cr_assert_eq(run("@ sign --key staff.key bad"), 65);
	says("ends in a newline");
	put("bad", "");
	cr_assert_eq(run("@ sign --key staff.key bad"), 65);
	put("bad", "bell\a\n");
	cr_assert_eq(run("@ sign --key staff.key bad"), 65);
	put("bad", "latin \xe9\n");
	cr_assert_eq(run("@ sign --key staff.key bad"), 65);
	put("bad", "text\n\n\xe2\x80\x94 broken\n");
	cr_assert_eq(run("@ sign --key staff.key bad"), 65);
	cr_assert_eq(run("cat bad"), 0);
	cr_assert_str_eq(out, "text\n\n\xe2\x80\x94 broken\n");
	put("bad", "text\n");
	cr_assert_eq(run("@ sign --key witness.key bad"), 65);
	says("liangka log witness");
	cr_assert_eq(run("@ sign --key token-person-1.key bad"), 65);
	says("makes no signatures");
	cr_assert_eq(run("@ sign --key staff.key --key staff.key bad"), 65);
	says("one name and id");
	cr_assert_eq(chmod("staff.key", 0644), 0);
	cr_assert_eq(run("@ sign --key staff.key bad"), 77);
	cr_assert_eq(run("cat bad"), 0);
	cr_assert_str_eq(out, "text\n");
}

Test(keysctl, verifying_says_no_with_1)
{

	cr_assert_eq(run("@ new root --name a --out a.key && "
	    "@ new root --name b --out b.key"), 0);
	put("note", "text\n");
	cr_assert_eq(run("@ verify --key a.key.pub note"), 1);
	says("NOT VERIFIED");
	cr_assert_eq(run("@ sign --key a.key note"), 0);
	cr_assert_eq(run("@ verify --key a.key.pub note"), 0);
	cr_assert_eq(run("@ verify --key b.key.pub note"), 1);
	says("missing  b+");
	cr_assert_eq(run("@ verify --key a.key.pub --key b.key.pub note"), 1);
	says("1 of 2 needed");
	cr_assert_eq(run("@ verify --key a.key.pub --key b.key.pub --need 1 "
	    "--json note"), 0);
	says("\"verified\":true,\"need\":1,");
	cr_assert_eq(run("sed -i s/text/test/ note"), 0);
	cr_assert_eq(run("@ verify --key a.key.pub note"), 1);
	says("bad");
	cr_assert_eq(run("@ verify --json --key a.key.pub note"), 1);
	says("\"verified\":false");
	is_quiet_about("\"problem\":null");
	cr_assert_eq(run("@ sign --key a.key note"), 65);
	cr_assert_eq(run("@ verify --key a.key note"), 65);
	says(".pub");
	cr_assert_eq(run("@ verify --key a.key.pub none"), 66);
	cr_assert_eq(run("@ verify --key a.key.pub --key a.key.pub note"), 65);
}

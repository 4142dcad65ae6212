#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/holding.h"
#include "audit/playlog.h"
#include "cli/html.h"
#include "cli/persontext.h"
#include "keys/hex.h"
#include "store/entry.h"

#include "clitest.h"
#include "jsonok.h"

#define HAS(text, part) \
	cr_expect_not_null(strstr(text, part), "%s is not in:\n%s", part, text)

static struct playlog x;
static char held[80], ref[32], out[256];
static uint64_t seq;

/* A held case in a signed log, approved and issued since. */
static void
setup(void)
{

	play_init(&x, NULL);
	play_sign(&x);
	play_start(&x);
	(void)play_open(&x, "abank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, PLAY_DAY);
	(void)play_open(&x, "bbank", "o1", 1, LK_PRODUCT_BANK1);
	play_pass(&x, PLAY_DAY);
	cr_assert_eq(play_check(&x, "ctel", "o1", 1, LK_PRODUCT_SIM), LK_REVIEW);
	seq = play_seq(&x);
	snprintf(held, sizeof(held), "%s", x.id);
	snprintf(ref, sizeof(ref), "%s", x.ref);
	play_ask(&x);
	play_text(&x, WIRE_T_DECISION_ID, x.id);
	play_number(&x, WIRE_T_OUTCOME, LK_RESOLVE_APPROVE);
	play_text(&x, WIRE_T_DECIDED_BY, "wang");
	play_text(&x, WIRE_T_NOTE, "<b>contract & \"seen\"</b>");
	cr_assert_eq(play_send(&x, WIRE_DECIDE), LK_OK);
	cr_assert_eq(play_confirm(&x, "8986011"), LK_OK);
	play_stop(&x);
	snprintf(out, sizeof(out), "%s/out", x.dir);
}

static void
teardown(void)
{

	play_end(&x);
}

/* A file, read whole. */
static char *
slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *p = calloc(1, 1 << 20);

	cr_assert_not_null(f, "%s", path);
	*len = fread(p, 1, (1 << 20) - 1, f);
	fclose(f);
	return (p);
}

/* Find a file in a tar, as the format says and no more. */
static const char *
member(const char *tar, size_t len, const char *name, size_t *size)
{
	unsigned long n, sum, want, i;
	char want_name[128];
	size_t at;

	snprintf(want_name, sizeof(want_name), "dossier-%s/%s", ref, name);
	for (at = 0; at + 512 <= len && tar[at] != '\0';
	    at += 512 + (n + 511) / 512 * 512) {
		n = strtoul(&tar[at + 124], NULL, 8);
		want = strtoul(&tar[at + 148], NULL, 8);
		for (sum = 0, i = 0; i < 512; i++)
			sum += i >= 148 && i < 156 ? ' ' :
			    (unsigned char)tar[at + i];
		cr_assert_eq(sum, want, "%.100s", &tar[at]);
		cr_assert_eq(memcmp(&tar[at + 257], "ustar\0" "00", 8), 0);
		if (strncmp(&tar[at], want_name, 100) == 0) {
			*size = n;
			return (&tar[at + 512]);
		}
	}
	cr_expect_eq(len % 512, 0);
	return (NULL);
}

/* What others wrote into the record neither hides on paper nor turns its order. */
Test(dossier, paper_shows_what_there_is)
{
	static const char odd[] = "a<b>\xe2\x80\xae" "c\xc2\x9b" "d\xff&\n\x7f";
	char *text = NULL;
	size_t len = 0;
	FILE *f;

	cr_assert_not_null(f = open_memstream(&text, &len));
	html_text(f, odd);
	(void)fclose(f);
	cr_expect_str_eq(text, "a&lt;b&gt;\xef\xbf\xbd" "c\xef\xbf\xbd"
	    "d\xef\xbf\xbd&amp;<br>\n\xef\xbf\xbd");
	free(text);
	cr_assert_not_null(f = open_memstream(&text, &len));
	html_bytes(f, odd, sizeof(odd) - 1);
	(void)fclose(f);
	cr_expect_str_eq(text, "<pre>a&lt;b&gt;\xef\xbf\xbd" "c\xef\xbf\xbd"
	    "d\xef\xbf\xbd&amp;\n\xef\xbf\xbd</pre>\n");
	free(text);
}

Test(dossier, holds_all_papers, .init = setup, .fini = teardown)
{
	const struct cli_run *r = cli(NULL, "log", "dossier", held, x.dir,
	    "--out", out, "--offline", "--json", NULL);
	char path[600], hex[65], *tar, *page;
	const char *p;
	uint8_t leaf[32];
	size_t len, n;
	FILE *f;

	cr_assert_eq(r->rc, 0, "%s", r->err);
	HAS(r->err, "recorded in no journal");
	cr_expect(jsonok(r->out), "%s", r->out);
	HAS(r->out, "\"proved\":true");
	snprintf(path, sizeof(path), "%s/dossier-%s.html", out, ref);
	page = slurp(path, &len);
	HAS(page, "institutions(7d) = 3, needs &gt;= 3");
	HAS(page, "&lt;b&gt;contract &amp; &quot;seen&quot;&lt;/b&gt;");
	cr_expect_null(strstr(page, "<b>contract"));
	HAS(page, "[rule HF-3]");
	HAS(page, "bank.example/branch/b017/decisions/2026.1");
	HAS(page, "</html>");
	/* Nothing runs and nothing is fetched. */
	cr_expect_null(strstr(page, "<script"));
	cr_expect_null(strstr(page, "http:"));
	cr_expect_null(strstr(page, "https:"));
	cr_expect_null(strstr(page, "url("));
	snprintf(path, sizeof(path), "%s/dossier-%s.tar", out, ref);
	tar = slurp(path, &len);
	cr_assert_not_null(p = member(tar, len, "entry.json", &n));
	sha256_leaf(leaf, p, n);
	hex_encode(hex, leaf, 4);
	cr_expect_not_null(strstr(held, hex), "the leaf hash begins with %s",
	    hex);
	HAS(page, hex);
	cr_assert_not_null(p = member(tar, len, "dossier.html", &n));
	cr_expect_eq(memcmp(p, page, n), 0);
	cr_expect_not_null(member(tar, len, "explanation.zh.txt", &n));
	cr_expect_not_null(member(tar, len, "rules.txt", &n));
	cr_expect_not_null(member(tar, len, "messages.txt", &n));
	cr_expect_not_null(member(tar, len, "README.txt", &n));
	cr_expect_not_null(member(tar, len, "checkpoint", &n));
	snprintf(path, sizeof(path), "%s.policy", x.hash);
	cr_assert_not_null(p = member(tar, len, path, &n));
	cr_expect_eq(n, strlen(x.policy));
	cr_expect_eq(memcmp(p, x.policy, n), 0);
	snprintf(path, sizeof(path), "later/%" PRIu64 ".json", seq + 1);
	cr_expect_not_null(member(tar, len, path, &n), "%s", path);
	/* The proof convinces who was given the node's key. */
	cr_assert_not_null(p = member(tar, len, "entry.tlog-proof", &n));
	snprintf(path, sizeof(path), "%s/entry.tlog-proof", out);
	cr_assert_not_null(f = fopen(path, "w"));
	fwrite(p, 1, n, f);
	fclose(f);
	r = cli(NULL, "log", "check-proof", path, "--key", x.vkey, NULL);
	cr_expect_eq(r->rc, 0, "%s%s", r->out, r->err);
	free(tar);
	free(page);
}

Test(dossier, as_one_archive, .init = setup, .fini = teardown)
{
	char path[400], *tar;
	struct stat st;
	size_t len, n;

	snprintf(path, sizeof(path), "%s/case.tar", x.dir);
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--out", path,
	    "--offline", NULL)->rc, 0);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	tar = slurp(path, &len);
	cr_expect_not_null(member(tar, len, "dossier.html", &n));
	free(tar);
}

Test(dossier, without_a_policy, .init = setup, .fini = teardown)
{
	const struct cli_run *r;
	char path[400], *tar;
	size_t len, n;

	snprintf(path, sizeof(path), "%s/log/policy/%s.policy", x.dir, x.hash);
	cr_assert_eq(remove(path), 0);
	snprintf(path, sizeof(path), "%s/case.tar", x.dir);
	r = cli(NULL, "log", "dossier", ref, x.dir, "--out", path, "--offline",
	    NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	HAS(r->err, "there is no explanation in it");
	tar = slurp(path, &len);
	cr_expect_null(member(tar, len, "rules.txt", &n));
	cr_expect_not_null(member(tar, len, "entry.tlog-proof", &n));
	free(tar);
}

Test(dossier, usage, .init = setup, .fini = teardown)
{
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--offline",
	    NULL)->rc, 64, "no --out");
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--out", out,
	    NULL)->rc, 64, "who asks?");
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--out", out,
	    "--as", "nobody.key", NULL)->rc, 64, "and why?");
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--out", out,
	    "--offline", "--reason", "x", NULL)->rc, 64);
	cr_expect_eq(cli(NULL, "log", "dossier", "2", x.dir, "--out", out,
	    "--offline", NULL)->rc, 1, "no decision");
	cr_expect_eq(cli(NULL, "log", "dossier", ref, x.dir, "--out",
	    "/nonexistent/dir/x", "--offline", NULL)->rc, 74);
}

Test(persontext, does_not_tell_who_was_to_be_kept_waiting)
{
	static struct entry e = { .kind = ENTRY_DECISION, .seq = 4,
		.inst = "abank", .outlet = "o1", .product = LK_PRODUCT_SIM,
		.operation = LK_OP_NEW, .quantity = 1, .decision = LK_REVIEW,
		.by = LK_BY_CENTRE,
		.needs = LK_NEED_CENTRE | LK_NEED_KEEP_WAITING };
	char text[PERSONTEXT_MAX];

	persontext_entry(&e, 0, 0, text);
	HAS(text, "needed: centre.");
	persontext_entry(&e, 0, 1, text);
	HAS(text, "需要：反诈中心审核。");
	e.needs = LK_NEED_KEEP_WAITING;
	persontext_entry(&e, 0, 0, text);
	cr_expect_null(strstr(text, "needed"), "%s", text);
}

Test(persontext, an_identity_that_was_gone_was_not_read)
{
	static struct casefile_entry v[4] = {
		{ .e = { .kind = ENTRY_UNSEAL, .t = 1, .ref = 6,
		    .decided_by = "lin" } },
		{ .e = { .kind = ENTRY_ERASE, .t = 2, .ref = 6,
		    .decided_by = "lin" } },
		{ .e = { .kind = ENTRY_ERASE, .t = 3, .ref = 6,
		    .decided_by = "lin" } },
		{ .e = { .kind = ENTRY_UNSEAL, .t = 4, .ref = 6,
		    .decided_by = "lin" } } };
	const struct holding h = { .seen = { v, 4 } };
	char text[PERSONTEXT_MAX];

	persontext_look(&h, &v[0].e, 0, text);
	cr_expect_str_eq(text, "lin read the sealed identity (entry 6).");
	persontext_look(&h, &v[1].e, 0, text);
	cr_expect_str_eq(text, "lin erased the sealed identity (entry 6).");
	persontext_look(&h, &v[2].e, 0, text);
	HAS(text, "which had been erased");
	persontext_look(&h, &v[3].e, 1, text);
	HAS(text, "而该信息此前已删除");
}

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lists/adopt.h"
#include "lists/adopt_bases.h"
#include "lists/adopt_plan.h"

static char err[ADOPT_ERROR_MAX];
static struct tuf_target at[32];
static struct adopt_targets s = { .at = at };

/* A file of list "a". */
static void
file(const char *kind, uint32_t from, uint32_t version, uint32_t epoch,
    uint64_t length)
{
	struct tuf_target *g = &at[s.n++];

	memset(g, 0, sizeof(*g));
	(void)snprintf(g->name, sizeof(g->name), "lists/a/%s%u-%u", kind, from,
	    version);
	(void)snprintf(g->kind, sizeof(g->kind), "%s", kind);
	(void)snprintf(g->list, sizeof(g->list), "a");
	g->from = from;
	g->version = version;
	g->epoch = epoch;
	g->length = length;
}

/* Plan, and write the way as "s5 5-7 7-9", "" for nothing; what is wrong after "!". */
static const char *
way(uint32_t held, uint32_t epoch, int whole)
{
	static const uint32_t epochs[] = { 1, 2 };
	static char text[256];
	struct adopt_held have = { epoch, held };
	struct adopt_plan p;
	size_t n = 0;

	text[0] = '\0';
	if (adopt_plan(&s, "a", &have, epochs, 2, whole, &p, err) != 0) {
		(void)snprintf(text, sizeof(text), "! %.200s", err);
		return (text);
	}
	for (size_t i = 0; i < p.nsteps; i++) {
		const struct tuf_target *g = &p.step[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
		    i > 0 ? " " : "");
		if (g->kind[0] == 's')
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "s%u", g->version);
		else
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%u-%u", g->from, g->version);
	}
	adopt_plan_free(&p);
	return (text);
}

Test(adopt_plan, the_way_to_the_newest)
{

	s.n = 0;
	file("snapshot", 0, 5, 1, 1000);
	file("delta", 8, 9, 1, 10);
	file("delta", 5, 9, 1, 60);
	file("delta", 2, 6, 1, 40);
	file("delta", 6, 7, 1, 10);
	file("delta", 6, 8, 1, 20);
	cr_expect_str_eq(way(9, 1, 0), "");
	cr_expect_str_eq(way(8, 1, 0), "8-9");	/* the shorter of two */
	cr_expect_str_eq(way(7, 1, 0), "5-9");
	cr_expect_str_eq(way(5, 1, 0), "5-9");
	cr_expect_str_eq(way(3, 1, 0), "2-6 5-9");
	cr_expect_str_eq(way(2, 1, 0), "2-6 5-9");
	cr_expect_str_eq(way(1, 1, 0), "s5 5-9");
	cr_expect_str_eq(way(0, 0, 0), "s5 5-9");
	cr_expect_str_eq(way(8, 1, 1), "s5 5-9");
	cr_expect_str_eq(way(8, 2, 0), "s5 5-9");
	cr_expect_str_eq(way(10, 1, 0),
	    "! list a would go back from version 10 to 9");
}

Test(adopt_plan, an_older_snapshot_when_the_newest_leads_nowhere)
{

	s.n = 0;
	file("snapshot", 0, 4, 1, 1);
	file("snapshot", 0, 6, 1, 1);
	file("delta", 4, 5, 1, 1);
	file("delta", 5, 9, 1, 1);
	file("delta", 7, 8, 1, 1);
	cr_expect_str_eq(way(0, 0, 0), "s6 5-9");
	at[3].from = 7;
	cr_expect_str_eq(way(0, 0, 0), "! no files lead to list a version 9");
	at[2].version = 8;
	cr_expect_str_eq(way(0, 0, 0), "s6 4-8 7-9");
	at[2].from = 3;
	at[1].version = 9;
	cr_expect_str_eq(way(0, 0, 0), "s9");
}

Test(adopt_plan, epochs)
{

	s.n = 0;
	file("snapshot", 0, 5, 1, 1);
	file("snapshot", 0, 5, 2, 1);
	file("delta", 4, 5, 1, 1);
	cr_expect_str_eq(way(4, 1, 0), "4-5");	/* goes on under what it has */
	cr_expect_str_eq(way(4, 2, 0), "s5");
	cr_expect_str_eq(way(0, 0, 0), "s5");
	at[1].version = 6;
	cr_expect_str_eq(way(4, 1, 0), "s6");
	at[1].epoch = 3;
	cr_expect_str_eq(way(4, 1, 0), "! list a version 6 is under epoch 3 of "
	    "the list key, which this node does not have: install that key");
	s.n = 0;
	cr_expect_str_eq(way(4, 1, 0), "! no file of list a is named");
}

Test(adopt_plan, paths_of_targets)
{
	char path[ADOPT_PATH_MAX];
	struct tuf_target g = { .name = "lists/a/5.snap.zst" };

	g.sha256[0] = 0xab;
	adopt_target_path(&g, path);
	cr_expect_str_eq(path, "lists/a/ab000000000000000000000000000000000000"
	    "00000000000000000000000000.5.snap.zst");
	(void)snprintf(g.name, sizeof(g.name), "x");
	adopt_target_path(&g, path);
	cr_expect_str_eq(path, "ab000000000000000000000000000000000000"
	    "00000000000000000000000000.x");
}

#define HEAD "liangka bases 1\n"
#define D64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(adopt_plan, bases_are_read_as_they_were_written)
{
	static const char text[] = HEAD
	    "cards cards.12.0011223344556677.mdb\n"
	    "sanction sanction.7.8899aabbccddeeff.mdb\n+ " D64 "\n+ " D64 "\n";
	struct adopt_bases *b = malloc(sizeof(*b));
	char *out = malloc(ADOPT_BASES_TEXT);

	cr_assert_eq(adopt_bases_read(b, text, sizeof(text) - 1), 0);
	cr_assert_eq(b->n, 2);
	cr_expect_eq(adopt_bases_find(b, "sanction")->ndeltas, 2);
	cr_expect_eq(adopt_bases_find(b, "sanction")->delta[1][31], 0xef);
	cr_expect_null(adopt_bases_find(b, "phones"));
	cr_expect_eq(adopt_bases_print(b, out), sizeof(text) - 1);
	cr_expect_str_eq(out, text);
	cr_assert_eq(adopt_bases_read(b, HEAD, strlen(HEAD)), 0);
	cr_expect_eq(b->n, 0);
	free(out);
	free(b);
}

Test(adopt_plan, bases_that_do_not_read)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {
		{ "", 1 }, { "liangka bases 2\n", 1 }, { "liangka bases 1", 1 },
		{ HEAD "\n", 2 }, { HEAD "a\n", 2 },
		{ HEAD "a a.1.0011223344556677.mdb", 2 },
		{ HEAD "a a.0.0011223344556677.mdb\n", 2 },
		{ HEAD "a a.01.0011223344556677.mdb\n", 2 },
		{ HEAD "a a..0011223344556677.mdb\n", 2 },
		{ HEAD "a a.12345678901.0011223344556677.mdb\n", 2 },
		{ HEAD "a b.1.0011223344556677.mdb\n", 2 },
		{ HEAD "a a.1.0011223344556677.mdb.\n", 2 },
		{ HEAD "a a.1.001122334455667G.mdb\n", 2 },
		{ HEAD "a a.1.0011223344556677.mdc\n", 2 },
		{ HEAD "a a.1.00112233445566/7.mdb\n", 2 },
		{ HEAD "../a ../a.1.0011223344556677.mdb\n", 2 },
		{ HEAD " a.1.0011223344556677.mdb\n", 2 },
		{ HEAD "a  a.1.0011223344556677.mdb\n", 2 },
		{ HEAD "A A.1.0011223344556677.mdb\n", 2 },
		{ HEAD "abcdefghijklmnopqrstuvwx "
		    "abcdefghijklmnopqrstuvwx.1.0011223344556677.mdb\n", 2 },
		{ HEAD "b b.1.0011223344556677.mdb\n"
		    "a a.1.0011223344556677.mdb\n", 3 },
		{ HEAD "a a.1.0011223344556677.mdb\n"
		    "a a.2.0011223344556677.mdb\n", 3 },
		{ HEAD "+ " D64 "\n", 2 },
		{ HEAD "a a.1.0011223344556677.mdb\n+" D64 "\n", 3 },
		{ HEAD "a a.1.0011223344556677.mdb\n+  " D64 "\n", 3 },
		{ HEAD "a a.1.0011223344556677.mdb\n+ " D64 "0\n", 3 },
		{ HEAD "a a.1.0011223344556677.mdb\n+\n", 3 },
	};
	struct adopt_bases *b = malloc(sizeof(*b));
	char *many = malloc(ADOPT_BASES_TEXT), *p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(adopt_bases_read(b, bad[i].text,
		    strlen(bad[i].text)), bad[i].line, "%s", bad[i].text);
		cr_expect_eq(b->n, 0);
	}
	/* More deltas, and more lists, than one may have. */
	p = many + sprintf(many, HEAD "a a.1.0011223344556677.mdb\n");
	for (int i = 0; i < ADOPT_CHAIN_MAX; i++)
		p += sprintf(p, "+ " D64 "\n");
	cr_expect_eq(adopt_bases_read(b, many, (size_t)(p - many)), 0);
	p += sprintf(p, "+ " D64 "\n");
	cr_expect_eq(adopt_bases_read(b, many, (size_t)(p - many)),
	    ADOPT_CHAIN_MAX + 3);
	p = many + sprintf(many, HEAD);
	for (int i = 0; i <= ADOPT_BASE_LISTS; i++)
		p += sprintf(p, "a%c%c a%c%c.1.0011223344556677.mdb\n",
		    'a' + i / 26, 'a' + i % 26, 'a' + i / 26, 'a' + i % 26);
	cr_expect_eq(adopt_bases_read(b, many, (size_t)(p - many)),
	    ADOPT_BASE_LISTS + 2);
	free(many);
	free(b);
}

Test(adopt_plan, names_of_bases)
{
	struct list_info info = { .id = "a", .version = 4294967295u };
	char file[ADOPT_BASE_NAME];

	info.root[0] = 0x5a;
	adopt_bases_name(file, &info);
	cr_expect_str_eq(file, "a.4294967295.5a00000000000000.mdb");
	memcpy(info.id, "abcdefghijklmnopqrstuvw", 24);
	adopt_bases_name(file, &info);
	cr_expect_str_eq(file,
	    "abcdefghijklmnopqrstuvw.4294967295.5a00000000000000.mdb");
}

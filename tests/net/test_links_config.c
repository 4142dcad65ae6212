/* [link], [children], [upstream]; the register of nodes; the breaker. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counter/above.h"
#include "net/breaker.h"
#include "net/config.h"
#include "net/nodes.h"

#define TOP "[daemon]\nnode = \"b017\"\ntoken_key = \"/k\"\n"
#define LOG "[log]\ndomain = \"d.example\"\nkey = \"/l\"\n"
#define BANK "[institution bank]\nsocket = \"/s\"\n"
#define LINK "[link]\ncertificate = \"/c\"\nkey = \"/p\"\nca = \"/a\"\n"
#define WITNESS "w.example+67dd7ffd+BHUoEqOg4W/5ELz5wqMqFR8SQi1LkKyFDo2YeRQ/Hxls"

/* The first error that was reported. */
static struct {
	unsigned n;
	uint32_t line;
	char message[CONF_MAX_MESSAGE];
} told;

static void
report(void *arg, const struct conf_error *e)
{

	(void)arg;
	if (told.n++ > 0)
		return;
	told.line = e->line;
	(void)snprintf(told.message, sizeof(told.message), "%s", e->message);
}

static const struct conf_sink sink = { report, NULL };

static struct config *
config(const char *text)
{

	memset(&told, 0, sizeof(told));
	return (config_parse("t.conf", text, strlen(text), 0, &sink));
}

/* It is refused, for a reason that holds these words. */
static void
refused(const char *text, const char *words)
{
	struct config *c = config(text);

	cr_expect_null(c, "accepted: %s", text);
	cr_expect(strstr(told.message, words) != NULL, "%s\nnot: %s",
	    told.message, words);
	config_free(c);
}

Test(links_config, a_node_with_a_node_above)
{
	struct config *c = config(TOP LOG BANK LINK "[upstream]\n"
	    "address = \"city.example:7031\"\nname = \"city\"\n");

	cr_assert_not_null(c, "%s", told.message);
	cr_expect(c->has_upstream);
	cr_expect(!c->has_children);
	cr_expect_str_eq(c->upstream_name, "city");
	cr_expect_eq(c->upstream_deadline, 300);
	cr_expect_eq(c->upstream_mode, ABOVE_UNLESS_REJECT);
	cr_expect_str_eq(c->link_revoked, "");
	cr_expect_str_eq(c->witness, "");
	config_free(c);
}

Test(links_config, modes_and_deadline)
{
	struct config *c = config(TOP LOG BANK LINK "[upstream]\n"
	    "address = \"[::1]:7031\"\nname = \"city\"\nmode = always\n"
	    "deadline = 1s\n");

	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->upstream_mode, ABOVE_ALWAYS);
	cr_expect_eq(c->upstream_deadline, 1000);
	config_free(c);
	c = config(TOP LOG BANK LINK "[upstream]\n"
	    "address = \"10.0.0.1:7031\"\nname = \"city\"\nmode = never\n");
	cr_assert_not_null(c, "%s", told.message);
	cr_expect_eq(c->upstream_mode, ABOVE_NEVER);
	config_free(c);
}

Test(links_config, a_city_needs_no_institution_of_its_own)
{
	struct config *c = config(TOP LOG LINK "[children]\n"
	    "listen = \"0.0.0.0:7031\"\nnodes = \"/n\"\nwitness_key = \"/w\"\n");

	cr_assert_not_null(c, "%s", told.message);
	cr_expect(c->has_children);
	cr_expect_str_eq(c->cosign_key, "/w");
	config_free(c);
	refused(TOP LOG LINK, "nobody could ask");
}

Test(links_config, what_is_wrong_is_said)
{
	static const char *const address[] = { "city", "city:", ":7031",
		"city:0", "city:65536", "city:70a1", "city:99999999999999999999" };
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
		(void)snprintf(text, sizeof(text), TOP LOG BANK LINK
		    "[upstream]\naddress = \"%s\"\nname = \"city\"\n",
		    address[i]);
		refused(text, "an address and a port");
	}
	refused(TOP LOG BANK "[upstream]\naddress = \"c:1\"\nname = \"city\"\n",
	    "want a section [link]");
	refused(TOP LOG BANK LINK "[upstream]\naddress = \"c:1\"\n"
	    "name = \"b017\"\n", "cannot be this node");
	refused(TOP LOG BANK LINK "[upstream]\naddress = \"c:1\"\n"
	    "name = \"City\"\n", "the id of a node");
	refused(TOP LOG BANK LINK "[upstream]\naddress = \"c:1\"\n"
	    "name = \"city\"\nwitness_key = \"nonsense\"\n", "key");
	refused(TOP LOG BANK "[link]\ncertificate = \"crt\"\nkey = \"/p\"\n"
	    "ca = \"/a\"\n", "begins with '/'");
	refused("[daemon]\nnode = \"b017\"\nsandbox = true\n" LOG BANK LINK
	    "[upstream]\naddress = \"c:1\"\nname = \"city\"\n",
	    "a sandbox has no links");
}

/* A register. */
static struct nodes *
nodes(const char *text)
{

	memset(&told, 0, sizeof(told));
	return (nodes_parse("nodes.conf", text, strlen(text), &sink));
}

#define KEY_B018 "afc.example.gov.cn/branch/b018+98104c24+"		\
	"AUbfx6cjH0jhSoChSOR6sfdwjmC+WgwvQadogKpKGkus"

Test(nodes, who_may_speak_for_whom)
{
	const struct nodes_node *n;
	struct nodes *r;
	struct peer p = { .n = 0 };

	r = nodes("[node b018]\ninstitution = abc, boc\nrights = check\n"
	    "key = \"" KEY_B018 "\"\n[node b017]\ninstitution = icbc\narea = 330102\n"
	    "[node county]\ninstitution = \"*\"\nrights = check, desk\n");
	cr_assert_not_null(r, "%s", told.message);
	cr_expect_eq(nodes_count(r), 3);
	cr_expect_null(nodes_find(r, "b019"));
	cr_expect_null(nodes_find(r, "b01"));
	n = nodes_find(r, "b017");
	cr_assert_not_null(n);
	cr_expect(!n->has_key);
	p.n = n->n;
	p.grants = n->grants;
	cr_expect_not_null(grant_for(&p, "icbc", RIGHT_CHECK));
	cr_expect_not_null(grant_for(&p, "icbc", RIGHT_CONFIRM));
	cr_expect_null(grant_for(&p, "icbc", RIGHT_DESK));
	cr_expect_null(grant_for(&p, "abc", RIGHT_CHECK));
	cr_expect_eq(grant_for(&p, "icbc", RIGHT_CHECK)->area, 330102);
	n = nodes_find(r, "b018");
	cr_expect(n->has_key);
	p.n = n->n;
	p.grants = n->grants;
	cr_expect_not_null(grant_for(&p, "abc", RIGHT_CHECK));
	cr_expect_not_null(grant_for(&p, "boc", RIGHT_CHECK));
	cr_expect_null(grant_for(&p, "boc", RIGHT_CONFIRM));
	cr_expect_null(grant_for(&p, "icbc", RIGHT_CHECK));
	n = nodes_find(r, "county");
	p.n = n->n;
	p.grants = n->grants;
	cr_expect_not_null(grant_for(&p, "anybody", RIGHT_CHECK));
	cr_expect_not_null(grant_for(&p, "", RIGHT_DESK));
	nodes_free(r);
}

Test(nodes, what_is_wrong_is_said)
{
	static const struct {
		const char *text, *words;
		uint32_t line;
	} bad[] = {
		{ "[node B17]\ninstitution = a\n", "the id of a node", 1 },
		{ "[node b17]\n", "institution", 1 },
		{ "[node b17]\ninstitution = a, a\n", "here twice", 2 },
		{ "[node b17]\ninstitution = a\nrights = fly\n",
		    "unknown right 'fly'", 3 },
		{ "[node b17]\ninstitution = a\nkey = \"x\"\n", "", 3 },
		{ "[node b17]\ninstitution = a\nkey = \"" KEY_B018 "\"\n",
		    "key of afc.example.gov.cn/branch/b018;", 3 },
		{ "[node b17]\ninstitution = a\narea = 7\n", "", 3 },
		{ "[node b17]\ninstitution = a\n[node b17]\ninstitution = a\n",
		    "", 3 },
		{ "[nod b17]\ninstitution = a\n", "", 1 },
	};
	struct nodes *r;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = nodes(bad[i].text);
		cr_expect_null(r, "accepted: %s", bad[i].text);
		cr_expect_eq(told.line, bad[i].line, "line %u: %s", told.line,
		    told.message);
		cr_expect(strstr(told.message, bad[i].words) != NULL, "%s",
		    told.message);
		nodes_free(r);
	}
}

Test(nodes, an_empty_register_links_nobody)
{
	struct nodes *r = nodes("# nobody yet\n");

	cr_assert_not_null(r);
	cr_expect_eq(nodes_count(r), 0);
	cr_expect_null(nodes_find(r, "b017"));
	nodes_free(r);
}

Test(nodes, a_province_of_them)
{
	static char text[256 * 1024], name[16];
	struct nodes *r;
	size_t n = 0;
	int i;

	for (i = 0; i < 1200; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "[node n%04d]\ninstitution = i%d\n", (i * 7) % 1200, i);
	r = nodes(text);
	cr_assert_not_null(r, "%s", told.message);
	for (i = 0; i < 1200; i++) {
		(void)snprintf(name, sizeof(name), "n%04d", i);
		cr_assert_not_null(nodes_find(r, name), "%s", name);
		cr_assert_str_eq(nodes_find(r, name)->id, name);
	}
	nodes_free(r);
}

Test(breaker, opens_after_three_silences_in_a_row)
{
	struct breaker b = { 0, 0, 0 };

	cr_expect(!breaker_miss(&b));
	cr_expect(!breaker_miss(&b));
	breaker_life(&b);
	cr_expect(!breaker_miss(&b));
	cr_expect(!breaker_miss(&b));
	cr_expect(!b.open);
	cr_expect(breaker_miss(&b), "the third opens it");
	cr_expect(b.open);
	cr_expect_eq(b.opens, 1);
	cr_expect(!breaker_miss(&b), "it is open already");
	cr_expect_eq(b.opens, 1);
	breaker_life(&b);
	cr_expect(!b.open);
	cr_expect(!breaker_miss(&b), "it counts anew");
}

/* A program that leaves no time for an answer must not close the node above to others. */
Test(breaker, silence_counts_where_there_was_time_to_answer)
{
	const int64_t ms = 1000;

	cr_expect(breaker_fair(300 * ms, 300 * ms, 0));
	cr_expect(breaker_fair(300 * ms, 300 * ms, 900 * ms), "all of it");
	cr_expect(breaker_fair(75 * ms, 300 * ms, 2 * ms));
	cr_expect(!breaker_fair(74 * ms, 300 * ms, 2 * ms));
	cr_expect(!breaker_fair(1 * ms, 300 * ms, 0));
	cr_expect(!breaker_fair(150 * ms, 300 * ms, 100 * ms), "a slow line");
	cr_expect(breaker_fair(200 * ms, 300 * ms, 100 * ms));
}

Test(breaker, a_lost_link_opens_it_at_once)
{
	struct breaker b = { 0, 0, 0 };

	breaker_trip(&b);
	cr_expect(b.open);
	breaker_trip(&b);
	cr_expect_eq(b.opens, 1);
}

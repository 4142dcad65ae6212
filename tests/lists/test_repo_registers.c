#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repokit.h"

/* Policy, outlets and campaigns on their way into a publication. */

static struct repokit k;

static void
set_up(void)
{

	repokit_new(&k);
}

static void
tear_down(void)
{

	repokit_free(&k);
}

TestSuite(repo_registers, .init = set_up, .fini = tear_down, .timeout = 60);

/* What is in force is good, for our own check and for a client. */
static void
good(uint32_t version)
{
	char text[4096];
	uint32_t is;

	cr_assert_eq(repokit_check(&k, text, sizeof(text)), 0, "%s%s", k.err,
	    text);
	cr_assert_eq(repokit_client(&k, &is), 0, "%s", k.err);
	cr_assert_eq(is, version);
}

Test(repo_registers, publishes_a_policy)
{
	static const char policy[] = "[policy]\nversion = \"2026.1\"\n\n"
	    "[rule L1]\nwhen = \"listed('sanction')\"\nthen = reject\n"
	    "reason = \"L1\"\nclass = statutory\n"
	    "message.zh = \"命中名单\"\n";
	char text[1024];
	char path[300];
	struct repo_prepare p = { .policy = path };

	snprintf(path, sizeof(path), "%s/new.policy", k.dir);
	repokit_write(&k, "new.policy", policy, sizeof(policy) - 1);
	repokit_publish(&k, &p);
	cr_assert_str_eq(k.plan.policy, "2026.1");
	cr_assert(repokit_target(&k, "policy/2026.1.policy"));
	good(1);
	cr_assert_eq(repokit_prepare(&k, &p), 1, "the same again");
	/* the same version, but not the same text */
	snprintf(text, sizeof(text), "%s# more\n", policy);
	repokit_write(&k, "new.policy", text, strlen(text));
	cr_assert_eq(repokit_prepare(&k, &p), -1);
	cr_assert_not_null(strstr(k.err, "another version"), "%s", k.err);
	/* a list that is not published */
	snprintf(text, sizeof(text), "%s", policy);
	memcpy(strstr(text, "2026.1"), "2026.2", 6);
	memcpy(strstr(text, "sanction"), "sanctnon", 8);
	repokit_write(&k, "new.policy", text, strlen(text));
	cr_assert_eq(repokit_prepare(&k, &p), -1);
	cr_assert_not_null(strstr(k.err, "\"sanctnon\""), "%s", k.err);
	/* what does not compile, with its place */
	memcpy(strstr(text, "listed"), "lasted", 6);
	repokit_write(&k, "new.policy", text, strlen(text));
	cr_assert_eq(repokit_prepare(&k, &p), -1);
	cr_assert_not_null(strstr(k.err, "new.policy:5:9"), "%s", k.err);
	cr_assert_neq(access(repokit_path(&k, "pending"), F_OK), 0);
	good(1);
}

Test(repo_registers, publishes_registers)
{
	static const char head[] =
	    "institution,outlet,name,area,hours,contact,status,from,until,"
	    "reason\n";
	char text[1024];

	snprintf(text, sizeof(text), "%sicbc,0001,Main,330100,,,open,,,\n",
	    head);
	repokit_write(&k, "registers/outlets.csv", text, strlen(text));
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.outlets, 1);
	cr_assert(repokit_target(&k, "outlets/1.csv"));
	cr_assert_eq(repokit_prepare(&k, NULL), 1);
	snprintf(text, sizeof(text), "%sicbc,0001,Main,330100,,,suspended,"
	    "2026-11-22,,seed\n", head);
	repokit_write(&k, "registers/outlets.csv", text, strlen(text));
	repokit_publish(&k, NULL);
	cr_assert_eq(k.plan.outlets, 2);
	cr_assert(repokit_target(&k, "outlets/2.csv"));
	cr_assert_not(repokit_target(&k, "outlets/1.csv"));
	good(2);
	repokit_write(&k, "registers/outlets.csv", "what\n", 5);
	cr_assert_eq(repokit_prepare(&k, NULL), -1);
	cr_assert_not_null(strstr(k.err, "outlets.csv:1"), "%s", k.err);
}

/* What a campaign lifts must be a rule of the policy that campaigns may lift. */
Test(repo_registers, compares_campaigns_with_the_policy)
{
	static const char policy[] = "[policy]\nversion = \"1\"\n\n"
	    "[rule HF-DAY]\nwhen = \"visits(today) >= 2\"\nthen = review\n"
	    "reason = \"HF01\"\nmessage.zh = \"当日多次\"\n"
	    "campaign = true\n\n[rule HF-7D]\n"
	    "when = \"institutions(7d) >= 3\"\nthen = review\n"
	    "reason = \"HF02\"\nmessage.zh = \"多家机构\"\n";
	static const char campaign[] = "[campaign fresh-2026]\n"
	    "title = \"x\"\noutlets = icbc.0001\nproducts = sim\n"
	    "from = 2026-09-01\nuntil = 2026-12-15\nexpected = 10\n"
	    "lifts = %s\nproposed = \"wang\"\napproved = \"li\"\n";
	char text[1024], path[300];
	struct repo_prepare p = { .policy = path };

	snprintf(path, sizeof(path), "%s/p.policy", k.dir);
	repokit_write(&k, "p.policy", policy, sizeof(policy) - 1);
	snprintf(text, sizeof(text), campaign, "HF-7D");
	repokit_write(&k, "registers/campaigns.conf", text, strlen(text));
	cr_assert_eq(repokit_prepare(&k, &p), -1);
	cr_assert_not_null(strstr(k.err, "lifts HF-7D"), "%s", k.err);
	snprintf(text, sizeof(text), campaign, "HF-DAY");
	repokit_write(&k, "registers/campaigns.conf", text, strlen(text));
	repokit_publish(&k, &p);
	cr_assert_eq(k.plan.campaigns, 1);
	good(1);
}

/* What the policy compiler refuses, and where it points. */
#include "policy_bench.h"

#define HEAD	"[policy]\nversion = \"t1\"\n"

static struct bench b;

/* The condition is wrong in one way, told so, with the caret there. */
static void
wrong(const char *when, const char *said, const char *under)
{
	char text[4096], caret[512];
	const char *at;

	snprintf(text, sizeof(text), HEAD "[rule A]\nwhen = \"%s\"\n"
	    "then = review\nreason = r\n", when);
	cr_expect_null(bench_compile(&b, text), "accepted: %s", when);
	policy_free(b.p);
	cr_expect_eq(b.count, 1, "%u errors: %s", b.count, b.errors);
	cr_expect_not_null(strstr(b.errors, said), "for: %s\nsaid: %s", when,
	    b.errors);
	if (under == NULL)
		return;
	/* The third line is the caret's: find what stands above it. */
	at = strstr(b.errors, "\n  when");
	cr_assert_not_null(at, "%s", b.errors);
	snprintf(caret, sizeof(caret), "%s", strchr(at + 1, '\n') + 1);
	at += 1 + strcspn(caret, "^");
	cr_expect_eq(strncmp(at, under, strlen(under)), 0,
	    "for: %s\nexpected the caret under '%s':\n%s", when, under,
	    b.errors);
	cr_expect_eq(strspn(strchr(caret, '^'), "^~"), strlen(under),
	    "span of '%s':\n%s", under, b.errors);
}

Test(policy_errors, unknown_words)
{

	wrong("institution(7d) >= 3", "'institution' takes no arguments, did you "
	    "mean 'institutions'?", "institution");
	wrong("age(7d) >= 3", "'age' takes no arguments", "age");
	wrong("cards(7d) >= 3 and institutons(7d) >= 3", "4:28: error: "
	    "unknown function 'institutons', did you mean 'institutions'?",
	    "institutons");
	wrong("zzzz > 3", "unknown function 'zzzz'\n", "zzzz");
	wrong("product == bnk1", "unknown product 'bnk1', did you mean "
	    "'bank1'?", "bnk1");
	wrong("product == counter", "'counter' is a value of 'channel', not "
	    "of 'product'", "counter");
	wrong("sim2 == product", "'sim2' is a value of 'product': write "
	    "product == sim2", "sim2");
	wrong("product == phone", "'phone' is a group of products: write "
	    "product in (phone)", "phone");
	wrong("product in (bank1, bank)", "this is in the list already",
	    "bank");
	wrong("product in (sim, sim)", "in the list already", "sim");
	wrong("held(sims, here) > 2", "unknown product 'sims'", "sims");
	wrong("held(sim, there) > 2", "expected here or anywhere", "there");
	wrong("held(sim) > 2", "expected ','", ")");
}

Test(policy_errors, words_of_a_node_below)
{

	wrong("not ofline", "did you mean 'offline'?", "ofline");
	wrong("offline == 1", "'offline' is true or false", "==");
	wrong("offline(today)", "'offline' takes no arguments", NULL);
	wrong("outlet_offline > 2", "'outlet_offline' wants arguments: write "
	    "outlet_offline(today)", ">");
	wrong("outlet_offline(7d) > 2", "'outlet_offline' counts this day "
	    "alone: write outlet_offline(today)", "7d");
	wrong("outlet_offline(23h) > 2", "'outlet_offline' counts this day "
	    "alone", "23h");
	wrong("outlet_offline(3) > 2", "expected a window", "3");
	wrong("outlet_offline(today)", "a number is no condition",
	    "outlet_offline(today)");
	wrong("outlet_offline(1d) > outlet_offline(today)", "this is never "
	    "true: both sides are the same", NULL);
}

Test(policy_errors, days_of_an_outlet)
{

	wrong("outlet_cards(8d) > 2", "'outlet_cards' counts whole days: write "
	    "today or 2d to 7d", "8d");
	wrong("outlet_mean(36h) > 2", "'outlet_mean' counts whole days", "36h");
	wrong("outlet_away(1h) > 2", "'outlet_away' counts whole days", "1h");
	wrong("outlet_away_mean(400d) > 2", "'outlet_away_mean' counts whole "
	    "days", "400d");
	wrong("outlet_cards > 2", "'outlet_cards' wants arguments: write "
	    "outlet_cards(7d)", ">");
	wrong("outlet_cards(7) > 2", "expected a window such as", "7");
	wrong("outlet_mean(today)", "a number is no condition: compare it",
	    "outlet_mean(today)");
	/* One day is today. */
	wrong("outlet_cards(1d) > outlet_cards(today)", "this is never true: "
	    "both sides are the same", NULL);
	wrong("outlet_cards(24h) == 2 and outlet_mean(7d) < 0", "never true: "
	    "outlet_mean(7d) is 0 to", NULL);
}

Test(policy_errors, words_of_shared_things)
{

	wrong("shared_phones(7d) > 2", "did you mean 'shared_phone'?",
	    "shared_phones");
	wrong("shared_phone > 2", "'shared_phone' wants arguments: write "
	    "shared_phone(7d)", ">");
	wrong("shared_device(7d) > 65", "never true: shared_device(7d) is 0 to "
	    "65", NULL);
	wrong("attempt_institutions(30min) > 2", "a window is 1h to 400d",
	    "30min");
	wrong("linked > 1", "'linked' is true or false", ">");
	wrong("age + outlet_mean(today) > 3", "only counts can be added",
	    "age + outlet_mean(today)");
	wrong("outlet_mean(today) > age", "'age' can only be compared with a "
	    "number", NULL);
}

Test(policy_errors, lists)
{

	wrong("listed", "'listed' wants arguments: write listed('sanction')",
	    NULL);
	wrong("listed > 2", "'listed' wants arguments", ">");
	wrong("listed()", "expected a list's id in quotes", ")");
	wrong("listed(sanction)", "expected a list's id in quotes",
	    "sanction");
	wrong("listed('')", "a list's id is 1 to 23 of a-z, 0-9 and -", "''");
	wrong("listed('Sanction')", "a list's id is 1 to 23", "'Sanction'");
	wrong("listed('a_b')", "a list's id is 1 to 23", "'a_b'");
	wrong("listed('a23456789012345678901234')", "a list's id is 1 to 23",
	    "'a23456789012345678901234'");
	wrong("listed('sanction'", "expected ',' or ')'", NULL);
	wrong("listed('sanction' convicted)", "expected ',' or ')'",
	    "convicted");
	wrong("listed('sanction', )", "expected a category such as convicted",
	    ")");
	wrong("listed('sanction', convited)", "4:28: error: unknown category "
	    "'convited', did you mean 'convicted'?", "convited");
	wrong("listed('sanction', zzzzzzz)", "unknown category 'zzzzzzz'\n",
	    "zzzzzzz");
	wrong("listed('sanction', 'convicted')", "expected a category",
	    "'convicted'");
	wrong("agent_listed('sanction', found, found)", "this is in the list "
	    "already", "found");
	wrong("listed('sanction') == convicted", "categories stand inside, "
	    "such as listed('sanction', convicted)", "==");
	wrong("listed('sanction') in (convicted)", "categories stand inside",
	    "in");
	wrong("cards(7d) >= listed('sanction')", "'listed' is not a number",
	    "listed('sanction')");
	wrong("agent_listd('sanction')", "did you mean 'agent_listed'?",
	    "agent_listd");
}

Test(policy_errors, windows)
{

	wrong("cards >= 3", "'cards' wants arguments: write cards(7d)", ">=");
	wrong("cards(7) >= 3", "expected a window such as", "7");
	wrong("cards(30min) >= 3", "a window is 1h to 400d", "30min");
	wrong("cards(401d) >= 3", "a window is 1h to 400d", "401d");
	wrong("cards(7w) >= 3", "unknown unit 'w'", "w");
	wrong("cards(yesterday) >= 3", "expected a window", "yesterday");
	wrong("cards(7d >= 3", "expected ')'", ">=");
}

Test(policy_errors, types)
{

	wrong("product >= sim", "'product' has no order", ">=");
	wrong("product", "expected ==, !=, in or not in", NULL);
	wrong("cards(7d)", "a number is no condition", "cards(7d)");
	wrong("cards(7d) and overflow", "a number is no condition",
	    "cards(7d)");
	wrong("overflow == 1", "'overflow' is true or false", "==");
	wrong("cards(7d) >= overflow", "'overflow' is not a number",
	    "overflow");
	wrong("cards(7d) >= product", "'product' is not a number", "product");
	wrong("cards(7d) >= sim", "'sim' wants arguments", NULL);
	wrong("age + 1 > 3", "only counts can be added", "age + 1");
	wrong("age > cards(7d)", "'age' can only be compared with a number",
	    "age > cards(7d)");
	wrong("cards(7d) > 3d", "a count is compared with a plain number",
	    "3d");
	wrong("institution == icbc", "an institution's id in quotes", "icbc");
	wrong("institution in ()", "an institution's id in quotes", ")");
	wrong("product == 'sim'", "expected a product such as bank1",
	    "'sim'");
	wrong("'icbc' == institution", "can only follow 'institution =='",
	    "'icbc'");
	wrong("stale == 1", "'stale' is true or false: write 'stale' or 'not "
	    "stale' alone", "==");
	wrong("campaign(7d)", "'campaign' takes no arguments", "campaign");
	wrong("institution == ''", "1 to 31 bytes", "''");
}

Test(policy_errors, what_never_or_always_holds)
{

	wrong("cards(7d) >= 0", "this is always true", "cards(7d) >= 0");
	wrong("cards(7d) < 0", "this is never true", "cards(7d) < 0");
	wrong("cards(7d) > -1", "cards is never negative", "-1");
	wrong("attempts(24h) >= 70", "never true: attempts(24h) is 0 to 65",
	    "attempts(24h) >= 70");
	wrong("hour < 24", "always true: hour is 0 to 23", "hour < 24");
	wrong("hour == 24", "never true", "hour == 24");
	wrong("quantity >= 1", "always true", "quantity >= 1");
	wrong("age != 200", "always true", "age != 200");
	wrong("3 >= 2", "depends on nothing", "3 >= 2");
	wrong("cards(7d) == cards(7d)", "both sides are the same",
	    "cards(7d) == cards(7d)");
	wrong("subject in (person, organisation)", "the list names every",
	    "subject in (person, organisation)");
	wrong("cards(7d) >= 99999999999999999999", "too large", NULL);
}

Test(policy_errors, grammar)
{

	wrong("", "the condition is empty", "\"");
	wrong("overflow and", "expected a condition", "\"");
	wrong("(overflow", "this '(' is never closed", "(");
	wrong("overflow)", "this ')' closes nothing", ")");
	wrong("(overflow guardian)", "expected 'and', 'or' or ')'",
	    "guardian");
	wrong("overflow guardian", "expected 'and', 'or' or the end",
	    "guardian");
	wrong("overflow AND guardian", "write 'and' in small letters", "AND");
	wrong("1 < cards(7d) < 5", "comparisons do not chain", "<");
	wrong("cards(7d) = 3", "did you mean '=='?", "=");
	wrong("overflow && guardian", "did you mean 'and'?", "&");
	wrong("!overflow", "did you mean 'not'?", "!");
	wrong("product not (sim)", "'in' after 'not'", "(");
	wrong("product in sim", "'(' and a list of names", "sim");
	wrong("product in (sim", "',' or ')'", NULL);
	wrong("cards(7d) \xe2\x89\xa5 3", "4:19: error: unexpected "
	    "'\xe2\x89\xa5', did you mean '>='?", NULL);
	wrong("cards\xef\xbc\x88" "7d) > 3", "did you mean '('?", NULL);
}

Test(policy_errors, the_caret_follows_escapes)
{

	wrong("institution == \\\"icbc\\\" and institutons(7d) > 2",
	    "4:37: error: unknown function 'institutons'", "institutons");
	wrong("\\toverflow and\\u0020overlow", "did you mean 'overflow'?",
	    "overlow");
}

Test(policy_errors, depth_is_bounded)
{
	char text[2048] = "", close[64] = "";

	for (int i = 0; i < 32; i++) {
		strcat(text, "(");
		strcat(close, ")");
	}
	strcat(text, "overflow");
	strcat(text, close);
	{
		char whole[4096];

		snprintf(whole, sizeof(whole), HEAD "[rule A]\nwhen = \"%s\"\n"
		    "then = review\nreason = r\n", text);
		cr_expect_not_null(bench_compile(&b, whole), "%s", b.errors);
		policy_free(b.p);
	}
	memmove(text + 1, text, strlen(text) + 1);
	text[0] = '(';
	strcat(text, ")");
	wrong(text, "more than 32 levels deep", "(");
	text[0] = '\0';
	for (int i = 0; i < 500; i++)
		strcat(text, "not ");
	wrong(text, "more than 32 levels deep", NULL);
}

/* The policy is wrong in one way and told so. */
static void
bad(const char *text, const char *said)
{

	cr_expect_null(bench_compile(&b, text), "accepted: %s", text);
	cr_expect_eq(b.count, 1, "%s", b.errors);
	cr_expect_not_null(strstr(b.errors, said), "for: %s\nsaid: %s", text,
	    b.errors);
}

#define R	HEAD "[rule A]\nwhen = \"overflow\"\nreason = r\n"

Test(policy_errors, keys_that_do_not_go_together)
{

	bad(R "then = reject\nclass = context",
	    "6:8: error: a rule of class context never rejects");
	bad(R "then = review\nclass = quantity\nclearable = true",
	    "8:13: error: a clearance lifts only");
	bad(R "then = review\nclass = statutory\nclearable = true",
	    "a clearance lifts only");
	bad(R "then = reject\nby = counter", "only a review is cleared");
	bad(R "then = reject\nneeds = manager", "a rejection needs nothing");
	bad(R "then = tell", "6:8: error: a rule that only tells says whom");
	bad(R "then = tell\nnotify = city\nneeds = manager",
	    "a rule that only tells needs nothing");
	bad(R "then = tell\nnotify = city\nclearable = true",
	    "nothing to clear");
	bad(R "then = tell\nnotify = city\noffer = bank2", "offers nothing");
	bad(R "then = tell\nnotify = city\nby = counter",
	    "only a review is cleared");
	bad(R "then = review\nlimit_profile = 3", "only 'then = limit'");
	bad(R "then = review\nclass = quantity\ncampaign = true",
	    "8:12: error: a campaign lifts only rules of class frequency and "
	    "context");
	bad(R "then = limit\nclass = statutory\ncampaign = true",
	    "a campaign lifts only rules");
	bad(R "then = review\nfrom = 2026-02-01\nuntil = 2026-01-31",
	    "this is before 'from'");
	bad(R "then = pass", "'pass' is not a value of then");
	bad(R, "'then' is missing in this section");
	bad(R "then = review\nthan = review", "did you mean 'then'?");
	bad(R "then = review\noffer = phone", "is not a value of offer");
	bad(R "then = review\nneeds = purpose-proof",
	    "did you mean 'purpose_proof'?");
	bad(R "then = review\n[rule A]\n", "[rule A] is here twice");
	bad(R "then = review\n[rule hf]\nwhen = \"overflow\"\nreason = r\n"
	    "then = review", "at most 16 of A-Z, 0-9, - and _");
	bad(R "then = review\n[rule AAAAAAAAAAAAAAAAA]\nwhen = \"overflow\"\n"
	    "reason = r\nthen = review", "at most 16");
	bad(R "then = review\n[text maybe]\n", "[text] is one of");
	bad(HEAD "[rule A]\nwhen = \"overflow\"\nthen = review\n"
	    "reason = 1234567890123456", "reason is too long");
	bad(HEAD, "a policy without a [rule]");
	bad("[rule A]\nwhen = \"overflow\"\nreason = r\nthen = review",
	    "section [policy] is missing");
}

Test(policy_errors, all_are_reported)
{

	cr_expect_null(bench_compile(&b, HEAD
	    "[rule A]\nwhen = \"cards(7)\"\nthen = reject\nreason = r\n"
	    "class = context\n[rule B]\nwhen = \"zzzz\"\nthen = maybe\n"
	    "reason = r\n"));
	cr_expect_eq(b.count, 4, "%s", b.errors);
}

Test(policy_errors, a_policy_whose_entries_would_be_too_long)
{
	static char text[262144];
	size_t n = 0;
	int i;

	/* Each fact takes 9 bytes, each name 17; "cleared" takes 2. */
	for (int rules = 39; rules <= 40; rules++) {
		n = (size_t)sprintf(text, HEAD);
		for (i = 0; i < rules; i++)
			n += (size_t)sprintf(text + n, "[rule RULE-NUMBER-%04d]"
			    "\nwhen = \"cards(%dh) > 2\"\nthen = review\n"
			    "reason = r\n", i, 48 + i);
		if (rules == 39) {
			cr_expect_not_null(bench_compile(&b, text), "%s",
			    b.errors);
			cr_expect_leq(policy_worst_bytes(b.p),
			    POLICY_MAX_ENTRY_BYTES);
			cr_expect_eq(policy_worst_bytes(b.p), 1016);
			policy_free(b.p);
		} else {
			bad(text, "1042 bytes of a journal entry, at most "
			    "1028");
		}
	}
	n = (size_t)sprintf(text, HEAD);
	for (i = 0; i < 61; i++)
		n += (size_t)sprintf(text + n, "[rule RULE-NUMBER-%04d]\nwhen = "
		    "\"overflow\"\nthen = review\nreason = r\n", i);
	/* Told apart from the bytes of an entry, which they are part of. */
	cr_expect_null(bench_compile(&b, text));
	cr_expect_not_null(strstr(b.errors, "names of all rules together take "
	    "1037 bytes, at most 1023"), "%s", b.errors);
}

Test(policy_errors, too_many_rules_and_facts)
{
	static char text[262144];
	size_t n = (size_t)sprintf(text, HEAD);
	int i;

	for (i = 0; i < 97; i++)
		n += (size_t)sprintf(text + n, "[rule R%d]\nwhen = \"overflow\""
		    "\nthen = review\nreason = r\n", i);
	bad(text, "more than 96 rules");
	n = (size_t)sprintf(text, HEAD);
	for (i = 0; i < 64; i++)
		n += (size_t)sprintf(text + n, "[rule R%d]\nwhen = \"cards(%dh)"
		    " > 2\"\nthen = review\nreason = r\n", i, i + 1);
	bad(text, "asks for more than 63 different facts");
}

Test(policy_errors, too_many_lists)
{
	static char text[8192];
	size_t n = (size_t)sprintf(text, HEAD "[rule A]\nthen = review\n"
	    "reason = r\nwhen = \"listed('list-0')");
	int i;

	for (i = 1; i < POLICY_MAX_LISTS; i++)
		n += (size_t)sprintf(text + n, " or agent_listed('list-%d')",
		    i);
	/* The same list again is no further one. */
	n += (size_t)sprintf(text + n, " or listed('list-%d', found)", i - 1);
	strcpy(text + n, "\"\n");
	cr_expect_not_null(bench_compile(&b, text), "%s", b.errors);
	policy_free(b.p);
	strcpy(text + n, " or listed('one-more')\"\n");
	bad(text, "asks for more than 16 lists");
}

/* What a campaign must never lift. */
static void
unwaivable(const char *when, const char *said)
{
	char text[4096];

	snprintf(text, sizeof(text), HEAD "[rule A]\nwhen = \"%s\"\n"
	    "then = review\nreason = r\n", when);
	cr_expect_not_null(bench_compile(&b, text), "%s", b.errors);
	cr_expect_not(policy_waivable(b.p, 0));
	policy_free(b.p);
	strcat(text, "campaign = true\n");
	bad(text, said);
}

Test(policy_errors, rules_that_no_campaign_lifts)
{
	char when[2048];
	size_t n;

	unwaivable("overflow and (stale or not listed('sanction'))",
	    "7:12: error: a campaign lifts no rule that asks for a list");
	unwaivable("agent_listed('x', found)", "asks for a list");
	unwaivable("cards(7d) >= 9 and institutions(7d) >= 3",
	    "counts institutions");
	unwaivable("sim(7d) >= cards(today) + institutions(7d)",
	    "counts institutions");
	unwaivable("attempt_institutions(7d) >= 3", "counts institutions");
	unwaivable("held(phone, here) + quantity > 5", "limit of what is held");
	unwaivable("held(phone, here) > sim(24h)", "limit of what is held");
	unwaivable("held(phone, anywhere) > 20", "limit of what is held");
	unwaivable("20 < held(phone, anywhere) + quantity",
	    "limit of what is held");
	n = (size_t)sprintf(when, "sim(24h)");
	for (int i = 0; i < 8; i++)
		n += (size_t)sprintf(when + n, " + sim(%dh)", 25 + i);
	sprintf(when + n, " + held(phone, here) > 3");
	unwaivable(when, "too long a sum");
	n = (size_t)sprintf(when, "overflow");
	for (int i = 0; i < 63; i++)
		n += (size_t)sprintf(when + n, " or stale");
	unwaivable(when, "too many conditions");
}

Test(policy_errors, names_of_rules_that_campaigns_lift)
{
	static char text[8192];
	size_t n = (size_t)sprintf(text, HEAD);

	for (int i = 0; i < 8; i++) {
		if (i == 7) {
			cr_expect_not_null(bench_compile(&b, text), "%s",
			    b.errors);
			policy_free(b.p);
		}
		n += (size_t)sprintf(text + n, "[rule RULE-NUMBER-%04d]\n"
		    "when = \"overflow\"\nthen = review\nreason = r\n"
		    "campaign = true\n", i);
	}
	bad(text, "take 136 bytes, at most 127");
}

Test(policy_errors, out_of_memory_or_length_is_told)
{
	char *text = calloc(1, POLICY_MAX_TEXT + 1);
	struct conf_sink sink = { bench_report, &b };

	cr_assert_not_null(text);
	memset(&b, 0, sizeof(b));
	memset(text, '\n', POLICY_MAX_TEXT + 1);
	cr_expect_null(policy_compile("t", text, POLICY_MAX_TEXT + 1, &sink));
	cr_expect_not_null(strstr(b.errors, "longer than"));
	cr_expect_null(policy_compile("t", "x", 1, NULL), "no sink is fine");
	free(text);
}

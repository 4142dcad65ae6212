/* outlet, campaign and appeal, as clerks type them. */
#include <sys/stat.h>

#include <ftw.h>

#include "engine/category.h"
#include "engine/day.h"
#include "engine/identity.h"
#include "keys/keydisk.h"
#include "lists/appeal_store.h"
#include "lists/campaigns.h"
#include "lists/ledger.h"
#include "lists/outlets.h"
#include "cli/clitest.c"

#include "centrekit.h"

#define MAN "11010519491231002X"
#define WOMAN "440524188001010014"

static char dir[200];

/* A file of the centre, as a string. */
static const char *
file(const char *name)
{
	static char text[65536];
	char path[400];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(text, 1, sizeof(text) - 1, f);
		(void)fclose(f);
	}
	text[n] = '\0';
	return (text);
}

/* Write a file of the centre; return its path. */
static const char *
put(const char *name, const char *text)
{
	static char path[400];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_not_null(f = fopen(path, "w"));
	(void)fputs(text, f);
	(void)fclose(f);
	return (path);
}

static void
setup(void)
{

	centrekit_make(dir);
}

static void
teardown(void)
{

	centrekit_remove(dir);
}

/* Is this part of a text? */
static int
has(const char *text, const char *part)
{

	return (strstr(text, part) != NULL);
}

#define REGISTER "institution,outlet,name,area\nicbc,0001,湖滨支行,330102\n"	\
	"icbc,0002,西湖支行,330106\ncmcc,0102,营业厅,330102\n"
#define BY "--dir", dir, "--who", "0412"
#define SAYS(r, want) do {						\
	const struct cli_run *got = (r);				\
	cr_expect(has(got->err, want), "%s", got->err);			\
} while (0)
#define RUN(code, ...) do {						\
	const struct cli_run *got = cli(__VA_ARGS__, NULL);		\
	cr_expect_eq(got->rc, code, "%d %s%s", got->rc, got->out,	\
	    got->err);							\
} while (0)

TestSuite(outlet_cli, .init = setup, .fini = teardown);

Test(outlet_cli, imports_lists_and_shows_a_register)
{
	const struct cli_run *r;

	RUN(1, NULL, "outlet", "list", "--dir", dir);
	r = cli(REGISTER, "outlet", "import", "-", BY, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(r->out, "3 outlets: 3 new, 0 gone, 0 changed\n"
	    "It takes effect when it is published: liangka repo publish\n");
	cr_expect(has(file("journal"), "\t0412\toutlet import 3 outlets: 3 new, "
	    "0 gone, 0 changed\t\n"), "%s", file("journal"));
	r = cli(NULL, "outlet", "list", "--dir", dir, "--of", "icbc", NULL);
	cr_expect_str_eq(r->out,
	    "outlet     area    status  days  name      reason\n"
	    "icbc.0001  330102  open          湖滨支行\n"
	    "icbc.0002  330106  open          西湖支行\n"
	    "2 outlets of 3\n");
	r = cli(NULL, "outlet", "list", "--dir", dir, "--area", "330106",
	    "--lang", "zh", NULL);
	cr_expect(has(r->out, "icbc.0002  330106  营业"), "%s", r->out);
	r = cli(NULL, "outlet", "show", "cmcc.0102", "--dir", dir, "--json",
	    NULL);
	cr_expect_str_eq(r->out, "{\"institution\":\"cmcc\",\"outlet\":\"0102\","
	    "\"name\":\"营业厅\",\"area\":330102,\"hours\":\"\",\"contact\":\"\","
	    "\"status\":\"open\"}\n");
	RUN(1, NULL, "outlet", "list", "--dir", dir, "--of", "nobody");
	r = cli(REGISTER, "outlet", "import", "-", BY, NULL);
	cr_expect(has(r->out, "nothing is new"), "%s", r->out);
}

Test(outlet_cli, suspends_several_together_or_none)
{
	const struct cli_run *r;
	char before[4096];

	RUN(0, REGISTER, "outlet", "import", "-", BY);
	(void)snprintf(before, sizeof(before), "%s",
	    file("registers/outlets.csv"));
	r = cli(NULL, "outlet", "suspend", "icbc.0001", "icbc.0009", BY,
	    "--reason", "r", NULL);
	cr_expect_eq(r->rc, 1);
	cr_expect(has(r->err, "institution icbc has no outlet 0009"), "%s",
	    r->err);
	cr_expect_str_eq(file("registers/outlets.csv"), before);
	r = cli(NULL, "outlet", "suspend", "icbc.0001", "cmcc.0102", BY,
	    "--reason", "涉案, 整改", "--until", "2026-12-31", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "icbc.0001 湖滨支行: suspended from 2026-11-22 to "
	    "2026-12-31\n"), "%s", r->out);
	cr_expect(has(r->out, "liangka repo publish"));
	cr_expect(has(file("registers/outlets.csv"), "icbc,0001,湖滨支行,330102,"
	    ",,suspended,2026-11-22,2026-12-31,\"涉案, 整改\"\n"));
	cr_expect(has(file("journal"), "\t0412\toutlet suspend icbc.0001 "
	    "cmcc.0102 from 2026-11-22 to 2026-12-31\t涉案, 整改\n"));
	r = cli(NULL, "outlet", "show", "icbc.0001", "--dir", dir, NULL);
	cr_expect(has(r->out, "counts against no applicant"), "%s", r->out);
	RUN(0, NULL, "outlet", "suspend", "icbc.0002", BY, "--reason", "r",
	    "--from", "2026-12-01");
	r = cli(NULL, "outlet", "list", "--dir", dir, "--of", "icbc", NULL);
	cr_expect(has(r->out, "icbc.0002  330106  to be suspended  2026-12-01"),
	    "%s", r->out);
	/* Other days take the place of the first. */
	RUN(0, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason", "r",
	    "--from", "2026-11-20");
	cr_expect(has(file("registers/outlets.csv"), ",suspended,2026-11-20,,r"));
	RUN(0, NULL, "outlet", "resume", "icbc.0001", BY, "--reason", "seen");
	r = cli(NULL, "outlet", "resume", "icbc.0001", BY, NULL);
	cr_expect_eq(r->rc, 1);
	cr_expect(has(r->err, "is not suspended (open)"), "%s", r->err);
}

Test(outlet_cli, wants_a_name_a_reason_and_days_in_order)
{
	RUN(0, REGISTER, "outlet", "import", "-", BY);
	RUN(64, NULL, "outlet", "suspend", "icbc.0001", "--dir", dir,
	    "--reason", "r");
	RUN(64, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason", " ");
	RUN(64, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason", "r",
	    "--until", "2026-11-21");
	RUN(64, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason", "r",
	    "--from", "2026-13-01");
	RUN(64, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason",
	    "card of " MAN " sold");
	RUN(64, NULL, "outlet", "suspend", BY, "--reason", "r");
	RUN(78, NULL, "outlet", "list", "--dir", "/nowhere");
	RUN(66, NULL, "outlet", "import", "/nowhere.csv", BY);
}

Test(outlet_cli, keeps_a_suspension_that_an_import_does_not_know_of)
{
	const struct cli_run *r;

	RUN(0, REGISTER, "outlet", "import", "-", BY);
	RUN(0, NULL, "outlet", "suspend", "icbc.0001", BY, "--reason", "r");
	r = cli(REGISTER "ccb,1,x,330102\n", "outlet", "import", "-", BY, NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "4 outlets: 1 new, 0 gone, 0 changed\n1 outlets "
	    "stay suspended"), "%s", r->out);
	cr_expect(has(file("registers/outlets.csv"), "icbc,0001,湖滨支行,330102,"
	    ",,suspended"));
	r = cli(REGISTER "ccb,1,x,330102\n", "outlet", "import", "-", BY,
	    "--resume", NULL);
	cr_expect(has(r->out, "0 new, 0 gone, 1 changed"), "%s", r->out);
	cr_expect(has(file("registers/outlets.csv"), "icbc,0001,湖滨支行,330102,"
	    ",,open"));
}

Test(outlet_cli, guards_against_a_register_with_outlets_missing)
{
	const struct cli_run *r;
	char before[4096];

	RUN(0, REGISTER, "outlet", "import", "-", BY);
	(void)snprintf(before, sizeof(before), "%s",
	    file("registers/outlets.csv"));
	r = cli("institution,outlet,name,area\nicbc,0001,x,330102\n", "outlet",
	    "import", "-", BY, NULL);
	cr_expect_eq(r->rc, 1);
	cr_expect(has(r->err, "2 of 3 outlets in the register are missing"));
	RUN(64, "institution,outlet,name,area\nicbc,0001,x,330102\n", "outlet",
	    "import", "-", BY, "--force");
	r = cli("institution,outlet,name,area\nicbc,0001,x,33010\nicbc,0002\n",
	    "outlet", "import", "-", BY, "--lang", "zh", NULL);
	cr_expect_eq(r->rc, 65);
	cr_expect_str_eq(r->err, "-:2:4: 区划应为 6 位数字，不以 0 开头\n"
	    "-:3:2: 单元格少于标题行\n"
	    "liangka outlet import: -：2 行有误，整份未导入\n");
	cr_expect_str_eq(file("registers/outlets.csv"), before);
	RUN(0, "institution,outlet,name,area\nicbc,0001,x,330102\n", "outlet",
	    "import", "-", BY, "--force", "--reason", "two were closed");
	cr_expect(has(file("journal"), "1 outlets: 0 new, 2 gone, 1 changed, "
	    "forced\ttwo were closed\n"), "%s", file("journal"));
}

Test(outlet_cli, waits_for_no_other_writer)
{
	char err[CENTRE_ERROR_MAX];
	struct centre c;

	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	RUN(75, REGISTER, "outlet", "import", "-", BY);
	centre_close(&c);
	RUN(0, REGISTER, "outlet", "import", "-", BY);
}

Test(outlet_cli, says_in_the_journal_what_could_not_be_done)
{
	char path[400];

	(void)snprintf(path, sizeof(path), "%s/registers/outlets.csv.tmp", dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	RUN(74, REGISTER, "outlet", "import", "-", BY);
	cr_expect(has(file("journal"), "\t0412\tnot done: outlet import 3 "
	    "outlets"), "%s", file("journal"));
	cr_expect_str_eq(file("registers/outlets.csv"), "");
}

#define CAMPAIGN "campaign", "propose", "f-27", "--dir", dir, "--title",	\
	"新生周", "--products", "sim,corporate", "--from", "2026-12-01",		\
	"--until", "2026-12-15", "--expected", "4200"
#define POLICY "[policy]\nversion = p1\n[rule HF-DAY]\nreason = a\n"	\
	"when = \"cards(today) >= 2\"\nthen = review\ncampaign = true\n"	\
	"[rule HF-7D]\nreason = b\nwhen = \"cards(7d) >= 5\"\nthen = review\n"

TestSuite(campaign_cli, .init = setup, .fini = teardown);

Test(campaign_cli, needs_two_persons)
{
	const struct cli_run *r;
	struct campaigns *c;

	RUN(0, REGISTER, "outlet", "import", "-", BY);
	r = cli(NULL, CAMPAIGN, "--who", "wang", "--outlet",
	    "icbc.0001, cmcc.0102", "--lifts", "HF-DAY", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "state: proposed"), "%s", r->out);
	cr_expect(has(r->out, "The rules were not checked"), "%s", r->out);
	r = cli(NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "WANG", NULL);
	cr_expect_eq(r->rc, 77);
	cr_expect(has(r->err, "another person approves"), "%s", r->err);
	RUN(0, NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "li");
	RUN(1, NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "zhao");
	r = cli(NULL, "campaign", "show", "f-27", "--dir", dir, "--json", NULL);
	cr_expect_str_eq(r->out, "{\"id\":\"f-27\",\"title\":\"新生周\",\"state\":"
	    "\"approved\",\"organisation\":null,\"batch\":null,\"outlets\":["
	    "\"cmcc.0102\",\"icbc.0001\"],\"products\":[\"sim\",\"corporate\"],"
	    "\"from\":\"2026-12-01\",\"until\":\"2026-12-15\",\"expected\":4200,"
	    "\"lifts\":[\"HF-DAY\"],\"proposed\":\"wang\",\"approved\":\"li\"}\n");
	cr_assert_not_null(c = campaigns_read("c",
	    file("registers/campaigns.conf"),
	    strlen(file("registers/campaigns.conf")), NULL));
	cr_expect_str_eq(campaigns_at(c, 0)->approved, "li");
	campaigns_free(c);
	cr_expect(has(file("journal"), "\twang\tcampaign propose f-27\t"));
	cr_expect(has(file("journal"), "\tli\tcampaign approve f-27\t"));
	RUN(0, NULL, "campaign", "withdraw", "f-27", "--dir", dir, "--who",
	    "li", "--reason", "put off");
	cr_expect_str_eq(file("registers/campaigns.conf"), "");
	r = cli(NULL, "campaign", "show", "--dir", dir, NULL);
	cr_expect_str_eq(r->out, "no campaigns\n");
	RUN(1, NULL, "campaign", "show", "f-27", "--dir", dir);
}

Test(campaign_cli, lifts_only_what_the_policy_lets_it)
{
	char policy[400];

	(void)snprintf(policy, sizeof(policy), "%s", put("p.policy", POLICY));
	SAYS(cli(NULL, CAMPAIGN, "--who", "wang", "--batch", "b", "--lifts",
	    "HF-DAY,HF-NO", "--policy", policy, NULL),
	    "policy p1 has no rule HF-NO");
	SAYS(cli(NULL, CAMPAIGN, "--who", "wang", "--batch", "b", "--lifts",
	    "HF-DAY,HF-7D", "--policy", policy, "--lang", "zh", NULL),
	    "策略 p1 不允许活动豁免规则 HF-7D");
	cr_expect_str_eq(file("registers/campaigns.conf"), "");
	RUN(0, NULL, CAMPAIGN, "--who", "wang", "--batch", "b", "--lifts",
	    "HF-DAY", "--policy", policy);
	(void)put("p.policy", "[policy]\nversion = p2\n[rule HF-DAY]\nreason = "
	    "a\nwhen = \"cards(today) >= 2\"\nthen = review\n");
	SAYS(cli(NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "li", "--policy", policy, NULL),
	    "policy p2 does not let campaigns lift rule HF-DAY");
	(void)put("p.policy", "[policy]\n");
	RUN(65, NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "li", "--policy", policy);
}

/* HF-KIT and HF-KIT-P are one reason to the clerk, and two rules. */
Test(campaign_cli, tells_of_a_rule_with_the_same_reason)
{
	char policy[400];
	const struct cli_run *r;

	(void)snprintf(policy, sizeof(policy), "%s", put("p.policy", POLICY
	    "[rule HF-DAY-P]\nreason = a\nwhen = \"cards(today) >= 3\"\n"
	    "then = review\ncampaign = true\n"));
	r = cli(NULL, CAMPAIGN, "--who", "wang", "--batch", "b", "--lifts",
	    "HF-DAY", "--policy", policy, NULL);
	cr_expect_eq(r->rc, 0);
	SAYS(r, "HF-DAY-P is told with the same reason as HF-DAY (a) and is "
	    "not lifted");
	r = cli(NULL, "campaign", "approve", "f-27", "--dir", dir, "--who",
	    "li", "--policy", policy, "--lang", "zh", NULL);
	cr_expect_eq(r->rc, 0);
	SAYS(r, "规则 HF-DAY-P 与 HF-DAY 的原因同为 a");
	r = cli(NULL, "campaign", "propose", "f-28", "--dir", dir, "--title",
	    "x", "--products", "sim", "--from", "2026-12-01", "--until",
	    "2026-12-15", "--expected", "4", "--who", "wang", "--batch", "b",
	    "--lifts", "HF-DAY-P,HF-DAY", "--policy", policy, NULL);
	cr_expect_eq(r->rc, 0);
	cr_expect_str_eq(r->err, "");
}

Test(campaign_cli, is_for_somebody_and_for_a_time)
{
	RUN(0, REGISTER, "outlet", "import", "-", BY);
	RUN(64, NULL, CAMPAIGN, "--who", "wang", "--lifts", "HF-DAY");
	RUN(1, NULL, CAMPAIGN, "--who", "wang", "--lifts", "HF-DAY",
	    "--outlet", "icbc.0003");
	RUN(64, NULL, CAMPAIGN, "--who", "wang", "--lifts", ",", "--batch",
	    "b");
	RUN(64, NULL, "campaign", "propose", "f/27", "--dir", dir, "--title",
	    "t", "--products", "sim", "--from", "2026-12-01", "--until",
	    "2026-12-15", "--expected", "1", "--who", "w", "--lifts", "A",
	    "--batch", "b");
	RUN(64, NULL, "campaign", "propose", "f", "--dir", dir, "--title",
	    "t", "--products", "sim", "--from", "2026-12-01", "--until",
	    "2027-12-02", "--expected", "1", "--who", "w", "--lifts", "A",
	    "--batch", "b");
	RUN(64, NULL, "campaign", "propose", "f", "--dir", dir, "--title",
	    "t", "--products", "sim", "--from", "2026-11-01", "--until",
	    "2026-11-21", "--expected", "1", "--who", "w", "--lifts", "A",
	    "--batch", "b");
	RUN(0, NULL, CAMPAIGN, "--who", "wang", "--lifts", "A", "--batch", "b");
	RUN(1, NULL, CAMPAIGN, "--who", "wang", "--lifts", "A", "--batch", "b");
}

Test(campaign_cli, makes_the_token_that_the_daemon_makes)
{
	static const char code[] = "91350100M000100Y43";
	uint8_t secret[KEYFILE_SECRET_LEN], in[IDENTITY_TOKEN_INPUT];
	char path[400], err[512], hex[TOKEN_HEX_LEN + 1];
	const char *paths = path;
	struct keyfile_error bad;
	struct token_keys *keys;
	struct identity id;
	struct keyfile k;
	struct token t;

	RUN(78, "91350100M000100Y43\n", CAMPAIGN, "--who", "wang", "--lifts",
	    "A", "--organisation", "-");
	(void)snprintf(path, sizeof(path), "%s/person.key", dir);
	memset(secret, 7, sizeof(secret));
	cr_assert_eq(keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, CENTREKIT_NOW -
	    86400, secret), 0);
	cr_assert_eq(keydisk_write(&k, path, &bad), 0, "%s", bad.text);
	(void)put("centre.conf", "domain = \"afc.example.gov.cn\"\n[keys]\nlist "
	    "= \"list.key\"\nperson = \"person.key\"\n[list sanction]\nsubject "
	    "= person\ntitle.zh = \"x\"\ntitle.en = \"x\"\n");
	RUN(65, "91350100M000100Y44\n", CAMPAIGN, "--who", "wang", "--lifts",
	    "A", "--organisation", "-");
	RUN(0, "91350100m000100y43\n", CAMPAIGN, "--who", "wang", "--lifts", "A",
	    "--organisation", "-");
	cr_assert_not_null(keys = token_keys_load(&paths, 1, err,
	    sizeof(err)), "%s", err);
	cr_assert_eq(identity_parse(&id, LK_ID_CREDIT_CODE, code, 18, NULL,
	    CENTREKIT_DAY, NULL), 0);
	token_make(&t, keys, 0, TOKEN_ORG, in, identity_token_input(&id, in));
	token_hex(&t, hex);
	cr_expect(has(file("registers/campaigns.conf"), hex));
	cr_expect_not(has(file("registers/campaigns.conf"), code));
	token_keys_free(keys);
}

/* Put somebody on a list; return the serial number. */
static uint64_t
add(const char *list, const char *number, int category, const char *case_no,
    int force)
{
	struct ledger_entry e = { .t = CENTREKIT_NOW, .action = LEDGER_ADD,
		.category = category, .basis = BASIS_JOINT_2024,
		.until = CENTREKIT_DAY + 700, .who = "zhang", .why = "t" };
	uint8_t in[IDENTITY_TOKEN_INPUT];
	char err[CENTRE_ERROR_MAX];
	struct token_keys *keys;
	struct identity id;
	struct ledger *l;
	struct centre c;

	(void)snprintf(e.case_no, sizeof(e.case_no), "%s", case_no);
	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_assert_not_null(keys = centre_tokens(&c, CENTREKIT_NOW, err), "%s",
	    err);
	cr_assert_eq(identity_parse(&id, LK_ID_RESIDENT, number, 18, NULL,
	    CENTREKIT_DAY, NULL), 0);
	token_make(&e.token, keys, 0, TOKEN_PERSON, in,
	    identity_token_input(&id, in));
	cr_assert_not_null(l = ledger_open(&c, list, 1, err), "%s", err);
	cr_assert_eq(ledger_add(l, &e, force, err) & ~(force ? LEDGER_OTHER :
	    0), LEDGER_TAKEN);
	cr_assert_eq(ledger_commit(l, err), 0, "%s", err);
	ledger_close(l);
	token_keys_free(keys);
	centre_close(&c);
	return (e.serial);
}

static const char *forbidden;

/* Does a file hold a forbidden text? */
static int
search(const char *path, const struct stat *st, int flag, struct FTW *w)
{
	static char text[1 << 20];
	size_t n;
	FILE *f;

	(void)st;
	(void)w;
	if (flag != FTW_F)
		return (0);
	cr_assert_not_null(f = fopen(path, "r"));
	n = fread(text, 1, sizeof(text), f);
	(void)fclose(f);
	cr_expect_null(memmem(text, n, forbidden, strlen(forbidden)), "%s",
	    path);
	return (0);
}

TestSuite(appeal_cli, .init = setup, .fini = teardown);

Test(appeal_cli, goes_from_the_counter_to_the_answer)
{
	const struct cli_run *r;
	char letter[400], path[420];
	struct stat st;

	cr_assert_eq(add("sanction", MAN, CATEGORY_FOUND, "杭联惩〔2026〕3号", 0),
	    1);
	r = cli(MAN "\n", "appeal", "open", "sanction", "--id-no", "-", "--dir",
	    dir, "--who", "wang", "--text", "says it was stolen", NULL);
	cr_assert_eq(r->rc, 0, "%s", r->err);
	cr_expect_str_eq(r->out, "A-2026-0001  opened\n"
	    "  entry: sanction/1\n"
	    "  category: sanctioned after a finding\n"
	    "  legal basis: Joint Sanctions Measures of 2024\n"
	    "  case: 杭联惩〔2026〕3号\n"
	    "  listed by: zhang\n"
	    "  until: 2028-10-22\n"
	    "  acknowledgement due: 2026-11-25\n"
	    "  2026-11-22 14:00  opened  wang\n"
	    "      says it was stolen\n");
	SAYS(cli(NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who",
	    "wang", NULL), "an open appeal about the same: A-2026-0001");
	RUN(0, NULL, "appeal", "ack", "A-2026-0001", "--dir", dir, "--who",
	    "wang");
	RUN(1, NULL, "appeal", "ack", "A-2026-0001", "--dir", dir, "--who",
	    "wang");
	(void)snprintf(letter, sizeof(letter), "%s/answer", dir);
	SAYS(cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold",
	    "--reason", "r", "--dir", dir, "--who", "Zhang", NULL),
	    "zhang has listed this entry");
	SAYS(cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold",
	    "--reason", "r", "--dir", dir, "--who", "wang", NULL),
	    "wang has registered the appeal");
	RUN(64, NULL, "appeal", "decide", "A-2026-0001", "--uphold", "--reject",
	    "--reason", "r", "--dir", dir, "--who", "li");
	r = cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold", "--reason",
	    "冒名开立", "--found", "证件遗失后被冒名开立", "--letter", letter,
	    "--dir", dir, "--who", "li", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "list sanction: cleared (entry 2); the same case "
	    "cannot be listed again\n"), "%s", r->out);
	cr_expect(has(r->out, "liangka repo publish --prepare --expedited"));
	cr_expect(has(file("ledger/sanction.ledger"), "\tclear\t"));
	cr_expect(has(file("ledger/sanction.ledger"), "\tli\tA-2026-0001: "
	    "冒名开立"));
	cr_expect(has(file("answer.txt"), "申诉成立\n"));
	cr_expect(has(file("answer.txt"), "列入“联合惩戒名单”的记录"));
	cr_expect(has(file("answer.txt"), "证件遗失后被冒名开立"));
	cr_expect(has(file("answer.txt"), "行政复议"));
	cr_expect(has(file("answer.html"), "<p>致 <span"));
	(void)snprintf(path, sizeof(path), "%s.html", letter);
	cr_assert_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 0777, 0600);
	RUN(1, NULL, "appeal", "decide", "A-2026-0001", "--reject", "--reason",
	    "r", "--dir", dir, "--who", "li");
	cr_expect(has(file("journal"), "\tli\tappeal upheld A-2026-0001\t"));
	/* No number anywhere, not even in the letter. */
	forbidden = MAN;
	(void)nftw(dir, search, 16, FTW_PHYS);
}

Test(appeal_cli, of_somebody_who_is_not_listed_is_none)
{
	(void)add("sanction", MAN, CATEGORY_FOUND, "c", 0);
	RUN(1, WOMAN "\n", "appeal", "open", "sanction", "--id-no", "-",
	    "--dir", dir, "--who", "w");
	RUN(65, "123\n", "appeal", "open", "sanction", "--id-no", "-", "--dir",
	    dir, "--who", "w");
	RUN(64, NULL, "appeal", "open", "nolist/1", "--dir", dir, "--who", "w");
	RUN(64, NULL, "appeal", "open", "sanction/0", "--dir", dir, "--who",
	    "w");
	RUN(65, NULL, "appeal", "open", "sanction/2", "--dir", dir, "--who",
	    "w");
	RUN(64, NULL, "appeal", "open", "--dir", dir, "--who", "w");
	RUN(64, NULL, "appeal", "open", "sanction/1", "--decision",
	    "b0001-123-89abcdef", "--dir", dir, "--who", "w");
	RUN(64, NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who",
	    "w", "--text", "of " MAN);
	RUN(64, NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who",
	    "w", "--ack-by", "2026-11-21");
	RUN(0, NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who",
	    "w", "--ack-by", "2026-11-30", "--decide-days", "10");
	cr_expect(has(file("appeals/A-2026-0001.appeal"), "ack_due = "
	    "2026-11-30\ndecide_due = 2026-12-02\n"));
}

Test(appeal_cli, is_upheld_again_where_a_crash_came_between)
{
	const struct cli_run *r;
	char open[4096];

	(void)add("sanction", MAN, CATEGORY_FOUND, "c", 0);
	RUN(0, NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who", "w");
	(void)snprintf(open, sizeof(open), "%s",
	    file("appeals/A-2026-0001.appeal"));
	RUN(0, NULL, "appeal", "decide", "A-2026-0001", "--uphold", "--reason",
	    "r", "--dir", dir, "--who", "li");
	/* The ledger has it, the appeal does not. */
	(void)put("appeals/A-2026-0001.appeal", open);
	r = cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold", "--reason",
	    "r", "--dir", dir, "--who", "li", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "there was nothing to clear"), "%s", r->out);
	cr_expect(has(file("appeals/A-2026-0001.appeal"), "what = upheld"));
}

Test(appeal_cli, does_not_clear_another_case)
{
	(void)add("sanction", MAN, CATEGORY_FOUND, "case one", 0);
	RUN(0, NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who", "w");
	(void)add("sanction", MAN, CATEGORY_CONVICTED, "case two", 1);
	SAYS(cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold",
	    "--reason", "r", "--dir", dir, "--who", "li", NULL),
	    "the entry was replaced by entry 2 (case case two)");
	cr_expect_not(has(file("ledger/sanction.ledger"), "\tclear\t"));
	SAYS(cli(NULL, "appeal", "open", "sanction/1", "--dir", dir, "--who",
	    "w", NULL), "entry 1 was replaced by entry 2");
}

Test(appeal_cli, does_not_tell_of_an_investigation)
{
	const struct cli_run *r;
	char letter[400];

	(void)snprintf(letter, sizeof(letter), "%s/answer", dir);
	(void)add("case", WOMAN, CATEGORY_INVESTIGATION, "侦2026-9", 0);
	RUN(0, NULL, "appeal", "open", "case/1", "--dir", dir, "--who", "w");
	r = cli(NULL, "appeal", "decide", "A-2026-0001", "--reject", "--reason",
	    "it stands", "--letter", letter, "--letter-lang", "en", "--office",
	    "Centre <A>", "--dir", dir, "--who", "li", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "must not be told"), "%s", r->out);
	cr_expect_not(has(file("answer.txt"), "investigation"));
	cr_expect_not(has(file("answer.txt"), "侦"));
	cr_expect_not(has(file("answer.txt"), "in open cases"));
	cr_expect(has(file("answer.txt"), "Your appeal is not upheld."));
	cr_expect(has(file("answer.txt"), "administrative reconsideration"));
	cr_expect(has(file("answer.html"), "Centre &lt;A&gt;"));
	cr_expect_not(has(file("answer.html"), "侦"));
}

Test(appeal_cli, about_a_decision_ends_in_a_clearance)
{
	const struct cli_run *r;
	char letter[400];

	RUN(64, NULL, "appeal", "open", "--decision", "x", "--dir", dir,
	    "--who", "w");
	RUN(0, NULL, "appeal", "open", "--decision", "b0001-123-89abcdef",
	    "--dir", dir, "--who", "w");
	r = cli(NULL, "appeal", "decide", "A-2026-0001", "--uphold", "--reason",
	    "typed wrong", "--dir", dir, "--who", "li", NULL);
	cr_expect_eq(r->rc, 0, "%s", r->err);
	cr_expect(has(r->out, "liangka review approve b0001-123-89abcdef "
	    "--clear-days"), "%s", r->out);
	/* A letter that could not be written is written later. */
	RUN(0, NULL, "appeal", "open", "--decision", "b0001-124-89abcdef",
	    "--dir", dir, "--who", "w");
	RUN(74, NULL, "appeal", "decide", "A-2026-0002", "--reject", "--reason",
	    "r", "--letter", "/nowhere/answer", "--dir", dir, "--who", "li");
	(void)snprintf(letter, sizeof(letter), "%s/answer", dir);
	RUN(0, NULL, "appeal", "letter", "A-2026-0002", "--letter", letter,
	    "--dir", dir);
	cr_expect(has(file("answer.txt"), "维持原答复"));
	RUN(0, NULL, "appeal", "letter", "A-2026-0001", "--letter", letter,
	    "--dir", dir);
	cr_expect(has(file("answer.txt"), "该答复不再维持"));
	RUN(64, NULL, "appeal", "letter", "A-2026-0001", "--dir", dir);
}

Test(appeal_cli, are_listed_by_what_is_due_with_the_late_ones_marked)
{
	struct appeal a = { .id = "A-2025-0009", .about = APPEAL_DECISION,
		.decision = "b0001-7-89abcdef", .ack_due = CENTREKIT_DAY - 3,
		.decide_due = CENTREKIT_DAY + 9, .nevents = 1, .event = { {
		.t = CENTREKIT_NOW - 86400 * 9, .what = APPEAL_OPENED,
		.who = "w" } } };
	const struct cli_run *r;
	char err[CENTRE_ERROR_MAX];
	struct centre c;

	RUN(0, NULL, "appeal", "open", "--decision", "b0001-123-89abcdef",
	    "--dir", dir, "--who", "w");
	cr_assert_eq(centre_open(&c, dir, 1, err), 0, "%s", err);
	cr_assert_eq(appeal_store_save(&c, &a, err), 0, "%s", err);
	centre_close(&c);
	r = cli(NULL, "appeal", "show", "--dir", dir, NULL);
	cr_expect_str_eq(r->out,
	    "id           state   next         due         late    about"
	    "               opened\n"
	    "A-2025-0009  opened  acknowledge  2026-11-19  3 days  "
	    "b0001-7-89abcdef    2026-11-13\n"
	    "A-2026-0001  opened  acknowledge  2026-11-25          "
	    "b0001-123-89abcdef  2026-11-22\n"
	    "2 appeals, 1 overdue\n");
	r = cli(NULL, "appeal", "show", "A-2025-0009", "--dir", dir, "--lang",
	    "zh", NULL);
	cr_expect(has(r->out, "受理期限：2026-11-19  逾期 3 天"), "%s", r->out);
	r = cli(NULL, "appeal", "show", "--dir", dir, "--json", NULL);
	cr_expect(has(r->out, "\"id\":\"A-2025-0009\""));
	cr_expect(has(r->out, "\"overdue\":true"));
	RUN(0, NULL, "appeal", "decide", "A-2025-0009", "--reject", "--reason",
	    "r", "--dir", dir, "--who", "li");
	r = cli(NULL, "appeal", "show", "--dir", dir, NULL);
	cr_expect(has(r->out, "1 appeals, 0 overdue"), "%s", r->out);
	r = cli(NULL, "appeal", "show", "--dir", dir, "--all", NULL);
	cr_expect(has(r->out, "A-2025-0009  rejected"), "%s", r->out);
	RUN(1, NULL, "appeal", "show", "A-2026-0009", "--dir", dir);
}

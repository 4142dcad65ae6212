/* The routing file: what it means, and what is said where it is wrong. */
#include <sys/stat.h>

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk/alert_routing.h"
#include "plugin/conf.h"

static char said[8192];

static void
report(void *arg, const struct conf_error *e)
{
	size_t n = strlen(said);

	(void)arg;
	(void)snprintf(&said[n], sizeof(said) - n, "%u:%u: %s\n", e->line,
	    e->column, e->message);
}

static struct alert_routing *
parse(const char *text)
{
	static const struct conf_sink sink = { report, NULL };

	said[0] = '\0';
	return (alert_routing_parse("r", text, strlen(text), &sink));
}

#define CMD "[receiver a]\nkind = command\ncommand = \"/bin/true\"\n"

Test(alert_routing, the_example_is_good_and_routes_as_it_says)
{
	char text[16384], *p;
	struct alert_routing *r;
	uint16_t to[ALERT_ROUTE_TO_MAX];
	const char *path = "server/desk/routing.conf";
	FILE *f = fopen(path, "re");
	size_t n;

	if (f == NULL)
		cr_skip("not in the source tree");
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	cr_assert_not_null(r = parse(text), "%s", said);
	cr_expect_eq(r->nreceivers, 5);
	cr_expect_eq(alert_routing_to(r, 330327, ALERT_COUNTY, to), 2);
	cr_expect_str_eq(r->receiver[to[0]]->name, "county-wecom");
	cr_expect_eq(alert_routing_to(r, 330302, ALERT_COUNTY, to), 1);
	cr_expect_str_eq(r->receiver[to[0]]->name, "county-system");
	cr_expect_eq(alert_routing_to(r, 330327, ALERT_CITY, to), 2);
	cr_expect_eq(alert_routing_first(r, 330327, ALERT_OUTLET),
	    ALERT_COUNTY);
	cr_expect_eq(alert_routing_next(r, 0, ALERT_PROVINCE), 0);
	cr_expect_eq(r->escalate[ALERT_CITY], 3600000);
	cr_expect_eq(r->receiver[4]->nto, 2);
	cr_expect_eq(r->receiver[4]->batch, 100);
	cr_expect_eq(r->receiver[1]->pause, 3100);
	alert_routing_free(r);
	/* What is commented out has the value that stands there. */
	for (p = text; (p = strstr(p, "\n#")) != NULL; p++)
		if (p[2] >= 'a' && p[2] <= 'z' && strncmp(&p[2], "ca ", 3) !=
		    0 && strncmp(&p[2], "cert", 4) != 0 && strncmp(&p[2],
		    "key", 3) != 0 && strncmp(&p[2], "digest", 6) != 0 &&
		    strncmp(&p[2], "pause = 100", 11) != 0)
			p[1] = ' ';
	cr_assert_not_null(r = parse(text), "%s", said);
	cr_expect_eq(r->escalate[ALERT_OUTLET], 1800000);
	cr_expect_eq(r->receiver[0]->timeout, 10000);
	cr_expect_eq(r->receiver[0]->batch, 1);
	cr_expect_eq(r->receiver[1]->batch, 20);
	alert_routing_free(r);
}

Test(alert_routing, every_error_with_its_place)
{
	static const struct { const char *text, *want; } row[] = {
		{ "", "[default]" },
		{ CMD "[default]\n", "[default] names nobody" },
		{ CMD "[default]\ncity = b\n", "5:8: there is no [receiver b]" },
		{ "[receiver duty]\nkind = command\ncommand = \"/bin/true\"\n"
		    "[default]\ncity = duti\n", "did you mean \"duty\"" },
		{ CMD "[default]\ncity = a, a\n", "5:11: \"a\" stands here "
		    "twice" },
		{ CMD "[default]\ncity = a\n[route x]\narea = \"33032\"\n",
		    "7:8: an area is the first 2, 4 or 6" },
		{ CMD "[default]\ncity = a\n[route x]\narea = \"33\"\ncity = a\n"
		    "[route y]\narea = \"33\"\ncity = a\n",
		    "10:8: area 33 has a route already: [route x]" },
		{ "[receiver a]\nkind = webhok\n[default]\ncity = a\n",
		    "webhook" },
		{ "[receiver a]\nkind = webhook\nurll = \"x\"\n[default]\n"
		    "city = a\n", "url" },
		{ "[receiver a]\nkind = webhook\nurl = \"https://x/\"\n"
		    "[default]\ncity = a\n", "needs \"secret\"" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\n[default]\n"
		    "city = a\n", "needs either \"url\" or \"url_file\"" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\nurl = "
		    "\"http://10.0.0.1/\"\n[default]\ncity = a\n",
		    "4:7: http:// is for this machine alone" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\nurl = "
		    "\"http://127.0.0.1.evil.example/\"\n[default]\ncity = a\n",
		    "http:// is for this machine alone" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\nurl = "
		    "\"https://u:p@x/\"\n[default]\ncity = a\n", "no user" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\nurl = "
		    "\"https://x/ y\"\n[default]\ncity = a\n", "no address" },
		{ "[receiver a]\nkind = webhook\nsecret = \"s\"\nurl = "
		    "\"ftp://x/\"\n[default]\ncity = a\n", "begins with" },
		{ "[receiver a]\nkind = wecom\nurl = \"https://x/\"\nsecret = "
		    "\"s\"\n[default]\ncity = a\n",
		    "4:10: a receiver of kind wecom has no \"secret\"" },
		{ "[receiver a]\nkind = command\ncommand = \"true\"\n[default]\n"
		    "city = a\n", "the whole path" },
		{ "[receiver a]\nkind = mail\nurl = \"smtps://x\"\nfrom = "
		    "\"a@b\"\nto = \"c\\n@d\"\n[default]\ncity = a\n",
		    "is no mail address" },
		{ "[receiver a]\nkind = mail\nurl = \"smtps://x\"\nfrom = "
		    "\"a b@c\"\nto = \"c@d\"\n[default]\ncity = a\n",
		    "4:8: \"a b@c\" is no mail address" },
		{ "[receiver a]\nkind = mail\nurl = \"smtps://x\"\nfrom = "
		    "\"a@c\"\nto = \"c@d\"\nuser = \"x\"\n[default]\n"
		    "city = a\n", "\"user\" and \"password\" go together" },
		{ CMD "[default]\ncity = a\n[escalate]\nprovince = 1h\n",
		    "province" },
		{ CMD "timeout = 1h\n[default]\ncity = a\n", "4:" },
	};
	struct alert_routing *r;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		r = parse(row[i].text);
		cr_expect_null(r, "%s", row[i].text);
		cr_expect(strstr(said, row[i].want) != NULL, "%zu: %s: %s", i,
		    row[i].want, said);
		alert_routing_free(r);
	}
}

/* Write a file with a mode. */
static void
put(const char *dir, const char *name, const char *text, mode_t mode)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)remove(path);
	cr_assert_not_null(f = fopen(path, "we"));
	(void)fputs(text, f);
	(void)fclose(f);
	cr_assert_eq(chmod(path, mode), 0);
}

Test(alert_routing, secrets_are_read_from_files_that_are_ours_alone)
{
	static const struct conf_sink sink = { report, NULL };
	char dir[] = "/tmp/lk-route-XXXXXX", path[300], out[300];
	char err[ALERT_ROUTING_ERROR_MAX];
	struct alert_routing *r;

	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/r.conf", dir);
	put(dir, "r.conf", "[receiver a]\nkind = dingtalk\nurl_file = \"u\"\n"
	    "secret = \"s\"\n[default]\ncity = a\n", 0644);
	put(dir, "u", "https://oapi.example/hook/GEHEIM?access_token=GEHEIM\n",
	    0600);
	put(dir, "s", "SECabcdefghijklmnop\n", 0600);
	cr_assert_not_null(r = alert_routing_load(path, &sink, err), "%s%s",
	    err, said);
	cr_expect_str_eq(r->receiver[0]->secret, "SECabcdefghijklmnop");
	cr_expect_str_eq(alert_routing_shown(r->receiver[0], out,
	    sizeof(out)), "https://oapi.example");
	alert_routing_free(r);
	put(dir, "s", "SECabcdefghijklmnop\n", 0640);
	cr_expect_null(alert_routing_load(path, &sink, err));
	cr_expect(strstr(err, "mode 0600") != NULL, "%s", err);
	put(dir, "s", "short\n", 0600);
	cr_expect_null(alert_routing_load(path, &sink, err));
	cr_expect(strstr(err, "at least 16 bytes") != NULL, "%s", err);
	put(dir, "s", "two lines here ok\nbut not this\n", 0600);
	cr_expect_null(alert_routing_load(path, &sink, err));
	put(dir, "s", "SECabcdefghijklmnop\n", 0600);
	put(dir, "u", "http://oapi.example/robot\n", 0600);
	cr_expect_null(alert_routing_load(path, &sink, err));
	cr_expect(strstr(err, "http:// is for") != NULL, "%s", err);
	put(dir, "u", "", 0600);
	cr_expect_null(alert_routing_load(path, &sink, err));
	(void)snprintf(out, sizeof(out), "rm -r %s", dir);
	cr_expect_eq(system(out), 0);
}

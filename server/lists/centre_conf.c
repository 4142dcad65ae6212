#include <stdio.h>
#include <string.h>

#include "keys/keydisk.h"
#include "plugin/conf.h"
#include "store/listrec.h"

#include "centre.h"
#include "centre_impl.h"

#define DAY_MS ((int64_t)86400000)
#define HOUR_MS ((int64_t)3600000)

/* What a new centre.conf says. */
const char centre_conf_text[] =
    "# The centre's settings.  本中心的设置。\n"
    "# Paths are taken from this directory unless they begin with /.\n"
    "domain = \"%s\"\n"
    "\n"
    "[keys]\n"
    "# K_list: liangka-keys new token-list --out list.key\n"
    "list = \"list.key\"\n"
    "# K_person of the region, only where this machine has it.\n"
    "#person = \"person.key\"\n"
    "# Signs the release log:\n"
    "# liangka-keys new log --name %s/branch/release --out release.key\n"
    "release = \"release.key\"\n"
    "\n"
    "[expiry]\n"
    "root = 365d\n"
    "targets = 90d\n"
    "snapshot = 7d\n"
    "timestamp = 24h\n"
    "\n"
    "[guard]\n"
    "# A publication that changes more of a list than this, or shrinks it, needs\n"
    "# --force --reason.  超过此比例的变动或条目减少须加 --force --reason。\n"
    "percent = 2\n"
    "\n"
    "[list sanction]\n"
    "subject = person\n"
    "title.zh = \"联合惩戒名单\"\n"
    "title.en = \"Statutory sanctions\"\n"
    "\n"
    "[list case]\n"
    "subject = person\n"
    "title.zh = \"案件核查名单\"\n"
    "title.en = \"Persons in open cases\"\n"
    "\n"
    "[list protect]\n"
    "subject = person\n"
    "title.zh = \"保护名单\"\n"
    "title.en = \"Protected persons\"\n"
    "\n"
    "[list canary]\n"
    "subject = person\n"
    "title.zh = \"监测条目\"\n"
    "title.en = \"Canaries\"\n"
    "\n"
    "[list cards]\n"
    "subject = card\n"
    "title.zh = \"涉案银行卡与账户\"\n"
    "title.en = \"Cards and accounts in cases\"\n"
    "\n"
    "[list phones]\n"
    "subject = phone\n"
    "title.zh = \"涉案电话号码\"\n"
    "title.en = \"Phone numbers in cases\"\n";

/* The settings as they are read, in the units of the reader. */
struct raw {
	struct centre *c;
	struct conf_doc *doc;
	int64_t root, targets, snapshot, timestamp;
	char *err;
	unsigned said;
};

static const struct conf_name subjects[] = {
	{ "person", LIST_PERSON }, { "card", LIST_CARD },
	{ "phone", LIST_PHONE }, { NULL, 0 }
};

static const struct conf_key keys_top[] = {
	{ "domain", CONF_STRING, CONF_REQUIRED, 3, 127, NULL,
	    CONF_AT(struct centre, domain) },
};
static const struct conf_key keys_keys[] = {
	{ "person", CONF_STRING, 0, 0, 1023, NULL,
	    CONF_AT(struct centre, person_key) },
	{ "list", CONF_STRING, 0, 0, 1023, NULL,
	    CONF_AT(struct centre, list_key) },
	{ "release", CONF_STRING, 0, 0, 1023, NULL,
	    CONF_AT(struct centre, release_key) },
};
static const struct conf_key keys_expiry[] = {
	{ "root", CONF_DURATION, 0, DAY_MS, 3650 * DAY_MS, NULL,
	    CONF_AT(struct raw, root) },
	{ "targets", CONF_DURATION, 0, DAY_MS, 3650 * DAY_MS, NULL,
	    CONF_AT(struct raw, targets) },
	{ "snapshot", CONF_DURATION, 0, DAY_MS, 3650 * DAY_MS, NULL,
	    CONF_AT(struct raw, snapshot) },
	{ "timestamp", CONF_DURATION, 0, HOUR_MS, 8760 * HOUR_MS, NULL,
	    CONF_AT(struct raw, timestamp) },
};
static const struct conf_key keys_guard[] = {
	{ "percent", CONF_INT, 0, 0, 100, NULL,
	    CONF_AT(struct centre, guard_percent) },
};
static const struct conf_key keys_list[] = {
	{ "subject", CONF_NAME, CONF_REQUIRED, 0, 0, subjects,
	    CONF_AT(struct centre_list, subject) },
	{ "title.zh", CONF_STRING, 0, 0, 95, NULL,
	    CONF_AT(struct centre_list, title_zh) },
	{ "title.en", CONF_STRING, 0, 0, 95, NULL,
	    CONF_AT(struct centre_list, title_en) },
};

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define ROW(name, flags, keys) { name, flags, keys, N(keys) }

static const struct conf_section sections[] = {
	ROW("", 0, keys_top), ROW("keys", 0, keys_keys),
	ROW("expiry", 0, keys_expiry), ROW("guard", 0, keys_guard),
	ROW("list", CONF_NAMED, keys_list),
};

/* Keep the first thing that is wrong. */
static void
report(void *arg, const struct conf_error *e)
{
	struct raw *r = arg;

	if (r->said++ == 0)
		(void)snprintf(r->err, CENTRE_ERROR_MAX, "%s:%u:%u: %s",
		    e->file, e->line, e->column, e->message);
}

/* Begin a list. */
static void *
begin_list(struct raw *r, const char *id, size_t at, size_t span)
{
	struct centre_list *l;

	if (!centre_id_good(id)) {
		conf_fail(r->doc, at, span, "a list's id is at most %d of a-z "
		    "0-9 - and begins with a letter; it is not \"outlets\" nor "
		    "\"campaigns\"", LIST_ID_MAX - 1);
		return (NULL);
	}
	if (r->c->nlists == CENTRE_LISTS_MAX) {
		conf_fail(r->doc, at, span, "more than %d lists",
		    CENTRE_LISTS_MAX);
		return (NULL);
	}
	l = &r->c->list[r->c->nlists++];
	memset(l, 0, sizeof(*l));
	(void)snprintf(l->id, sizeof(l->id), "%s", id);
	(void)snprintf(l->title_zh, sizeof(l->title_zh), "%s", id);
	(void)snprintf(l->title_en, sizeof(l->title_en), "%s", id);
	return (l);
}

/* Begin a section. */
static void *
begin(void *arg, const struct conf_section *section, const char *instance,
    size_t at, size_t span)
{
	struct raw *r = arg;

	if (strcmp(section->name, "list") == 0)
		return (begin_list(r, instance, at, span));
	if (strcmp(section->name, "expiry") == 0)
		return (r);
	return (r->c);
}

/* A path that does not begin with / is taken from the centre's directory. */
static int
absolute(const struct centre *c, char path[CENTRE_PATH_MAX], char *err)
{
	char buf[CENTRE_PATH_MAX];

	if (path[0] == '\0' || path[0] == '/')
		return (0);
	if (centre_path(c, buf, sizeof(buf), "%s", path) != 0)
		return (centre_fail(err, "%s: the path of a key is too long",
		    path));
	memcpy(path, buf, sizeof(buf));
	return (0);
}

/* Read centre.conf. */
int
centre_conf_read(struct centre *c, char *err)
{
	char path[CENTRE_PATH_MAX], text[CENTRE_CONF_MAX];
	struct raw r = { .c = c, .root = 365 * DAY_MS, .targets = 90 * DAY_MS,
		.snapshot = 7 * DAY_MS, .timestamp = 24 * HOUR_MS,
		.err = err };
	struct conf_sink sink = { report, &r };
	struct conf_doc doc = { .file = path, .text = text, .sink = &sink };
	struct conf_use use = { .arg = &r, .begin = begin };
	struct keyfile_error e;
	ssize_t n;

	if (centre_path(c, path, sizeof(path), "centre.conf") != 0)
		return (centre_fail(err, "%s: the path is too long", c->dir));
	if ((n = keydisk_read_public(text, sizeof(text), path, &e)) == -1)
		return (e.fault == KEYFILE_ABSENT ? centre_fail(err,
		    "%s: this is no centre's directory (centre.conf is missing); "
		    "\"liangka repo init\" makes one", c->dir) :
		    centre_fail(err, "%s", e.text));
	doc.len = (size_t)n;
	r.doc = &doc;
	if (conf_read(&doc, sections, N(sections), &use) != 0)
		return (-1);
	if (c->nlists == 0)
		return (centre_fail(err, "%s: there is no [list ID]", path));
	c->root_days = (uint32_t)(r.root / DAY_MS);
	c->targets_days = (uint32_t)(r.targets / DAY_MS);
	c->snapshot_days = (uint32_t)(r.snapshot / DAY_MS);
	c->timestamp_hours = (uint32_t)(r.timestamp / HOUR_MS);
	return (absolute(c, c->person_key, err) != 0 ||
	    absolute(c, c->list_key, err) != 0 ||
	    absolute(c, c->release_key, err) != 0 ? -1 : 0);
}

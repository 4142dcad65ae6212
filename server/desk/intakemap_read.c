#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"
#include "plugin/conf.h"

#include "intakemap_impl.h"

static const struct conf_name products[] = {
	{ "bank1", LK_PRODUCT_BANK1 }, { "bank2", LK_PRODUCT_BANK2 },
	{ "bank3", LK_PRODUCT_BANK3 }, { "credit", LK_PRODUCT_CREDIT },
	{ "social", LK_PRODUCT_SOCIAL }, { "payment", LK_PRODUCT_PAYMENT },
	{ "ecny", LK_PRODUCT_ECNY }, { "sim", LK_PRODUCT_SIM },
	{ "sim2", LK_PRODUCT_SIM2 }, { "iot", LK_PRODUCT_IOT },
	{ "fixed", LK_PRODUCT_FIXED }, { "corporate", LK_PRODUCT_CORPORATE },
	{ NULL, 0 }
};
static const struct conf_name id_types[] = {
	{ "resident", LK_ID_RESIDENT }, { "temporary", LK_ID_TEMPORARY },
	{ "household", LK_ID_HOUSEHOLD }, { "military", LK_ID_MILITARY },
	{ "hm_residence", LK_ID_HM_RESIDENCE },
	{ "tw_residence", LK_ID_TW_RESIDENCE },
	{ "hm_travel", LK_ID_HM_TRAVEL }, { "tw_travel", LK_ID_TW_TRAVEL },
	{ "permanent", LK_ID_PERMANENT },
	{ "permanent_old", LK_ID_PERMANENT_OLD },
	{ "passport", LK_ID_PASSPORT }, { "credit_code", LK_ID_CREDIT_CODE },
	{ "other", LK_ID_OTHER }, { NULL, 0 }
};
static const struct conf_name operations[] = {
	{ "new", LK_OP_NEW }, { "replace", LK_OP_REPLACE },
	{ "reopen", LK_OP_REOPEN }, { "upgrade", LK_OP_UPGRADE },
	{ "port_in", LK_OP_PORT_IN }, { "transfer", LK_OP_TRANSFER },
	{ "activate", LK_OP_ACTIVATE }, { NULL, 0 }
};
static const struct conf_name channels[] = {
	{ "counter", LK_CHANNEL_COUNTER },
	{ "self_service", LK_CHANNEL_SELF_SERVICE },
	{ "online", LK_CHANNEL_ONLINE },
	{ "mobile_team", LK_CHANNEL_MOBILE_TEAM },
	{ "batch", LK_CHANNEL_BATCH },
	{ "agent_shop", LK_CHANNEL_AGENT_SHOP }, { NULL, 0 }
};
static const struct conf_name kinds[] = {
	{ "open", INTAKEROW_OPEN }, { "close", INTAKEROW_CLOSE }, { NULL, 0 }
};

#define AT(member) CONF_AT(struct intakemap, member)
#define WORDS(name) { name, CONF_LIST, 0, 1, 64, NULL, 0, 0 }
#define COLUMN(name) { name, CONF_LIST, 0, 1, INTAKEMAP_HEADS, NULL, 0, 0 }
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct conf_key mapping_keys[] = {
	{ "name", CONF_STRING, CONF_REQUIRED, 1, 31, NULL, AT(name) },
	{ "heading", CONF_BOOL, 0, 0, 0, NULL, AT(heading) },
	{ "kind", CONF_NAME, 0, 0, 0, kinds, AT(kind) },
	{ "dates", CONF_LIST, 0, 1, INTAKEMAP_FORMATS, NULL, 0, 0 },
};
/* In the order of enum intakerow_field, from 1. */
static const struct conf_key column_keys[] = {
	COLUMN("institution"), COLUMN("card"), COLUMN("id_type"),
	COLUMN("id_no"), COLUMN("country"), COLUMN("product"),
	COLUMN("opened"), COLUMN("closed"), COLUMN("outlet"),
	COLUMN("teller"), COLUMN("txn"), COLUMN("visit"), COLUMN("phone"),
	COLUMN("address"), COLUMN("operation"), COLUMN("channel"),
	COLUMN("quantity"), COLUMN("kind"), COLUMN("opened_time"),
	COLUMN("closed_time"),
};
static const struct conf_key fixed_keys[] = {
	{ "institution", CONF_STRING, 0, 1, 31, NULL, AT(institution) },
	{ "outlet", CONF_STRING, 0, 1, 31, NULL, AT(outlet) },
	{ "teller", CONF_STRING, 0, 1, 31, NULL, AT(teller) },
	{ "country", CONF_STRING, 0, 3, 3, NULL, AT(country) },
	{ "id_type", CONF_NAME, 0, 0, 0, id_types, AT(id_type) },
	{ "product", CONF_NAME, 0, 0, 0, products, AT(product) },
	{ "operation", CONF_NAME, 0, 0, 0, operations,
	    AT(operation) },
	{ "channel", CONF_NAME, 0, 0, 0, channels, AT(channel) },
	{ "quantity", CONF_INT, 0, 1, 1000, NULL, AT(quantity) },
};
static const struct conf_key product_keys[] = {
	WORDS("bank1"), WORDS("bank2"), WORDS("bank3"), WORDS("credit"),
	WORDS("social"), WORDS("payment"), WORDS("ecny"), WORDS("sim"),
	WORDS("sim2"), WORDS("iot"), WORDS("fixed"), WORDS("corporate"),
};
static const struct conf_key id_type_keys[] = {
	WORDS("resident"), WORDS("temporary"), WORDS("household"),
	WORDS("military"), WORDS("hm_residence"), WORDS("tw_residence"),
	WORDS("hm_travel"), WORDS("tw_travel"), WORDS("permanent"),
	WORDS("permanent_old"), WORDS("passport"), WORDS("credit_code"),
	WORDS("other"),
};
static const struct conf_key operation_keys[] = {
	WORDS("new"), WORDS("replace"), WORDS("reopen"), WORDS("upgrade"),
	WORDS("port_in"), WORDS("transfer"), WORDS("activate"),
};
static const struct conf_key channel_keys[] = {
	WORDS("counter"), WORDS("self_service"), WORDS("online"),
	WORDS("mobile_team"), WORDS("batch"), WORDS("agent_shop"),
};
static const struct conf_key kind_keys[] = { WORDS("open"), WORDS("close") };

enum { S_MAPPING, S_COLUMNS, S_FIXED, S_PRODUCT, S_ID_TYPE, S_OPERATION,
	S_CHANNEL, S_KIND, SECTIONS };

static const struct conf_section sections[SECTIONS] = {
	[S_MAPPING] = { "mapping", CONF_REQUIRED, mapping_keys,
	    COUNT(mapping_keys) },
	[S_COLUMNS] = { "columns", CONF_REQUIRED, column_keys,
	    COUNT(column_keys) },
	[S_FIXED] = { "fixed", 0, fixed_keys, COUNT(fixed_keys) },
	[S_PRODUCT] = { "product", 0, product_keys, COUNT(product_keys) },
	[S_ID_TYPE] = { "id_type", 0, id_type_keys, COUNT(id_type_keys) },
	[S_OPERATION] = { "operation", 0, operation_keys,
	    COUNT(operation_keys) },
	[S_CHANNEL] = { "channel", 0, channel_keys, COUNT(channel_keys) },
	[S_KIND] = { "kind", 0, kind_keys, COUNT(kind_keys) },
};

static const struct {
	const struct conf_name *names;
	int field;
} coded[SECTIONS] = {
	[S_PRODUCT] = { products, INTAKEROW_F_PRODUCT },
	[S_ID_TYPE] = { id_types, INTAKEROW_F_ID_TYPE },
	[S_OPERATION] = { operations, INTAKEROW_F_OPERATION },
	[S_CHANNEL] = { channels, INTAKEROW_F_CHANNEL },
	[S_KIND] = { kinds, INTAKEROW_F_KIND },
};

/* What is being read. */
struct reading {
	struct conf_doc doc;
	struct intakemap *m;
};

/* The codes of a field. */
const struct conf_name *
intakemap_names(int field)
{
	size_t i;

	for (i = 0; i < SECTIONS; i++)
		if (coded[i].names != NULL && coded[i].field == field)
			return (coded[i].names);
	return (NULL);
}

/* Read the number of a column; 0: it is no number, -1: none that a file has. */
static int
column_number(const char *s)
{
	size_t n = strspn(s, "0123456789");
	int v;

	if (s[n] != '\0' || n == 0)
		return (0);
	v = n <= 3 ? atoi(s) : -1;
	return (v >= 1 && v <= CSVFILE_CELLS_MAX ? v : -1);
}

/* A heading, or number, of a column. */
static void
column(struct reading *r, const struct conf_value *v)
{
	size_t i = (size_t)(v->key - column_keys) + 1;
	struct intakemap_column *c = &r->m->column[i];
	int number = column_number(v->string);

	if (number < 0)
		conf_fail(&r->doc, v->at, v->span,
		    "columns are numbered from 1 to %d", CSVFILE_CELLS_MAX);
	else if (number > 0 && (c->number != 0 || c->n > 0))
		conf_fail(&r->doc, v->at, v->span,
		    "a column that is named by its number has no other name");
	else if (number > 0)
		c->number = number;
	else if (c->number != 0)
		conf_fail(&r->doc, v->at, v->span,
		    "a column that is named by its number has no other name");
	else if (intakemap_fold(v->string, v->length, c->head[c->n]) == 0)
		conf_fail(&r->doc, v->at, v->span,
		    "a heading has 1 to %d bytes", INTAKEMAP_TEXT - 1);
	else
		c->n++;
}

/* A word and what it means. */
static void
word(struct reading *r, const struct conf_value *v, size_t section)
{
	const struct conf_key *first = sections[section].keys;
	const struct conf_name *name =
	    &coded[section].names[v->key - first];
	struct intakemap *m = r->m;
	unsigned i;

	if (m->nwords == INTAKEMAP_WORDS) {
		conf_fail(&r->doc, v->at, v->span, "more than %d words",
		    INTAKEMAP_WORDS);
		return;
	}
	if (intakemap_fold(v->string, v->length, m->word[m->nwords].text) ==
	    0) {
		conf_fail(&r->doc, v->at, v->span, "a word has 1 to %d bytes",
		    INTAKEMAP_TEXT - 1);
		return;
	}
	for (i = 0; i < m->nwords; i++)
		if (m->word[i].field == coded[section].field &&
		    strcmp(m->word[i].text, m->word[m->nwords].text) == 0) {
			conf_fail(&r->doc, v->at, v->span,
			    "\"%s\" has a meaning already", v->string);
			return;
		}
	m->word[m->nwords].field = (uint8_t)coded[section].field;
	m->word[m->nwords++].code = (uint8_t)name->number;
}

/* The form of a date. */
static void
format(struct reading *r, const struct conf_value *v)
{
	struct intakemap *m = r->m;

	if (v->length >= sizeof(m->format[0]) ||
	    strstr(v->string, "YYYY") == NULL ||
	    strstr(v->string, "MM") == NULL ||
	    strstr(v->string, "DD") == NULL) {
		conf_fail(&r->doc, v->at, v->span,
		    "the form of a date has YYYY, MM and DD, perhaps hh, mm "
		    "and ss, e.g. \"DD/MM/YYYY hh:mm\"");
		return;
	}
	memcpy(m->format[m->nformats++], v->string, v->length + 1);
}

/* One value. */
static void
value(void *arg, const struct conf_value *v)
{
	struct reading *r = arg;
	size_t section = (size_t)(v->section - sections);

	if (section == S_COLUMNS)
		column(r, v);
	else if (section == S_MAPPING && v->key->kind == CONF_LIST)
		format(r, v);
	else if (coded[section].names != NULL)
		word(r, v, section);
}

/* Read a mapping. */
struct intakemap *
intakemap_read(const char *file, const char *text, size_t len,
    const struct conf_sink *sink)
{
	struct reading r = { .doc = { .file = file, .text = text, .len = len,
		.sink = sink } };
	struct conf_use use = { .arg = &r, .value = value };
	size_t i;

	if (len > INTAKEMAP_MAX) {
		conf_fail(&r.doc, 0, 1, "a mapping has at most %d bytes",
		    INTAKEMAP_MAX);
		return (NULL);
	}
	if ((r.m = calloc(1, sizeof(*r.m))) == NULL) {
		conf_fail(&r.doc, 0, 1, "out of memory");
		return (NULL);
	}
	r.m->heading = 1;
	r.m->kind = INTAKEROW_OPEN;
	use.target = r.m;
	if (conf_read(&r.doc, sections, SECTIONS, &use) == 0 &&
	    r.m->column[INTAKEROW_F_REF].n == 0 &&
	    r.m->column[INTAKEROW_F_REF].number == 0)
		conf_fail(&r.doc, 0, 1,
		    "[columns] must say which one is the card");
	for (i = 1; r.m->heading == 0 && i < INTAKEMAP_COLUMNS &&
	    r.doc.errors == 0; i++)
		if (r.m->column[i].n > 0)
			conf_fail(&r.doc, 0, 1, "heading = false, but %s is "
			    "named by its heading: say its number",
			    column_keys[i - 1].name);
	if (r.doc.errors == 0)
		return (r.m);
	intakemap_free(r.m);
	return (NULL);
}

/* Free a mapping. */
void
intakemap_free(struct intakemap *m)
{

	free(m);
}

/* What it calls itself. */
const char *
intakemap_name(const struct intakemap *m)
{

	return (m->name);
}

/* Does the first row name the columns? */
int
intakemap_heading(const struct intakemap *m)
{

	return (m->heading != 0);
}

/* A column's word. */
const char *
intakemap_column_word(int i)
{

	return (i > 0 && i < INTAKEMAP_COLUMNS ? column_keys[i - 1].name : "");
}

/*
 * The words of the policy language.
 */
#include <string.h>

#include "category.h"
#include "outletday.h"
#include "person.h"
#include "policy_names.h"
#include "shared.h"
#include "plugin.h"

/* The most that a person's record can hold. */
#define MANY		(PERSON_OPENINGS * 1000 + 1000)
#define OPENINGS	(PERSON_OPENINGS + 1)
#define MINUTES		(100 * 366 * 24 * 60)

/* The most that an outlet's days can hold. */
#define OUTLET		(OUTLETDAY_WINDOW * 65535 + 1000)

const struct conf_name policy_names_products[] = {
	{ "bank1", LK_PRODUCT_BANK1 }, { "bank2", LK_PRODUCT_BANK2 },
	{ "bank3", LK_PRODUCT_BANK3 }, { "credit", LK_PRODUCT_CREDIT },
	{ "social", LK_PRODUCT_SOCIAL }, { "payment", LK_PRODUCT_PAYMENT },
	{ "ecny", LK_PRODUCT_ECNY }, { "sim", LK_PRODUCT_SIM },
	{ "sim2", LK_PRODUCT_SIM2 }, { "iot", LK_PRODUCT_IOT },
	{ "fixed", LK_PRODUCT_FIXED }, { "corporate", LK_PRODUCT_CORPORATE },
	{ NULL, 0 }
};

const struct conf_name policy_names_groups[] = {
	{ "bank", POLICY_GROUP_BANK }, { "phone", POLICY_GROUP_PHONE },
	{ "account", POLICY_GROUP_ACCOUNT }, { NULL, 0 }
};

static const struct conf_name channels[] = {
	{ "counter", LK_CHANNEL_COUNTER },
	{ "self_service", LK_CHANNEL_SELF_SERVICE },
	{ "online", LK_CHANNEL_ONLINE },
	{ "mobile_team", LK_CHANNEL_MOBILE_TEAM },
	{ "batch", LK_CHANNEL_BATCH }, { "agent_shop", LK_CHANNEL_AGENT_SHOP },
	{ NULL, 0 }
};

static const struct conf_name operations[] = {
	{ "new", LK_OP_NEW }, { "replace", LK_OP_REPLACE },
	{ "reopen", LK_OP_REOPEN }, { "upgrade", LK_OP_UPGRADE },
	{ "port_in", LK_OP_PORT_IN }, { "transfer", LK_OP_TRANSFER },
	{ "activate", LK_OP_ACTIVATE }, { NULL, 0 }
};

static const struct conf_name purposes[] = {
	{ "unknown", LK_PURPOSE_UNKNOWN }, { "salary", LK_PURPOSE_SALARY },
	{ "student", LK_PURPOSE_STUDENT }, { "social", LK_PURPOSE_SOCIAL },
	{ "pension", LK_PURPOSE_PENSION }, { "loan", LK_PURPOSE_LOAN },
	{ "family", LK_PURPOSE_FAMILY }, { "daily", LK_PURPOSE_DAILY },
	{ "other", LK_PURPOSE_OTHER }, { NULL, 0 }
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

static const struct conf_name subjects[] = {
	{ "person", LK_SUBJECT_PERSON },
	{ "organisation", LK_SUBJECT_ORGANISATION }, { NULL, 0 }
};

#define WINDOWED(name, fn, lo, hi)	\
	{ name, fn, POLICY_ARGS_WINDOW, POLICY_TYPE_COUNT, lo, hi, NULL }
#define DAYS(name, fn, type)		\
	{ name, fn, POLICY_ARGS_DAYS, type, 0, OUTLET, NULL }
#define FLAG(name, fn)			\
	{ name, fn, POLICY_ARGS_NONE, POLICY_TYPE_FLAG, 0, 1, NULL }
#define LISTS(name, fn)			\
	{ name, fn, POLICY_ARGS_LIST, POLICY_TYPE_FLAG, 0, CATEGORIES - 1, NULL }
#define CHOICE(name, fn, names)		\
	{ name, fn, POLICY_ARGS_NONE, POLICY_TYPE_CHOICE, 0, 0, names }

const struct policy_fn_info policy_names_fns[] = {
	WINDOWED("cards", POLICY_CARDS, 0, MANY),
	WINDOWED("bank", POLICY_BANK, 0, MANY),
	WINDOWED("sim", POLICY_SIM, 0, MANY),
	WINDOWED("accounts", POLICY_ACCOUNTS, 0, MANY),
	WINDOWED("institutions", POLICY_INSTITUTIONS, 0, OPENINGS),
	WINDOWED("outlets", POLICY_OUTLETS, 0, OPENINGS),
	WINDOWED("visits", POLICY_VISITS, 0, OPENINGS),
	WINDOWED("attempts", POLICY_ATTEMPTS, 0, PERSON_ATTEMPTS + 1),
	WINDOWED("attempt_institutions", POLICY_ATTEMPT_INSTITUTIONS, 0,
	    PERSON_ATTEMPTS + 1),
	WINDOWED("rejects", POLICY_REJECTS, 0, PERSON_ATTEMPTS),
	WINDOWED("replaced", POLICY_REPLACED, 0, OPENINGS),
	WINDOWED("shared_phone", POLICY_SHARED_PHONE, 0, SHARED_MAX + 1),
	WINDOWED("shared_address", POLICY_SHARED_ADDRESS, 0, SHARED_MAX + 1),
	WINDOWED("shared_device", POLICY_SHARED_DEVICE, 0, SHARED_MAX + 1),
	WINDOWED("shared_agent", POLICY_SHARED_AGENT, 0, SHARED_MAX + 1),
	WINDOWED("shared_employer", POLICY_SHARED_EMPLOYER, 0, SHARED_MAX + 1),
	DAYS("outlet_cards", POLICY_OUTLET_CARDS, POLICY_TYPE_COUNT),
	DAYS("outlet_mean", POLICY_OUTLET_MEAN, POLICY_TYPE_MEAN),
	DAYS("outlet_away", POLICY_OUTLET_AWAY, POLICY_TYPE_COUNT),
	DAYS("outlet_away_mean", POLICY_OUTLET_AWAY_MEAN, POLICY_TYPE_MEAN),
	{ "outlet_offline", POLICY_OUTLET_OFFLINE, POLICY_ARGS_TODAY,
	    POLICY_TYPE_COUNT, 0, OUTLETDAY_OFFLINE + 1000, NULL },
	{ "held", POLICY_HELD, POLICY_ARGS_HELD, POLICY_TYPE_COUNT, 0,
	    MANY, NULL },
	{ "minutes_since", POLICY_MINUTES_SINCE, POLICY_ARGS_PRODUCT,
	    POLICY_TYPE_MINUTES, 0, MINUTES, NULL },
	FLAG("held_known", POLICY_HELD_KNOWN),
	FLAG("area_local", POLICY_AREA_LOCAL),
	FLAG("overflow", POLICY_OVERFLOW),
	FLAG("guardian", POLICY_GUARDIAN),
	FLAG("offline", POLICY_OFFLINE),
	FLAG("linked", POLICY_LINKED),
	LISTS("listed", POLICY_LISTED),
	LISTS("agent_listed", POLICY_AGENT_LISTED),
	FLAG("stale", POLICY_STALE),
	FLAG("outlet_known", POLICY_OUTLET_KNOWN),
	FLAG("outlet_suspended", POLICY_OUTLET_SUSPENDED),
	FLAG("campaign", POLICY_CAMPAIGN),
	{ "age", POLICY_AGE, POLICY_ARGS_NONE, POLICY_TYPE_MEASURE, 0, 150,
	    NULL },
	{ "hour", POLICY_HOUR, POLICY_ARGS_NONE, POLICY_TYPE_COUNT, 0, 23,
	    NULL },
	{ "quantity", POLICY_QUANTITY, POLICY_ARGS_NONE, POLICY_TYPE_COUNT, 1,
	    1000, NULL },
	CHOICE("channel", POLICY_CHANNEL, channels),
	CHOICE("product", POLICY_PRODUCT, policy_names_products),
	CHOICE("operation", POLICY_OPERATION, operations),
	CHOICE("purpose", POLICY_PURPOSE, purposes),
	CHOICE("id_type", POLICY_ID_TYPE, id_types),
	CHOICE("subject", POLICY_SUBJECT, subjects),
	{ "institution", POLICY_INSTITUTION, POLICY_ARGS_NONE,
	    POLICY_TYPE_INSTITUTION, 0, 0, NULL },
	{ NULL, 0, 0, 0, 0, 0, NULL }
};

/* Find a function by its number. */
const struct policy_fn_info *
policy_names_of(int fn)
{
	const struct policy_fn_info *i;

	for (i = policy_names_fns; i->name != NULL; i++) {
		if (i->fn == fn)
			return (i);
	}
	return (NULL);
}

/* Find a word in a table. */
const struct conf_name *
policy_names_find(const struct conf_name *names, const char *word, size_t len)
{

	for (; names->name != NULL; names++) {
		if (strlen(names->name) == len &&
		    memcmp(names->name, word, len) == 0)
			return (names);
	}
	return (NULL);
}

/* Which choice knows this word? */
const char *
policy_names_choice(const char *word, size_t len)
{
	const struct policy_fn_info *i;

	for (i = policy_names_fns; i->name != NULL; i++) {
		if (i->names != NULL &&
		    policy_names_find(i->names, word, len) != NULL)
			return (i->name);
	}
	return (policy_names_find(policy_names_groups, word, len) != NULL ?
	    "product" : NULL);
}

/* Does a product or group take in a product? */
int
policy_covers(int code, int product)
{

	switch (code) {
	case POLICY_GROUP_BANK:
		return (product == LK_PRODUCT_BANK1 ||
		    product == LK_PRODUCT_BANK2 ||
		    product == LK_PRODUCT_BANK3 ||
		    product == LK_PRODUCT_CREDIT);
	case POLICY_GROUP_PHONE:
		return (product == LK_PRODUCT_SIM ||
		    product == LK_PRODUCT_SIM2);
	case POLICY_GROUP_ACCOUNT:
		return (product == LK_PRODUCT_PAYMENT ||
		    product == LK_PRODUCT_ECNY);
	default:
		return (code == product);
	}
}

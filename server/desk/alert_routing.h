#ifndef LIANGKA_ALERT_ROUTING_H_
#define LIANGKA_ALERT_ROUTING_H_

/*
 * Who is told of alerts: the routing file.  Its lexical form is that of plugin/conf.h;
 * server/desk/routing.conf is an example with every key.
 *
 *	[escalate]		how long an alert waits to be taken at each level
 *	[receiver NAME]		one who is told: webhook, wecom, dingtalk, command, mail
 *	[default]		receivers by level, where no route names any
 *	[route NAME]		the same for the outlets of one area
 *
 * For each level the longest area that names receivers of that level counts, then
 * [default].  A level without any is skipped: the level above is told at once.  An outlet
 * whose area is not known has [default] alone.
 *
 * Threads: any; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "store/entry.h"

struct conf_sink;

#define ALERT_NAME_MAX 64	/* bytes of a name with its NUL */
#define ALERT_URL_MAX 2048
#define ALERT_PATH_MAX 1024
#define ALERT_SECRET_MAX 1024
#define ALERT_ARGS_MAX 16	/* words of a command */
#define ALERT_TO_MAX 16		/* mail addresses of one receiver */
#define ALERT_ADDRESS_MAX 255
#define ALERT_RECEIVERS_MAX 512
#define ALERT_ROUTES_MAX 1500
#define ALERT_ROUTE_TO_MAX 8	/* receivers of one route and level */
#define ALERT_LEVELS (ALERT_PROVINCE + 1)
#define ALERT_ROUTING_ERROR_MAX 1536

enum alert_receiver_kind {
	ALERT_WEBHOOK = 1, ALERT_WECOM, ALERT_DINGTALK, ALERT_COMMAND,
	ALERT_MAIL
};

enum alert_form { ALERT_MARKDOWN, ALERT_TEXT };

struct alert_receiver {
	char name[ALERT_NAME_MAX];
	int32_t kind;
	int32_t form;			/* of a robot's message */
	int32_t language;		/* 1: English */
	int64_t timeout;		/* ms of one delivery */
	int64_t digest;			/* gather so long, ms; 0: tell at once */
	int64_t pause;			/* ms between two messages at least */
	int32_t batch;			/* alerts in one message at most */
	char url[ALERT_URL_MAX];	/* also from url_file */
	char url_file[ALERT_PATH_MAX];
	char secret_file[ALERT_PATH_MAX];
	char password_file[ALERT_PATH_MAX];
	char ca[ALERT_PATH_MAX];
	char cert[ALERT_PATH_MAX], key[ALERT_PATH_MAX];
	char user[256];
	char from[ALERT_ADDRESS_MAX];
	char to[ALERT_TO_MAX][ALERT_ADDRESS_MAX];
	size_t nto;
	char *argv[ALERT_ARGS_MAX + 1];
	size_t nargs;
	/* read from the files above; never printed */
	char secret[ALERT_SECRET_MAX];
	size_t secret_len;
	char password[ALERT_SECRET_MAX];
	size_t at;			/* in the file, for messages */
};

/* Receivers of an area, by level. */
struct alert_route {
	char name[ALERT_NAME_MAX];
	uint32_t area;			/* its digits as a number */
	int digits;			/* 0: [default] */
	uint16_t to[ALERT_LEVELS][ALERT_ROUTE_TO_MAX];
	size_t n[ALERT_LEVELS];
};

struct alert_routing {
	struct alert_receiver **receiver;
	size_t nreceivers;
	struct alert_route *route;	/* [0] is [default] */
	size_t nroutes;
	int64_t escalate[ALERT_LEVELS];	/* ms; 0: never */
};

/**
 * alert_routing_parse(name, text, len, sink): Read a routing file, without the files
 * that it names.  Return it, or NULL after every error was reported to sink.
 */
struct alert_routing *alert_routing_parse(const char *name, const char *text,
    size_t len, const struct conf_sink *sink);

/**
 * alert_routing_load(path, sink, err): Read it from disk with the secrets that it names:
 * regular files of ours or root's that grant nothing to others.  Paths that do not begin
 * with / are taken from the routing file's folder.  Return it, or NULL with all errors
 * reported, or one sentence in err (ALERT_ROUTING_ERROR_MAX bytes), "" when reported.
 */
struct alert_routing *alert_routing_load(const char *path,
    const struct conf_sink *sink, char *err);

/**
 * alert_routing_free(r): Wipe the secrets and free it; NULL is allowed.
 */
void alert_routing_free(struct alert_routing *r);

/**
 * alert_routing_to(r, area, level, to): Write who is told of an alert from this area
 * (six digits; 0: not known) at this level, as indices of receivers.  Return how many;
 * 0: nobody.
 * alert_routing_first(r, area, level): the first level from this one up that has
 * receivers, or below it where there is none above.  There is one.
 * alert_routing_next(r, area, level): the first above this one, or 0.
 */
size_t alert_routing_to(const struct alert_routing *r, int32_t area, int level,
    uint16_t to[ALERT_ROUTE_TO_MAX]);
int alert_routing_first(const struct alert_routing *r, int32_t area, int level);
int alert_routing_next(const struct alert_routing *r, int32_t area, int level);

/**
 * alert_routing_find(r, name): The index of a receiver, or -1.
 * alert_routing_shown(receiver, out, cap): Where it is, as messages may show it: without
 * what stands in a query, which is a robot's key, and by its host alone where the address
 * came from a file, which is kept as a secret.  Return out.
 * alert_routing_loopback(url): Does an address lead to this machine alone?
 */
int alert_routing_find(const struct alert_routing *r, const char *name);
const char *alert_routing_shown(const struct alert_receiver *to, char *out,
    size_t cap);
int alert_routing_loopback(const char *url);

#endif /* !LIANGKA_ALERT_ROUTING_H_ */

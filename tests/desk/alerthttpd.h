#ifndef TESTS_DESK_ALERTHTTPD_H_
#define TESTS_DESK_ALERTHTTPD_H_

/*
 * A receiver on the loopback, of one thread: a web server that takes POSTs, or a mail
 * server, good or bad in one way.  It remembers what it got.
 */

#include <stddef.h>

enum alerthttpd_mode {
	ALERTHTTPD_OK,		/* 200 with the text of alerthttpd_reply() */
	ALERTHTTPD_BROKEN,	/* 500 */
	ALERTHTTPD_FORBIDDEN,	/* 403 */
	ALERTHTTPD_BUSY,	/* 429, Retry-After: 7 */
	ALERTHTTPD_REDIRECT,	/* 302 to itself */
	ALERTHTTPD_HANG,	/* takes the request and never answers */
	ALERTHTTPD_CUT,		/* hangs up in the middle of a reply of 200 */
	ALERTHTTPD_RESET,	/* hangs up before it says anything */
	ALERTHTTPD_ENDLESS,	/* 200 and a body without end */
	ALERTHTTPD_MAIL,	/* SMTP: takes mail */
	ALERTHTTPD_MAIL_LATER,	/* 451 for each recipient */
	ALERTHTTPD_MAIL_NEVER	/* 550 */
};

struct alerthttpd;

/**
 * alerthttpd_start(mode): Start it; whatever goes wrong ends the program.
 * alerthttpd_stop(h): End it and free h.
 * alerthttpd_mode(h, mode): Be so from the next connection on.
 * alerthttpd_reply(h, text): The body of good replies.
 * alerthttpd_away(h, away): Listen no more, or again at the same port.
 * alerthttpd_port(h): its port.
 */
struct alerthttpd *alerthttpd_start(enum alerthttpd_mode mode);
void alerthttpd_stop(struct alerthttpd *h);
void alerthttpd_mode(struct alerthttpd *h, enum alerthttpd_mode mode);
void alerthttpd_reply(struct alerthttpd *h, const char *text);
void alerthttpd_away(struct alerthttpd *h, int away);
int alerthttpd_port(const struct alerthttpd *h);

/**
 * alerthttpd_count(h): How many whole requests, or mails, it got.
 * alerthttpd_head(h, i), alerthttpd_body(h, i): One of them: its first line and headers,
 * or the envelope; and its body.
 */
size_t alerthttpd_count(struct alerthttpd *h);
const char *alerthttpd_head(struct alerthttpd *h, size_t i);
const char *alerthttpd_body(struct alerthttpd *h, size_t i);

#endif /* !TESTS_DESK_ALERTHTTPD_H_ */

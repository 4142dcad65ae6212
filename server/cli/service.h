#ifndef LIANGKA_SERVICE_H_
#define LIANGKA_SERVICE_H_

/*
 * The daemon as a command sees it: the plugin's own client, opened from a
 * configuration or from the path of a socket.
 */

#include <stdint.h>

#include "plugin.h"
#include "plugin/codec.h"
#include "plugin/wire.h"

struct tool;

#define SERVICE_MESSAGE 1024

struct service {
	int32_t handle;
	char socket[108];
	int has_branch;	/* the configuration names one */
	int has_teller;
	char message[SERVICE_MESSAGE]; /* the daemon's, of the last call */
};

/* What an operator does. */
struct service_word {
	unsigned type;		/* WIRE_CLOCK */
	const char *by;
	const char *note;
};

/**
 * service_open(t, c): Open the daemon that t names.  Return ARGS_GO, or an exit code
 * after saying what is wrong.  service_close(c): close it.
 */
int service_open(const struct tool *t, struct service *c);
void service_close(struct service *c);

/**
 * service_event(t, c, ev): Send an event whose reply carries no result.  Return 0
 * or an LK_E_ code with the daemon's text, if any, in c->message.
 */
int service_event(const struct tool *t, struct service *c,
    const struct codec_event *ev);

/**
 * service_word(t, c, w): Send a word of an operator.  Return as service_event().
 */
int service_word(const struct tool *t, struct service *c,
    const struct service_word *w);

/**
 * service_exit(code): Return the exit code for an LK_E_ code.
 */
int service_exit(int code);

/**
 * service_fail(t, c, code, message): Say what is wrong, where, and what to do; with
 * --json as an object.  message may be "".  Return the exit code.
 */
int service_fail(const struct tool *t, const struct service *c, int code,
    const char *message);

#endif /* !LIANGKA_SERVICE_H_ */

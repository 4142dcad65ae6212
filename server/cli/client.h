#ifndef LIANGKA_CLIENT_H_
#define LIANGKA_CLIENT_H_

/*
 * The daemon as a command sees it: the plugin's own client, opened from a
 * configuration or from the path of a socket.
 */

#include <stdint.h>

#include "plugin.h"
#include "plugin/codec.h"
#include "plugin/wire.h"

struct tool;

#define CLIENT_MESSAGE 1024

struct client {
	int32_t handle;
	char socket[108];
	char message[CLIENT_MESSAGE]; /* the daemon's, of the last call */
};

/* What the anti-fraud centre decides, or an operator does. */
struct client_word {
	unsigned type;		/* WIRE_DECIDE or WIRE_CLOCK */
	const char *decision_id;
	int32_t outcome;
	const char *by;
	const char *note;
	uint32_t clear_days;
	uint32_t clear_count;
};

/**
 * client_open(t, c): Open the daemon that t names.  Return ARGS_GO, or an exit code
 * after saying what is wrong.  client_close(c): close it.
 */
int client_open(const struct tool *t, struct client *c);
void client_close(struct client *c);

/**
 * client_event(t, c, ev): Send an event whose reply carries no result.  Return 0
 * or an LK_E_ code with the daemon's text, if any, in c->message.
 */
int client_event(const struct tool *t, struct client *c,
    const struct codec_event *ev);

/**
 * client_word(t, c, w, r): Send a word of the centre (the decision as it stands
 * then is in *r) or of an operator (r NULL).  Return as client_event().
 */
int client_word(const struct tool *t, struct client *c,
    const struct client_word *w, struct lk_result *r);

/**
 * client_exit(code): Return the exit code for an LK_E_ code.
 */
int client_exit(int code);

/**
 * client_fail(t, c, code, message): Say what is wrong, where, and what to do; with
 * --json as an object.  message may be "".  Return the exit code.
 */
int client_fail(const struct tool *t, const struct client *c, int code,
    const char *message);

#endif /* !LIANGKA_CLIENT_H_ */

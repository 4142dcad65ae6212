#ifndef LIANGKA_LOGWITNESS_H_
#define LIANGKA_LOGWITNESS_H_

/*
 * The two ways in which heads come to the witness: it reads a branch's log itself, or
 * somebody sends an add-checkpoint request.
 */

#include "audit/witness.h"

struct tool;

/**
 * logwitness_pull(t, w, n, places):
 * Read the logs of each place, prove from their tiles that they continue what was
 * cosigned, cosign their heads, and leave each cosigned head beside the log where
 * that is a directory that may be written.  Write a row for each log.  Return 0, 1
 * when a head was refused (fork, roll-back, signature), or another exit code.
 */
int logwitness_pull(const struct tool *t, const struct witness *w, int n,
    char **places);

/**
 * logwitness_request(t, w): Answer the request on t->in.  With GATEWAY_INTERFACE in
 * the environment it is CGI (RFC 3875): POST .../add-checkpoint, and GET
 * .../<hash>/checkpoint, are answered with headers, always 0 is returned.  Else the
 * body of the answer goes to t->out and its status to t->err; return 0 for 200, 1
 * for 403, 404, 409 and 422, TOOL_DATA for 400, TOOL_IO for 500.
 * logwitness_unable(t): The answer when the witness could not even begin: CGI's 500.
 */
int logwitness_request(const struct tool *t, const struct witness *w);
void logwitness_unable(const struct tool *t);

#endif /* !LIANGKA_LOGWITNESS_H_ */

#ifndef LIANGKA_ALERT_COMMAND_H_
#define LIANGKA_ALERT_COMMAND_H_

/*
 * A program that is given a text on its standard input and ends: without a shell, in a
 * process group of its own, with nothing open but that input and /dev/null, and with
 * PATH, LANG and what it is given as its whole environment.  SIGPIPE must be ignored by
 * the caller's process.
 *
 * Threads: one at a time per struct.
 */

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

struct alert_command {
	pid_t pid;		/* 0: none runs */
	int in;			/* -1: it got all there is, or wants no more */
	int killed;		/* its time was over */
	const char *p;		/* what it is to read: the caller's */
	size_t len, at;
	int64_t deadline;	/* UTC ms */
};

/**
 * alert_command_start(c, argv, env, p, len, deadline): Start it.  env: what is added to its
 * environment, ends with NULL.  Return 0, or -1 with errno.
 * alert_command_look(c, now, status): Give it more to read, kill it with its group when
 * its time is over, and see whether it ended.  Return 1 with its wait status, or 0.
 * alert_command_kill(c): Kill it with its group and wait for it, if it runs.
 */
int alert_command_start(struct alert_command *c, char *const argv[],
    char *const env[], const char *p, size_t len, int64_t deadline);
int alert_command_look(struct alert_command *c, int64_t now, int *status);
void alert_command_kill(struct alert_command *c);

#endif /* !LIANGKA_ALERT_COMMAND_H_ */

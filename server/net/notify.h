#ifndef LIANGKA_NOTIFY_H_
#define LIANGKA_NOTIFY_H_

/*
 * The service manager's two conventions, without its library: state messages to
 * the datagram socket in $NOTIFY_SOCKET (sd_notify(3)), and listening sockets
 * handed over from descriptor 3 on (sd_listen_fds(3)).
 *
 * Threads: the main thread, before others are started, takes the environment;
 * notify_send may be called from any thread.
 */

#include <stdint.h>

/**
 * notify_init(): Read the environment, and take our variables out of it.
 */
void notify_init(void);

/**
 * notify_send(state): Tell the service manager, e.g. "READY=1".  Nothing happens
 * when there is none; a failure is of no consequence and is not told.
 */
void notify_send(const char *state);

/**
 * notify_watchdog_ms(): Return how often "WATCHDOG=1" must be sent, in ms, with
 * half of the time kept in reserve; 0 when it need not.
 */
int64_t notify_watchdog_ms(void);

/**
 * notify_listener(path): Return the handed-over socket that listens at this path
 * and is not taken yet, close-on-exec and non-blocking, or -1.  It belongs to the
 * caller from then on.
 */
int notify_listener(const char *path);

/**
 * notify_rest(): Close what was handed over and taken by nobody; return how many
 * that were.
 */
int notify_rest(void);

#endif /* !LIANGKA_NOTIFY_H_ */

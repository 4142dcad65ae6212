#ifndef HARNESS_H_
#define HARNESS_H_

/*
 * A real liangkad for one test: its own directory, configuration, key and
 * sockets; started without sleeps (it tells when it is ready), stopped by its
 * process id.  And a raw client of the wire, for what no decent host would send.
 *
 * What goes wrong in here fails the test at once.  A test that ends well ends
 * with daemon_stop_and_check(), which also tests invariant I2: the state that the
 * journal yields is the same after state.mdb was deleted.
 */

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include "plugin/wire.h"

/* Zeros are the defaults. */
struct daemon_setup {
	const char *node;	/* its id; NULL: t1 */
	const char *daemon;	/* lines added to [daemon] */
	const char *limits;	/* lines of [limits] */
	const char *sections;	/* in place of the default sections, below */
	const char *policy;	/* a policy file; NULL: the shipped one */
	const char *log;	/* lines added to [log] */
	const char *lists;	/* lines of [lists], the policy then comes signed; */
				/* NULL: use = none */
	int gm;			/* profile = gm, with its keys */
	int sandbox;		/* --sandbox */
	const char *netns;	/* the network namespace it runs in; NULL: ours */
	int no_ready;		/* do not wait until it is ready */
	const char *const *env;	/* "NAME=value"..., NULL; e.g. LD_PRELOAD */
};

/*
 * The default sections; %D stands for the daemon's directory, %U for our uid,
 * also in daemon_setup.sections:
 *	[institution bank]   bank.sock   check, confirm, report, review; area 330100
 *	[institution telco]  telco.sock  the same; area 330200
 *	[institution one], [institution two]  both.sock  the same
 *	[operator desk]      desk.sock   desk, admin, intake
 */

struct daemon;

/**
 * daemon_start(setup): Start a daemon and wait until it is ready.  setup may be
 * NULL.  Skips the test when liangkad is not built.
 */
struct daemon *daemon_start(const struct daemon_setup *setup);

/**
 * daemon_kill(d, sig): Send a signal, wait for the end, and return the wait
 * status.  daemon_wait(d): only wait.
 */
int daemon_kill(struct daemon *d, int sig);
int daemon_wait(struct daemon *d);

/**
 * daemon_restart(d): Start it again on the same data, after it has ended.
 */
void daemon_restart(struct daemon *d);

/**
 * daemon_reload(d): Send SIGHUP and wait until the policy file was read again.
 */
void daemon_reload(struct daemon *d);

/**
 * daemon_stop_and_check(d): If it runs, stop it with SIGTERM and want exit code
 * 0; check I2; remove the directory and free d.  daemon_discard(d): kill, remove
 * and free, without checks.
 */
void daemon_stop_and_check(struct daemon *d);
void daemon_discard(struct daemon *d);

/**
 * daemon_run(d, option, status): Run liangkad with the same configuration and one
 * more option, and return all of its standard output, for free(); *status is its
 * wait status.
 */
char *daemon_run(struct daemon *d, const char *option, int *status);

/**
 * daemon_pid(d), daemon_dir(d), daemon_data(d), daemon_conf(d): Its process, its
 * directory, the data directory, the configuration file.  daemon_log(d): what it
 * has written to standard error so far, valid until the next call.
 */
pid_t daemon_pid(const struct daemon *d);
const char *daemon_dir(const struct daemon *d);
const char *daemon_data(const struct daemon *d);
const char *daemon_conf(const struct daemon *d);
const char *daemon_log(struct daemon *d);

/**
 * daemon_vkey(d): The verifier key of its log.  daemon_rewrite(d, setup): Write its
 * configuration anew, for the next start; what setup points to must last.
 * daemon_tool(d, format, ...): Run a shell command with $L, $K, $D and $DATA set to
 * liangka, liangka-keys, its directory and its data directory; return its exit code,
 * with what it printed in daemon_said(d).
 */
const char *daemon_vkey(const struct daemon *d);
void daemon_rewrite(struct daemon *d, const struct daemon_setup *setup);
int daemon_tool(struct daemon *d, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *daemon_said(const struct daemon *d);

/**
 * daemon_socket(d, name): Return the path of name.sock, e.g. of "bank"; valid
 * until the next call.
 */
const char *daemon_socket(struct daemon *d, const char *name);

/**
 * daemon_write_plugin_conf(d, name): Write a plugin.conf for the socket `name`
 * and return its path; valid until the next call.
 */
const char *daemon_write_plugin_conf(struct daemon *d, const char *name);

/* A raw client.  head, f and body are of the last reply. */
struct client {
	int fd;
	struct wire_out out;	/* the request being written */
	uint8_t id[WIRE_ID];	/* of the last request begun */
	struct wire_header head;
	struct wire_fields f;
	uint8_t request[WIRE_HEADER + WIRE_BODY_MAX];
	uint8_t body[WIRE_BODY_MAX];
};

/**
 * client_connect(path): Return a client that has said nothing yet.
 * client_open(d, name): one that has had its HELLO answered.  client_close(c).
 */
struct client *client_connect(const char *path);
struct client *client_open(struct daemon *d, const char *name);
void client_close(struct client *c);

/**
 * client_begin(c, type): Begin a request with a new id; add fields to the result
 * with the wire_put_ calls.  client_check(c, txn, id_no, product): begin a CHECK
 * with all that it needs.
 */
struct wire_out *client_begin(struct client *c, unsigned type);
struct wire_out *client_check(struct client *c, const char *txn,
    const char *id_no, int product);

/**
 * client_send(c): End the request and send it.  client_push(c, p, len): send any
 * bytes.  client_recv(c): receive one reply and return its error code; fails the
 * test after ten seconds or at the end of the stream.  client_call(c): both, and
 * the reply must be that of the request.
 */
void client_send(struct client *c);
void client_push(struct client *c, const void *p, size_t len);
int client_recv(struct client *c);
int client_call(struct client *c);

/**
 * client_hung_up(c): Wait until the daemon hangs up and return 1; 0 if it sends
 * something instead.  Fails the test after ten seconds.
 */
int client_hung_up(struct client *c);

/**
 * client_text(c, tag): Return a text field of the last reply, terminated, valid
 * until the next call.
 */
const char *client_text(struct client *c, unsigned tag);

/**
 * citizen(area, birth, serial): Return a valid 18-digit number, e.g.
 * citizen(330102, 19900101, 7); valid until the next call but seven.
 */
const char *citizen(unsigned area, unsigned birth, unsigned serial);

#endif /* !HARNESS_H_ */

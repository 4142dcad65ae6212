#ifndef LIANGKA_NODECA_H_
#define LIANGKA_NODECA_H_

/*
 * The directory of an authority for nodes' certificates (keys/nodecert.h), on the
 * machine of whoever runs it:
 *
 *	ca.key		its private key, 0600
 *	ca.crt		its certificate, for every node
 *	revoked.crl	what it took back, for every node; replaced before it is outdated
 *	issued/		NODE.SERIAL.crt, every certificate it signed
 *	invited/	NODE, 0600: the one-time code that a node may ask with
 *	lock		held while a command is at work
 */

#include <sys/types.h>

#include <stdint.h>

#include "keys/nodecert.h"
#include "keys/nodecode.h"
#include "keys/nodecrl.h"

struct tool;

#define NODECA_PATH_MAX 1024
#define NODECA_REVOKED_DAYS 90	/* a revocation list lasts, unless said */

struct nodeca {
	const char *dir;
	struct nodecert own;
	char ca[NODECERT_PEM_MAX];
	char key[NODECERT_PEM_MAX];
	char *revoked;
	int lock;
};

/* An invitation. */
struct nodeca_invited {
	int64_t ends;		/* UTC s */
	uint8_t code[NODECODE_LEN];
};

/**
 * nodeca_make(t, dir, domain, days): Make an authority in dir, which is made when it is
 * not there, that lasts so many days.  Return ARGS_GO, or an exit code after saying
 * what is wrong, as the others here do.
 */
int nodeca_make(const struct tool *t, const char *dir, const char *domain,
    int days);

/**
 * nodeca_open(t, dir, a): Open the authority in dir for nodeca_close(), which wipes its
 * key, and keep others out until then.
 */
int nodeca_open(const struct tool *t, const char *dir, struct nodeca *a);
void nodeca_close(struct nodeca *a);

/**
 * nodeca_invite(t, a, node, code, ends): Keep a code for node, in the place of an earlier
 * one, until ends (UTC s).
 * nodeca_invited(t, a, node, i): Read it; TOOL_NO when there is none or its time is over.
 * nodeca_used(t, a, node): It is used up; one that is not there is fine.
 */
int nodeca_invite(const struct tool *t, const struct nodeca *a,
    const char *node, const uint8_t code[NODECODE_LEN], int64_t ends);
int nodeca_invited(const struct tool *t, const struct nodeca *a,
    const char *node, struct nodeca_invited *i);
int nodeca_used(const struct tool *t, const struct nodeca *a, const char *node);

/**
 * nodeca_issued(t, a, node, serial, each, arg): Call each with every certificate that was
 * issued to node (NULL: any) and has that number (NULL: any), until it does not return
 * ARGS_GO.  Return what it did, or ARGS_GO.
 * nodeca_keep(t, a, pem): Keep a certificate that is issued now.
 */
int nodeca_issued(const struct tool *t, const struct nodeca *a,
    const char *node, const char *serial, int (*each)(const struct tool *,
    const struct nodecert *, const char *pem, void *), void *arg);
int nodeca_keep(const struct tool *t, const struct nodeca *a, const char *pem);

/**
 * nodeca_revoke(t, a, items, n, days, c): Write the next revocation list, with n more
 * certificates on it, that lasts so many days; what it says then into *c.
 */
int nodeca_revoke(const struct tool *t, const struct nodeca *a,
    const struct nodecrl_item *items, size_t n, int days, struct nodecrl *c);

/**
 * nodeca_random(t, buf, len): Fill buf with random bytes.
 * nodeca_new_key(t, pem): Draw a private key; the caller wipes it.
 * nodeca_fail(t, e): Say what keys/ said, and return the exit code for it.
 * nodeca_write(t, path, text, mode): Put a file in its place, whole.
 * nodeca_dir(t, path, mode): Make a directory unless it is there.
 */
int nodeca_random(const struct tool *t, void *buf, size_t len);
int nodeca_new_key(const struct tool *t, char pem[NODECERT_PEM_MAX]);
int nodeca_fail(const struct tool *t, const struct keyfile_error *e);
int nodeca_write(const struct tool *t, const char *path, const char *text,
    mode_t mode);
int nodeca_dir(const struct tool *t, const char *path, mode_t mode);

/**
 * nodeca_print(print, text): Write the SHA-256 of a certificate as people compare it, in
 * groups of four digits.
 */
#define NODECA_PRINT 80
void nodeca_print(const uint8_t print[NODECERT_PRINT_LEN],
    char text[NODECA_PRINT]);

#endif /* !LIANGKA_NODECA_H_ */

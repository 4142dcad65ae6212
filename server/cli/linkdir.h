#ifndef LIANGKA_LINKDIR_H_
#define LIANGKA_LINKDIR_H_

/*
 * The directory of a node's own key and certificate, as liangkad.conf names them
 * ([link] key, certificate, ca):
 *
 *	link.key	private key, 0600
 *	link.crt	certificate
 *	ca.crt		the authority's
 *	link.csr	the last request
 *	link.key.new	the key that it is for, while the present one is in use
 */

#include "keys/nodecert.h"

struct tool;

#define LINKDIR_PATH_MAX 1024
#define LINKDIR_KEY "link.key"
#define LINKDIR_NEW "link.key.new"
#define LINKDIR_CERT "link.crt"
#define LINKDIR_CA "ca.crt"
#define LINKDIR_CSR "link.csr"

/**
 * linkdir_path(dir, name, path): Write the path of a file there and return it.
 */
const char *linkdir_path(const char *dir, const char *name,
    char path[LINKDIR_PATH_MAX]);

/**
 * linkdir_has(dir, name): 1 when the file is there.
 */
int linkdir_has(const char *dir, const char *name);

/**
 * linkdir_key(t, dir, name, pem): Read a private key, which the caller wipes.
 * linkdir_cert(t, dir, name, pem): a certificate.  Each returns ARGS_GO, or an exit code
 * after saying what is wrong.
 */
int linkdir_key(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX]);
int linkdir_cert(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX]);

/**
 * linkdir_draw(t, dir, name, pem): The same key as an earlier attempt has left, or a new
 * one, kept there.
 */
int linkdir_draw(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX]);

#endif /* !LIANGKA_LINKDIR_H_ */

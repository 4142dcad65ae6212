#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "keys/keydisk.h"

#include "args.h"
#include "linkdir.h"
#include "nodeca.h"
#include "tool.h"

/* The path of a file there. */
const char *
linkdir_path(const char *dir, const char *name, char path[LINKDIR_PATH_MAX])
{

	(void)snprintf(path, LINKDIR_PATH_MAX, "%.900s/%s", dir, name);
	return (path);
}

/* Is it there? */
int
linkdir_has(const char *dir, const char *name)
{
	char path[LINKDIR_PATH_MAX];

	return (access(linkdir_path(dir, name, path), F_OK) == 0);
}

/* Read a private key. */
int
linkdir_key(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX])
{
	char path[LINKDIR_PATH_MAX];
	struct keyfile_error e;

	if (keydisk_read_secret(pem, NODECERT_PEM_MAX, linkdir_path(dir, name,
	    path), &e) < 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

/* Read a certificate. */
int
linkdir_cert(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX])
{
	char path[LINKDIR_PATH_MAX];
	struct keyfile_error e;

	if (keydisk_read_public(pem, NODECERT_PEM_MAX, linkdir_path(dir, name,
	    path), &e) < 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

/* Find or draw a key. */
int
linkdir_draw(const struct tool *t, const char *dir, const char *name,
    char pem[NODECERT_PEM_MAX])
{
	char path[LINKDIR_PATH_MAX];
	struct keyfile_error e;
	int rc;

	if (linkdir_has(dir, name))
		return (linkdir_key(t, dir, name, pem));
	if ((rc = nodeca_new_key(t, pem)) != ARGS_GO)
		return (rc);
	if (keydisk_write_secret(pem, strlen(pem), linkdir_path(dir, name,
	    path), &e) != 0)
		return (nodeca_fail(t, &e));
	return (ARGS_GO);
}

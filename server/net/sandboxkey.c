#include <sys/random.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "keys/keydisk.h"
#include "keys/token.h"
#include "keys/wipe.h"

#include "sandboxkey.h"

/* Write the path of a file in the data directory. */
static int
path_of(char *path, size_t size, const char *data, const char *name, char *err,
    size_t errlen)
{

	if (snprintf(path, size, "%s/%s", data, name) < (int)size)
		return (0);
	(void)snprintf(err, errlen, "%s: path too long", data);
	return (-1);
}

/* Make the key. */
static int
make(const char *path, char *err, size_t errlen)
{
	uint8_t secret[KEYFILE_SECRET_LEN];
	struct keyfile_error fault;
	struct keyfile k;
	int rc = -1;

	memset(&k, 0, sizeof(k));
	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret)) {
		(void)snprintf(err, errlen, "getrandom: %s", strerror(errno));
		return (-1);
	}
	if (keyfile_make(&k, KEYFILE_TOKEN_PERSON, 1, (int64_t)time(NULL),
	    secret) != 0)
		(void)snprintf(err, errlen, "the clock is impossible");
	else if (keydisk_write(&k, path, &fault) != 0)
		(void)snprintf(err, errlen, "%s", fault.text);
	else
		rc = 0;
	wipe(secret, sizeof(secret));
	keyfile_wipe(&k);
	return (rc);
}

/* Load or make the sandbox's key. */
struct token_keys *
sandboxkey_load(const char *data, char *err, size_t errlen)
{
	char key[4096], wal[4096];
	const char *paths[1] = { key };

	if (path_of(key, sizeof(key), data, "sandbox.key", err, errlen) != 0 ||
	    path_of(wal, sizeof(wal), data, "wal", err, errlen) != 0)
		return (NULL);
	if (access(key, F_OK) != 0) {
		if (access(wal, F_OK) == 0) {
			(void)snprintf(err, errlen, "%s: holds a real journal; "
			    "give the sandbox a data directory of its own",
			    data);
			return (NULL);
		}
		if (make(key, err, errlen) != 0)
			return (NULL);
	}
	return (token_keys_load(paths, 1, err, errlen));
}

/* See that the directory is no sandbox's. */
int
sandboxkey_absent(const char *data, char *err, size_t errlen)
{
	char key[4096];

	if (path_of(key, sizeof(key), data, "sandbox.key", err, errlen) != 0)
		return (-1);
	if (access(key, F_OK) != 0)
		return (0);
	(void)snprintf(err, errlen, "%s: is the data directory of a sandbox",
	    data);
	return (-1);
}

#ifndef LIANGKA_SETTINGS_H_
#define LIANGKA_SETTINGS_H_

#include <stddef.h>
#include <stdint.h>

/*
 * plugin.conf: where the daemon is and what the host's requests have in common.
 * The keys stand without a section or in [plugin]:
 *
 *	socket		path of the daemon's socket; required
 *	timeout		deadline of a call that gives none; 3s
 *	connections	synchronous calls at once, 1..64; 4
 *	on_unavailable	review or reject: the answer when there is none; review
 *	language	zh or en; zh
 *	encoding	utf8 or gb18030, of the host's texts; utf8
 *	institution, branch, teller, terminal
 *			taken where a request leaves the field empty
 *	server_uid	number or name in /etc/passwd of the daemon's user; when
 *			not given: root or liangka
 */

#define SETTINGS_DEFAULT "/etc/liangka/plugin.conf"
#define SETTINGS_CONNECTIONS 64 /* at most */

struct settings {
	char socket[108]; /* fits sockaddr_un.sun_path */
	int32_t timeout_ms;
	int32_t connections;
	int32_t on_unavailable; /* LK_REVIEW or LK_REJECT */
	int32_t language;	/* LK_LANG_ZH or LK_LANG_EN */
	int32_t encoding;	/* WIRE_UTF8 or WIRE_GB18030 */
	char institution[32];
	char branch[32];
	char teller[32];
	char terminal[32];
	char server_uid[64];
	uint32_t uid[2]; /* users that the daemon may run as */
	unsigned uids;
};

/**
 * settings_read(s, path, why, cap): Read the file at `path`, or with NULL or ""
 * at $LIANGKA_CONF (not in a set-id process) or SETTINGS_DEFAULT.  It must be a
 * regular file of root's or the caller's that others cannot write.  Return 0;
 * or LK_E_CONFIG or LK_E_NOMEM with what is wrong and where in why, as
 * NUL-terminated UTF-8 cut to `cap` bytes.
 */
int settings_read(struct settings *s, const char *path, char *why, size_t cap);

/**
 * settings_user(passwd, name, uid): Look `name` up in a file of the form of
 * passwd(5), without the name services of the host.  Return 0, or -1 when it is
 * not there.
 */
int settings_user(const char *passwd, const char *name, uint32_t *uid);

#endif /* !LIANGKA_SETTINGS_H_ */

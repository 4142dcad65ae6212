#ifndef LIANGKA_CONFIG_H_
#define LIANGKA_CONFIG_H_

/*
 * liangkad.conf: settings, who may connect where and do what, and the areas of
 * outlets.  liangkad.conf in this folder is the commented example.
 *
 * Threads: any, each on its own struct; what was read never changes.
 */

#include <stddef.h>
#include <stdint.h>

#include "counter/grant.h"
#include "counter/staff.h"
#include "keys/note.h"
#include "plugin/conf.h"

#define CONFIG_PATH_MAX 1024
#define CONFIG_SOCKET_MAX 107	/* bytes of a socket's path */
#define CONFIG_KEYS_MAX 4	/* token keys that may be live at once */
#define CONFIG_LOG_KEYS_MAX 2	/* Ed25519, and SM2 */
#define CONFIG_EARLIER_MAX 8	/* log keys before the present one */
#define CONFIG_UIDS_MAX 64	/* in one section */
#define CONFIG_ADDRESS_MAX 256	/* host:port */

/* [limits]; times in ms. */
struct config_limits {
	uint32_t connections;
	uint32_t connections_per_uid;
	uint32_t first_frame;	/* until HELLO is whole */
	uint32_t frame;		/* from a frame's first byte to its last */
	uint32_t idle;		/* 0: for ever */
	uint32_t write_stall;	/* a peer that does not read */
	uint32_t output;	/* bytes waiting for a peer until we stop reading */
	uint32_t checks_per_teller_minute;
	uint32_t persons_per_teller_day;
};

/* One [institution] or [operator]. */
struct config_grant {
	struct grant grant;
	size_t listener;	/* in listeners[] */
	uint32_t uid[CONFIG_UIDS_MAX];
	size_t nuids;
};

struct config_listener {
	char path[CONFIG_SOCKET_MAX + 1];
};

/* Which cryptography: international, or with SM2 and SM3 (GM/T). */
enum config_profile { CONFIG_STANDARD, CONFIG_GM };

/* Where lists come from: signed by the centre, declared not to be, not said at all. */
enum config_lists {
	CONFIG_LISTS_SIGNED, CONFIG_LISTS_NONE, CONFIG_LISTS_ABSENT
};

struct config {
	char node[13];
	char data[CONFIG_PATH_MAX];
	char policy[CONFIG_PATH_MAX];
	char token_key[CONFIG_KEYS_MAX][CONFIG_PATH_MAX];
	size_t nkeys;
	int32_t sandbox;
	uint32_t overlay_mb;
	uint32_t segment_mb;
	uint32_t checkpoint_interval;	/* ms */
	int64_t reservation_ttl;	/* ms, as the next two */
	int64_t review_ttl;
	int64_t approve_ttl;
	int32_t profile;		/* enum config_profile */
	/* [log] */
	int32_t has_log;
	char domain[128];
	char log_key[CONFIG_LOG_KEYS_MAX][CONFIG_PATH_MAX];
	size_t nlog_keys;
	uint32_t log_interval;		/* ms; 0: no signed log is kept */
	int32_t generation;
	int64_t first_seq;
	struct note_verifier earlier[CONFIG_EARLIER_MAX];
	size_t nearlier;
	char witness[CONFIG_PATH_MAX];	/* "": none */
	struct note_verifier witness_key;
	int32_t witness_ours;		/* kept by us, of the node above: may be absent */
	/* [seal] */
	char seal_cert[CONFIG_PATH_MAX]; /* "": nothing is sealed */
	int64_t seal_retention;		/* ms */
	struct counter_staff *staff;
	size_t nstaff;
	/* [lists] */
	int32_t has_lists;
	int32_t lists_use;		/* enum config_lists */
	char lists_root[CONFIG_PATH_MAX];
	char list_key[CONFIG_KEYS_MAX][CONFIG_PATH_MAX];
	size_t nlist_keys;
	int64_t lists_soft;		/* ms */
	int64_t lists_hard;
	/* [link], [children], [upstream] */
	int32_t has_link, has_children, has_upstream;
	char link_certificate[CONFIG_PATH_MAX];
	char link_key[CONFIG_PATH_MAX];
	char link_ca[CONFIG_PATH_MAX];
	char link_revoked[CONFIG_PATH_MAX]; /* "": none */
	char children_listen[CONFIG_ADDRESS_MAX];
	char nodes[CONFIG_PATH_MAX];
	char cosign_key[CONFIG_PATH_MAX]; /* "": heads are not cosigned */
	char upstream_address[CONFIG_ADDRESS_MAX];
	char upstream_name[13];
	uint32_t upstream_deadline;	/* ms */
	int32_t upstream_mode;		/* enum above_mode */
	int32_t upstream_witness_set;
	struct note_verifier upstream_witness;
	struct config_limits limits;
	struct config_grant *grants;
	size_t ngrants;
	struct config_listener *listeners;
	size_t nlisteners;
	struct outlet_area *outlets;	/* sorted */
	size_t noutlets;
};

#define CONFIG_SANDBOX 1u	/* stands for `sandbox = true` */
#define CONFIG_NO_FILES 2u	/* do not look for the files that are named */
#define CONFIG_READ_KEYS 4u	/* read the token keys too, to say what is wrong */

/**
 * config_parse(file, text, len, flags, sink): Read the len bytes at text; file
 * names them in messages; flags: CONFIG_SANDBOX.  Every error goes to sink.  Return the configuration, for config_free(), or NULL
 * when anything was wrong.  No file is looked at.
 */
struct config *config_parse(const char *file, const char *text, size_t len,
    unsigned flags, const struct conf_sink *sink);

/**
 * config_load(file, flags, sink, err, errlen): Read the file and see, unless flags
 * say CONFIG_NO_FILES, that the files and directories it names are there; with
 * CONFIG_READ_KEYS, that the token keys are sound and kept from others, whoever
 * of them and root they belong to.  Return the configuration; or NULL with a
 * sentence in err when the file cannot be read, or "" there when all has been
 * said through sink.
 */
struct config *config_load(const char *file, unsigned flags,
    const struct conf_sink *sink, char *err, size_t errlen);

/**
 * config_free(c): Free c, which may be NULL.
 */
void config_free(struct config *c);

/**
 * config_slurp(file, max, len, err, errlen): Return the whole content of a
 * regular file of at most max bytes, which the caller frees, and its length; or
 * NULL with a sentence in err.
 */
char *config_slurp(const char *file, size_t max, size_t *len, char *err,
    size_t errlen);

#endif /* !LIANGKA_CONFIG_H_ */
